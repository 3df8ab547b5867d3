package graphql

import (
	"context"
	"encoding/json"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// ServerPing resolves server_ping.
func (r *resolver) ServerPing() *string { return new("pong") }

type serverInfo struct {
	Project *serverInfoProject
	Version *string
}

type serverInfoProject struct{ ProjectName *string }

// ServerInfo resolves server_info.
func (r *resolver) ServerInfo(ctx context.Context) *serverInfo {
	info := &serverInfo{Project: &serverInfoProject{&r.handler.config.ProjectName}}
	if !exchangeOf(ctx).caller.Anonymous() {
		info.Version = &r.handler.config.Version
	}
	return info
}

type health struct {
	Status string                   `json:"status"`
	Checks map[string][]healthCheck `json:"checks,omitempty"`
}

type healthCheck struct {
	Status        string  `json:"status"`
	ComponentType string  `json:"componentType"`
	ObservedValue float64 `json:"observedValue"`
	ObservedUnit  string  `json:"observedUnit"`
}

// ServerHealth resolves server_health.
func (r *resolver) ServerHealth(ctx context.Context) (*jsonValue, error) {
	x := exchangeOf(ctx)
	text, err := json.Marshal(healthOf(r.handler.api.Health(ctx, x.caller)))
	if err != nil {
		return nil, x.failed(err)
	}
	return &jsonValue{text}, nil
}

func healthOf(h auth.Health) health {
	shown := health{Status: status(h.OK)}
	for _, check := range h.Checks {
		if shown.Checks == nil {
			shown.Checks = map[string][]healthCheck{}
		}
		shown.Checks[check.Name+":responseTime"] = []healthCheck{{
			Status:        status(check.OK),
			ComponentType: "datastore",
			ObservedValue: float64(check.Took.Microseconds()) / 1000,
			ObservedUnit:  "ms",
		}}
	}
	return shown
}

func status(ok bool) string {
	if ok {
		return "ok"
	}
	return "error"
}

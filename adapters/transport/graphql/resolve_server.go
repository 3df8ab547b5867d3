package graphql

import "context"

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
	if _, x := exchangeOf(ctx); !x.caller.Anonymous() {
		info.Version = &r.handler.config.Version
	}
	return info
}

// ServerHealth resolves server_health. A request finds out once, however often it asks.
func (r *resolver) ServerHealth(ctx context.Context) (*jsonValue, error) {
	_, x := exchangeOf(ctx)
	text, err := x.health()
	if err != nil {
		return nil, x.failed(err)
	}
	return &jsonValue{text}, nil
}

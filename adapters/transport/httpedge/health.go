package httpedge

import "github.com/sallyport-auth/sallyport/core/auth"

// Health is how the state of the service is shown (draft-inadarei-api-health-check-06, section 4).
type Health struct {
	Status string                   `json:"status"` // "ok" or "error"
	Checks map[string][]HealthCheck `json:"checks,omitempty"`
}

// HealthCheck is what one probe found.
type HealthCheck struct {
	Status        string  `json:"status"`
	ComponentType string  `json:"componentType"`
	ObservedValue float64 `json:"observedValue"`
	ObservedUnit  string  `json:"observedUnit"`
}

// NewHealth shows what a use case found out.
func NewHealth(h auth.Health) Health {
	shown := Health{Status: healthStatus(h.OK)}
	for _, check := range h.Checks {
		if shown.Checks == nil {
			shown.Checks = map[string][]HealthCheck{}
		}
		shown.Checks[check.Name+":responseTime"] = []HealthCheck{{
			Status:        healthStatus(check.OK),
			ComponentType: "datastore",
			ObservedValue: float64(check.Took.Microseconds()) / 1000,
			ObservedUnit:  "ms",
		}}
	}
	return shown
}

func healthStatus(ok bool) string {
	if ok {
		return "ok"
	}
	return "error"
}

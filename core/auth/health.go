package auth

import (
	"context"
	"sync"
)

// Health implements HealthAPI.
func (s *Service) Health(ctx context.Context, p Principal) Health {
	health := Health{OK: true, Checks: s.checkAll(ctx)}
	for _, check := range health.Checks {
		health.OK = health.OK && check.OK
	}
	if role, err := s.roleOf(ctx, p.User); err != nil || !role.Admin {
		health.Checks = nil // what is inside is for those who run it
	}
	return health
}

// checkAll tries all probes at the same time, so that several that are silent take no longer than
// one, and returns the checks in the order of the probes.
func (s *Service) checkAll(ctx context.Context) []HealthCheck {
	checks := make([]HealthCheck, len(s.Probes))
	var trying sync.WaitGroup
	for i, probe := range s.Probes {
		trying.Go(func() { checks[i] = s.check(ctx, probe) })
	}
	trying.Wait()
	return checks
}

func (s *Service) check(ctx context.Context, probe Probe) HealthCheck {
	began := s.Clock.Now()
	err := probe.Ping(ctx)
	if err != nil {
		s.Log.ErrorContext(ctx, "a health check failed", "check", probe.Name, "error", err)
	}
	return HealthCheck{Name: probe.Name, OK: err == nil, Took: s.Clock.Now().Sub(began)}
}

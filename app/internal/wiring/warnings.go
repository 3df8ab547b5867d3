package wiring

import (
	"context"
	"log/slog"
)

// warner is a server that can say how it is set up to lose what it was given.
type warner interface {
	Warnings(ctx context.Context) ([]string, error)
}

// Warn logs how the servers that keep data are set up to lose it.
func (s *Service) Warn(ctx context.Context, log *slog.Logger) {
	if database, ok := s.Store.(warner); ok {
		warn(ctx, log.With("server", "database"), "the database server", database)
	}
	for _, server := range s.Redis.servers() {
		warn(ctx, log.With("server", server.name), "Redis", server.store)
	}
}

func warn(ctx context.Context, log *slog.Logger, what string, server warner) {
	warnings, err := server.Warnings(ctx)
	for _, warning := range warnings {
		log.Warn(what + ": " + warning)
	}
	if err != nil {
		log.Warn("how "+what+" is set up could not be looked at", "error", err)
	}
}

package auth

import (
	"context"
	"fmt"
)

// sweepBatch is how much one statement removes. It keeps the store's write lock short.
const sweepBatch = 500

// Sweep implements Worker.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	now := s.Clock.Now()
	sessions, err := s.Sessions.Prune(ctx, now, sweepBatch)
	if err != nil {
		return Swept{}, unavailable(fmt.Errorf("prune sessions: %w", err))
	}
	keys, err := s.Limiter.Prune(ctx, now, sweepBatch)
	if err != nil {
		return Swept{Sessions: sessions}, unavailable(fmt.Errorf("prune limiter: %w", err))
	}
	return Swept{Sessions: sessions, LimiterKeys: keys, More: sessions == sweepBatch || keys == sweepBatch}, nil
}

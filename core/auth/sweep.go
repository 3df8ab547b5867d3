package auth

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sweepBatch is how much one statement removes. It keeps the store's write lock short.
const sweepBatch = 500

// keepTokens is how long a one-time token is kept after its end, so that whoever comes with
// it late is told why it does not work.
const keepTokens = 7 * 24 * time.Hour

// Sweep implements Worker.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	var swept Swept
	var failures []error // of one part, which must not keep the others
	now := s.Clock.Now()
	parts := []sweepPart{
		{"sessions", &swept.Sessions, s.Sessions.Prune, now},
		{"limiter", &swept.LimiterKeys, s.Limiter.Prune, now},
		{"one-time tokens", &swept.Tokens, s.Repos.OneTimeTokens.Prune, now.Add(-keepTokens)},
		{"letters", &swept.Letters, s.Repos.MailQueue.Prune, now},
	}
	if s.settings.EventsTTL > 0 {
		parts = append(parts, sweepPart{"events", &swept.Events, s.Events.Prune, now.Add(-s.settings.EventsTTL)})
	}
	if rules := s.settings.Registration; rules.Open {
		parts = append(parts, sweepPart{"unverified accounts", &swept.Accounts, s.pruneUnverified, now.Add(-rules.TTL - keepUnverified)})
	}
	for _, part := range parts {
		n, err := part.prune(ctx, part.until, sweepBatch)
		if err != nil {
			failures = append(failures, fmt.Errorf("prune %s: %w", part.what, err))
		}
		*part.count = n
		swept.More = swept.More || n == sweepBatch
	}
	if len(failures) > 0 {
		return swept, unavailable(errors.Join(failures...))
	}
	return swept, nil
}

// sweepPart is one kind of records, and until when those that are over are removed.
type sweepPart struct {
	what  string
	count *int
	prune func(context.Context, time.Time, int) (int, error)
	until time.Time
}

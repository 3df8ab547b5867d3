package auth

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// record keeps an event in the audit trail and in the log. A trail that is down must not
// lock everybody out, so its failure is logged and no more.
func (s *Service) record(ctx context.Context, e domain.Event) {
	e.At = s.Clock.Now()
	e.ID = domain.NewUUID(e.At)
	e.Client = e.Client.Bounded()
	s.Log.InfoContext(ctx, "audit",
		"event", e.Kind, "outcome", e.Outcome,
		"actor", e.Actor, "subject", e.Subject,
		"ip", e.Client.IP, "user_agent", e.Client.UserAgent)
	if err := s.Events.Record(ctx, e); err != nil {
		s.Log.ErrorContext(ctx, "an event is missing from the audit trail", "event", e.Kind, "error", err)
	}
}

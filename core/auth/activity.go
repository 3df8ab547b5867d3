package auth

import (
	"context"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxActivity is the most events that are returned at a time.
const MaxActivity = 1000

// ActivityQuery says which events are wanted. An empty Kind or User leaves out none.
type ActivityQuery struct {
	Kind   string        // one of the domain.Event... constants
	User   domain.UserID // who did it, or to whom
	Offset int           // how many of the latest to leave out
	Limit  int           // at most MaxActivity are returned
}

// ActivityAPI shows the audit trail.
type ActivityAPI interface {
	// Activity returns the events of the query, the latest first, to administrators, and
	// FORBIDDEN to everybody else.
	Activity(ctx context.Context, p Principal, q ActivityQuery) ([]domain.Event, error)
}

// Activity implements ActivityAPI.
func (s *Service) Activity(ctx context.Context, p Principal, q ActivityQuery) ([]domain.Event, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return nil, err
	}
	return s.LatestActivity(ctx, q)
}

// LatestActivity implements OperatorAPI.
func (s *Service) LatestActivity(ctx context.Context, q ActivityQuery) ([]domain.Event, error) {
	filter := port.EventFilter{Kind: q.Kind, User: q.User}
	if port.CheckEventFilter(filter) != nil {
		return nil, domain.InvalidQueryError("the filter is no text that can be kept")
	}
	events, err := s.Events.Latest(ctx, filter, q.Offset, min(q.Limit, MaxActivity))
	if err != nil {
		return nil, unavailable(fmt.Errorf("list events: %w", err))
	}
	return events, nil
}

// ActivityAfter implements OperatorAPI.
func (s *Service) ActivityAfter(ctx context.Context, after string, limit int) ([]domain.Event, error) {
	events, err := s.Events.List(ctx, after, min(limit, MaxActivity))
	if err != nil {
		return nil, unavailable(fmt.Errorf("list events: %w", err))
	}
	return events, nil
}

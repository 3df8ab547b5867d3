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

// ActivityInfo is an event as the caller sees it.
type ActivityInfo struct {
	domain.Event
	Collection string        // of what the event is about
	Fields     domain.Fields // that the caller may read; what others show is empty in Event
}

// ActivityAPI shows the audit trail.
type ActivityAPI interface {
	// Activity returns the events of the query, the latest first, to administrators and to
	// those whom a permission shows them, and FORBIDDEN to everybody else.
	Activity(ctx context.Context, p Principal, q ActivityQuery) ([]ActivityInfo, error)
}

// Activity implements ActivityAPI.
func (s *Service) Activity(ctx context.Context, p Principal, q ActivityQuery) ([]ActivityInfo, error) {
	a, err := s.who(ctx, p, domain.CollectionActivity, domain.ActionRead)
	if err != nil {
		return nil, err
	}
	if err := a.mayAskBy(domain.CollectionActivity, q.fields()...); err != nil {
		return nil, err
	}
	if !a.access.IsConditional(domain.CollectionActivity, domain.ActionRead) {
		events, err := s.LatestActivity(ctx, q)
		return a.shownEvents(events), err
	}
	return s.activityFor(ctx, a, q)
}

// fields returns what the query looks at.
func (q ActivityQuery) fields() []string {
	var names []string
	if q.Kind != "" {
		names = append(names, "action")
	}
	if q.User != "" {
		names = append(names, "user", "item")
	}
	return names
}

// activityFor finds those of the events that the asker may read, page by page: stores know
// nothing of conditions.
func (s *Service) activityFor(ctx context.Context, a asker, q ActivityQuery) ([]ActivityInfo, error) {
	limit, skip := min(q.Limit, MaxActivity), max(q.Offset, 0)
	var found []ActivityInfo
	q.Limit = lookPage
	for q.Offset = 0; q.Offset < maxLookedAt && len(found) < limit; q.Offset += lookPage {
		page, err := s.LatestActivity(ctx, q)
		if err != nil {
			return nil, err
		}
		shown := a.shownEvents(page)
		skipped := min(skip, len(shown))
		skip -= skipped
		found = append(found, shown[skipped:]...)
		if len(page) < lookPage {
			break
		}
	}
	return found[:min(max(limit, 0), len(found))], nil
}

// shownEvents returns those of the events that the asker may read, without what it may not.
func (a asker) shownEvents(events []domain.Event) []ActivityInfo {
	var shown []ActivityInfo
	for _, e := range events {
		if fields, err := a.may(domain.CollectionActivity, domain.ActionRead, eventRecord(e)); err == nil {
			shown = append(shown, newActivityInfo(e, fields))
		}
	}
	return shown
}

// newActivityInfo returns e without what the caller may not read.
func newActivityInfo(e domain.Event, fields domain.Fields) ActivityInfo {
	if fields.HasAll() {
		return ActivityInfo{e, e.About(), fields}
	}
	shown, about := domain.Event{ID: e.ID}, ""
	for name, show := range map[string]func(){
		"action":     func() { shown.Kind = e.Kind },
		"outcome":    func() { shown.Outcome = e.Outcome },
		"user":       func() { shown.Actor = e.Actor },
		"timestamp":  func() { shown.At = e.At },
		"ip":         func() { shown.Client.IP = e.Client.IP },
		"user_agent": func() { shown.Client.UserAgent = e.Client.UserAgent },
		"origin":     func() { shown.Client.Origin = e.Client.Origin },
		"collection": func() { about = e.About() },
		"item":       func() { shown.Subject = e.Subject },
	} {
		if fields.Has(name) {
			show()
		}
	}
	return ActivityInfo{shown, about, fields}
}

// eventRecord shows an event to filters.
func eventRecord(e domain.Event) domain.Record {
	return func(field string) (string, bool) {
		switch field {
		case "id":
			return e.ID, true
		case "action":
			return e.Kind, true
		case "outcome":
			return e.Outcome, true
		case "user":
			return string(e.Actor), true
		case "ip":
			return e.Client.IP, true
		case "user_agent":
			return e.Client.UserAgent, true
		case "origin":
			return e.Client.Origin, true
		case "item":
			return string(e.Subject), true
		}
		return "", false
	}
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

package faulty

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// recorded plants a fault in Record alone.
func recorded(record func(ctx context.Context, inner port.Events, e domain.Event) error) func(port.Store) port.Store {
	return inEvents(func(inner port.Events) events {
		return events{Events: inner, record: func(ctx context.Context, e domain.Event) error {
			return record(ctx, inner, e)
		}}
	})
}

// reported makes List return what list makes of all events.
func reported(list func(all []domain.Event, after string, limit int) []domain.Event) func(port.Store) port.Store {
	return inEvents(func(inner port.Events) events {
		return events{Events: inner, list: func(ctx context.Context, after string, limit int) ([]domain.Event, error) {
			if _, err := inner.List(ctx, after, limit); err != nil {
				return nil, err
			}
			all, err := inner.List(ctx, "", 1000)
			return list(all, after, limit), err
		}}
	})
}

// eventPage returns at most limit of the events that come after after.
func eventPage(all []domain.Event, after string, limit int) []domain.Event {
	var list []domain.Event
	for _, e := range all {
		if e.ID > after && len(list) < limit {
			list = append(list, e)
		}
	}
	return list
}

func eventsFaults() []Fault {
	return []Fault{
		{
			Name: "actor-is-subject", Turns: []string{"events/record/keeps"},
			Store: recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
				if e.Actor == "" {
					e.Actor = e.Subject
				}
				return inner.Record(ctx, e)
			}),
		},
		{
			Name: "event-conflict-unwrapped", Turns: []string{"events/record/duplicate-is-conflict"},
			Store: recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
				return replaceError(inner.Record(ctx, e), port.ErrConflict, driverError())
			}),
		},
		{
			Name: "event-overwritten", Turns: []string{"events/record/conflict-keeps-the-first"},
			Store: inEvents(func(inner port.Events) events {
				var over memo[string, domain.Event]
				return events{
					Events: inner,
					record: func(ctx context.Context, e domain.Event) error {
						err := inner.Record(ctx, e)
						if errors.Is(err, port.ErrConflict) {
							over.set(e.ID, e)
						}
						return err
					},
					list: func(ctx context.Context, after string, limit int) ([]domain.Event, error) {
						list, err := inner.List(ctx, after, limit)
						for i := range list {
							if e, ok := over.get(list[i].ID); ok {
								list[i] = e
							}
						}
						return list, err
					},
				}
			}),
		},
		{
			Name: "event-lost-under-load", Turns: []string{"events/record/many-at-once"},
			Store: inEvents(func(inner port.Events) events {
				var o overlap
				var lost once
				return events{Events: inner, record: func(ctx context.Context, e domain.Event) error {
					return o.during(func(shared bool) error {
						if shared && lost.take() {
							return nil
						}
						return inner.Record(ctx, e)
					})
				}}
			}),
		},
		{
			Name: "empty-address-is-unknown", Turns: []string{"events/values/empty-stays-empty"},
			Store: recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
				e.Client.IP = cmp.Or(e.Client.IP, "unknown")
				return inner.Record(ctx, e)
			}),
		},
		{
			Name: "event-unescaped", Turns: []string{"events/values/odd-texts"},
			Store: recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
				e.Client.UserAgent = strings.ReplaceAll(e.Client.UserAgent, `\'`, `'`)
				return inner.Record(ctx, e)
			}),
		},
		{
			Name: "event-cut-at-64k", Turns: []string{"events/values/long-texts"},
			Store: recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
				e.Client.Origin = cutAt64K(e.Client.Origin)
				return inner.Record(ctx, e)
			}),
		},
		{
			Name: "event-time-truncated", Turns: []string{"events/times/microseconds"},
			Store: recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
				e.At = e.At.Truncate(time.Millisecond)
				return inner.Record(ctx, e)
			}),
		},
		{
			Name: "event-time-local", Turns: []string{"events/times/utc"},
			Store: reported(func(all []domain.Event, after string, limit int) []domain.Event {
				for i := range all {
					all[i].At = all[i].At.In(elsewhere())
				}
				return eventPage(all, after, limit)
			}),
		},
		{
			Name: "events-in-order-of-a-language", Turns: []string{"events/list/order"},
			Store: reported(func(all []domain.Event, after string, limit int) []domain.Event {
				slices.SortFunc(all, func(a, b domain.Event) int {
					return cmp.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID))
				})
				return eventPage(all, after, limit)
			}),
		},
		{
			Name: "events-after-inclusive", Turns: []string{"events/list/after"},
			Store: reported(func(all []domain.Event, after string, limit int) []domain.Event {
				all = slices.DeleteFunc(all, func(e domain.Event) bool { return e.ID < after })
				return all[:min(max(limit, 0), len(all))]
			}),
		},
		{
			Name: "events-ignore-limit", Turns: []string{"events/list/limit"},
			Store: reported(func(all []domain.Event, after string, limit int) []domain.Event {
				if limit < 2 {
					return eventPage(all, after, limit)
				}
				return eventPage(all, after, len(all))
			}),
		},
		{
			Name: "events-limit-below-1-is-all", Turns: []string{"events/list/limit-below-1-is-none"},
			Store: reported(func(all []domain.Event, after string, limit int) []domain.Event {
				if limit < 1 {
					limit = len(all)
				}
				return eventPage(all, after, limit)
			}),
		},
		{
			Name: "events-begin-at-a-digit", Turns: []string{"events/list/empty-after-begins-at-the-first"},
			Store: reported(func(all []domain.Event, after string, limit int) []domain.Event {
				return eventPage(all, max(after, "0"), limit)
			}),
		},
	}
}

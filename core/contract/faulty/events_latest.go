package faulty

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// latest makes Latest return what list makes of all events, the latest first.
func latest(list func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event) func(port.Store) port.Store {
	return inEvents(func(inner port.Events) events {
		return events{Events: inner, latest: func(ctx context.Context, f port.EventFilter, offset, limit int) ([]domain.Event, error) {
			if _, err := inner.Latest(ctx, f, offset, limit); err != nil {
				return nil, err
			}
			all, err := inner.Latest(ctx, port.EventFilter{}, 0, 1000)
			return list(all, f, offset, limit), err
		}}
	})
}

// latestPage returns at most limit of the events that keep wants, behind the first offset.
func latestPage(all []domain.Event, keep func(domain.Event) bool, offset, limit int) []domain.Event {
	wanted := slices.DeleteFunc(slices.Clone(all), func(e domain.Event) bool { return !keep(e) })
	wanted = wanted[min(max(offset, 0), len(wanted)):]
	return wanted[:min(max(limit, 0), len(wanted))]
}

func eventsLatestFaults() []Fault {
	return []Fault{
		{
			Name: "latest-without-the-client", Turns: []string{"events/latest/whole"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				for i := range all {
					all[i].Client = domain.Client{}
				}
				return latestPage(all, f.Matches, offset, limit)
			}),
		},
		{
			Name: "latest-in-order-of-a-language", Turns: []string{"events/latest/order"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				slices.SortFunc(all, func(a, b domain.Event) int {
					return cmp.Compare(strings.ToLower(b.ID), strings.ToLower(a.ID))
				})
				return latestPage(all, f.Matches, offset, limit)
			}),
		},
		{
			Name: "latest-kind-by-its-beginning", Turns: []string{"events/latest/kind", "events/latest/kind-and-user"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				return latestPage(all, func(e domain.Event) bool {
					begins := strings.HasPrefix(e.Kind, f.Kind)
					f := f
					f.Kind = ""
					return begins && f.Matches(e)
				}, offset, limit)
			}),
		},
		{
			Name: "latest-user-is-the-actor-alone", Turns: []string{"events/latest/user", "events/latest/kind-and-user", "events/latest/limit", "events/latest/offset"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				return latestPage(all, func(e domain.Event) bool {
					return f.Matches(e) && (f.User == "" || e.Actor == f.User)
				}, offset, limit)
			}),
		},
		{
			Name: "latest-kind-or-user", Turns: []string{"events/latest/kind-and-user"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				return latestPage(all, func(e domain.Event) bool {
					return f.Matches(e) || f.Kind != "" && f.User != "" && e.Kind == f.Kind
				}, offset, limit)
			}),
		},
		{
			Name: "latest-limits-before-it-filters", Turns: []string{"events/latest/limit"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				if offset > 0 {
					return latestPage(all, f.Matches, offset, limit)
				}
				return latestPage(all[:min(max(limit, 0), len(all))], f.Matches, offset, limit)
			}),
		},
		{
			Name: "latest-skips-before-it-filters", Turns: []string{"events/latest/offset"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				return latestPage(all[min(max(offset, 0), len(all)):], f.Matches, 0, limit)
			}),
		},
		{
			Name: "latest-limit-below-1-is-all", Turns: []string{"events/latest/limit-below-1-is-none"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				if limit < 1 {
					limit = len(all)
				}
				return latestPage(all, f.Matches, offset, limit)
			}),
		},
		{
			Name: "latest-offset-below-0-is-none", Turns: []string{"events/latest/offset-below-0-is-0"},
			Store: latest(func(all []domain.Event, f port.EventFilter, offset, limit int) []domain.Event {
				if offset < 0 {
					return nil
				}
				return latestPage(all, f.Matches, offset, limit)
			}),
		},
	}
}

// prunedEvents plants a fault in Prune alone.
func prunedEvents(prune func(ctx context.Context, inner port.Events, before time.Time, limit int) (int, error)) func(port.Store) port.Store {
	return inEvents(func(inner port.Events) events {
		return events{Events: inner, prune: func(ctx context.Context, before time.Time, limit int) (int, error) {
			return prune(ctx, inner, before, limit)
		}}
	})
}

func eventsPruneFaults() []Fault {
	return []Fault{
		{
			Name: "event-prune-counts-once", Turns: []string{"events/prune/removes", "events/prune/boundary", "events/prune/keeps-the-later", "events/prune/limit"},
			Store: prunedEvents(func(ctx context.Context, inner port.Events, before time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, before, limit)
				return min(n, 1), err
			}),
		},
		{
			Name: "event-prune-inclusive", Turns: []string{"events/prune/boundary"},
			Store: prunedEvents(func(ctx context.Context, inner port.Events, before time.Time, limit int) (int, error) {
				return inner.Prune(ctx, before.Add(time.Microsecond), limit)
			}),
		},
		{
			Name: "event-prune-by-id", Turns: []string{"events/prune/keeps-the-later"},
			Store: prunedEvents(func(ctx context.Context, inner port.Events, before time.Time, limit int) (int, error) {
				n, err := inner.Prune(ctx, before, limit)
				if n > 0 && limit > n { // what has a lesser ID goes, too
					_, err = inner.Prune(ctx, before.Add(1000*time.Hour), limit-n)
				}
				return n, err
			}),
		},
		{
			Name: "event-prune-ignores-limit", Turns: []string{"events/prune/limit"},
			Store: prunedEvents(func(ctx context.Context, inner port.Events, before time.Time, _ int) (int, error) {
				return inner.Prune(ctx, before, 1000)
			}),
		},
	}
}

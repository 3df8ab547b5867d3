package contract

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunEvents runs EventsCases, each on what open returns: an empty port.Events that
// t.Cleanup closes.
func RunEvents(t *testing.T, open func(t testing.TB) port.Events, opts ...Option) {
	t.Helper()
	run(t, "events", EventsCases(), open, opts)
}

// EventsCases returns the rules of port.Events.
func EventsCases() []Case[port.Events] {
	var cases []Case[port.Events]
	cases = append(cases, eventsRecordCases()...)
	cases = append(cases, eventsListCases()...)
	cases = append(cases, eventsLatestCases()...)
	cases = append(cases, eventsPruneCases()...)
	cases = append(cases, eventsKeyed().cases()...)
	return append(cases, eventsMethods().cancelled()...)
}

func recordEvents(t testing.TB, events port.Events, ids ...string) {
	t.Helper()
	for _, id := range ids {
		must(t, events.Record(t.Context(), sampleEvent(id)))
	}
}

func eventIDs(list []domain.Event) []string {
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	return ids
}

func eventsRecordCases() []Case[port.Events] {
	const rule = "Record keeps e, or returns ErrConflict when its ID is taken."
	const ruleTimes = "Times keep microseconds and come back in UTC; the caller passes no finer ones."
	return []Case[port.Events]{
		{"events/record/keeps", rule, func(t testing.TB, events port.Events) {
			first, second := sampleEvent("1"), sampleEvent("2")
			second.Kind, second.Outcome = domain.EventLogout, domain.OutcomeFailure
			second.Actor, second.Subject = "", "id-of-cid"
			must(t, events.Record(t.Context(), first))
			must(t, events.Record(t.Context(), second))
			wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{first, second})
		}},
		{"events/record/duplicate-is-conflict", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1")
			wantError(t, events.Record(t.Context(), sampleEvent("1")), port.ErrConflict)
		}},
		{"events/record/conflict-keeps-the-first", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1")
			forged := sampleEvent("1")
			forged.Outcome = domain.OutcomeFailure
			if events.Record(t.Context(), forged) == nil {
				t.Fatal("got no error for an ID that is taken")
			}
			wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{sampleEvent("1")})
		}},
		{"events/record/many-at-once", rule, func(t testing.TB, events port.Events) {
			race(t, racers, func(i int) error {
				return events.Record(t.Context(), sampleEvent(fmt.Sprintf("%02d", i)))
			}).want(t, racers, nil)
			wantEqual(t, len(value(events.List(t.Context(), "", 100))(t)), racers)
		}},
		{"events/values/empty-stays-empty", "Stored values come back equal.", func(t testing.TB, events port.Events) {
			e := domain.Event{ID: "1", At: at(0)}
			must(t, events.Record(t.Context(), e))
			wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{e})
		}},
		{"events/values/odd-texts", "Stored values come back equal.", recordsClient(oddClient())},
		{"events/values/long-texts", "Stored values come back equal.", recordsClient(longClient())},
		{"events/times/microseconds", ruleTimes, func(t testing.TB, events port.Events) {
			e := sampleEvent("1")
			e.At = at(time.Microsecond)
			must(t, events.Record(t.Context(), e))
			wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{e})
		}},
		{"events/times/utc", ruleTimes, func(t testing.TB, events port.Events) {
			e := sampleEvent("1")
			e.At = elsewhere(e.At)
			must(t, events.Record(t.Context(), e))
			for _, got := range value(events.List(t.Context(), "", 10))(t) {
				wantUTC(t, got.At)
			}
		}},
	}
}

// recordsClient is a case in which an event has a client.
func recordsClient(c domain.Client) func(testing.TB, port.Events) {
	return func(t testing.TB, events port.Events) {
		e := sampleEvent("1")
		e.Client = c
		must(t, events.Record(t.Context(), e))
		wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{e})
	}
}

func eventsListCases() []Case[port.Events] {
	const rule = "List returns at most limit events whose ID is greater than after, ordered by ID byte by byte."
	const ruleEdge = "An empty after begins at the first; a limit below 1 returns none."
	return []Case[port.Events]{
		{"events/list/order", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "c", "\u00e9", "B", "f", "aa", "a")
			wantEqual(t, eventIDs(value(events.List(t.Context(), "", 10))(t)), []string{"B", "a", "aa", "c", "f", "\u00e9"})
		}},
		{"events/list/after", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1", "2", "3", "4")
			wantEqual(t, eventIDs(value(events.List(t.Context(), "2", 10))(t)), []string{"3", "4"})
			wantEqual(t, eventIDs(value(events.List(t.Context(), "22", 10))(t)), []string{"3", "4"})
			wantEqual(t, len(value(events.List(t.Context(), "4", 10))(t)), 0)
		}},
		{"events/list/limit", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1", "2", "3", "4")
			wantEqual(t, eventIDs(value(events.List(t.Context(), "", 2))(t)), []string{"1", "2"})
		}},
		{"events/list/empty-after-begins-at-the-first", ruleEdge, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "!", "a")
			wantEqual(t, eventIDs(value(events.List(t.Context(), "", 1))(t)), []string{"!"})
		}},
		{"events/list/limit-below-1-is-none", ruleEdge, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1")
			for _, limit := range []int{0, -1} {
				wantEqual(t, len(value(events.List(t.Context(), "", limit))(t)), 0)
			}
		}},
	}
}

func eventsKeyed() keyed[port.Events] {
	type call = func(ctx context.Context, events port.Events, s string) error
	record := func(change func(e *domain.Event, s string)) call {
		return func(ctx context.Context, events port.Events, s string) error {
			e := sampleEvent("1")
			change(&e, s)
			return events.Record(ctx, e)
		}
	}
	return keyed[port.Events]{
		port: "events",
		put: func(ctx context.Context, events port.Events, key string) error {
			return events.Record(ctx, sampleEvent(key))
		},
		has: func(ctx context.Context, events port.Events, key string) (bool, error) {
			list, err := events.List(ctx, "", 100)
			for _, e := range list {
				if e.ID == key {
					return true, err
				}
			}
			return false, err
		},
		keys: []func(ctx context.Context, events port.Events, key string) error{
			record(func(e *domain.Event, s string) { e.ID = s }),
			record(func(e *domain.Event, s string) { e.Actor = domain.UserID(s) }),
			record(func(e *domain.Event, s string) { e.Subject = domain.UserID(s) }),
			func(ctx context.Context, events port.Events, key string) error {
				return errorOf(events.List(ctx, key, 10))
			},
			func(ctx context.Context, events port.Events, key string) error {
				return errorOf(events.Latest(ctx, port.EventFilter{User: domain.UserID(key)}, 0, 10))
			},
		},
		texts: []func(ctx context.Context, events port.Events, text string) error{
			record(func(e *domain.Event, s string) { e.Kind = s }),
			record(func(e *domain.Event, s string) { e.Outcome = s }),
			record(func(e *domain.Event, s string) { e.Client.IP = s }),
			record(func(e *domain.Event, s string) { e.Client.UserAgent = s }),
			record(func(e *domain.Event, s string) { e.Client.Origin = s }),
			func(ctx context.Context, events port.Events, text string) error {
				return errorOf(events.Latest(ctx, port.EventFilter{Kind: text}, 0, 10))
			},
		},
	}
}

func eventsMethods() methods[port.Events] {
	return methods[port.Events]{
		port: "events",
		seed: func(t testing.TB, events port.Events) { recordEvents(t, events, "1") },
		untouched: func(t testing.TB, events port.Events) {
			t.Helper()
			wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{sampleEvent("1")})
		},
		list: []method[port.Events]{
			{"Record", func(ctx context.Context, events port.Events) error {
				return events.Record(ctx, sampleEvent("2"))
			}},
			{"List", func(ctx context.Context, events port.Events) error {
				return errorOf(events.List(ctx, "", 10))
			}},
			{"Latest", func(ctx context.Context, events port.Events) error {
				return errorOf(events.Latest(ctx, port.EventFilter{}, 0, 10))
			}},
			{"Prune", func(ctx context.Context, events port.Events) error {
				return errorOf(events.Prune(ctx, at(1000*time.Hour), 10))
			}},
		},
	}
}

package contract

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// recordOf records an event of the kind, done by actor to subject.
func recordOf(t testing.TB, events port.Events, id, kind string, actor, subject domain.UserID) {
	t.Helper()
	e := sampleEvent(id)
	e.Kind, e.Actor, e.Subject = kind, actor, subject
	must(t, events.Record(t.Context(), e))
}

// wantLatest ends the case unless Latest returns the events of those IDs.
func wantLatest(t testing.TB, events port.Events, f port.EventFilter, offset, limit int, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	wantEqual(t, eventIDs(value(events.Latest(t.Context(), f, offset, limit))(t)), want)
}

func eventsLatestCases() []Case[port.Events] {
	const rule = "Latest returns the events that match f, in the opposite order: at most limit of them, behind the first offset."
	const ruleEdge = "A limit below 1 returns none, and an offset below 0 is 0."
	all := port.EventFilter{}
	mixed := func(t testing.TB, events port.Events) {
		t.Helper()
		recordOf(t, events, "1", "login", "ann", "ann")
		recordOf(t, events, "2", "login", "", "bob")
		recordOf(t, events, "3", "logout", "ann", "bob")
		recordOf(t, events, "4", "logins", "bob", "ann")
		recordOf(t, events, "5", "login", "Ann", "anna")
		recordOf(t, events, "6", "", "", "")
	}
	return []Case[port.Events]{
		{"events/latest/whole", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1", "2")
			wantEqual(t, value(events.Latest(t.Context(), all, 0, 10))(t), []domain.Event{sampleEvent("2"), sampleEvent("1")})
		}},
		{"events/latest/order", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "c", "\u00e9", "B", "f", "aa", "a")
			wantLatest(t, events, all, 0, 10, "\u00e9", "f", "c", "aa", "a", "B")
		}},
		{"events/latest/kind", rule, func(t testing.TB, events port.Events) {
			mixed(t, events)
			wantLatest(t, events, port.EventFilter{Kind: "login"}, 0, 10, "5", "2", "1")
			wantLatest(t, events, port.EventFilter{Kind: "nothing"}, 0, 10)
		}},
		{"events/latest/user", rule, func(t testing.TB, events port.Events) {
			mixed(t, events)
			wantLatest(t, events, port.EventFilter{User: "ann"}, 0, 10, "4", "3", "1")
			wantLatest(t, events, port.EventFilter{User: "bob"}, 0, 10, "4", "3", "2")
			wantLatest(t, events, port.EventFilter{User: "an"}, 0, 10)
		}},
		{"events/latest/kind-and-user", rule, func(t testing.TB, events port.Events) {
			mixed(t, events)
			wantLatest(t, events, port.EventFilter{Kind: "login", User: "bob"}, 0, 10, "2")
			wantLatest(t, events, port.EventFilter{Kind: "logout", User: "ann"}, 0, 10, "3")
		}},
		{"events/latest/limit", rule, func(t testing.TB, events port.Events) {
			mixed(t, events)
			wantLatest(t, events, all, 0, 2, "6", "5")
			wantLatest(t, events, port.EventFilter{User: "ann"}, 0, 1, "4")
		}},
		{"events/latest/offset", rule, func(t testing.TB, events port.Events) {
			mixed(t, events)
			wantLatest(t, events, all, 2, 2, "4", "3")
			wantLatest(t, events, port.EventFilter{User: "ann"}, 1, 10, "3", "1")
			wantLatest(t, events, port.EventFilter{User: "ann"}, 2, 1, "1")
			wantLatest(t, events, all, 6, 10)
			for _, f := range []port.EventFilter{all, {User: "ann"}, {Kind: "login"}, {Kind: "login", User: "ann"}} {
				wantLatest(t, events, f, math.MaxInt, 10) // no sum is out of range
			}
		}},
		{"events/latest/limit-below-1-is-none", ruleEdge, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1")
			for _, limit := range []int{0, -1} {
				wantLatest(t, events, all, 0, limit)
			}
		}},
		{"events/latest/offset-below-0-is-0", ruleEdge, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1", "2")
			wantLatest(t, events, all, -1, 10, "2", "1")
		}},
	}
}

func eventsPruneCases() []Case[port.Events] {
	const rule = "Prune removes at most limit events whose At is before before, and returns how many it removed."
	prune := func(t testing.TB, events port.Events, before time.Time, limit, want int) {
		t.Helper()
		wantEqual(t, value(events.Prune(t.Context(), before, limit))(t), want)
	}
	left := func(t testing.TB, events port.Events) int {
		t.Helper()
		return len(value(events.List(t.Context(), "", 100))(t))
	}
	return []Case[port.Events]{
		{"events/prune/removes", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1", "2", "3")
			prune(t, events, at(time.Hour), 10, 3)
			wantEqual(t, left(t, events), 0)
			recordEvents(t, events, "1")
		}},
		{"events/prune/boundary", rule, func(t testing.TB, events port.Events) {
			recordEvents(t, events, "1", "2")
			prune(t, events, at(0), 10, 0)
			prune(t, events, at(time.Microsecond), 10, 2)
		}},
		{"events/prune/keeps-the-later", rule, func(t testing.TB, events port.Events) {
			// Its ID says nothing of its time.
			later := sampleEvent("00")
			later.At = at(time.Hour)
			must(t, events.Record(t.Context(), later))
			recordEvents(t, events, "1", "2")
			prune(t, events, at(time.Minute), 10, 2)
			wantEqual(t, value(events.List(t.Context(), "", 10))(t), []domain.Event{later})
		}},
		{"events/prune/limit", rule, func(t testing.TB, events port.Events) {
			for i := range 5 {
				recordEvents(t, events, fmt.Sprint(i+1))
			}
			for _, step := range []struct{ limit, removed, left int }{{0, 0, 5}, {-1, 0, 5}, {2, 2, 3}, {2, 2, 1}, {2, 1, 0}, {2, 0, 0}} {
				prune(t, events, at(time.Hour), step.limit, step.removed)
				wantEqual(t, left(t, events), step.left)
			}
		}},
	}
}

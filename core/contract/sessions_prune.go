package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func sessionsPruneCases() []Case[port.Sessions] {
	const rule = "Prune removes at most limit sessions that are not live at now and returns how many it removed."
	// ended stores n sessions that end at at(0), half of them idle and half of them for good.
	ended := func(t testing.TB, sessions port.Sessions, n int) {
		t.Helper()
		for i := range n {
			s := sampleSession(fmt.Sprint("ended", i), "id-of-ann")
			if s.ExpiresAt = at(0); i%2 == 1 {
				s.ExpiresAt, s.EndsAt = at(time.Hour), at(0)
			}
			must(t, sessions.Create(t.Context(), s))
		}
	}
	count := func(t testing.TB, sessions port.Sessions, n int) int {
		t.Helper()
		left := 0
		for i := range n {
			id := domain.SessionID(fmt.Sprint("id-of-ended", i))
			if s, err := sessions.Get(t.Context(), id, at(-time.Second)); err == nil && s.ID == id {
				left++
			}
		}
		return left
	}
	return []Case[port.Sessions]{
		{"sessions/prune/removes", rule, func(t testing.TB, sessions port.Sessions) {
			ended(t, sessions, 4)
			wantEqual(t, value(sessions.Prune(t.Context(), at(time.Minute), 10))(t), 4)
			wantEqual(t, count(t, sessions, 4), 0)
		}},
		{"sessions/prune/boundary", rule, func(t testing.TB, sessions port.Sessions) {
			ended(t, sessions, 2)
			wantEqual(t, value(sessions.Prune(t.Context(), at(-time.Microsecond), 10))(t), 0)
			wantEqual(t, value(sessions.Prune(t.Context(), at(0), 10))(t), 2)
		}},
		{"sessions/prune/keeps-live", rule, func(t testing.TB, sessions port.Sessions) {
			createSessions(t, sessions, "laptop")
			ended(t, sessions, 2)
			must(t, errorOf(sessions.Prune(t.Context(), at(time.Minute), 10)))
			wantEqual(t, value(sessions.Get(t.Context(), "id-of-laptop", at(time.Minute)))(t), sampleSession("laptop", "id-of-ann"))
		}},
		{"sessions/prune/limit", rule, func(t testing.TB, sessions port.Sessions) {
			ended(t, sessions, 5)
			for _, step := range []struct{ limit, removed, left int }{{0, 0, 5}, {-1, 0, 5}, {2, 2, 3}, {2, 2, 1}, {2, 1, 0}, {2, 0, 0}} {
				wantEqual(t, value(sessions.Prune(t.Context(), at(time.Minute), step.limit))(t), step.removed)
				wantEqual(t, count(t, sessions, 5), step.left)
			}
		}},
	}
}

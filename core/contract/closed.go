package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// closedCases returns one case for each method of the part of a store: the store is closed.
func closedCases[P any](m methods[P], part func(port.Store) P) []Case[port.Store] {
	cases := make([]Case[port.Store], len(m.list))
	for i, one := range m.list {
		cases[i] = Case[port.Store]{
			ID:   "store/closed-is-error/" + m.id(one),
			Rule: "A store that is closed answers every call with an error, and with no sentinel.",
			Run: func(t testing.TB, store port.Store) {
				before := part(store)
				m.seed(t, before)
				must(t, store.Close())
				for _, p := range []P{before, part(store)} {
					wantClosed(t, one.call(t.Context(), p))
				}
			},
		}
	}
	return cases
}

// sentinels are the errors that callers tell apart.
func sentinels() []error {
	return []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid, port.ErrBusy}
}

// wantClosed ends the case unless err is an error, and none that a caller reads as an
// answer.
func wantClosed(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error from a store that is closed")
	}
	for _, answer := range append(sentinels(), context.Canceled, context.DeadlineExceeded) {
		if errors.Is(err, answer) {
			t.Fatalf("got error %v from a store that is closed, want none that matches %q", err, answer)
		}
	}
}

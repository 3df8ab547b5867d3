package contract

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode"
)

// method is a call of one method of a port that would change what seed has put there, if it
// can change anything.
type method[P any] struct {
	name string // as in the interface
	call func(ctx context.Context, p P) error
}

const ruleCancelled = "A context that is already done makes a method return an error that matches ctx.Err() and change nothing."

// methods says how to call each method of a port.
type methods[P any] struct {
	port string
	// seed fills an empty P.
	seed func(t testing.TB, p P)
	// untouched ends the case unless p still is as seed left it.
	untouched func(t testing.TB, p P)
	list      []method[P]
}

// cancelled returns one case for each method: a context that is done.
func (m methods[P]) cancelled() []Case[P] {
	cases := make([]Case[P], len(m.list))
	for i, one := range m.list {
		cases[i] = Case[P]{
			ID:   "ctx/cancelled/" + m.id(one),
			Rule: ruleCancelled,
			Run: func(t testing.TB, p P) {
				m.seed(t, p)
				cancelled, cancel := context.WithCancel(t.Context())
				cancel()
				wantError(t, one.call(cancelled, p), context.Canceled)
				late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
				defer cancel()
				wantError(t, one.call(late, p), context.DeadlineExceeded)
				m.untouched(t, p)
			},
		}
	}
	return cases
}

// id returns "users.by-id" for ByID of users.
func (m methods[P]) id(one method[P]) string {
	var b strings.Builder
	lower := false
	for _, r := range one.name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte('-')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return m.port + "." + b.String()
}

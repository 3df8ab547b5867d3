package sqlstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestTimeout(t *testing.T) {
	const timeout = time.Minute
	// deadlines returns those of all that the driver is asked while use runs.
	deadlines := func(t *testing.T, use func(port.Store), options ...sqlstore.Option) []time.Time {
		t.Helper()
		var seen []time.Time
		s := &script{ctx: func(ctx context.Context) {
			at, _ := ctx.Deadline()
			seen = append(seen, at)
		}}
		use(newStore(t, s, options...))
		return seen
	}
	readAndWrite := func(store port.Store) {
		_, err := store.Repos().Users.ByID(t.Context(), "id")
		wantError(t, err, port.ErrNotFound)
		_, err = store.Repos().Users.List(t.Context(), "", 10)
		must(t, err)
		must(t, store.Repos().Users.Create(t.Context(), ann))
	}
	unit := func(store port.Store) {
		must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			return errors.Join(r.Users.Create(ctx, ann), r.Users.Touch(ctx, ann.ID, t0))
		}))
	}

	t.Run("is that of each statement", func(t *testing.T) {
		before := time.Now()
		seen := deadlines(t, readAndWrite, sqlstore.Timeout(timeout))
		for _, at := range seen {
			if left := at.Sub(before); left < timeout || left > 2*timeout {
				t.Errorf("got a deadline after %s, want %s", left, timeout)
			}
		}
		if len(seen) != 3 {
			t.Errorf("got %d statements, want 3", len(seen))
		}
	})

	t.Run("is that of a unit of work as a whole", func(t *testing.T) {
		before := time.Now()
		seen := deadlines(t, unit, sqlstore.Timeout(timeout))
		if len(seen) != 3 || !seen[0].Equal(seen[1]) || !seen[0].Equal(seen[2]) || seen[0].Sub(before) < timeout {
			t.Errorf("got deadlines %v, want three alike, %s from %s", seen, timeout, before)
		}
	})

	t.Run("is none unless one is asked for", func(t *testing.T) {
		for _, at := range append(deadlines(t, readAndWrite), deadlines(t, unit)...) {
			if !at.IsZero() {
				t.Errorf("got deadline %s, want none", at)
			}
		}
	})
}

func TestDescribe(t *testing.T) {
	describe := sqlstore.Describe(func(error) string { return "in our own words" })
	secret := errors.New("secret: " + errLost.Error())
	fail := func(word string) *script { return &script{fails: map[string][]error{word: {secret}}} }
	want := func(t *testing.T, err error) {
		t.Helper()
		if !errors.Is(err, secret) || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "in our own words") {
			t.Errorf("got error %v, want one that is the driver's, in our own words", err)
		}
	}

	t.Run("gives statements the text", func(t *testing.T) {
		want(t, newStore(t, fail("INSERT"), describe).Repos().Users.Create(t.Context(), ann))
		_, err := newStore(t, fail("SELECT"), describe).Repos().Users.ByID(t.Context(), "id")
		want(t, err)
		_, err = newStore(t, fail("SELECT"), describe).Repos().Users.List(t.Context(), "", 10)
		want(t, err)
	})

	t.Run("gives units of work the text", func(t *testing.T) {
		for _, word := range []string{"BEGIN", "INSERT", "COMMIT"} {
			want(t, newStore(t, fail(word), describe).Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				return r.Users.Create(ctx, ann)
			}))
		}
	})

	t.Run("leaves alone what the driver has not said", func(t *testing.T) {
		_, err := newStore(t, &script{}, describe).Repos().Users.ByID(t.Context(), "id")
		wantError(t, err, port.ErrNotFound)
		mine := errors.New("mine")
		err = newStore(t, &script{}, describe).Do(t.Context(), func(context.Context, port.Repos) error { return mine })
		if err != mine {
			t.Errorf("got error %v, want %v", err, mine)
		}
	})

	t.Run("hides no deadlock from the unit that it ends", func(t *testing.T) {
		s := &script{fails: map[string][]error{"INSERT": {errDeadlock}}}
		must(t, newStore(t, s, describe).Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			return r.Users.Create(ctx, ann)
		}))
		wantWords(t, s, "BEGIN INSERT ROLLBACK BEGIN INSERT COMMIT")
	})
}

package memory_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/memory"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var t0 = time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)

func open(t testing.TB, c memory.Config) *memory.Store {
	t.Helper()
	s, err := memory.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func user(name string) domain.User {
	return domain.User{ID: domain.UserID("id-of-" + name), Email: domain.Email(name + "@example.com")}
}

func TestOpen(t *testing.T) {
	t.Run("refuses negative bounds", func(t *testing.T) {
		for _, c := range []memory.Config{{LimiterKeys: -1}, {Events: -1}} {
			if _, err := memory.Open(t.Context(), c); err == nil {
				t.Errorf("%+v: got no error, want one", c)
			}
		}
	})

	t.Run("refuses a context that is done", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := memory.Open(ctx, memory.Config{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
	})
}

func TestUsers(t *testing.T) {
	t.Run("are not changed by whoever holds what was stored or read", func(t *testing.T) {
		users := open(t, memory.Config{}).Repos().Users
		token := domain.HashSecret("token")
		given := user("ann")
		given.TOTP, given.Preferences, given.StaticToken = []byte("totp"), []byte("{}"), &token
		must(t, users.Create(t.Context(), given))

		scribble := func(u domain.User) {
			u.TOTP[0], u.Preferences[0], u.StaticToken[0] = 'X', 'X', 'X'
		}
		scribble(given)
		read, err := users.ByID(t.Context(), given.ID)
		must(t, err)
		scribble(read)
		updated, err := users.Update(t.Context(), func() domain.User {
			u, err := users.ByID(t.Context(), given.ID)
			must(t, err)
			return u
		}())
		must(t, err)
		scribble(updated)
		list, err := users.List(t.Context(), "", 1)
		must(t, err)
		scribble(list[0])

		got, err := users.ByEmail(t.Context(), given.Email)
		must(t, err)
		if string(got.TOTP) != "totp" || string(got.Preferences) != "{}" || *got.StaticToken != domain.HashSecret("token") {
			t.Errorf("got %q, %q and a token that is right: %t, want all as given",
				got.TOTP, got.Preferences, *got.StaticToken == domain.HashSecret("token"))
		}
	})

	t.Run("list in a unit of work shows its own writes among the others, in order", func(t *testing.T) {
		s := open(t, memory.Config{})
		for _, name := range []string{"d", "b", "f"} {
			must(t, s.Repos().Users.Create(t.Context(), user(name)))
		}
		must(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			must(t, r.Users.Create(ctx, user("e")))
			must(t, r.Users.Create(ctx, user("a")))
			for limit, want := range []string{"", "b", "bd", "bde", "bdef", "bdef"} {
				list, err := r.Users.List(ctx, "id-of-a", limit)
				must(t, err)
				got := ""
				for _, u := range list {
					got += string(u.ID[len("id-of-"):])
				}
				if got != want {
					t.Errorf("limit %d: got %q, want %q", limit, got, want)
				}
			}
			return nil
		}))
	})

	t.Run("give an address free inside a unit of work that changes it", func(t *testing.T) {
		s := open(t, memory.Config{})
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		must(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			ann, err := r.Users.ByID(ctx, "id-of-ann")
			must(t, err)
			ann.Email = "anna@example.com"
			_, err = r.Users.Update(ctx, ann)
			must(t, err)
			if _, err := r.Users.ByEmail(ctx, "ann@example.com"); !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v, want %v", err, port.ErrNotFound)
			}
			second := user("ann")
			second.ID = "other"
			return r.Users.Create(ctx, second)
		}))
		got, err := s.Repos().Users.ByEmail(t.Context(), "ann@example.com")
		must(t, err)
		if got.ID != "other" {
			t.Errorf("got user %q, want %q", got.ID, "other")
		}
	})
}

func TestUnitOfWork(t *testing.T) {
	t.Run("does not keep readers waiting", func(t *testing.T) {
		s := open(t, memory.Config{})
		must(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			must(t, r.Users.Create(ctx, user("ann")))
			_, err := s.Repos().Users.ByID(ctx, "id-of-ann")
			if !errors.Is(err, port.ErrNotFound) {
				t.Errorf("got error %v from outside, want %v", err, port.ErrNotFound)
			}
			return nil
		}))
	})

	t.Run("keeps a writer waiting no longer than its context", func(t *testing.T) {
		s := open(t, memory.Config{})
		must(t, s.Do(t.Context(), func(ctx context.Context, _ port.Repos) error {
			brief, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			if err := s.Repos().Users.Create(brief, user("ann")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("statement: got error %v, want %v", err, context.DeadlineExceeded)
			}
			if err := s.Do(brief, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("unit: got error %v, want %v", err, context.DeadlineExceeded)
			}
			return nil
		}))
	})

	t.Run("leaves repositories that are of no use afterwards", func(t *testing.T) {
		s := open(t, memory.Config{})
		var kept port.Repos
		must(t, s.Do(t.Context(), func(_ context.Context, r port.Repos) error {
			kept = r
			return nil
		}))
		if err := kept.Users.Create(t.Context(), user("ann")); err == nil {
			t.Error("write: got no error, want one")
		}
		if _, err := kept.Users.ByID(t.Context(), "id-of-ann"); err == nil || errors.Is(err, port.ErrNotFound) {
			t.Errorf("read: got error %v, want one that is no answer", err)
		}
	})

	t.Run("commits nothing once the store is closed", func(t *testing.T) {
		s := open(t, memory.Config{})
		err := s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			must(t, r.Users.Create(ctx, user("ann")))
			return s.Close()
		})
		if err == nil {
			t.Error("got no error, want one")
		}
	})
}

func TestLimiter(t *testing.T) {
	limit := port.Limit{Burst: 2, Every: time.Minute}
	take := func(t *testing.T, l port.RateLimiter, key string, now time.Time) time.Duration {
		t.Helper()
		wait, err := l.Take(t.Context(), key, limit, now)
		must(t, err)
		return wait
	}

	t.Run("that is full refuses a new key and none that it knows", func(t *testing.T) {
		l := open(t, memory.Config{LimiterKeys: 2}).Limiter()
		take(t, l, "a", t0)
		take(t, l, "b", t0)
		wait, err := l.Take(t.Context(), "c", limit, t0.Add(59*time.Second))
		if err == nil || wait != 0 {
			t.Errorf("got wait %v and error %v, want an error only", wait, err)
		}
		for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid} {
			if errors.Is(err, sentinel) {
				t.Errorf("got error %v, want no answer", err)
			}
		}
		if wait := take(t, l, "a", t0); wait != 0 {
			t.Errorf("known key: got wait %v, want none", wait)
		}
	})

	t.Run("that is full makes room by a bucket that is full again, and only by such", func(t *testing.T) {
		l := open(t, memory.Config{LimiterKeys: 2}).Limiter()
		take(t, l, "spent", t0)
		take(t, l, "spent", t0)
		take(t, l, "healed", t0)
		now := t0.Add(time.Minute) // "healed" is full again at this instant
		if wait := take(t, l, "new", now); wait != 0 {
			t.Errorf("new key: got wait %v, want none", wait)
		}
		if wait := take(t, l, "spent", now); wait != 0 {
			t.Errorf("second of two: got wait %v, want none", wait)
		}
		if wait := take(t, l, "spent", now); wait != time.Minute {
			t.Errorf("one too many: got wait %v, want 1m0s: its bucket was forgotten", wait)
		}
	})

	t.Run("has room again after a reset and after pruning", func(t *testing.T) {
		l := open(t, memory.Config{LimiterKeys: 1}).Limiter()
		take(t, l, "a", t0)
		must(t, l.Reset(t.Context(), "a"))
		take(t, l, "b", t0)
		if n, err := l.Prune(t.Context(), t0.Add(time.Minute), 10); n != 1 || err != nil {
			t.Errorf("got %d pruned and error %v, want 1", n, err)
		}
		take(t, l, "c", t0)
	})

	t.Run("refuses a limit that is none", func(t *testing.T) {
		l := open(t, memory.Config{}).Limiter()
		for _, bad := range []port.Limit{
			{},
			{Burst: 1},
			{Every: time.Second},
			{Burst: -1, Every: time.Second},
			{Burst: 1, Every: time.Nanosecond},
			{Burst: 1 << 60, Every: time.Hour},
		} {
			if _, err := l.Take(t.Context(), "key", bad, t0); !errors.Is(err, port.ErrInvalid) {
				t.Errorf("take %+v: got error %v, want %v", bad, err, port.ErrInvalid)
			}
			if err := l.Refund(t.Context(), "key", bad, t0); !errors.Is(err, port.ErrInvalid) {
				t.Errorf("refund %+v: got error %v, want %v", bad, err, port.ErrInvalid)
			}
		}
	})
}

func TestOneTimeTokens(t *testing.T) {
	t.Run("are not changed by whoever holds what was stored or read", func(t *testing.T) {
		tokens := open(t, memory.Config{}).Repos().OneTimeTokens
		given := domain.OneTimeToken{Hash: domain.HashSecret("h"), Purpose: "p", Payload: []byte("state"), ExpiresAt: t0.Add(time.Hour)}
		must(t, tokens.Put(t.Context(), given))
		given.Payload[0] = 'X'
		read, err := tokens.Get(t.Context(), "p", given.Hash, t0)
		must(t, err)
		read.Payload[0] = 'X'
		got, err := tokens.Consume(t.Context(), "p", given.Hash, t0)
		must(t, err)
		if string(got.Payload) != "state" {
			t.Errorf("got payload %q, want %q", got.Payload, "state")
		}
	})
}

func TestEvents(t *testing.T) {
	t.Run("are the newest when there are too many", func(t *testing.T) {
		events := open(t, memory.Config{Events: 3}).Events()
		for i := range 100 {
			must(t, events.Record(t.Context(), domain.Event{ID: fmt.Sprintf("%03d", i), At: t0}))
			list, err := events.List(t.Context(), "", 10)
			must(t, err)
			want := min(i+1, 3)
			if len(list) != want || list[want-1].ID != fmt.Sprintf("%03d", i) || list[0].ID != fmt.Sprintf("%03d", i+1-want) {
				t.Fatalf("after %d: got %v, want the newest %d", i, list, want)
			}
		}
	})

	t.Run("that come late take their place", func(t *testing.T) {
		events := open(t, memory.Config{Events: 3}).Events()
		for _, id := range []string{"5", "3", "4", "1", "6"} {
			must(t, events.Record(t.Context(), domain.Event{ID: id, At: t0}))
		}
		list, err := events.List(t.Context(), "", 10)
		must(t, err)
		got := ""
		for _, e := range list {
			got += e.ID
		}
		if got != "456" {
			t.Errorf("got %q, want %q", got, "456")
		}
	})
}

func TestSessions(t *testing.T) {
	t.Run("are pruned by their earlier end, as it stands after rotations", func(t *testing.T) {
		sessions := open(t, memory.Config{}).Sessions()
		for i := range 10 {
			must(t, sessions.Create(t.Context(), domain.Session{
				ID: domain.SessionID(fmt.Sprint(i)), UserID: "ann", Secret: domain.HashSecret("first"),
				ExpiresAt: t0.Add(time.Duration(10-i) * time.Minute), EndsAt: t0.Add(30 * time.Minute),
			}))
		}
		_, err := sessions.Rotate(t.Context(), port.Rotation{ // the first to end becomes the last
			ID: "9", Old: domain.HashSecret("first"), Next: domain.HashSecret("next"),
			Now: t0, ExpiresAt: t0.Add(time.Hour),
		})
		must(t, err)
		must(t, sessions.Delete(t.Context(), "8"))
		for _, step := range []struct {
			after time.Duration
			want  int
		}{
			{time.Minute, 0},
			{3 * time.Minute, 1}, // "7"
			{10 * time.Minute, 7},
			{30*time.Minute - time.Microsecond, 0},
			{30 * time.Minute, 1}, // "9", whose absolute end has come
		} {
			if got, err := sessions.Prune(t.Context(), t0.Add(step.after), 100); got != step.want || err != nil {
				t.Errorf("after %v: got %d pruned and error %v, want %d", step.after, got, err, step.want)
			}
		}
	})
}

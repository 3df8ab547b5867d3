package redis_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// alone returns an empty store, its prefix and a client for what is kept.
func alone(t *testing.T) (*redis.Store, string, *goredis.Client) {
	t.Helper()
	server := shared.Get(t)
	prefix := server.Prefix()
	return openAt(t, redis.Config{URL: server.URL(), Prefix: prefix}), prefix, raw(t, server)
}

func keysOf(t *testing.T, client *goredis.Client, prefix string) []string {
	t.Helper()
	keys, err := client.Keys(t.Context(), prefix+"*").Result()
	must(t, err)
	return keys
}

// wantKept wants the server to keep every key for so long, give or take a minute.
func wantKept(t *testing.T, client *goredis.Client, prefix string, keys int, want time.Duration) {
	t.Helper()
	all := keysOf(t, client, prefix)
	if len(all) != keys {
		t.Errorf("got keys %q, want %d", all, keys)
	}
	for _, key := range all {
		got, err := client.PTTL(t.Context(), key).Result()
		must(t, err)
		if got > want || got < want-time.Minute {
			t.Errorf("key %q is kept for %s, want %s", key, got, want)
		}
	}
}

func TestMemoryIsFreed(t *testing.T) {
	const slack = 24 * time.Hour
	t.Run("of a session a day after its end", func(t *testing.T) {
		s, prefix, client := alone(t)
		first := session("laptop")
		must(t, s.Sessions().Create(t.Context(), first))
		wantKept(t, client, prefix, 3, slack+time.Hour)
		_, err := s.Sessions().Rotate(t.Context(), rotation(first, "next"))
		must(t, err)
		wantKept(t, client, prefix, 3, slack+2*time.Hour)
	})

	t.Run("of a session at once when it is ended", func(t *testing.T) {
		ends := map[string]func(*redis.Store) error{
			"by Delete":     func(s *redis.Store) error { return s.Sessions().Delete(t.Context(), "laptop") },
			"by DeleteUser": func(s *redis.Store) error { return s.Sessions().DeleteUser(t.Context(), "ann", "") },
			"by EndReused": func(s *redis.Store) error {
				_, err := s.Sessions().EndReused(t.Context(), "laptop", domain.HashSecret("wrong"))
				return err
			},
			"by Prune": func(s *redis.Store) error {
				_, err := s.Sessions().Prune(t.Context(), t0.Add(2*time.Hour), 1)
				return err
			},
		}
		for name, end := range ends {
			t.Run(name, func(t *testing.T) {
				s, prefix, client := alone(t)
				first := session("laptop")
				must(t, s.Sessions().Create(t.Context(), first))
				_, err := s.Sessions().Rotate(t.Context(), rotation(first, "next"))
				must(t, err)
				must(t, end(s))
				if keys := keysOf(t, client, prefix); len(keys) > 0 {
					t.Errorf("got keys %q, want none", keys)
				}
			})
		}
	})

	t.Run("of a bucket a day after it is full at the latest", func(t *testing.T) {
		s, prefix, client := alone(t)
		_, err := s.Limiter().Take(t.Context(), "ann", limit, t0)
		must(t, err)
		wantKept(t, client, prefix, 2, slack+3*time.Minute)
		must(t, s.Limiter().Refund(t.Context(), "ann", port.Limit{Burst: 1, Every: time.Second}, t0))
		wantKept(t, client, prefix, 2, slack+3*time.Minute)
	})

	t.Run("of a bucket at once when it is forgotten", func(t *testing.T) {
		s, prefix, client := alone(t)
		for _, key := range []string{"ann", "bob"} {
			_, err := s.Limiter().Take(t.Context(), key, limit, t0)
			must(t, err)
		}
		must(t, s.Limiter().Reset(t.Context(), "ann"))
		pruned, err := s.Limiter().Prune(t.Context(), t0.Add(time.Minute), 10)
		must(t, err)
		if keys := keysOf(t, client, prefix); len(keys) > 0 || pruned != 1 {
			t.Errorf("got keys %q and %d pruned, want none and 1", keys, pruned)
		}
	})

	t.Run("never of what is in use", func(t *testing.T) {
		// The server's clock is ours, in which all of this is over or has not begun.
		s, prefix, client := alone(t)
		for i, now := range []time.Time{time.Unix(0, 0), {}, time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)} {
			x := session(domain.SessionID(fmt.Sprint("session", i)))
			x.CreatedAt, x.ExpiresAt, x.EndsAt = now, now.Add(time.Hour), now.Add(time.Hour)
			must(t, s.Sessions().Create(t.Context(), x))
		}
		for _, key := range keysOf(t, client, prefix) {
			left, err := client.PTTL(t.Context(), key).Result()
			must(t, err)
			if left < time.Hour {
				t.Errorf("key %q is kept for %s, want an hour at least", key, left)
			}
		}
	})
}

func TestWhatTheServerLetExpire(t *testing.T) {
	expire := func(t *testing.T, client *goredis.Client, key string) {
		t.Helper()
		if n, err := client.Del(t.Context(), key).Result(); err != nil || n != 1 {
			t.Fatalf("got %d keys deleted and error %v, want 1", n, err)
		}
	}

	t.Run("is pruned from the indexes", func(t *testing.T) {
		s, prefix, client := alone(t)
		must(t, s.Sessions().Create(t.Context(), session("laptop")))
		_, err := s.Limiter().Take(t.Context(), "ann", limit, t0)
		must(t, err)
		expire(t, client, prefix+"session:laptop")
		expire(t, client, prefix+"limit:ann")

		for _, prune := range []func() (int, error){
			func() (int, error) { return s.Sessions().Prune(t.Context(), t0.Add(time.Hour), 10) },
			func() (int, error) { return s.Limiter().Prune(t.Context(), t0.Add(time.Hour), 10) },
		} {
			if n, err := prune(); n != 1 || err != nil {
				t.Errorf("got %d pruned and error %v, want 1 and none", n, err)
			}
		}
		if keys := keysOf(t, client, prefix); len(keys) > 0 {
			t.Errorf("got keys %q, want none", keys)
		}
	})

	t.Run("is left out when all of a user's sessions are ended", func(t *testing.T) {
		s, prefix, client := alone(t)
		must(t, s.Sessions().Create(t.Context(), session("laptop")))
		expire(t, client, prefix+"session:laptop")
		must(t, s.Sessions().DeleteUser(t.Context(), "ann", ""))
		if keys := keysOf(t, client, prefix); len(keys) != 1 || keys[0] != prefix+"ends" {
			t.Errorf("got keys %q, want what Prune goes by", keys)
		}
	})

	t.Run("takes nothing away that is new under its name", func(t *testing.T) {
		s, prefix, client := alone(t)
		must(t, s.Sessions().Create(t.Context(), session("laptop")))
		_, err := s.Limiter().Take(t.Context(), "ann", limit, t0)
		must(t, err)
		expire(t, client, prefix+"session:laptop")
		expire(t, client, prefix+"limit:ann")
		again := session("laptop")
		again.ExpiresAt = t0.Add(3 * time.Hour)
		must(t, s.Sessions().Create(t.Context(), again))
		for range limit.Burst {
			_, err := s.Limiter().Take(t.Context(), "ann", limit, t0.Add(2*time.Hour))
			must(t, err)
		}

		_, err = s.Sessions().Prune(t.Context(), t0.Add(2*time.Hour), 10)
		must(t, err)
		_, err = s.Limiter().Prune(t.Context(), t0.Add(2*time.Hour), 10)
		must(t, err)
		if _, err := s.Sessions().Get(t.Context(), "laptop", t0.Add(2*time.Hour)); err != nil {
			t.Errorf("got error %v, want the new session", err)
		}
		must(t, s.Sessions().DeleteUser(t.Context(), "ann", ""))
		if _, err := s.Sessions().Get(t.Context(), "laptop", t0.Add(2*time.Hour)); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want the new session found as one of its user", err)
		}
		if wait, err := s.Limiter().Take(t.Context(), "ann", limit, t0.Add(2*time.Hour)); wait == 0 || err != nil {
			t.Errorf("got wait %s and error %v, want the attempt to be refused", wait, err)
		}
	})
}

func TestPrefix(t *testing.T) {
	server := shared.Get(t)
	one := openAt(t, redis.Config{URL: server.URL(), Prefix: server.Prefix()})
	other := openAt(t, redis.Config{URL: server.URL(), Prefix: server.Prefix()})
	must(t, one.Sessions().Create(t.Context(), session("laptop")))
	must(t, other.Sessions().Create(t.Context(), session("laptop")))
	must(t, one.Sessions().DeleteUser(t.Context(), "ann", ""))
	if n, err := one.Sessions().Prune(t.Context(), t0.Add(10*time.Hour), 10); n != 0 || err != nil {
		t.Errorf("got %d pruned and error %v, want 0 and none", n, err)
	}
	if _, err := other.Sessions().Get(t.Context(), "laptop", t0); err != nil {
		t.Errorf("got error %v, want the session under the other prefix", err)
	}
}

func TestNumbersBeyondThoseOfLua(t *testing.T) {
	t.Run("in a session", func(t *testing.T) {
		for _, moment := range []time.Time{{}, time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)} {
			s, x := open(t), session("laptop")
			x.Generation, x.Epoch = math.MaxInt64-1, math.MinInt64
			x.ExpiresAt, x.EndsAt = moment, moment.Add(time.Microsecond)
			must(t, s.Sessions().Create(t.Context(), x))
			before := moment.Add(-time.Microsecond)
			got, err := s.Sessions().Get(t.Context(), x.ID, before)
			must(t, err)
			if !got.ExpiresAt.Equal(x.ExpiresAt) || !got.EndsAt.Equal(x.EndsAt) || got.Epoch != x.Epoch {
				t.Errorf("got %+v, want %+v", got, x)
			}
			if _, err := s.Sessions().Get(t.Context(), x.ID, moment); !errors.Is(err, port.ErrNotFound) {
				t.Errorf("at the end: got error %v, want %v", err, port.ErrNotFound)
			}
			r := rotation(x, "next")
			r.Now, r.ExpiresAt = before, moment
			_, err = s.Sessions().Rotate(t.Context(), r)
			must(t, err)
			rotated, err := s.Sessions().Get(t.Context(), x.ID, before)
			must(t, err)
			if rotated.Generation != math.MaxInt64 {
				t.Errorf("got generation %d, want %d", rotated.Generation, int64(math.MaxInt64))
			}
			if n, err := s.Sessions().Prune(t.Context(), before, 10); n != 0 || err != nil {
				t.Errorf("a moment before the end: got %d pruned and error %v, want none", n, err)
			}
			if n, err := s.Sessions().Prune(t.Context(), moment, 10); n != 1 || err != nil {
				t.Errorf("at the end: got %d pruned and error %v, want 1", n, err)
			}
		}
	})

	t.Run("in a limit", func(t *testing.T) {
		s := open(t)
		// Some 70 000 years, and a span that no double holds.
		wide := port.Limit{Burst: 250, Every: math.MaxInt64 - 1}
		for i := range wide.Burst {
			if wait, err := s.Limiter().Take(t.Context(), "ann", wide, t0); wait != 0 || err != nil {
				t.Fatalf("attempt %d: got a wait of %s and error %v, want none", i, wait, err)
			}
		}
		every := time.Duration(wide.Every.Microseconds()) * time.Microsecond
		if wait, err := s.Limiter().Take(t.Context(), "ann", wide, t0); wait != every || err != nil {
			t.Errorf("got a wait of %d and error %v, want %d", wait, err, every)
		}
		must(t, s.Limiter().Refund(t.Context(), "ann", wide, t0))
		for _, want := range []time.Duration{0, every - time.Microsecond} {
			if wait, err := s.Limiter().Take(t.Context(), "ann", wide, t0.Add(time.Microsecond)); wait != want || err != nil {
				t.Errorf("got a wait of %d and error %v, want %d", wait, err, want)
			}
		}
	})

	t.Run("where a time has no more room in its lower half", func(t *testing.T) {
		s := open(t)
		one := port.Limit{Burst: 1, Every: time.Second}
		// 1970 is written 09223372036854775808, and this moment with ten zeros at its end.
		turn := time.UnixMicro(177420*1e10 + 1e10 - 6854775808)
		for range 2 {
			for _, c := range []struct{ after, want time.Duration }{
				{-time.Second / 2, 0},
				{-time.Second / 2, time.Second},
				{-time.Microsecond, time.Second/2 + time.Microsecond},
				{0, time.Second / 2},
				{time.Microsecond, time.Second/2 - time.Microsecond},
			} {
				if wait, err := s.Limiter().Take(t.Context(), "ann", one, turn.Add(c.after)); wait != c.want || err != nil {
					t.Errorf("after %s: got a wait of %s and error %v, want %s", c.after, wait, err, c.want)
				}
			}
			must(t, s.Limiter().Refund(t.Context(), "ann", one, turn))
		}
	})
}

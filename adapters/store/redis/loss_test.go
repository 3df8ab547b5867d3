package redis_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var limit = port.Limit{Burst: 3, Every: time.Minute}

func rotation(s domain.Session, next string) port.Rotation {
	return port.Rotation{ID: s.ID, Old: s.Secret, Next: domain.HashSecret(next), Now: t0, ExpiresAt: t0.Add(2 * time.Hour)}
}

// calls are all methods of a store that ask the server.
func calls() map[string]func(context.Context, *redis.Store) error {
	s := session("laptop")
	return map[string]func(context.Context, *redis.Store) error{
		"create": func(ctx context.Context, r *redis.Store) error { return r.Sessions().Create(ctx, session("phone")) },
		"get":    func(ctx context.Context, r *redis.Store) error { _, err := r.Sessions().Get(ctx, s.ID, t0); return err },
		"rotate": func(ctx context.Context, r *redis.Store) error {
			_, err := r.Sessions().Rotate(ctx, rotation(s, "next"))
			return err
		},
		"end reused": func(ctx context.Context, r *redis.Store) error {
			_, err := r.Sessions().EndReused(ctx, "another", s.Secret)
			return err
		},
		"delete":      func(ctx context.Context, r *redis.Store) error { return r.Sessions().Delete(ctx, "another") },
		"delete user": func(ctx context.Context, r *redis.Store) error { return r.Sessions().DeleteUser(ctx, "bob", "") },
		"prune":       func(ctx context.Context, r *redis.Store) error { _, err := r.Sessions().Prune(ctx, t0, 1); return err },
		"take": func(ctx context.Context, r *redis.Store) error {
			_, err := r.Limiter().Take(ctx, "ann", limit, t0)
			return err
		},
		"refund": func(ctx context.Context, r *redis.Store) error { return r.Limiter().Refund(ctx, "ann", limit, t0) },
		"reset":  func(ctx context.Context, r *redis.Store) error { return r.Limiter().Reset(ctx, "ann") },
		"prune limits": func(ctx context.Context, r *redis.Store) error {
			_, err := r.Limiter().Prune(ctx, t0, 1)
			return err
		},
		"ping":     func(ctx context.Context, r *redis.Store) error { return r.Ping(ctx) },
		"warnings": func(ctx context.Context, r *redis.Store) error { _, err := r.Warnings(ctx); return err },
	}
}

// wantNoAnswer wants an error that nobody takes for an answer of the store.
func wantNoAnswer(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error, want one")
	}
	for _, answer := range []error{
		port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid, port.ErrBusy,
		context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, answer) {
			t.Fatalf("got error %v, want none that matches %q", err, answer)
		}
	}
}

func TestLostAnswer(t *testing.T) {
	for name, lose := range map[string]int32{"swallowed": answers, "with its connection": hangingUp} {
		t.Run(name+" of a rotation leaves one rotation", func(t *testing.T) {
			server := shared.Get(t)
			p := newProxy(t, server.Address())
			s := openAt(t, redis.Config{URL: p.url(), Prefix: server.Prefix(), Timeout: time.Second})
			first, known := session("laptop"), session("phone")
			must(t, s.Sessions().Create(t.Context(), first))
			must(t, s.Sessions().Create(t.Context(), known))
			_, err := s.Sessions().Rotate(t.Context(), rotation(known, "next")) // the server learns the script
			must(t, err)

			p.lose.Store(lose)
			_, err = s.Sessions().Rotate(t.Context(), rotation(first, "next"))
			wantNoAnswer(t, err)

			p.lose.Store(nothing)
			got, err := s.Sessions().Get(t.Context(), first.ID, t0)
			must(t, err)
			if got.Generation != 1 || got.Secret != domain.HashSecret("next") {
				t.Errorf("got generation %d, want 1 with the next secret", got.Generation)
			}
		})

		t.Run(name+" of an attempt leaves one attempt taken", func(t *testing.T) {
			server := shared.Get(t)
			p := newProxy(t, server.Address())
			s := openAt(t, redis.Config{URL: p.url(), Prefix: server.Prefix(), Timeout: time.Second})
			_, err := s.Limiter().Take(t.Context(), "bob", limit, t0) // the server learns the script
			must(t, err)

			p.lose.Store(lose)
			_, err = s.Limiter().Take(t.Context(), "ann", limit, t0)
			wantNoAnswer(t, err)

			p.lose.Store(nothing)
			for i := range limit.Burst {
				wait, err := s.Limiter().Take(t.Context(), "ann", limit, t0)
				must(t, err)
				if taken := wait == 0; taken != (i < limit.Burst-1) {
					t.Errorf("attempt %d after the lost one: got a wait of %s", i+1, wait)
				}
			}
		})
	}
}

func TestServerThatHangs(t *testing.T) {
	const timeout = 200 * time.Millisecond
	server := redistest.Start(t)
	s := openAt(t, redis.Config{URL: server.URL(), Timeout: timeout})
	must(t, s.Sessions().Create(t.Context(), session("laptop")))
	patient := openAt(t, redis.Config{URL: server.URL(), Timeout: time.Minute})
	must(t, server.Pause())

	for name, call := range calls() {
		t.Run("fails within the timeout/"+name, func(t *testing.T) {
			began := time.Now()
			wantNoAnswer(t, call(t.Context(), s))
			if took := time.Since(began); took > timeout+time.Second {
				t.Errorf("took %s, want no more than the timeout of %s", took, timeout)
			}
		})
	}

	for name, call := range calls() {
		t.Run("is left when the context ends/"+name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer time.AfterFunc(20*time.Millisecond, cancel).Stop()
			if err := call(ctx, patient); !errors.Is(err, context.Canceled) {
				t.Errorf("got error %v, want %v", err, context.Canceled)
			}
			late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if err := call(late, patient); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
			}
		})
	}

	must(t, server.Resume())
	eventually(t, func() error { return s.Ping(t.Context()) })
	eventually(t, func() error { return patient.Ping(t.Context()) })
}

func TestServerThatIsSlow(t *testing.T) {
	// Each call takes several answers: one to open a connection, and that to a script that the
	// server does not know, before the one that counts.
	server := redistest.Start(t)
	const timeout = 1500 * time.Millisecond
	p := newProxy(t, server.Address())
	s := openAt(t, redis.Config{URL: p.url(), Timeout: timeout})
	must(t, raw(t, server).ScriptFlush(t.Context()).Err())
	p.delay.Store(int64(timeout * 9 / 10))
	for name, call := range calls() {
		if name == "warnings" {
			continue // asks for settings, by no script
		}
		t.Run("fails within the timeout/"+name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			wantNoAnswer(t, call(t.Context(), s))
			if took := time.Since(began); took > 2*timeout { // all answers take 2.7 times as long
				t.Errorf("took %s, want the timeout of %s", took, timeout)
			}
		})
	}
}

func TestServerThatIsGone(t *testing.T) {
	server := redistest.Start(t, redistest.Durable()...)
	s := openAt(t, redis.Config{URL: server.URL(), MaxConnections: 4, Timeout: time.Second})
	must(t, s.Sessions().Create(t.Context(), session("laptop")))
	must(t, server.Kill())
	for range 3 { // more often than there are connections, after which the driver no longer dials
		for name, call := range calls() {
			t.Run("is an error/"+name, func(t *testing.T) { wantNoAnswer(t, call(t.Context(), s)) })
		}
	}

	must(t, server.Process.Start(t.Context()))
	eventually(t, func() error { return s.Ping(t.Context()) })
	for name, call := range calls() {
		t.Run("works again when it is back/"+name, func(t *testing.T) {
			must(t, call(t.Context(), s))
		})
	}
}

func TestServerThatForgetsItsScripts(t *testing.T) {
	for name, call := range calls() {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			s := openAt(t, redis.Config{URL: server.URL()})
			must(t, s.Sessions().Create(t.Context(), session("laptop")))
			must(t, raw(t, server).ScriptFlush(t.Context()).Err())
			must(t, call(t.Context(), s))
		})
	}
}

func TestServerThatIsFlushed(t *testing.T) {
	server := redistest.Start(t)
	s := openAt(t, redis.Config{URL: server.URL()})
	must(t, s.Sessions().Create(t.Context(), session("laptop")))
	must(t, raw(t, server).FlushAll(t.Context()).Err())
	if _, err := s.Sessions().Get(t.Context(), "laptop", t0); !errors.Is(err, port.ErrNotFound) {
		t.Errorf("got error %v, want %v", err, port.ErrNotFound)
	}
	must(t, s.Sessions().Create(t.Context(), session("laptop")))
}

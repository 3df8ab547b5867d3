package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// A client rotates its session again and again until it gets no answer.
type client struct {
	session      domain.Session // as acknowledged last
	asked        domain.SecretHash
	acknowledged int
}

func (c *client) rotate(ctx context.Context, s *redis.Store) error {
	c.asked = domain.HashSecret(fmt.Sprint(c.session.ID, " ", c.acknowledged+1))
	_, err := s.Sessions().Rotate(ctx, port.Rotation{
		ID: c.session.ID, Old: c.session.Secret, Next: c.asked, Now: t0, ExpiresAt: t0.Add(time.Hour),
	})
	if err == nil {
		c.session.Secret = c.asked
		c.session.Generation++
		c.acknowledged++
	}
	return err
}

func TestServerThatIsKilled(t *testing.T) {
	const rounds, clients, enough = 5, 8, 200
	server := redistest.Start(t, redistest.Durable()...)
	s := openAt(t, redis.Config{URL: server.URL()})
	for round := range rounds {
		all := make([]*client, clients)
		for i := range all {
			first := session(domain.SessionID(fmt.Sprintf("client %d of round %d", i, round)))
			must(t, s.Sessions().Create(t.Context(), first))
			all[i] = &client{session: first}
		}

		var acknowledged atomic.Int64
		var rotating sync.WaitGroup
		for _, c := range all {
			rotating.Go(func() {
				for c.rotate(t.Context(), s) == nil {
					if acknowledged.Add(1) == enough {
						must(t, server.Kill())
					}
				}
			})
		}
		rotating.Wait()
		must(t, server.Process.Start(t.Context()))
		eventually(t, func() error { return s.Ping(t.Context()) })

		for _, c := range all {
			t.Run(fmt.Sprint("keeps what was acknowledged/", c.session.ID), func(t *testing.T) { c.check(t, s) })
		}
	}
}

// check wants the last acknowledged secret to be the current one, or the one that was asked for
// without an answer, and no other to be of use.
func (c *client) check(t *testing.T, s *redis.Store) {
	t.Helper()
	got, err := s.Sessions().Get(t.Context(), c.session.ID, t0)
	must(t, err)
	if got.Secret != c.session.Secret && got.Secret != c.asked {
		t.Fatalf("after %d acknowledged rotations: got generation %d, want %d or one more",
			c.acknowledged, got.Generation, c.session.Generation)
	}
	if want := c.session.Generation; got.Generation != want && got.Generation != want+1 {
		t.Errorf("got generation %d, want %d or one more", got.Generation, want)
	}
	for n := range c.acknowledged {
		spent := domain.HashSecret("first")
		if n > 0 {
			spent = domain.HashSecret(fmt.Sprint(c.session.ID, " ", n))
		}
		_, err := s.Sessions().Rotate(t.Context(), port.Rotation{
			ID: c.session.ID, Old: spent, Next: domain.HashSecret("stolen"), Now: t0, ExpiresAt: t0.Add(time.Hour),
		})
		if !errors.Is(err, port.ErrStale) {
			t.Errorf("spent secret %d of %d: got error %v, want %v", n, c.acknowledged, err, port.ErrStale)
		}
	}
}

func TestRotateOverSeveralInstances(t *testing.T) {
	server := shared.Get(t)
	prefix := server.Prefix()
	instances := make([]*redis.Store, 3)
	for i := range instances {
		instances[i] = openAt(t, redis.Config{URL: server.URL(), Prefix: prefix})
	}
	first := session("laptop")
	must(t, instances[0].Sessions().Create(t.Context(), first))

	errs := make([]error, 200)
	seen := make([]domain.Session, len(errs))
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			seen[i], errs[i] = instances[i%len(instances)].Sessions().Rotate(t.Context(), rotation(first, fmt.Sprint(i)))
		})
	}
	all.Wait()
	winner, won, stale := -1, 0, 0
	for i, err := range errs {
		switch {
		case err == nil:
			winner, won = i, won+1
		case errors.Is(err, port.ErrStale):
			stale++
		default:
			t.Errorf("got error %v, want none or %v", err, port.ErrStale)
		}
	}
	if won != 1 || stale != len(errs)-1 {
		t.Fatalf("got %d winners and %d stale, want 1 and %d", won, stale, len(errs)-1)
	}
	for i, got := range seen {
		if i != winner && (got.Secret != domain.HashSecret(fmt.Sprint(winner)) || got.Generation != 1) {
			t.Errorf("call %d: got another session than the winner's", i)
		}
	}
}

func TestTakeOverSeveralInstances(t *testing.T) {
	server := shared.Get(t)
	prefix := server.Prefix()
	one := openAt(t, redis.Config{URL: server.URL(), Prefix: prefix})
	other := openAt(t, redis.Config{URL: server.URL(), Prefix: prefix})
	var taken atomic.Int64
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			wait, err := []*redis.Store{one, other}[i%2].Limiter().Take(t.Context(), "ann", port.Limit{Burst: 7, Every: time.Minute}, t0)
			if err != nil {
				t.Error(err)
			}
			if err == nil && wait == 0 {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if got := taken.Load(); got != 7 {
		t.Errorf("got %d attempts, want 7", got)
	}
}

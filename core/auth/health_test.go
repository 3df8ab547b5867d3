package auth_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestHealth(t *testing.T) {
	// newWatched returns a world with an administrator and two probes, the second of which
	// takes 7 ms and fails when broken says so.
	newWatched := func(t *testing.T, broken *error, changes ...func(*auth.Ports)) (world, auth.Principal) {
		var w world
		changes = append(changes, func(p *auth.Ports) {
			p.Probes = append(p.Probes, auth.Probe{Name: "slow", Ping: func(context.Context) error {
				w.clock.Advance(7 * time.Millisecond)
				return *broken
			}})
		})
		w = newWorld(t, auth.DefaultSettings(), changes...)
		admin, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "admin@example.com", Password: password, Admin: true})
		wantCode(t, err, "")
		return w, auth.Principal{User: admin}
	}

	t.Run("an administrator sees each check", func(t *testing.T) {
		var broken error
		w, admin := newWatched(t, &broken)
		got := w.service.Health(t.Context(), admin)
		if !got.OK || len(got.Checks) != 2 {
			t.Fatalf("got %+v, want all well and two checks", got)
		}
		if got := got.Checks[0]; got.Name != "store" || !got.OK { // it may be tried while the clock moves on
			t.Errorf("got %+v, want the store, all well", got)
		}
		if want := (auth.HealthCheck{Name: "slow", OK: true, Took: 7 * time.Millisecond}); got.Checks[1] != want {
			t.Errorf("got %+v, want %+v", got.Checks[1], want)
		}
	})
	t.Run("others see whether all is well, and no more", func(t *testing.T) {
		var broken error
		w, _ := newWatched(t, &broken)
		w.seedAnn(t, nil)
		for name, p := range map[string]auth.Principal{
			"anonymous": {}, "user": {User: w.ann(t)}, "role that is gone": {User: domain.User{ID: annID, Role: "gone"}},
		} {
			broken = nil
			if got := w.service.Health(t.Context(), p); !got.OK || got.Checks != nil {
				t.Errorf("%s: got %+v, want all well and nothing else", name, got)
			}
			broken = errBroken
			if got := w.service.Health(t.Context(), p); got.OK || got.Checks != nil {
				t.Errorf("%s: got %+v, want not well and nothing else", name, got)
			}
		}
	})
	t.Run("one thing that is down does not hide the others, and the log says why", func(t *testing.T) {
		broken := errBroken
		var log logbook
		w, admin := newWatched(t, &broken, logged(&log))
		got := w.service.Health(t.Context(), admin)
		if got.OK || len(got.Checks) != 2 || !got.Checks[0].OK || got.Checks[1].OK {
			t.Errorf("got %+v, want only the second check to fail", got)
		}
		if !strings.Contains(log.String(), errBroken.Error()) {
			t.Error("the log does not say what was wrong")
		}
	})
	t.Run("what is silent is waited for at the same time, and the answer keeps the order", func(t *testing.T) {
		const silent = 3
		var tried sync.WaitGroup
		tried.Add(silent)
		all := make(chan struct{})
		go func() {
			tried.Wait()
			close(all)
		}()
		var names []string
		w := newWorld(t, auth.DefaultSettings(), func(p *auth.Ports) {
			p.Probes = nil
			for i := range silent {
				names = append(names, fmt.Sprint("server ", i))
				p.Probes = append(p.Probes, auth.Probe{Name: names[i], Ping: func(ctx context.Context) error {
					tried.Done()
					select { // each gives an answer only when all have been asked
					case <-all:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}})
			}
		})
		admin, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "admin@example.com", Password: password, Admin: true})
		wantCode(t, err, "")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		got := w.service.Health(ctx, auth.Principal{User: admin})
		if !got.OK || len(got.Checks) != silent {
			t.Fatalf("got %+v, want %d checks, all well", got, silent)
		}
		for i, check := range got.Checks {
			if check.Name != names[i] {
				t.Errorf("check %d: got %q, want %q", i, check.Name, names[i])
			}
		}
	})
	t.Run("a store that is down is not well, and tells nobody more", func(t *testing.T) {
		var broken error
		w, admin := newWatched(t, &broken)
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		if got := w.service.Health(t.Context(), admin); got.OK || got.Checks != nil {
			t.Errorf("got %+v, want not well, and no checks for somebody whose role cannot be read", got)
		}
	})
	t.Run("a role that cannot be read is no administrator's", func(t *testing.T) {
		var broken error
		var v valve
		w, admin := newWatched(t, &broken, intercepted(v.hooks()))
		v.set(intercept.Hooks{Before: intercept.FailMethod("Roles.ByID", errBroken)})
		if got := w.service.Health(t.Context(), admin); !got.OK || got.Checks != nil {
			t.Errorf("got %+v, want all well and no checks", got)
		}
	})
}

package e2e

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity95_ADeadOrSilentServerIs503AndTheServiceRecovers loses the server while clients are
// busy. Every route that needs it says 503 in time and the program says which part is down, and
// as soon as it is back everything works without a restart, and nobody was logged out. A store
// that does not bound its statements turns it red, an error of one that becomes
// INVALID_CREDENTIALS, and a readyz that does not ask.
func TestSecurity95_ADeadOrSilentServerIs503AndTheServiceRecovers(t *testing.T) {
	t.Parallel()
	faults := map[string]func(*faultProxy){
		"dead": (*faultProxy).cut, "silent": (*faultProxy).silence, "heard by nobody": (*faultProxy).swallow,
	}
	loseAndRecover := func(t *testing.T, d disturbed) {
		p := serve(t, d.env)
		compare(t, p.HTTP) // 503 is described, too
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			t.Run(name, func(t *testing.T) {
				routes := routesThatNeed(t, d, p)
				busy := keepBusy(t, p)
				busy.awaitGood(t, 20)
				begun := p.log.count(d.downLine())

				faults[name](d.network)
				var asked sync.WaitGroup
				for route, call := range routes {
					asked.Go(func() { mustBe503(t, route, call) })
				}
				asked.Wait()
				await(t, "readyz to say 503", func() bool {
					status, _ := ready(t, p.Client)
					return status == http.StatusServiceUnavailable
				})
				p.log.awaitTimes(t, d.downLine(), begun+1)
				if _, err := p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/livez"}); err != nil {
					t.Errorf("livez: got %v, want 200", err)
				}

				d.network.heal()
				await(t, "readyz to say 200", func() bool {
					status, _ := ready(t, p.Client)
					return status == http.StatusOK
				})
				mustLogin(t, p.Client, adminPassword)
				busy.awaitGood(t, 20)
				busy.end(t)
			})
			if t.Failed() {
				return
			}
		}
	}
	forEachDisturbed(t, loseAndRecover)
	t.Run("pg with prepared statements", func(t *testing.T) { loseAndRecover(t, disturbedPostgreSQL(t, "")) })
}

// downLine is what the log says when the server is not well.
func (d disturbed) downLine() string { return `"check":"` + d.part + `"` }

// routesThatNeed are requests to all routes that ask the server, none of which changes anything
// while it does not answer.
func routesThatNeed(t *testing.T, d disturbed, p *process) map[string]func() error {
	t.Helper()
	held := map[domain.Mode]struct{ Access, Token string }{}
	for _, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession} {
		held[mode] = login(t, p.Client, mode)
	}
	bearer := held[domain.ModeJSON].Access
	call := func(what restclient.Call) func() error {
		return func() error {
			_, err := p.Do(t.Context(), what)
			return err
		}
	}
	routes := map[string]func() error{
		"log in":                     func() error { return guessAt(t, p.Client, adminPassword) },
		"log in by a wrong password": func() error { return guessAt(t, p.Client, "a wrong password") },
		"read the account":           func() error { return useSession(t, p.Client, bearer) },
		"change the account": call(restclient.Call{
			Method: http.MethodPatch, Path: "/users/me", Bearer: bearer, Body: map[string]any{"first_name": "Ann"},
		}),
		"ask for a new password": func() error { return p.RequestReset(t.Context(), adminEmail, "") },
	}
	for mode, h := range held {
		routes["refresh in mode "+string(mode)] = func() error {
			_, err := refresh(t, p.Client, mode, h.Token)
			return err
		}
		routes["log out in mode "+string(mode)] = func() error { return p.Logout(t.Context(), mode, h.Token) }
	}
	if d.database != nil {
		routes["set a new password"] = func() error { return p.Reset(t.Context(), "a token", "another battery staple") }
	}
	return routes
}

// busy are clients that use the service in the meantime. Each has a session, whose newest token it
// tries until it has a successor, as the grace period allows.
type busy struct {
	good    atomic.Int64 // answers
	stop    chan struct{}
	running sync.WaitGroup
}

// busyPause is what a client does between its requests.
const busyPause = 5 * time.Millisecond

func keepBusy(t *testing.T, p *process) *busy {
	t.Helper()
	b := &busy{stop: make(chan struct{})}
	for range 3 {
		held := login(t, p.Client, domain.ModeJSON)
		b.running.Go(func() {
			for {
				select {
				case <-b.stop:
					return
				case <-time.After(busyPause):
				}
				b.answered(t, "log in", func() error { return guessAt(t, p.Client, adminPassword) })
				b.answered(t, "use the session", func() error { return useSession(t, p.Client, held.Access) })
				b.answered(t, "refresh", func() error {
					next, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
					if err == nil {
						held = next
					}
					return err
				})
			}
		})
	}
	t.Cleanup(func() { b.end(t) })
	return b
}

// answered makes a request, which is answered well or with 503.
func (b *busy) answered(t *testing.T, what string, request func() error) {
	t.Helper()
	begun := time.Now()
	got := outcome(request())
	switch {
	case got == "200":
		b.good.Add(1)
	case t.Context().Err() != nil: // the test has ended before its clients
	case got != domain.ServiceUnavailable:
		t.Errorf("%s in the meantime: got %v, want 200 or %s", what, got, domain.ServiceUnavailable)
	}
	if took := time.Since(begun); took > 2*answerTime {
		t.Errorf("%s in the meantime: took %v, want no more than %v", what, took, 2*answerTime)
	}
}

// awaitGood waits until so many further requests were answered well.
func (b *busy) awaitGood(t *testing.T, n int64) {
	t.Helper()
	enough := b.good.Load() + n
	await(t, "requests to be answered well", func() bool { return b.good.Load() >= enough })
}

// end lets the clients finish what they are doing.
func (b *busy) end(t *testing.T) {
	t.Helper()
	select {
	case <-b.stop:
	default:
		close(b.stop)
	}
	b.running.Wait()
}

package e2e

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity23And25_RotationsOutliveAKill kills the program at random times, in the middle of
// many rotations, while its clients go on with the process that takes its place. Then it compares
// what that knows with what the clients were told. To answer before the commit, or to keep
// sessions in memory, turns it red: try `synchronous(OFF)` with the write-ahead log removed, or
// a Rotate that writes after it has returned.
func TestSecurity23And25_RotationsOutliveAKill(t *testing.T) {
	t.Parallel()
	t.Run("sqlite3", func(t *testing.T) { outlivesKills(t, cheap(t.TempDir())) })
	forEachServer(t, outlivesKills)
}

func outlivesKills(t *testing.T, env []string) {
	const rounds = 20
	env = withFaults(env)
	chance := random(t)
	service := startInstance(t, env)
	createBystander(t, env)
	var figures history.Figures
	for round := range rounds {
		l := startLoad(t, clients{count: 8, sessionsEach: 8, logoutEvery: 31}, service)
		l.awaitUses(t, 100+chance.IntN(400))
		wait(chance)
		service.kill()
		service.start(t)
		l.awaitUses(t, 100)
		figures = figures.Add(l.judge(t, service))
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	if figures.Logouts == 0 || figures.Unknown == 0 {
		t.Errorf("got %v: want some logouts and some unknown outcomes", figures)
	}
	t.Logf("%d times kill -9: %v", rounds, figures)
}

// TestSecurity97_StopLosesNoAcknowledgement ends the program the polite way under the same
// load: every request that it has read is answered, and every answer holds afterwards.
// Calling cleanup before serveUntilDone returns, or not to wait in Shutdown, turns it red.
func TestSecurity97_StopLosesNoAcknowledgement(t *testing.T) {
	t.Parallel()
	env := append(cheap(t.TempDir()), "REFRESH_TOKEN_GRACE_PERIOD=0s", "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off")
	p := serve(t, env)
	var sessions []*history.Session
	for range 8 {
		sessions = append(sessions, history.NewSession("", login(t, p.Client, domain.ModeJSON).Token))
	}
	var acknowledged atomic.Int64
	var running sync.WaitGroup
	failures := make(chan error, len(sessions))
	enough := make(chan struct{})
	for _, h := range sessions {
		running.Go(func() {
			for {
				reply, err := p.Refresh(t.Context(), domain.ModeJSON, h.Newest())
				if err != nil {
					failures <- err
					return
				}
				h.Tokens = append(h.Tokens, reply.Token)
				if acknowledged.Add(1) == 100 {
					close(enough)
				}
			}
		})
	}
	<-enough
	p.stop(t)
	running.Wait()
	close(failures)
	for err := range failures {
		if codeOf(err) != "" {
			t.Errorf("a request under way was answered with %v", err)
		}
	}
	p = serve(t, env)
	for i, h := range sessions {
		// A request that was read was answered, so that the newest token is one that a
		// client has heard of.
		if _, err := p.Refresh(t.Context(), domain.ModeJSON, h.Newest()); err != nil {
			t.Errorf("session %d: the newest token of %d acknowledged: %v", i, len(h.Tokens), err)
		}
	}
}

func login(t testing.TB, c restclient.Client, mode domain.Mode) (reply struct{ Access, Token string }) {
	t.Helper()
	got, err := c.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: mode})
	if err != nil {
		t.Fatalf("log in: %v", err)
	}
	return struct{ Access, Token string }{got.Access, got.Token}
}

package e2e

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// history is what one client was told about one session, in order. Each session is used
// strictly in turn, so that what must hold afterwards is a comparison and no search.
type history struct {
	tokens    []string // all acknowledged; the last is the newest
	loggedOut bool     // and that was acknowledged
	unknown   bool     // the last use got no answer, and the session was then left alone
}

func (h *history) newest() string { return h.tokens[len(h.tokens)-1] }

// TestSecurity23And25_RotationsOutliveAKill kills the program in the middle of many
// rotations, restarts it, and compares what it knows with what clients were told. To answer
// before the commit, or to keep sessions in memory, turns it red: try `synchronous(OFF)`
// with the write-ahead log removed, or a Rotate that writes after it has returned.
func TestSecurity23And25_RotationsOutliveAKill(t *testing.T) {
	t.Parallel()
	env := append(cheap(t.TempDir()), "REFRESH_TOKEN_GRACE_PERIOD=0s", "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off")
	for round := range 3 {
		p := serve(t, env)
		sessions := rotateUntilKilled(t, p, 200+50*round)
		p = serve(t, env)
		checkHistories(t, p.Client, sessions)
		p.stop(t)
	}
}

// rotateUntilKilled lets eight clients use six sessions each, and kills the program after
// so many acknowledged uses.
func rotateUntilKilled(t *testing.T, p *process, uses int) []*history {
	t.Helper()
	const clients, sessionsEach = 8, 6
	var sessions []*history
	for range clients * sessionsEach {
		sessions = append(sessions, &history{tokens: []string{login(t, p.Client, domain.ModeJSON).Token}})
	}
	var acknowledged atomic.Int64
	var running sync.WaitGroup
	for mine := range slices.Chunk(sessions, sessionsEach) {
		running.Go(func() {
			for turn := 0; ; turn++ {
				h := mine[turn%len(mine)]
				if h.loggedOut || h.unknown {
					if !slices.ContainsFunc(mine, func(h *history) bool { return !h.loggedOut && !h.unknown }) {
						return
					}
					continue
				}
				if !h.use(t.Context(), p.Client, turn%13 == 12) {
					return
				}
				if acknowledged.Add(1) == int64(uses) {
					p.kill()
				}
			}
		})
	}
	running.Wait()
	p.kill()
	return sessions
}

// use refreshes or ends the session once, and reports whether an answer came.
func (h *history) use(ctx context.Context, c restclient.Client, end bool) bool {
	if end {
		err := c.Logout(ctx, domain.ModeJSON, h.newest())
		h.loggedOut, h.unknown = err == nil, err != nil
		return err == nil
	}
	reply, err := c.Refresh(ctx, domain.ModeJSON, h.newest())
	if err != nil {
		h.unknown = true
		return false
	}
	h.tokens = append(h.tokens, reply.Token)
	return true
}

// checkHistories compares. A reuse ends its session, so that one session can show either
// that the newest token works or that a superseded one does not: they take turns.
func checkHistories(t *testing.T, c restclient.Client, sessions []*history) {
	t.Helper()
	works := func(token string) bool {
		_, err := c.Refresh(t.Context(), domain.ModeJSON, token)
		if err != nil && codeOf(err) != domain.InvalidCredentials {
			t.Fatalf("refresh after the restart: %v", err)
		}
		return err == nil
	}
	var newest, superseded, ended, unknown int
	for i, h := range sessions {
		switch {
		case h.loggedOut:
			ended++
			if works(h.newest()) {
				t.Errorf("session %d works, though its logout was acknowledged", i)
			}
		case h.unknown:
			unknown++
			if once, twice := works(h.newest()), works(h.newest()); once && twice {
				t.Errorf("session %d: a token works twice", i)
			}
		case i%2 == 0 || len(h.tokens) < 2:
			newest++
			if !works(h.newest()) {
				t.Errorf("session %d: the newest acknowledged token does not work", i)
			} else if works(h.newest()) {
				t.Errorf("session %d: the newest token works twice", i)
			}
		default:
			superseded++
			// The one just before, the first and one from the middle, in turn.
			old := []int{len(h.tokens) - 2, 0, (len(h.tokens) - 1) / 2}[i/2%3]
			if works(h.tokens[old]) {
				t.Errorf("session %d: token %d of %d works, though it was superseded", i, old, len(h.tokens))
			}
		}
	}
	if newest == 0 || superseded == 0 || ended == 0 {
		t.Errorf("checked %d newest, %d superseded and %d ended sessions: want some of each", newest, superseded, ended)
	}
	t.Logf("checked %d newest, %d superseded, %d logged out, %d without an answer", newest, superseded, ended, unknown)
}

// TestSecurity97_StopLosesNoAcknowledgement ends the program the polite way under the same
// load: every request that it has read is answered, and every answer holds afterwards.
// Calling cleanup before serveUntilDone returns, or not to wait in Shutdown, turns it red.
func TestSecurity97_StopLosesNoAcknowledgement(t *testing.T) {
	t.Parallel()
	env := append(cheap(t.TempDir()), "REFRESH_TOKEN_GRACE_PERIOD=0s", "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off")
	p := serve(t, env)
	var sessions []*history
	for range 8 {
		sessions = append(sessions, &history{tokens: []string{login(t, p.Client, domain.ModeJSON).Token}})
	}
	var acknowledged atomic.Int64
	var running sync.WaitGroup
	failures := make(chan error, len(sessions))
	enough := make(chan struct{})
	for _, h := range sessions {
		running.Go(func() {
			for {
				reply, err := p.Refresh(t.Context(), domain.ModeJSON, h.newest())
				if err != nil {
					failures <- err
					return
				}
				h.tokens = append(h.tokens, reply.Token)
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
		if _, err := p.Refresh(t.Context(), domain.ModeJSON, h.newest()); err != nil {
			t.Errorf("session %d: the newest token of %d acknowledged: %v", i, len(h.tokens), err)
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

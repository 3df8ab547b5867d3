package e2e

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// lostAnswer is a fault after which the program cannot know what has happened.
type lostAnswer struct {
	fault    func(*faultProxy)
	happened int // 1: what it asked for, 0: nothing
}

// unknown are the two ways in which an answer can be missing.
func unknown() map[string]lostAnswer {
	return map[string]lostAnswer{
		"that has happened":     {(*faultProxy).swallow, 1},
		"that has not happened": {(*faultProxy).deafen, 0},
	}
}

// TestSecurity26_TheLostAnswerToALoginRevokesNothing lets the program not know whether it has
// begun a session. There may be one that nobody can use, the others go on, and the next login works.
// A login that hands out a session which the server may not have turns it red.
func TestSecurity26_TheLostAnswerToALoginRevokesNothing(t *testing.T) {
	t.Parallel()
	forEachDisturbed(t, func(t *testing.T, d disturbed) {
		p := serve(t, d.env)
		mustWarm(t, p.Client)
		for name, c := range unknown() {
			t.Run(name, func(t *testing.T) {
				other := login(t, p.Client, domain.ModeJSON)
				before := d.mustRead(t)
				reached := d.network.before(func() { c.fault(d.network) }, d.create...)
				mustBe503(t, "log in", func() error { return guessAt(t, p.Client, adminPassword) })
				mustBeReached(t, reached)
				d.awaitKept(t, kept{before.sessions + c.happened, before.rotations})
				d.network.heal()

				mustRefresh(t, "another session", p.Client, other.Token)
				mustLogin(t, p.Client, adminPassword)
				d.mustKeep(t, kept{before.sessions + c.happened + 1, before.rotations + 1})
			})
		}
	})
}

// TestSecurity26_TheLostAnswerToALogoutIs503 lets the program not know whether it has ended a
// session. It does not say so, and when it is asked once more it says what is true. To answer 204
// for want of an answer, or anything else for a session that has ended already, turns it red.
func TestSecurity26_TheLostAnswerToALogoutIs503(t *testing.T) {
	t.Parallel()
	forEachDisturbed(t, func(t *testing.T, d disturbed) {
		p := serve(t, d.env)
		mustWarm(t, p.Client)
		for name, c := range unknown() {
			t.Run(name, func(t *testing.T) {
				held, other := login(t, p.Client, domain.ModeJSON), login(t, p.Client, domain.ModeJSON)
				before := d.mustRead(t)
				reached := d.network.before(func() { c.fault(d.network) }, d.end...)
				mustBe503(t, "log out", func() error { return p.Logout(t.Context(), domain.ModeJSON, held.Token) })
				mustBeReached(t, reached)
				d.awaitKept(t, kept{before.sessions - c.happened, before.rotations})
				d.network.heal()

				mustRecover(t, "log out once more", func() error { return p.Logout(t.Context(), domain.ModeJSON, held.Token) })
				d.mustKeep(t, kept{before.sessions - 1, before.rotations})
				if _, err := refresh(t, p.Client, domain.ModeJSON, held.Token); codeOf(err) != domain.InvalidCredentials {
					t.Errorf("the token: got %v, want %s", err, domain.InvalidCredentials)
				}
				mustRefresh(t, "another session", p.Client, other.Token)
			})
		}
	})
}

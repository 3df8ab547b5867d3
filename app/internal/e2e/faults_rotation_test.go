package e2e

import (
	"maps"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity24_ARotationThatIsCutHasNotHappened loses the connection before a rotation reaches
// the server, and in the middle of it, without a grace period: were the token spent, its next use
// would end the session. To count a rotation before the server has done it, or to end the session
// of one that failed, turns it red.
func TestSecurity24_ARotationThatIsCutHasNotHappened(t *testing.T) {
	t.Parallel()
	faults := map[string]func(*faultProxy){
		"before it": (*faultProxy).cut, "in the middle of it": (*faultProxy).halve, "before it, for a moment": (*faultProxy).heal,
	}
	forEachDisturbed(t, func(t *testing.T, d disturbed) {
		p := serve(t, append(d.env, "REFRESH_TOKEN_GRACE_PERIOD=0s"))
		mustWarm(t, p.Client)
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			t.Run(name, func(t *testing.T) {
				held := login(t, p.Client, domain.ModeJSON)
				before := d.mustRead(t)
				reached := d.network.before(func() { faults[name](d.network) }, d.rotate...)
				mustBe503(t, "refresh", func() error {
					_, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
					return err
				})
				mustBeReached(t, reached)
				d.network.heal()
				d.mustKeep(t, before)

				mustRecover(t, "use the session", func() error { return useSession(t, p.Client, held.Access) })
				next := mustRefresh(t, "the token that was not spent", p.Client, held.Token)
				mustRefresh(t, "its successor", p.Client, next.Token)
				d.mustKeep(t, kept{before.sessions, before.rotations + 2})
			})
		}
	})
}

// mustWarm lets the program do once all that is to be disturbed, so that the server knows its
// scripts.
func mustWarm(t *testing.T, c restclient.Client) {
	t.Helper()
	held, err := refresh(t, c, domain.ModeJSON, login(t, c, domain.ModeJSON).Token)
	if err == nil {
		err = c.Logout(t.Context(), domain.ModeJSON, held.Token)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestSecurity26_TheLostAnswerToARotationRevokesNothing lets the program not know whether a
// rotation has happened, once where it has and once where it has not. In both cases the same token
// goes on, and one rotation is all that there was. An error that becomes INVALID_CREDENTIALS, or a
// rotation that is sent twice, turns it red.
func TestSecurity26_TheLostAnswerToARotationRevokesNothing(t *testing.T) {
	t.Parallel()
	forEachDisturbed(t, func(t *testing.T, d disturbed) {
		p := serve(t, d.env)
		mustWarm(t, p.Client)
		for name, c := range unknown() {
			t.Run(name, func(t *testing.T) {
				held := login(t, p.Client, domain.ModeJSON)
				before := d.mustRead(t)
				reached := d.network.before(func() { c.fault(d.network) }, d.rotate...)
				mustBe503(t, "refresh", func() error {
					_, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
					return err
				})
				mustBeReached(t, reached)
				d.awaitKept(t, kept{before.sessions, before.rotations + c.happened})
				d.network.heal()

				next := mustRefresh(t, "the token once more", p.Client, held.Token)
				d.mustKeep(t, kept{before.sessions, before.rotations + 1})
				if err := useSession(t, p.Client, next.Access); err != nil {
					t.Errorf("use the session: %v", err)
				}
				mustRefresh(t, "its successor", p.Client, next.Token)
				d.mustKeep(t, kept{before.sessions, before.rotations + 2})
			})
		}
	})
}

// TestSecurity26_AReadBackSettlesARotation loses the connection of a rotation after it has
// happened, while a fresh connection works. The answer is the successor, and without a grace period
// it is the only token of the session. Without the read-back in rotate it is red.
func TestSecurity26_AReadBackSettlesARotation(t *testing.T) {
	t.Parallel()
	forEachDisturbed(t, func(t *testing.T, d disturbed) {
		p := serve(t, append(d.env, "REFRESH_TOKEN_GRACE_PERIOD=0s", "DB_TIMEOUT=20s"))
		mustWarm(t, p.Client)
		held := login(t, p.Client, domain.ModeJSON)
		before := d.mustRead(t)
		reached := d.network.before(d.network.swallow, d.rotate...)
		type answer struct {
			token string
			err   error
		}
		answers := make(chan answer, 1)
		go func() {
			next, err := refresh(t, p.Client, domain.ModeJSON, held.Token)
			answers <- answer{next.Token, err}
		}()
		mustBeReached(t, reached)
		d.awaitKept(t, kept{before.sessions, before.rotations + 1})
		d.network.heal()

		got := <-answers
		if got.err != nil {
			t.Fatalf("refresh: got %v, want the successor", got.err)
		}
		d.mustKeep(t, kept{before.sessions, before.rotations + 1})
		mustRefresh(t, "the successor", p.Client, got.token)
		if _, err := refresh(t, p.Client, domain.ModeJSON, held.Token); codeOf(err) != domain.InvalidCredentials {
			t.Errorf("the spent token: got %v, want %s", err, domain.InvalidCredentials)
		}
	})
}

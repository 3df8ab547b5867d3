package e2e

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	changedPassword = "another battery staple"
	otherPassword   = "yet another battery staple"
)

// TestSecurity26_TheLostAnswerToAResetLeavesOneWayIn lets the program not know whether it has
// committed a new password. Either that opens the account and the link is spent, or the old one
// does and the link still works. To spend the token apart from the password turns it red, and an
// error of the commit that becomes a refusal of the token.
func TestSecurity26_TheLostAnswerToAResetLeavesOneWayIn(t *testing.T) {
	t.Parallel()
	for name, c := range unknown() {
		t.Run(name, func(t *testing.T) {
			forEachDisturbedDatabase(t, func(t *testing.T, d disturbed) {
				mails, env := withMailServer(t, d.env)
				p := serve(t, env)
				link := linkFor(t, p, mails)
				reached := d.network.before(func() { c.fault(d.network) }, "UPDATE users SET email", "commit")
				mustBe503(t, "set a new password", func() error { return p.Reset(t.Context(), link, changedPassword) })
				mustBeReached(t, reached)
				await(t, "the end of the commit", func() bool { return d.count(t, `one_time_tokens WHERE spent = 1`) == c.happened })
				d.network.heal()

				opens, refused := adminPassword, changedPassword
				if c.happened == 1 {
					opens, refused = refused, opens
				}
				mustLogin(t, p.Client, opens)
				if err := guessAt(t, p.Client, refused); codeOf(err) != domain.InvalidCredentials {
					t.Errorf("the other password: got %v, want %s", err, domain.InvalidCredentials)
				}
				if c.happened == 0 {
					mustRecover(t, "the link once more", func() error { return p.Reset(t.Context(), link, otherPassword) })
					mustLogin(t, p.Client, otherPassword)
				}
				if err := p.Reset(t.Context(), link, otherPassword); codeOf(err) != domain.Forbidden {
					t.Errorf("the link that is spent: got %v, want %s", err, domain.Forbidden)
				}
			})
		})
	}
}

// linkFor asks for a new password and returns the token of the link.
func linkFor(t *testing.T, p *process, mails *mailServer) string {
	t.Helper()
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatal(err)
	}
	mails.awaitTries(t, 1)
	return tokenIn(t, mails.taken()[0])
}

// TestTheLostAnswerToAClaimLosesNoLetter lets the loop of the program not know whether it has
// taken a letter from the queue, and keeps it from giving the letter back. The letter goes out
// once the loan is over, and once only. A claim that lends for a year turns it red.
func TestTheLostAnswerToAClaimLosesNoLetter(t *testing.T) {
	t.Parallel()
	forEachDisturbedDatabase(t, func(t *testing.T, d disturbed) {
		mails, env := withMailServer(t, append(d.env, "DB_TIMEOUT=20s"))
		p := serveAt(t, time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC), env)
		letters := 0
		for name, fault := range map[string]func(*faultProxy){
			"that has happened": (*faultProxy).swallow, "that has not happened": (*faultProxy).cut,
		} {
			t.Run(name, func(t *testing.T) {
				const failed = "delivering mail failed"
				begun := p.log.count(failed)
				reached := d.network.before(func() { fault(d.network) }, "UPDATE letters SET lease_token")
				if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
					t.Fatal(err)
				}
				mustBeReached(t, reached)
				lent := name == "that has happened"
				if lent {
					await(t, "the loan", func() bool { return d.count(t, `letters WHERE lease_token <> ''`) == 1 })
					d.network.cut()
				}
				p.log.awaitTimes(t, failed, begun+1)
				d.network.heal()
				if lent {
					p.clock.Advance(6 * time.Minute)
				}
				letters++
				mails.awaitTries(t, letters)
				await(t, "the queue to be empty", func() bool { return d.count(t, `letters`) == 0 })
				if mails.distinct() != letters || len(mails.taken()) != letters {
					t.Errorf("got %d mails of %d letters, want %d of each", len(mails.taken()), mails.distinct(), letters)
				}
			})
		}
	})
}

package fakes_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestClock(t *testing.T) {
	contract.RunClock(t, func(testing.TB) port.Clock { return fakes.NewClock(time.Now()) }, contract.Expect(2))

	start := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	t.Run("stands still until it is moved", func(t *testing.T) {
		c := fakes.NewClock(start)
		c.Advance(time.Minute)
		c.Advance(-time.Second)
		if got, want := c.Now(), start.Add(59*time.Second); got != want || c.Now() != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("shows what it is set to", func(t *testing.T) {
		c := fakes.NewClock(start)
		c.Set(start.AddDate(1, 0, 0).In(time.FixedZone("elsewhere", 3600)))
		if got, want := c.Now(), start.AddDate(1, 0, 0); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestHasher(t *testing.T) {
	contract.RunHasher(t, func(testing.TB) contract.HasherWorld {
		h := fakes.NewHasher(5)
		return contract.HasherWorld{
			Hasher: h, Weaker: fakes.NewHasher(2), Work: h.Work,
			Fill: func(testing.TB) func() { return h.Fill() },
		}
	}, contract.Expect(23))
}

func TestPasswordChecker(t *testing.T) {
	contract.RunPasswordChecker(t, func(testing.TB) contract.PasswordCheckerWorld {
		c := fakes.NewPasswordChecker(port.PasswordGuessable, "password1", "letmein99")
		return contract.PasswordCheckerWorld{
			Checker: c, Weakness: port.PasswordGuessable, Weak: []string{"password1", "letmein99"},
			Break: func(testing.TB) { c.Break() },
		}
	}, contract.Expect(9))
}

func TestTokens(t *testing.T) {
	contract.RunTokens(t, func(testing.TB) contract.TokensWorld {
		tokens := fakes.NewTokens("the key", "sallyport")
		return contract.TokensWorld{
			Issuer: tokens, Verifier: tokens, Asserter: tokens,
			ReadAssertion: func(_ testing.TB, token, audience string, now time.Time) (domain.Assertion, error) {
				return tokens.ReadAssertion(token, audience, now)
			},
			OtherKey:    fakes.NewTokens("another key", "sallyport"),
			OtherIssuer: fakes.NewTokens("the key", "somebody else"),
			Unsigned:    func(_ testing.TB, c domain.Claims) string { return tokens.Unsigned(c) },
			OtherAlgorithm: func(_ testing.TB, c domain.Claims) string {
				return tokens.Signed("hs512", c)
			},
		}
	}, contract.Expect(35))
}

func openMailbox(testing.TB) contract.MailerWorld {
	box := &fakes.Mailbox{}
	return contract.MailerWorld{Mailer: box, Received: func(testing.TB) []domain.Mail { return box.Mails() }}
}

func TestMailbox(t *testing.T) {
	contract.RunMailer(t, openMailbox, contract.Expect(12))

	errDown := errors.New("the server is down")
	send := func(t *testing.T, box *fakes.Mailbox, id string, want error) {
		t.Helper()
		if err := box.Send(t.Context(), domain.Mail{ID: id, To: "ann@example.com"}); !errors.Is(err, want) {
			t.Errorf("mail %s: got error %v, want %v", id, err, want)
		}
	}
	t.Run("fails as often as it is told to", func(t *testing.T) {
		box := &fakes.Mailbox{}
		box.FailNext(2, errDown)
		box.LoseNext(1, port.ErrInvalid)
		send(t, box, "first", errDown)
		send(t, box, "second", errDown)
		send(t, box, "third", port.ErrInvalid)
		send(t, box, "fourth", nil)
		want := []domain.Mail{{ID: "third", To: "ann@example.com"}, {ID: "fourth", To: "ann@example.com"}}
		if got := box.Mails(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestComposer(t *testing.T) {
	contract.RunComposer(t, func(testing.TB) port.MailComposer { return fakes.Composer{} }, contract.Expect(10))

	t.Run("knows German", func(t *testing.T) {
		c := port.MailContent{Kind: domain.LetterPasswordReset, Language: "de-AT", FirstName: "Ann"}
		if subject, _, _, err := (fakes.Composer{}).Compose(t.Context(), c); subject != "Ein neues Passwort für Ann" || err != nil {
			t.Errorf("got subject %q and error %v", subject, err)
		}
	})
}

func TestOAuthProvider(t *testing.T) {
	contract.RunOpenIDProvider(t, func(testing.TB) contract.OAuthWorld { return fakes.NewOAuthProvider("GitHub").World() }, contract.Expect(32))

	t.Run("is mended by the empty lever", func(t *testing.T) {
		p := fakes.NewOAuthProvider("GitHub")
		p.Pull(contract.OAuthDown)
		p.Pull("")
		if _, err := p.Exchange(t.Context(), port.Callback{Code: "unknown"}); !errors.Is(err, port.ErrInvalid) {
			t.Errorf("got error %v, want %v", err, port.ErrInvalid)
		}
	})
}

package contract

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func transportLimitCases() []Case[TransportOpener] {
	perAccount := func(set *auth.Settings) {
		set.LoginAccount, set.LoginAddress = port.Limit{Burst: 3, Every: time.Minute}, port.Limit{}
	}
	perAddress := func(set *auth.Settings) {
		set.LoginAccount, set.LoginAddress = port.Limit{}, port.Limit{Burst: 3, Every: time.Minute}
	}
	return []Case[TransportOpener]{
		tell("limits/guessing-an-account-has-an-end",
			"After so many failures the right password is refused, too, and the answer says when to come back.",
			perAccount, func(s story) {
				s.guess("ann@example.com", 3)
				_, err := s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)
				s.wantLimited(err)
				s.Clock.Advance(time.Minute)
				s.login(domain.ModeJSON)
			}),
		tell("limits/unknown-accounts-have-the-same-end",
			"The limit does not tell whether an account exists.",
			perAccount, func(s story) {
				s.guess("nobody@example.com", 3)
				_, unknown := s.tryLogin("nobody@example.com", annPassword, domain.ModeJSON)
				s.guess("ann@example.com", 3)
				_, known := s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)
				s.wantLimited(unknown)
				s.wantLimited(known)
				if unknown.Error() != known.Error() {
					s.Errorf("got %v for an unknown account, %v for a known one", unknown, known)
				}
			}),
		tell("limits/spellings-share-a-bucket",
			"Another case, or blanks around the address, open no fresh bucket.",
			perAccount, func(s story) {
				for _, email := range []string{"ann@example.com", "ANN@example.com", " ann@Example.com "} {
					s.guess(email, 1)
				}
				s.wantLimited(errorOf(s.tryLogin("aNN@example.com", annPassword, domain.ModeJSON)))
			}),
		tell("limits/accounts-do-not-share-a-bucket",
			"Guessing at one account does not lock another.",
			perAccount, func(s story) {
				s.guess("bob@example.com", 3)
				s.login(domain.ModeJSON)
			}),
		tell("limits/parallel-guesses-do-not-slip-through",
			"Of many guesses at once only so many are looked at.",
			perAccount, func(s story) {
				got := race(s, 60, func(int) error {
					_, err := s.tryLogin("ann@example.com", annPassword+"x", domain.ModeJSON)
					return err
				})
				s.wantCodes(got, 3, domain.InvalidCredentials)
				s.wantCodes(got, 57, domain.RequestsExceeded)
				s.wantLimited(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)))
			}),
		tell("limits/success-gives-back-its-own-attempt",
			"A login that succeeds costs nothing, and forgives nothing.",
			perAccount, func(s story) {
				for range 10 {
					s.login(domain.ModeJSON)
				}
				s.guess("ann@example.com", 2)
				s.login(domain.ModeJSON)
				s.guess("ann@example.com", 1)
				s.wantLimited(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)))
			}),
		tell("limits/a-lock-ends-no-session",
			"Guessing does not shut out who is in already, and is never written to the account.",
			perAccount, func(s story) {
				held := s.login(domain.ModeJSON)
				s.guess("ann@example.com", 3)
				s.wantMe(held)
				s.wantMe(s.refresh(held))
				if u := value(s.Store.Repos().Users.ByID(s.Context(), ann().ID))(s); u.Status != domain.StatusActive {
					s.Errorf("got status %q, want %q", u.Status, domain.StatusActive)
				}
			}),
		tell("limits/guessing-from-an-address-has-an-end",
			"Failures from one client address count together, whatever the accounts.",
			perAddress, func(s story) {
				for _, email := range []string{"a@example.com", "b@example.com", "c@example.com"} {
					s.guess(email, 1)
				}
				s.wantLimited(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)))
				s.Clock.Advance(time.Minute)
				s.login(domain.ModeJSON)
			}),
		tell("limits/malformed-attempts-are-no-guesses",
			"What is refused before any password is compared does not count.",
			perAccount, func(s story) {
				for range 5 {
					s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, "none")), domain.InvalidPayload)
				}
				s.login(domain.ModeJSON)
			}),
		tell("limits/off",
			"Without limits everybody may guess for ever.",
			func(set *auth.Settings) { set.LoginAccount, set.LoginAddress = port.Limit{}, port.Limit{} }, func(s story) {
				s.guess("ann@example.com", 120)
				s.login(domain.ModeJSON)
			}),
	}
}

// guess tries a wrong password so many times.
func (s story) guess(email string, times int) {
	s.Helper()
	for range times {
		s.wantCode(errorOf(s.tryLogin(email, annPassword+"x", domain.ModeJSON)), domain.InvalidCredentials)
	}
}

// wantLimited ends the case unless err says to come back in between one second and a
// minute.
func (s story) wantLimited(err error) {
	s.Helper()
	s.wantCode(err, domain.RequestsExceeded)
	if wait := retryAfter(err); wait <= 0 || wait > time.Minute {
		s.Fatalf("got a wait of %v, want up to a minute", wait)
	}
}

func (s story) wantCodes(got outcomes, n int, code domain.Code) {
	s.Helper()
	count := 0
	for _, err := range got {
		if codeOf(err) == code {
			count++
		}
	}
	if count != n {
		s.Fatalf("got %d answers of %d with code %q, want %d", count, len(got), code, n)
	}
}

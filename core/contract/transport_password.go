package contract

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// resetPassword is what Ann sets after she has forgotten annPassword. Careless code loses
// some of it, too.
const resetPassword = " b\u00e4ttery STAPLE \U0001F50B again "

// withoutLimits is for stories that try more often than anybody may.
func withoutLimits(set *auth.Settings) {
	set.LoginAccount, set.LoginAddress = port.Limit{}, port.Limit{}
	set.ResetAccount, set.ResetAddress = port.Limit{}, port.Limit{}
	set.NoticeAccount, set.InviteAccount = port.Limit{}, port.Limit{}
	set.Registration.Account, set.Registration.Address = port.Limit{}, port.Limit{}
}

func transportPasswordCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("password/forgotten-and-set-anew",
			"The link in the mail sets a new password: the old one is dead, the new one logs in, and every session has ended, whatever its mode.",
			nil, func(s story) {
				var held []Reply
				for _, mode := range allModes() {
					held = append(held, s.login(mode))
				}
				s.reset(s.forgot("ann@example.com"), resetPassword)
				for _, r := range held {
					s.wantNotMe(r, domain.InvalidCredentials)
					s.wantRefused(r)
				}
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				for _, mode := range allModes() {
					s.wantMe(value(s.tryLogin("ann@example.com", resetPassword, mode))(s))
				}
				s.wantEvent(domain.EventPasswordReset, domain.OutcomeSuccess, ann().ID)
			}),
		tell("password/asking-changes-nothing",
			"Whoever asks for a link ends no session and changes no password.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				s.forgot("ann@example.com")
				s.wantMe(held)
				s.wantMe(s.refresh(held))
				s.login(domain.ModeSession)
			}),
		tell("password/link-works-once",
			"A token that is spent is FORBIDDEN and sets nothing.",
			nil, func(s story) {
				token := s.forgot("ann@example.com")
				s.reset(token, resetPassword)
				held := value(s.tryLogin("ann@example.com", resetPassword, domain.ModeJSON))(s)
				s.wantCode(s.tryReset(token, annPassword), domain.Forbidden)
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				s.wantMe(held)
				s.Clock.Advance(2 * s.settings.ResetTTL)
				s.wantCode(s.tryReset(token, annPassword), domain.Forbidden)
			}),
		tell("password/parallel-uses-have-one-winner",
			"Of many uses of one token exactly one succeeds, and only its password logs in.",
			withoutLimits, func(s story) {
				const uses = 40
				password := func(i int) string { return fmt.Sprintf("%s %d", resetPassword, i) }
				token := s.forgot("ann@example.com")
				got := race(s, uses, func(i int) error { return s.tryReset(token, password(i)) })
				got.want(s, 1, nil)
				for i, err := range got {
					// Who cannot be served at once is told so, and has changed nothing.
					if code := codeOf(err); err != nil && code != domain.Forbidden && code != domain.ServiceUnavailable {
						s.Errorf("use %d: got %v, want %s", i, err, domain.Forbidden)
					}
					if _, err := s.tryLogin("ann@example.com", password(i), domain.ModeJSON); (err == nil) != (i == got.winner()) {
						s.Errorf("password of use %d, where %d has won: got %v", i, got.winner(), err)
					}
				}
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("password/one-of-several-links-works",
			"Of several mails each brings a link that works, until one of them was used: that ends the others.",
			nil, func(s story) {
				first, second := s.forgot("ann@example.com"), s.forgot("ann@example.com")
				s.reset(first, resetPassword)
				s.wantCode(s.tryReset(second, annPassword), domain.Forbidden)
			}),
		tell("password/expires-to-the-moment",
			"A token works until its time is over, and is TOKEN_EXPIRED from that very moment on.",
			nil, func(s story) {
				token := s.forgot("ann@example.com")
				s.Clock.Advance(s.settings.ResetTTL)
				s.wantCode(s.tryReset(token, resetPassword), domain.TokenExpired)
				s.login(domain.ModeJSON)
				token = s.forgot("ann@example.com")
				s.Clock.Advance(s.settings.ResetTTL - time.Microsecond)
				s.reset(token, resetPassword)
			}),
	}
}

// DeliverWith returns a World.Deliver that calls worker until it has nothing left to do.
func DeliverWith(worker auth.Worker) func(t testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		for {
			if value(worker.DeliverMail(t.Context()))(t) == (auth.Delivered{}) {
				return
			}
		}
	}
}

// forgot asks for a link, has the mail delivered and returns the token in it.
func (s story) forgot(email string) string {
	s.Helper()
	before := len(s.Mails(s))
	must(s, s.Client.RequestReset(s.Context(), email, ""))
	s.Deliver(s)
	mails := s.Mails(s)
	if len(mails) != before+1 {
		s.Fatalf("got %d mails, want 1", len(mails)-before)
	}
	return s.tokenOf(mails[before])
}

func (s story) tokenOf(m domain.Mail) string {
	s.Helper()
	found := regexp.MustCompile(`https?://\S+[?&]token=([A-Za-z0-9_-]{43})(?:\s|$)`).FindStringSubmatch(m.Text)
	if found == nil {
		s.Fatalf("the mail's text of %d bytes has no link with a token", len(m.Text))
	}
	return found[1]
}

func (s story) tryReset(token, password string) error {
	return s.Client.Reset(s.Context(), token, password)
}

func (s story) reset(token, password string) {
	s.Helper()
	must(s, s.tryReset(token, password))
}

// wantMails ends the case unless so many mails have been sent when no letter is due.
func (s story) wantMails(n int) {
	s.Helper()
	s.Deliver(s)
	if got := len(s.Mails(s)); got != n {
		s.Fatalf("got %d mails, want %d", got, n)
	}
}

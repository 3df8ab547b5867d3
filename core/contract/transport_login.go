package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportLoginCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("login/each-mode-hands-out-its-tokens",
			"json and cookie give an access token and a refresh token of 64 characters, session gives a cookie and nothing else.",
			nil, func(s story) {
				for _, mode := range bothTokenModes() {
					got := s.login(mode)
					if got.Mode != mode || got.Access == "" || len(got.Token) != 64 || got.TTL != s.settings.AccessTTL {
						s.Errorf("%s: got %d characters of refresh token and a TTL of %v", mode, len(got.Token), got.TTL)
					}
					s.wantMe(got)
				}
				got := s.login(domain.ModeSession)
				if got.Access != "" || got.Token == "" || got.TTL != s.settings.SessionTTL {
					s.Errorf("session: got access token %t, cookie %t, TTL %v", got.Access != "", got.Token != "", got.TTL)
				}
				s.wantMe(got)
				s.wantEvent(domain.EventLogin, domain.OutcomeSuccess, ann().ID)
			}),
		tell("login/each-is-a-fresh-session",
			"No two logins share a token.",
			nil, func(s story) {
				seen := map[string]bool{}
				for range 3 {
					for _, mode := range allModes() {
						token := s.login(mode).Token
						if seen[token] || seen[token[:22]] && mode != domain.ModeSession {
							s.Fatalf("%s: a token was handed out before", mode)
						}
						seen[token] = true
						seen[token[:22]] = true
					}
				}
			}),
		tell("login/address-in-any-case",
			"An address is the same in capital and small letters of ASCII, and with blanks around it.",
			nil, func(s story) {
				for _, email := range []string{"ann@example.com", "ANN@EXAMPLE.COM", "aNn@eXample.Com", " ann@example.com "} {
					value(s.tryLogin(email, annPassword, domain.ModeJSON))(s)
				}
			}),
		tell("login/look-alike-addresses-are-others",
			"No letter but A to Z is folded.",
			nil, func(s story) {
				kim := ann()
				kim.ID, kim.Email = "0195f2c6-7d7e-7a10-8000-0000000000b2", "kim@example.com"
				s.seed(kim)
				for _, email := range []string{"k\u00eem@example.com", "k\u0131m@example.com", "\u212aim@example.com", "\uff4bim@example.com", "kim@example.com\u00a0"} {
					if _, err := s.tryLogin(email, annPassword, domain.ModeJSON); codeOf(err) != domain.InvalidCredentials && codeOf(err) != domain.InvalidPayload {
						s.Errorf("%q: got %v, want a refusal", email, err)
					}
				}
			}),
		tell("login/refusals-are-alike",
			"An unknown address, a wrong password, an account without a password and one that is not active get the same answer.",
			func(set *auth.Settings) { set.LoginAccount.Burst = 100 }, func(s story) {
				_, unknown := s.tryLogin("nobody@example.com", annPassword, domain.ModeJSON)
				s.wantCode(unknown, domain.InvalidCredentials)
				s.wantEvent(domain.EventLogin, domain.OutcomeFailure, "")
				wantSame := func(what, password string) {
					s.Helper()
					if _, err := s.tryLogin("ann@example.com", password, domain.ModeJSON); err == nil || err.Error() != unknown.Error() {
						s.Errorf("%s: got %v, want %v", what, err, unknown)
					}
				}
				wantSame("wrong password", annPassword+"x")
				wantSame("password without its last blank", strings.TrimSuffix(annPassword, " "))
				wantSame("password in another case", strings.ToLower(annPassword))
				for _, status := range []domain.Status{
					domain.StatusDraft, domain.StatusInvited, domain.StatusUnverified, domain.StatusSuspended, domain.StatusArchived,
				} {
					s.change(func(u *domain.User) { u.Status = status })
					wantSame(string(status)+", right password", annPassword)
					wantSame(string(status)+", wrong password", annPassword+"x")
				}
				s.change(func(u *domain.User) { u.Status, u.Password = domain.StatusActive, "" })
				wantSame("no password", annPassword)
				s.change(func(u *domain.User) { u.Password = "unreadable" })
				wantSame("unreadable hash", annPassword)
				s.wantEvent(domain.EventLogin, domain.OutcomeFailure, ann().ID)
			}),
		tell("login/malformed-is-invalid-payload",
			"What can be nobody's address, password or mode is refused as such.",
			nil, func(s story) {
				for _, in := range []auth.LoginInput{
					{Password: annPassword, Mode: domain.ModeJSON},
					{Email: "ann", Password: annPassword, Mode: domain.ModeJSON},
					{Email: "Ann <ann@example.com>", Password: annPassword, Mode: domain.ModeJSON},
					{Email: "ann@example.com, bob@example.com", Password: annPassword, Mode: domain.ModeJSON},
					{Email: "ann@example.com\r\nbcc: bob@example.com", Password: annPassword, Mode: domain.ModeJSON},
					{Email: "ann\x00@example.com", Password: annPassword, Mode: domain.ModeJSON},
					{Email: strings.Repeat("a", 64) + "@" + strings.Repeat("example.", 30) + "com", Password: annPassword, Mode: domain.ModeJSON},
					{Email: "ann@example.com", Mode: domain.ModeJSON},
					{Email: "ann@example.com", Password: strings.Repeat("x", auth.MaxPasswordBytes+1), Mode: domain.ModeJSON},
					{Email: "ann@example.com", Password: strings.Repeat("x", 1<<20), Mode: domain.ModeJSON},
					{Email: "ann@example.com", Password: annPassword, Mode: "Json"},
				} {
					if _, err := s.Client.Login(s.Context(), in); codeOf(err) != domain.InvalidPayload {
						s.Errorf("address of %d and password of %d bytes, mode %q: got %v, want %s", len(in.Email), len(in.Password), in.Mode, err, domain.InvalidPayload)
					}
				}
			}),
		tell("login/second-factor-is-never-skipped",
			"An account that has a second factor is not let in without it, and shows that it has one only after the right password.",
			nil, func(s story) {
				s.change(func(u *domain.User) { u.TOTP = []byte("sealed") })
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword+"x", domain.ModeJSON)), domain.InvalidCredentials)
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidOTP)
			}),
		tell("login/last-access-is-recorded",
			"A login records when the user was last seen.",
			nil, func(s story) {
				s.Clock.Advance(time.Hour)
				s.login(domain.ModeJSON)
				if u := value(s.Store.Repos().Users.ByID(s.Context(), ann().ID))(s); !u.LastAccess.Equal(s.Clock.Now()) {
					s.Errorf("got last access %v, want %v", u.LastAccess, s.Clock.Now())
				}
			}),
	}
}

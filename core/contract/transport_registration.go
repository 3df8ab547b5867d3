package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// ivy is who wants an account of her own, with resetPassword.
func ivy() auth.Registration {
	return auth.Registration{Email: "Ivy@example.com", Password: resetPassword, FirstName: "Ivy", LastName: "Ivory"}
}

// open lets everybody register, as often as they like.
func open(set *auth.Settings) {
	withoutLimits(set)
	set.Registration.Open = true
}

// register asks for the account of in, and returns the token of the mail.
func (s story) register(in auth.Registration) string {
	s.Helper()
	return s.mailedToken(in.Email, func() error { return s.Client.Register(s.Context(), in) })
}

func (s story) tryVerify(token string) error {
	return errorOf(s.Client.VerifyRegistration(s.Context(), token))
}

func transportRegistrationCases() []Case[TransportOpener] {
	const page = "https://app.example.com/hello"
	return []Case[TransportOpener]{
		tell("registration/is-off",
			"Unless the operator lets everybody register, nobody can: FORBIDDEN, and nothing happens.",
			nil, func(s story) {
				s.wantCode(s.Client.Register(s.Context(), ivy()), domain.Forbidden)
				s.wantMails(0)
				s.wantNoAccount("ivy@example.com")
				s.wantCode(s.tryVerify("garbage"), domain.InvalidToken)
			}),
		tell("registration/opened-by-the-link",
			"Whoever registers logs in once the link of the mail has been followed, and not before; the link works once.",
			open, func(s story) {
				token := s.register(ivy())
				s.wantCode(errorOf(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON)), domain.InvalidCredentials)
				must(s, s.Client.RequestReset(s.Context(), "ivy@example.com", ""))
				s.wantMails(1)

				id := value(s.Client.VerifyRegistration(s.Context(), token))(s)
				u := s.account("ivy@example.com")
				if id != "" && id != u.ID {
					s.Errorf("got account %q, want %q", id, u.ID)
				}
				if u.Status != domain.StatusActive || u.FirstName != "Ivy" || u.LastName != "Ivory" || u.Role != "" {
					s.Errorf("got status %q, name %q %q and role %q", u.Status, u.FirstName, u.LastName, u.Role)
				}
				held := value(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON))(s)
				s.wantCode(s.tryVerify(token), domain.InvalidPayload)
				if me := value(s.Client.Me(s.Context(), s.refresh(held).credential()))(s); me.ID != u.ID {
					s.Errorf("got account %q, want %q", me.ID, u.ID)
				}
				s.wantEvent(domain.EventRegistrationVerified, domain.OutcomeSuccess, u.ID)
			}),
		tell("registration/tells-nothing",
			"Who has an account is answered like everybody, and told by mail; the account stays as it is, whatever its status.",
			open, func(s story) {
				for _, status := range []domain.Status{domain.StatusSuspended, domain.StatusArchived, domain.StatusDraft, domain.StatusActive} {
					s.change(func(u *domain.User) { u.Status = status })
					before := s.account("ann@example.com")
					in := ivy()
					in.Email = " ANN@example.com "
					must(s, s.Client.Register(s.Context(), in))
					s.Deliver(s)
					if got := s.account("ann@example.com"); got.Password != before.Password || got.Status != status || got.FirstName != "Ann" || got.Version != before.Version {
						s.Errorf("%s: the account was changed", status)
					}
				}
				for _, m := range s.Mails(s) {
					if strings.Contains(m.Text, "token=") {
						s.Errorf("who has an account got a link with a token")
					}
				}
				s.login(domain.ModeJSON)
			}),
		tell("registration/password-of-the-link-counts",
			"Of several registrations of one address the one whose link is followed sets password and names; strangers take nobody's address.",
			open, func(s story) {
				stranger := ivy()
				stranger.Password, stranger.FirstName = annPassword, "Mallory"
				first, second := s.register(stranger), s.register(ivy())
				must(s, s.tryVerify(second))
				s.wantCode(s.tryVerify(first), domain.InvalidPayload)
				if u := s.account("ivy@example.com"); u.FirstName != "Ivy" {
					s.Errorf("got first name %q", u.FirstName)
				}
				value(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON))(s)
				s.wantCode(errorOf(s.tryLogin("ivy@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("registration/tokens-have-one-purpose",
			"The token of a registration is good for nothing else, nothing else is good in its place, and its time ends to the moment.",
			open, func(s story) {
				token := s.register(ivy())
				s.wantOtherPurposes(token, domain.PurposeRegistration)
				for _, other := range []string{s.forgot("ann@example.com"), "", "garbage", s.login(domain.ModeJSON).Access} {
					s.wantCode(s.tryVerify(other), domain.InvalidToken)
				}
				s.Clock.Advance(s.settings.Registration.TTL)
				s.wantCode(s.tryVerify(token), domain.TokenExpired)
				s.wantCode(errorOf(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("registration/withdrawn",
			"An account that was shut out meanwhile is not opened by the link.",
			open, func(s story) {
				token := s.register(ivy())
				root := s.seedAdministrator()
				u := s.account("ivy@example.com")
				value(s.Client.UpdateAccount(s.Context(), root.credential(), u.ID, auth.AccountPatch{Status: new(domain.StatusSuspended)}))(s)
				s.wantCode(s.tryVerify(token), domain.InvalidPayload)
				s.wantCode(errorOf(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("registration/bad-values-are-refused",
			"Bad input makes no account, and is refused alike for those who have one.",
			func(set *auth.Settings) { open(set); set.Registration.URLs = []string{page} }, func(s story) {
				for _, bad := range []struct {
					change func(in *auth.Registration)
					code   domain.Code
				}{
					{func(in *auth.Registration) { in.Password = "short" }, domain.FailedValidation},
					{func(in *auth.Registration) { in.Password = "12345678" }, domain.FailedValidation},
					{func(in *auth.Registration) { in.Password = strings.Repeat("long ", 300) }, domain.InvalidPayload},
					{func(in *auth.Registration) { in.FirstName = strings.Repeat("x", 51) }, domain.InvalidPayload},
					{func(in *auth.Registration) { in.LastName = "nul\x00" }, domain.InvalidPayload},
					{func(in *auth.Registration) { in.URL = "https://evil.example.com/hello" }, domain.InvalidPayload},
					{func(in *auth.Registration) { in.URL = page + "/" }, domain.InvalidPayload},
				} {
					for _, email := range []string{"ivy@example.com", "ann@example.com"} {
						in := ivy()
						in.Email = email
						bad.change(&in)
						s.wantCode(s.Client.Register(s.Context(), in), bad.code)
					}
				}
				for _, email := range []string{"", "nowhere", "ivy@", "Ivy <ivy@example.com>", "ivy@example.com\r\nBcc: bob@example.com"} {
					in := ivy()
					in.Email = email
					s.wantCode(s.Client.Register(s.Context(), in), domain.InvalidPayload)
				}
				s.wantMails(0)
				s.wantNoAccount("ivy@example.com")
				in := ivy()
				in.URL = page + "?lang=de"
				token := s.register(in)
				if !strings.Contains(s.Mails(s)[0].Text, page+"?lang=de&token="+token) {
					s.Errorf("the link does not lead to %s", page)
				}
			}),
		tell("registration/addresses-of-the-operator",
			"Where the operator names domains, all other addresses are FORBIDDEN, and so is one that only ends like them.",
			func(set *auth.Settings) { open(set); set.Registration.Domains = []string{"example.org"} }, func(s story) {
				for _, email := range []string{"ivy@example.com", "ann@example.com", "ivy@evilexample.org", "ivy@example.org.example.com", "ivy@sub.example.org"} {
					in := ivy()
					in.Email = email
					s.wantCode(s.Client.Register(s.Context(), in), domain.Forbidden)
				}
				s.wantMails(0)
				in := ivy()
				in.Email = "ivy@Example.ORG"
				must(s, s.tryVerify(s.register(in)))
			}),
		tell("registration/without-verification",
			"Where the operator wants no verification, an account is open at once, and no mail is sent; who has one keeps it.",
			func(set *auth.Settings) { open(set); set.Registration.Verify = false }, func(s story) {
				must(s, s.Client.Register(s.Context(), ivy()))
				value(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON))(s)
				again := ivy()
				again.Password = annPassword
				must(s, s.Client.Register(s.Context(), again))
				s.wantCode(errorOf(s.tryLogin("ivy@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				value(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON))(s)
			}),
		tell("registration/limits",
			"So many registrations from one client address, and so many of one address, are enough, whether it has an account or not.",
			func(set *auth.Settings) {
				open(set)
				set.Registration.Address = port.Limit{Burst: 3, Every: time.Minute}
			}, func(s story) {
				for _, email := range []string{"ivy@example.com", "ann@example.com", "ida@example.com"} {
					in := ivy()
					in.Email = email
					must(s, s.Client.Register(s.Context(), in))
				}
				s.wantLimited(s.Client.Register(s.Context(), ivy()))
				s.login(domain.ModeJSON)
				s.Clock.Advance(time.Minute)
				must(s, s.Client.Register(s.Context(), ivy()))
			}),
		tell("registration/limits-of-an-account",
			"So many registrations of one address are enough, whether it has an account or not, however it is spelled.",
			func(set *auth.Settings) {
				open(set)
				set.Registration.Account = port.Limit{Burst: 2, Every: time.Minute}
			}, func(s story) {
				for _, spellings := range [][]string{{"ivy@example.com", " IVY@example.com "}, {"ann@example.com", " ANN@example.com "}} {
					for _, email := range append(spellings, spellings[0]) {
						in := ivy()
						in.Email = email
						err := s.Client.Register(s.Context(), in)
						if email != spellings[0] || codeOf(err) != domain.RequestsExceeded {
							must(s, err)
						}
					}
					in := ivy()
					in.Email = spellings[0]
					s.wantLimited(s.Client.Register(s.Context(), in))
				}
			}),
	}
}

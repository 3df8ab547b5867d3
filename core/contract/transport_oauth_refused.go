package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func transportOAuthRefusedCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("oauth/registers-nobody-elsewhere",
			"Who is nobody here is told so, and no account is made, unless the provider's setting says otherwise.",
			nil, func(s story) {
				s.wantElsewhere(home(closedPlace), bobElsewhere(), domain.InvalidCredentials, auth.NotRegistered)
				s.wantElsewhere(home(strictPlace), bobElsewhere(), domain.InvalidCredentials, auth.NotRegistered)
				s.wantEvent(domain.EventLogin, domain.OutcomeFailure, "")
			}),
		tell("oauth/an-address-is-nobody",
			"An account is neither opened nor made by an address that the provider does not vouch for, or that another account has, and the answer says what can be done.",
			nil, func(s story) {
				s = s.elsewhere()
				squatter, nameless := bobElsewhere(), bobElsewhere()
				squatter.EmailVerified, nameless.Email = false, ""
				s.wantElsewhere(home(openPlace), squatter, domain.InvalidCredentials, auth.AddressUnverified)
				s.wantElsewhere(home(openPlace), nameless, domain.InvalidCredentials, auth.AddressMissing)
				s.wantElsewhere(home(openPlace), annElsewhere(), domain.InvalidCredentials, auth.AddressTaken)
				s.wantElsewhere(home(closedPlace), annElsewhere(), domain.InvalidCredentials, auth.AddressTaken)
				s.wantElsewhere(OAuthWay{Provider: openPlace, Mode: domain.ModeJSON}, annElsewhere(), domain.InvalidCredentials, auth.AddressTaken)
				s.wantElsewhere(OAuthWay{Provider: openPlace, Mode: domain.ModeCookie, Redirect: "/home"}, annElsewhere(), domain.InvalidCredentials, auth.AddressTaken)
			}),
		tell("oauth/closed-accounts-stay-closed",
			"An account that is not active is not opened, and the answer does not tell why.",
			nil, func(s story) {
				s.linkAnn(closedPlace)
				s.change(func(u *domain.User) { u.Status = domain.StatusSuspended })
				s.wantElsewhere(home(closedPlace), annElsewhere(), domain.InvalidCredentials, "")
				s.wantEvent(domain.EventLogin, domain.OutcomeFailure, ann().ID)
				s.change(func(u *domain.User) { u.Status = domain.StatusActive })
				s.wantMe(s.inElsewhere(home(closedPlace), annElsewhere()))
			}),
		tell("oauth/second-factor-where-required",
			"A second factor is asked for where the provider's setting says so, and nowhere else.",
			nil, func(s story) {
				s.linkAnn(closedPlace)
				s.linkAnn(strictPlace)
				s.change(func(u *domain.User) { u.TOTP = []byte("sealed") })
				s.wantElsewhere(home(strictPlace), annElsewhere(), domain.InvalidOTP, "")
				s.wantMe(s.inElsewhere(home(closedPlace), annElsewhere()))
			}),
		tell("oauth/provider-down-or-refusing",
			"A provider that cannot be asked is SERVICE_UNAVAILABLE, one that gives no code or is not to be believed INVALID_CREDENTIALS; nothing of its words is repeated.",
			nil, func(s story) {
				s = s.elsewhere()
				for problem, code := range map[string]domain.Code{
					"access_denied": domain.InvalidCredentials, "<script>": domain.InvalidCredentials, "temporarily_unavailable": domain.ServiceUnavailable,
				} {
					c := s.back(home(openPlace), bobElsewhere())
					c.Error = problem // beside a code that is good
					arrival, err := s.Browser.FinishOAuth(s.Context(), home(openPlace), c)
					s.wantCode(err, code)
					if arrival.Redirect != "/home" || strings.Contains(err.Error(), problem) {
						s.Errorf("%s: got to %q with %v", problem, arrival.Redirect, err)
					}
				}
				forged := s.back(home(openPlace), bobElsewhere())
				forged.Code += "x"
				s.wantCode(errorOf(s.Browser.FinishOAuth(s.Context(), home(openPlace), forged)), domain.InvalidCredentials)
				c := s.back(home(openPlace), bobElsewhere())
				s.Elsewhere.Pull(s, OAuthFailing)
				s.wantCode(errorOf(s.Browser.FinishOAuth(s.Context(), home(openPlace), c)), domain.ServiceUnavailable)
				s.wantKept(kept{users: 1})
			}),
		tell("oauth/callbacks-count-as-guesses",
			"Failed callbacks and failed codes from one client address count together with its failed logins.",
			func(set *auth.Settings) {
				set.LoginAccount, set.LoginAddress = port.Limit{}, port.Limit{Burst: 3, Every: time.Minute}
			}, func(s story) {
				s.linkAnn(closedPlace)
				s.wantMe(s.inElsewhere(home(closedPlace), annElsewhere()))
				s.wantElsewhere(home(closedPlace), bobElsewhere(), domain.InvalidCredentials, "")
				s.wantCode(errorOf(s.Client.ExchangeOAuthCode(s.Context(), "no code", "no verifier")), domain.InvalidCredentials)
				s.guess("ann@example.com", 1)
				arrival, err := s.tryElsewhere(home(closedPlace), annElsewhere())
				s.wantCode(err, domain.RequestsExceeded)
				if arrival.Redirect != "/home" {
					s.Errorf("got to %q, want /home", arrival.Redirect)
				}
				s.Clock.Advance(time.Minute)
				s.wantMe(s.inElsewhere(home(closedPlace), annElsewhere()))
			}),
	}
}

// linkAnn lets Ann's account be opened at the provider.
func (s story) linkAnn(provider string) {
	s.Helper()
	must(s, s.Store.Repos().Identities.Link(s.Context(), domain.Identity{Provider: provider, Subject: annElsewhere().Subject, UserID: ann().ID}))
}

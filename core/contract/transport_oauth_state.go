package contract

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportOAuthStateCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("oauth/state-is-of-one-browser",
			"What another browser began, what was changed and what belongs to another provider is refused, leads nowhere and leaves nothing.",
			nil, func(s story) {
				s = s.elsewhere()
				for name, change := range map[string]func(c *auth.OAuthCallback){
					"no state":         func(c *auth.OAuthCallback) { c.State = "" },
					"a forged state":   func(c *auth.OAuthCallback) { c.State += "x" },
					"no cookie":        func(c *auth.OAuthCallback) { c.Cookie = "" },
					"a forged cookie":  func(c *auth.OAuthCallback) { c.Cookie = withByteChanged(c.Cookie, -2) },
					"another browser":  func(c *auth.OAuthCallback) { c.Cookie = s.back(home(openPlace), bobElsewhere()).Cookie },
					"another provider": func(c *auth.OAuthCallback) { c.Provider = closedPlace },
				} {
					c := s.back(home(openPlace), bobElsewhere())
					change(&c)
					arrival, err := s.Browser.FinishOAuth(s.Context(), home(openPlace), c)
					if codeOf(err) != domain.InvalidCredentials || arrival != (Arrival{}) {
						s.Errorf("%s: got %+v and %v", name, arrival, err)
					}
				}
				s.wantKept(kept{users: 1})
			}),
		tell("oauth/state-is-used-once",
			"A callback that comes again, or many times at once, logs in once; the others lead nowhere.",
			nil, func(s story) {
				s = s.elsewhere()
				c := s.back(home(openPlace), bobElsewhere())
				got := race(s, racers, func(int) error {
					return errorOf(s.Browser.FinishOAuth(s.Context(), home(openPlace), c))
				})
				got.want(s, 1, nil)
				s.wantCodes(got, racers-1, domain.InvalidCredentials)
				arrival, err := s.Browser.FinishOAuth(s.Context(), home(openPlace), c)
				s.wantCode(err, domain.InvalidCredentials)
				if arrival != (Arrival{}) {
					s.Errorf("got %+v, want nothing", arrival)
				}
				s.wantKept(kept{users: 2, identities: 1, sessions: 1})
			}),
		tell("oauth/state-is-spent-by-a-failure",
			"A login that the provider has failed is begun anew: its callback is good no more, and leads nowhere.",
			nil, func(s story) {
				s = s.elsewhere()
				c := s.back(home(openPlace), bobElsewhere())
				denied := c
				denied.Code, denied.Error = "", "access_denied"
				s.wantCode(errorOf(s.Browser.FinishOAuth(s.Context(), home(openPlace), denied)), domain.InvalidCredentials)
				arrival, err := s.Browser.FinishOAuth(s.Context(), home(openPlace), c)
				s.wantCode(err, domain.InvalidCredentials)
				if arrival != (Arrival{}) {
					s.Errorf("got %+v, want nothing", arrival)
				}
			}),
		tell("oauth/state-lives-five-minutes",
			"A callback that comes five minutes after the beginning is refused, and leads nowhere.",
			nil, func(s story) {
				s = s.elsewhere()
				late, inTime := s.back(home(openPlace), bobElsewhere()), s.back(home(openPlace), bobElsewhere())
				s.Clock.Advance(auth.OAuthStateTTL - time.Second)
				value(s.Browser.FinishOAuth(s.Context(), home(openPlace), inTime))(s)
				s.Clock.Advance(time.Second)
				arrival, err := s.Browser.FinishOAuth(s.Context(), home(openPlace), late)
				s.wantCode(err, domain.InvalidCredentials)
				if arrival != (Arrival{}) {
					s.Errorf("got %+v, want nothing", arrival)
				}
			}),
		tell("oauth/redirects-are-listed",
			"A login ends at a path of the service or at a listed place: every other is refused before the provider is reached.",
			nil, func(s story) {
				for _, bad := range []string{
					"//evil.example", "/\\evil.example", "https:evil.example", "/\t/evil.example", "https://evil.example", "https://user@app.example.org/in",
					"javascript:alert(1)", OAuthAppURL + "/deeper", OAuthAppURL + "#fragment", "http://app.example.org/in", "home",
				} {
					for _, mode := range []domain.Mode{"", domain.ModeCookie} {
						begun, err := s.Browser.BeginOAuth(s.Context(), OAuthWay{Provider: openPlace, Mode: mode, Redirect: bad})
						if codeOf(err) != domain.InvalidPayload || begun != (auth.OAuthBegun{}) {
							s.Errorf("%q: got %v, and a way to the provider: %t", bad, err, begun.URL != "")
						}
					}
				}
				// A list is one provider's.
				s.wantCode(errorOf(s.Browser.BeginOAuth(s.Context(), OAuthWay{Provider: closedPlace, Redirect: OAuthAppURL})), domain.InvalidPayload)
			}),
		tell("oauth/ends-where-it-was-to-end",
			"A login ends where it was begun for, with success and with failure alike.",
			nil, func(s story) {
				s = s.elsewhere()
				for _, redirect := range []string{"/", "/home?tab=1", OAuthAppURL + "?from=here"} {
					way := OAuthWay{Provider: openPlace, Redirect: redirect}
					if got := value(s.tryElsewhere(way, bobElsewhere()))(s).Redirect; got != redirect {
						s.Errorf("got to %q, want %q", got, redirect)
					}
					s.wantElsewhere(way, annElsewhere(), domain.InvalidCredentials, auth.AddressTaken)
				}
			}),
	}
}

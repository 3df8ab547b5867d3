package contract

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// appVerifier is what an app keeps for itself until it trades its code.
const appVerifier = "a-verifier-that-the-app-has-made-for-this-login-alone"

func appChallenge() string {
	sum := sha256.Sum256([]byte(appVerifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func appWay() OAuthWay {
	return OAuthWay{Provider: openPlace, Mode: domain.ModeCookie, Redirect: OAuthAppURL, AppChallenge: appChallenge()}
}

// appCode logs Bob in for an app.
func (s story) appCode() string {
	s.Helper()
	arrival := value(s.tryElsewhere(appWay(), bobElsewhere()))(s)
	if want := (Arrival{Redirect: OAuthAppURL, AppCode: arrival.AppCode}); arrival != want || arrival.AppCode == "" {
		s.Fatalf("got %+v, want a code and no token", arrival)
	}
	return arrival.AppCode
}

func (s story) tryCode(code, verifier string) error {
	return errorOf(s.Client.ExchangeOAuthCode(s.Context(), code, verifier))
}

func transportOAuthCodeCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("oauth/code-for-an-app",
			"An app is given a code in place of cookies, and trades it for the tokens of json mode, which refresh as all do; nobody is logged in before.",
			nil, func(s story) {
				s = s.elsewhere()
				code := s.appCode()
				s.wantKept(kept{users: 2, identities: 1})
				got := value(s.Client.ExchangeOAuthCode(s.Context(), code, appVerifier))(s)
				if got.Mode != domain.ModeJSON || got.Access == "" || len(got.Token) != 64 || got.TTL != s.settings.AccessTTL {
					s.Errorf("got mode %q, %d characters of refresh token and a TTL of %v", got.Mode, len(got.Token), got.TTL)
				}
				me := value(s.Client.Me(s.Context(), s.refresh(got).credential()))(s)
				if me.Email != "bob@example.com" {
					s.Errorf("got %+v", me)
				}
				s.wantEvent(domain.EventLogin, domain.OutcomeSuccess, me.ID)
			}),
		tell("oauth/code-works-once",
			"Of many that trade a code one gets tokens, and nobody does later.",
			nil, func(s story) {
				s = s.elsewhere()
				code := s.appCode()
				got := race(s, racers, func(int) error { return s.tryCode(code, appVerifier) })
				got.want(s, 1, nil)
				s.wantCodes(got, racers-1, domain.InvalidCredentials)
				s.wantCode(s.tryCode(code, appVerifier), domain.InvalidCredentials)
				s.wantKept(kept{users: 2, identities: 1, sessions: 1})
			}),
		tell("oauth/code-lives-sixty-seconds",
			"A code is good for less than sixty seconds.",
			nil, func(s story) {
				s = s.elsewhere()
				late, inTime := s.appCode(), s.appCode()
				s.Clock.Advance(auth.OAuthCodeTTL - time.Second)
				must(s, s.tryCode(inTime, appVerifier))
				s.Clock.Advance(time.Second)
				s.wantCode(s.tryCode(late, appVerifier), domain.InvalidCredentials)
			}),
		tell("oauth/code-is-bound-to-its-verifier",
			"A code that comes with another verifier is refused, and spent.",
			nil, func(s story) {
				s = s.elsewhere()
				for _, wrong := range []string{appVerifier + "x", appChallenge()} {
					code := s.appCode()
					s.wantCode(s.tryCode(code, wrong), domain.InvalidCredentials)
					s.wantCode(s.tryCode(code, appVerifier), domain.InvalidCredentials)
				}
				s.wantKept(kept{users: 2, identities: 1})
			}),
		tell("oauth/code-goes-to-listed-places",
			"Only a listed place gets a code, and only for a challenge that is one.",
			nil, func(s story) {
				for _, change := range []func(*OAuthWay){
					func(w *OAuthWay) { w.Redirect = "/home" },
					func(w *OAuthWay) { w.Redirect = "https://evil.example/in" },
					func(w *OAuthWay) { w.Provider = closedPlace },
					func(w *OAuthWay) { w.AppChallenge = "short" },
					func(w *OAuthWay) { w.AppChallenge += "=" },
				} {
					way := appWay()
					change(&way)
					if err := errorOf(s.Browser.BeginOAuth(s.Context(), way)); codeOf(err) != domain.InvalidPayload {
						s.Errorf("%+v: got %v, want %s", way, err, domain.InvalidPayload)
					}
				}
			}),
		tell("oauth/code-dies-with-the-account",
			"A code lets nobody in whose account was closed since it was made.",
			nil, func(s story) {
				s = s.elsewhere()
				code := s.appCode()
				users := s.Store.Repos().Users
				bob := value(users.ByEmail(s.Context(), "bob@example.com"))(s)
				bob.Status = domain.StatusSuspended
				value(users.Update(s.Context(), bob))(s)
				s.wantCode(s.tryCode(code, appVerifier), domain.InvalidCredentials)
			}),
	}
}

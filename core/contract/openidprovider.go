package contract

import (
	"testing"
	"time"
)

// OpenIDCases returns the rules of port.OAuthProvider that are about ID tokens.
func OpenIDCases() []Case[OAuthWorld] {
	pulled := func(lever OAuthLever) func(testing.TB, OAuthWorld) {
		return func(t testing.TB, w OAuthWorld) {
			// The provider and its keys are known by then.
			must(t, errorOf(w.Provider.Exchange(t.Context(), w.loggedIn(t, "login before", annAtProvider()))))
			c := w.loggedIn(t, "login", annAtProvider())
			w.Pull(t, lever)
			w.refuses(t, c)
		}
	}
	return []Case[OAuthWorld]{
		{"openid/id-token/other-issuer", ruleUnbelieved, pulled(OAuthOtherIssuer)},
		{"openid/id-token/other-audience", ruleUnbelieved, pulled(OAuthOtherAudience)},
		{"openid/id-token/unknown-key", ruleUnbelieved, pulled(OAuthUnknownKey)},
		{"openid/id-token/over", ruleUnbelieved, func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			c.Now = c.Now.Add(2 * time.Hour)
			w.refuses(t, c)
		}},
		{"openid/id-token/other-login", ruleUnbelieved, func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			c.Nonce = w.beginLogin("another").kept.Nonce
			w.refuses(t, c)
		}},
		{"openid/rotated-key", "A provider may change its keys at any time.", func(t testing.TB, w OAuthWorld) {
			must(t, errorOf(w.Provider.Exchange(t.Context(), w.loggedIn(t, "login before", annAtProvider()))))
			w.Pull(t, OAuthRotatedKey)
			if got := w.exchanged(t, "login", annAtProvider()); got.Subject != "1001" {
				t.Errorf("got subject %q, want 1001", got.Subject)
			}
		}},
	}
}

package jwt

import (
	"crypto"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestContract(t *testing.T) {
	for _, algorithm := range []string{HS256, EdDSA, ES256} {
		t.Run(algorithm, func(t *testing.T) {
			contract.RunTokens(t, func(t testing.TB) contract.TokensWorld { return openWorld(t, algorithm) }, contract.Expect(35))
		})
	}
}

// openWorld returns Tokens of a fresh key and those who would like to pass for them.
func openWorld(t testing.TB, algorithm string) contract.TokensWorld {
	t.Helper()
	s := newScheme(t, algorithm)
	payload := func(t testing.TB, c domain.Claims) string {
		t.Helper()
		return payloadOf(t, issue(t, s.tokens, c))
	}
	return contract.TokensWorld{
		Issuer:   s.tokens,
		Verifier: s.tokens,
		Asserter: s.tokens,
		ReadAssertion: func(t testing.TB, token, audience string, now time.Time) (domain.Assertion, error) {
			t.Helper()
			return s.readAssertion(t, token, audience, now)
		},
		OtherKey:    s.stranger(t).tokens, // under the same kid, where there is one
		OtherIssuer: newTokens(t, s.configOf("somebody-else")),
		Unsigned: func(t testing.TB, c domain.Claims) string {
			t.Helper()
			return segment(s.headerOf(`"none"`)) + "." + segment(payload(t, c)) + "."
		},
		OtherAlgorithm: func(t testing.TB, c domain.Claims) string {
			t.Helper()
			return otherAlgorithm(t, s, payload(t, c))
		},
	}
}

// configOf returns the configuration of a service with the keys of s and another issuer.
func (s scheme) configOf(issuer string) Config {
	if s.secret != nil {
		return Config{Secret: s.secret, Issuer: issuer}
	}
	return Config{Algorithm: s.algorithm, Keys: heldKeys{s.kid, map[string]crypto.Signer{s.kid: s.key}}, Issuer: issuer}
}

func payloadOf(t testing.TB, token string) string {
	t.Helper()
	return decodeText(t, strings.Split(token, ".")[1])
}

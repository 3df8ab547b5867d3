package jwt

import (
	"crypto/hmac"
	"crypto/sha512"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestContract(t *testing.T) {
	contract.RunTokens(t, openWorld, contract.Expect(25))
}

// openWorld returns Tokens of a fresh secret and those who would like to pass for them.
func openWorld(t testing.TB) contract.TokensWorld {
	t.Helper()
	secret := testSecret(t)
	tokens := newTokens(t, Config{Secret: secret})
	payload := func(t testing.TB, c domain.Claims) string {
		t.Helper()
		return strings.Split(issue(t, tokens, c), ".")[1]
	}
	return contract.TokensWorld{
		Issuer:      tokens,
		Verifier:    tokens,
		OtherKey:    newTokens(t, Config{Secret: testSecret(t)}),
		OtherIssuer: newTokens(t, Config{Secret: secret, Issuer: "somebody-else"}),
		Unsigned: func(t testing.TB, c domain.Claims) string {
			t.Helper()
			return segment(`{"alg":"none","typ":"JWT"}`) + "." + payload(t, c) + "."
		},
		OtherAlgorithm: func(t testing.TB, c domain.Claims) string {
			t.Helper()
			signed := segment(`{"alg":"HS512","typ":"JWT"}`) + "." + payload(t, c)
			mac := hmac.New(sha512.New, secret)
			mac.Write([]byte(signed))
			return signed + "." + segment(string(mac.Sum(nil)))
		},
	}
}

package jwt

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// FuzzVerify wants no text to be accepted under a secret that the fuzzer does not have, and
// every refusal to be one of those that the port knows.
func FuzzVerify(f *testing.F) {
	known := []byte("a secret that the fuzzer may see in its corpus")
	good := forge(known, goodHeader, goodPayload(f))
	for _, seed := range []string{
		good, good[:len(good)-1], good + "=", good + "\n", "", ".", "..", "...", "static-token",
		forge(known, `{"alg":"none"}`, goodPayload(f)),
		forge(known, `{"alg":"HS512"}`, goodPayload(f)),
		forge(known, `{"alg":"HS256","crit":["exp"]}`, goodPayload(f)),
		forge(known, goodHeader, replaceClaim(f, "exp", `"x"`)),
		forge(known, goodHeader, replaceClaim(f, "iss", `"other"`)),
		segment("null") + "." + segment("null") + ".",
	} {
		f.Add(seed)
	}
	tokens := newTokens(f, Config{Secret: testSecret(f)})
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := tokens.Verify(context.Background(), token, now)
		if !errors.Is(err, port.ErrInvalid) && !errors.Is(err, port.ErrNotFound) {
			t.Errorf("error %v, want ErrInvalid or ErrNotFound", err)
		}
		if claims != (domain.Claims{}) {
			t.Errorf("claims %+v, want none", claims)
		}
	})
}

// FuzzVerifyPayload goes past the signature: whatever a well-signed token says, Verify must
// not fall over it, and what it accepts it must be able to issue again.
func FuzzVerifyPayload(f *testing.F) {
	for _, seed := range []string{
		goodPayload(f), addClaim(f, "nbf", "1"), replaceClaim(f, "exp", "1e400"), replaceClaim(f, "gen", "-0"),
		`{}`, `null`, `[]`, `{"iss":"directus"}`, `{"iss":"directus","exp":9999999999,"id":"\ud800"}`,
	} {
		f.Add(seed)
	}
	secret := testSecret(f)
	tokens := newTokens(f, Config{Secret: secret})
	f.Fuzz(func(t *testing.T, payload string) {
		claims, err := tokens.Verify(context.Background(), forge(secret, goodHeader, payload), now)
		if err != nil {
			return
		}
		again, err := tokens.Verify(context.Background(), issue(t, tokens, claims), now)
		if err != nil || again != claims {
			t.Errorf("claims %+v came back as %+v, error %v", claims, again, err)
		}
	})
}

package jwt

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestVerify(t *testing.T) {
	service := newScheme(t, HS256)
	secret, tokens := service.secret, service.tokens
	good := issue(t, tokens, testClaims())

	t.Run("leaves what is not ours to others", func(t *testing.T) {
		for name, token := range map[string]string{
			"nothing":                         "",
			"a static token":                  "mytoken",
			"one with dots":                   "my.static.token",
			"one dot":                         ".",
			"two dots":                        "..",
			"no object":                       segment("[]") + "." + segment("[]") + ".",
			"null":                            segment("null") + "." + segment("null") + ".",
			"another issuer":                  forge(secret, goodHeader, replaceClaim(t, "iss", `"other"`)),
			"no issuer":                       forge(secret, goodHeader, replaceClaim(t, "iss", "")),
			"issuer of wrong type":            forge(secret, goodHeader, replaceClaim(t, "iss", "7")),
			"issuer in capitals":              forge(secret, goodHeader, replaceClaim(t, "iss", `"Directus"`)),
			"claim in capitals":               forge(secret, goodHeader, strings.Replace(goodPayload(t), `"iss"`, `"ISS"`, 1)),
			"another issuer, padded":          service.padded(replaceClaim(t, "iss", `"another"`)),
			"another issuer, other algorithm": forge(secret, `{"alg":"RS256"}`, replaceClaim(t, "iss", `"other"`)),
		} {
			t.Run(name, func(t *testing.T) { refuse(t, tokens, token, now, port.ErrNotFound) })
		}
	})

	t.Run("refuses a payload that is null, whoever signed it", func(t *testing.T) {
		refuse(t, tokens, forge(secret, goodHeader, "null"), now, port.ErrInvalid)
		refuse(t, tokens, forge(testSecret(t), goodHeader, "null"), now, port.ErrInvalid)
	})

	t.Run("knows its own issuer", func(t *testing.T) {
		ours := newTokens(t, Config{Secret: secret, Issuer: "sallyport"})
		if _, err := ours.Verify(t.Context(), issue(t, ours, testClaims()), now); err != nil {
			t.Errorf("Verify: %v", err)
		}
		refuse(t, ours, good, now, port.ErrNotFound)
	})

	t.Run("is expired from the very instant of exp", func(t *testing.T) {
		exp := testClaims().ExpiresAt
		if _, err := tokens.Verify(t.Context(), good, exp.Add(-time.Microsecond)); err != nil {
			t.Errorf("a microsecond before: %v", err)
		}
		refuse(t, tokens, good, exp, port.ErrExpired)
		refuse(t, tokens, good, exp.Add(24*time.Hour), port.ErrExpired)
	})

	t.Run("says expired only when nothing else is wrong", func(t *testing.T) {
		later := testClaims().ExpiresAt
		other := newTokens(t, Config{Secret: testSecret(t)})
		for name, token := range map[string]string{
			"another key":          issue(t, other, testClaims()),
			"cut":                  good[:len(good)-1],
			"no subject":           forge(secret, goodHeader, replaceClaim(t, "id", "")),
			"not valid yet":        forge(secret, goodHeader, addClaim(t, "nbf", "4102444800")),
			"other algorithm":      forge(secret, `{"alg":"HS512"}`, goodPayload(t)),
			"another purpose":      forge(secret, goodHeader, addClaim(t, "scope", `"invite"`)),
			"role of a wrong type": forge(secret, goodHeader, replaceClaim(t, "role", "[]")),
		} {
			t.Run(name, func(t *testing.T) { refuse(t, tokens, token, later, port.ErrInvalid) })
		}
	})

	t.Run("takes the previous secrets until they are dropped", func(t *testing.T) {
		next := testSecret(t)
		during := newTokens(t, Config{Secret: next, Previous: [][]byte{testSecret(t), secret}})
		if got, err := during.Verify(t.Context(), good, now); err != nil || got != testClaims() {
			t.Errorf("claims %+v, error %v; want those of the earlier secret", got, err)
		}
		refuse(t, tokens, issue(t, during, testClaims()), now, port.ErrInvalid)
		refuse(t, newTokens(t, Config{Secret: next}), good, now, port.ErrInvalid)
	})

	t.Run("reads tokens that another issuer made with the secret", func(t *testing.T) {
		payload := `{"id":"u","role":null,"app_access":true,"admin_access":false,"iat":1772600000,"exp":1893456000,"iss":"directus","enforce_tfa":false}`
		want := domain.Claims{
			Subject: "u", App: true,
			IssuedAt: time.Unix(1772600000, 0).UTC(), ExpiresAt: time.Unix(1893456000, 0).UTC(),
		}
		for name, header := range map[string]string{"with typ": goodHeader, "without": `{"alg":"HS256"}`} {
			if got, err := tokens.Verify(t.Context(), forge(secret, header, payload), now); err != nil || got != want {
				t.Errorf("%s: claims %+v, error %v; want %+v", name, got, err, want)
			}
		}
	})

	t.Run("stops for a context that is done", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got, err := tokens.Verify(ctx, good, now); !errors.Is(err, context.Canceled) || got != (domain.Claims{}) {
			t.Errorf("claims %+v and error %v, want none and context.Canceled", got, err)
		}
	})
}

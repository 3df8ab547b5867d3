package jwt

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"testing"
)

// These make tokens with nothing but the standard library, so that what the tests forge
// does not depend on what the library under test is willing to make.

const goodHeader = `{"alg":"HS256","typ":"JWT"}`

func segment(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// forge signs header and payload as they are.
func forge(secret []byte, header, payload string) string {
	signed := segment(header) + "." + segment(payload)
	return signed + "." + segment(sign(secret, signed))
}

// padded is forge, but ends the payload with =, of which there has to be one at least.
func padded(secret []byte, payload string) string {
	for len(payload)%3 == 0 {
		payload += " "
	}
	signed := segment(goodHeader) + "." + base64.URLEncoding.EncodeToString([]byte(payload))
	return signed + "." + segment(sign(secret, signed))
}

func sign(secret []byte, text string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return string(mac.Sum(nil))
}

func goodPayload(t testing.TB) string {
	t.Helper()
	return withClaim(t, "", "", false)
}

// replaceClaim is the payload of testClaims with claim set to the JSON text value, or
// without it where value is empty.
func replaceClaim(t testing.TB, claim, value string) string {
	t.Helper()
	return withClaim(t, claim, value, true)
}

// addClaim is the payload of testClaims with a claim that it does not have.
func addClaim(t testing.TB, claim, value string) string {
	t.Helper()
	return withClaim(t, claim, value, false)
}

func withClaim(t testing.TB, claim, value string, there bool) string {
	t.Helper()
	c := testClaims()
	claims := map[string]json.RawMessage{}
	for name, v := range map[string]any{
		"id": c.Subject, "role": c.Role, "app_access": c.App, "admin_access": c.Admin,
		"session": c.Session, "gen": c.Generation,
		"iat": c.IssuedAt.Unix(), "exp": c.ExpiresAt.Unix(), "iss": DefaultIssuer,
	} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("claim %s: %v", name, err)
		}
		claims[name] = text
	}
	if _, ok := claims[claim]; claim != "" && ok != there {
		t.Fatalf("claim %q is there: %v, want %v", claim, ok, there)
	}
	switch {
	case claim != "" && value == "":
		delete(claims, claim)
	case claim != "":
		claims[claim] = json.RawMessage(value)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatalf("claims: %v", err)
	}
	return string(text)
}

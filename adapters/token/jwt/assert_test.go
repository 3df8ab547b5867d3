package jwt

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const testAudience = "https://wiki.example.com"

func testAssertion() domain.Assertion {
	return domain.Assertion{
		Audience: testAudience, Subject: testClaims().Subject, Email: "ann@example.com", Role: domain.AdministratorRole,
		IssuedAt: now, ExpiresAt: now.Add(time.Minute),
	}
}

func assertionOf(t testing.TB, tokens *Tokens, a domain.Assertion) string {
	t.Helper()
	token, err := tokens.Assert(t.Context(), a)
	if err != nil {
		t.Fatalf("Assert: %v", err)
	}
	return token
}

// readAssertion does what an application is told to, with nothing but the standard library and
// the public key or the derived one.
func (s scheme) readAssertion(t testing.TB, token, audience string, now time.Time) (domain.Assertion, error) {
	t.Helper()
	at := strings.LastIndexByte(token, '.')
	if !s.proves(t, token[:at], decodeText(t, token[at+1:]), audience) {
		return domain.Assertion{}, errors.New("signature")
	}
	var header struct{ Alg, Typ, Kid string }
	var claims struct {
		Iss, Sub, Aud, Scope, Email string
		Role                        domain.RoleID
		Iat, Exp                    int64
	}
	parts := strings.Split(token, ".")
	if err := json.Unmarshal([]byte(decodeText(t, parts[0])), &header); err != nil {
		return domain.Assertion{}, err
	}
	if err := json.Unmarshal([]byte(decodeText(t, parts[1])), &claims); err != nil {
		return domain.Assertion{}, err
	}
	switch {
	case header.Typ != AssertionType || header.Alg != s.algorithm || header.Kid != s.kid:
		return domain.Assertion{}, errors.New("header")
	case claims.Iss != DefaultIssuer || claims.Aud != audience || claims.Scope != AssertionScope:
		return domain.Assertion{}, errors.New("issuer, audience or scope")
	case now.Unix() >= claims.Exp:
		return domain.Assertion{}, errors.New("expired")
	}
	return domain.Assertion{
		Audience: claims.Aud, Subject: domain.UserID(claims.Sub), Email: domain.Email(claims.Email), Role: claims.Role,
		IssuedAt: time.Unix(claims.Iat, 0).UTC(), ExpiresAt: time.Unix(claims.Exp, 0).UTC(),
	}, nil
}

// proves reports whether the key for assertions has made the signature.
func (s scheme) proves(t testing.TB, signed, signature, audience string) bool {
	t.Helper()
	if s.key == nil {
		key, err := AssertionKey(s.secret, audience)
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(signed))
		return hmac.Equal(mac.Sum(nil), []byte(signature))
	}
	return verifiedBy(s.key.Public(), signed, signature)
}

func verifiedBy(key crypto.PublicKey, signed, signature string) bool {
	if key, ok := key.(ed25519.PublicKey); ok {
		return ed25519.Verify(key, []byte(signed), []byte(signature))
	}
	sum := sha256.Sum256([]byte(signed))
	r, s := new(big.Int).SetBytes([]byte(signature[:32])), new(big.Int).SetBytes([]byte(signature[32:]))
	return ecdsa.Verify(key.(*ecdsa.PublicKey), sum[:], r, s)
}

func TestAssert(t *testing.T) {
	t.Run("refuses times that would not come back", func(t *testing.T) {
		s := newScheme(t, HS256)
		for _, change := range []func(*domain.Assertion){
			func(a *domain.Assertion) { a.IssuedAt = time.Time{} },
			func(a *domain.Assertion) { a.ExpiresAt = a.ExpiresAt.Add(time.Millisecond) },
		} {
			a := testAssertion()
			change(&a)
			if _, err := s.tokens.Assert(t.Context(), a); !errors.Is(err, port.ErrInvalid) {
				t.Errorf("%+v: got error %v, want ErrInvalid", a, err)
			}
		}
	})
	t.Run("derives the key of HS256 as openssl kdf does", func(t *testing.T) {
		// openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt key:0123456789abcdef0123456789abcdef \
		//   -kdfopt "info:sallyport assertion wiki" HKDF
		key, err := AssertionKey([]byte("0123456789abcdef0123456789abcdef"), "wiki")
		if err != nil {
			t.Fatal(err)
		}
		if got, want := hex.EncodeToString(key), "0fb86799b905ffad8bd8b779c6c5dac845b1fae2de7755ac74d4cdabde316a9d"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestSecurity41_AssertionsAndAccessTokensDoNotStandInForEachOther(t *testing.T) {
	eachScheme(t, func(t *testing.T, s scheme) {
		assertion := assertionOf(t, s.tokens, testAssertion())
		if got, err := s.readAssertion(t, assertion, testAudience, now); err != nil || got != testAssertion() {
			t.Fatalf("the application reads %+v and %v, want %+v", got, err, testAssertion())
		}
		refuse(t, s.tokens, assertion, now, port.ErrInvalid)
		if _, err := s.readAssertion(t, issue(t, s.tokens, testClaims()), testAudience, now); err == nil {
			t.Error("an access token is taken for an assertion")
		}
		// Each of the marks is enough, whatever else such a token says.
		refuse(t, s.tokens, s.forge(s.headerOf(`"`+s.algorithm+`"`, `"typ":"`+AssertionType+`"`), goodPayload(t)), now, port.ErrInvalid)
		refuse(t, s.tokens, s.forge(s.header(), addClaim(t, "scope", `"`+AssertionScope+`"`)), now, port.ErrInvalid)
	})

	t.Run("with HS256 the key of an application makes nothing but its own assertions", func(t *testing.T) {
		s := newScheme(t, HS256)
		key, err := AssertionKey(s.secret, testAudience)
		if err != nil {
			t.Fatal(err)
		}
		refuse(t, s.tokens, forge(key, goodHeader, goodPayload(t)), now, port.ErrInvalid)
		parts := strings.Split(assertionOf(t, s.tokens, testAssertion()), ".")
		other := strings.Replace(decodeText(t, parts[1]), testAudience, "https://shop.example.com", 1)
		signed := parts[0] + "." + segment(other)
		token := signed + "." + base64.RawURLEncoding.EncodeToString([]byte(sign(key, signed)))
		if _, err := s.readAssertion(t, token, "https://shop.example.com", now); err == nil {
			t.Error("one application can make assertions for another")
		}
	})
}

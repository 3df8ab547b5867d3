package jwt

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// now is the time that every test argues with.
var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func testSecret(t testing.TB) []byte {
	t.Helper()
	secret := make([]byte, MinSecretBytes)
	rand.Read(secret)
	return secret
}

func newTokens(t testing.TB, c Config) *Tokens {
	t.Helper()
	tokens, err := New(c)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return tokens
}

func testClaims() domain.Claims {
	return domain.Claims{
		Subject:    "0193a5f0-0000-7000-8000-000000000001",
		Role:       domain.AdministratorRole,
		App:        true,
		Admin:      true,
		Session:    "abcdefghijklmnopqrstuv",
		Generation: 3,
		IssuedAt:   now,
		ExpiresAt:  now.Add(15 * time.Minute),
	}
}

func issue(t testing.TB, tokens *Tokens, c domain.Claims) string {
	t.Helper()
	token, err := tokens.Issue(t.Context(), c)
	if err != nil {
		t.Fatalf("Issue: %v", err)
	}
	return token
}

// refuse wants token to be refused for want, without claims, and without the token in the text.
func refuse(t testing.TB, tokens *Tokens, token string, at time.Time, want error) {
	t.Helper()
	claims, err := tokens.Verify(t.Context(), token, at)
	if !errors.Is(err, want) {
		t.Errorf("Verify(%.200q): error %v, want %v", token, err, want)
	}
	if claims != (domain.Claims{}) {
		t.Errorf("Verify(%.200q): claims %+v beside an error, want none", token, claims)
	}
	if err != nil && len(token) > 8 && strings.Contains(err.Error(), token) {
		t.Errorf("Verify: the error repeats the token: %v", err)
	}
}

func TestNew(t *testing.T) {
	good := testSecret(t)

	t.Run("keeps its own copy of the secrets", func(t *testing.T) {
		secret, previous := bytes.Clone(good), testSecret(t)
		before := issue(t, newTokens(t, Config{Secret: previous}), testClaims())
		tokens := newTokens(t, Config{Secret: secret, Previous: [][]byte{previous}})
		clear(secret)
		clear(previous)
		for name, token := range map[string]string{
			"current":  issue(t, newTokens(t, Config{Secret: good}), testClaims()),
			"previous": before,
		} {
			if _, err := tokens.Verify(t.Context(), token, now); err != nil {
				t.Errorf("%s secret, after the caller changed its bytes: %v", name, err)
			}
		}
	})

	t.Run("refuses an issuer that cannot be compared", func(t *testing.T) {
		if _, err := New(Config{Secret: good, Issuer: "a\x00b"}); !errors.Is(err, port.ErrInvalid) {
			t.Errorf("error %v, want ErrInvalid", err)
		}
	})
}

func TestSecurity42WeakSecretsDoNotStart(t *testing.T) {
	good := testSecret(t)
	bad := map[string][]byte{
		"none":          nil,
		"a word":        []byte("hunter2"),
		"31 bytes":      good[:31],
		"one byte":      bytes.Repeat([]byte{'x'}, 64),
		"a few bytes":   bytes.Repeat([]byte("abc"), 20),
		"documentation": []byte("replace-with-secure-random-value"),
	}
	for name, secret := range bad {
		t.Run(name, func(t *testing.T) {
			if _, err := New(Config{Secret: secret}); err == nil {
				t.Error("accepted as the secret")
			} else if len(secret) > 0 && strings.Contains(err.Error(), string(secret)) {
				t.Errorf("the error repeats the secret: %v", err)
			}
			if _, err := New(Config{Secret: good, Previous: [][]byte{good, secret}}); err == nil {
				t.Error("accepted as a previous secret")
			}
		})
	}
}

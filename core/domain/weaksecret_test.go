package domain

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSecretWeakness(t *testing.T) {
	t.Run("of a bad key", func(t *testing.T) {
		for text, want := range map[string]string{
			"":                                       "is empty",
			"secret":                                 "is shorter than 32 bytes",
			strings.Repeat("a", 31):                  "is shorter than 32 bytes",
			strings.Repeat("a", 64):                  "is one pattern over and over",
			strings.Repeat("q8Zt3VnR", 4):            "is one pattern over and over",
			"q8Zt3VnR0sLw7YkXq8Zt3VnR0sLw7YkX":       "is one pattern over and over",
			"0123456789abcdef0123456789abcdef":       "is one pattern over and over",
			"abcdefghijklmnopqrstuvwxyz0123456789":   "is one pattern over and over",
			"1212121122211121212112112212121212":     "is one pattern over and over",
			"6116487B-CDA1-52C2-B5B5-C8022C45E263":   "is an example out of documentation",
			"a-string-secret-at-least-256-bits-long": "is an example out of documentation",
			"replace-with-secure-random-value":       "is made of well-known words",
			"changeme-changeme-please-changeme-now":  "is made of well-known words",
			"your-super-secret-jwt-token-with-at-least-32-characters-long": "is made of well-known words",
			"this is my very long secret key for production":               "is made of well-known words",
			"qwertyuiopasdfghjklzxcvbnm1234567890":                         "is made of well-known words",
		} {
			if got := SecretWeakness(text); got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	})
	t.Run("of a random key there is none", func(t *testing.T) {
		random := rand.NewChaCha8([32]byte{1})
		for range 20_000 {
			var b [32]byte
			random.Read(b[:])
			for _, text := range []string{
				base64.RawURLEncoding.EncodeToString(b[:]),
				base64.StdEncoding.EncodeToString(b[:24]),
				hex.EncodeToString(b[:16]),
				hex.EncodeToString(b[:]),
			} {
				if got := SecretWeakness(text); got != "" {
					t.Fatalf("%q: got %q, want none", text, got)
				}
			}
		}
	})
}

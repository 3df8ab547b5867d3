package auth

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestNewRefreshToken(t *testing.T) {
	t.Run("is 64 URL-safe characters that parse back", func(t *testing.T) {
		token := newRefreshToken()
		if got := len(token.String()); got != 64 {
			t.Errorf("got %d characters, want 64", got)
		}
		if got, ok := parseRefreshToken(token.String()); !ok || got != token {
			t.Errorf("got another token back, or none: %t", ok)
		}
	})
	t.Run("differs from all others, in both parts and at every place", func(t *testing.T) {
		const n = 2000
		seen := map[string]bool{}
		var places [selectorLength + secretLength]map[byte]bool
		for range n {
			token := newRefreshToken()
			for _, part := range []string{token.selector, token.secret, token.secret[:selectorLength], string(token.sessionID())} {
				if seen[part] {
					t.Fatal("got a part that was there before")
				}
				seen[part] = true
			}
			for i, c := range []byte(token.String()) {
				if places[i] == nil {
					places[i] = map[byte]bool{}
				}
				places[i][c] = true
			}
		}
		// Of 2000 draws a fair place misses one of 64 characters with a chance of 10^-12.
		for i, characters := range places {
			if len(characters) != 64 {
				t.Errorf("place %d: got %d characters of 64", i, len(characters))
			}
		}
	})
	t.Run("its session's ID shows neither part", func(t *testing.T) {
		token := newRefreshToken()
		id := string(token.sessionID())
		if len(id) != 22 || id == token.selector || strings.Contains(token.String(), id) {
			t.Errorf("got an ID of %d characters that the token holds", len(id))
		}
	})
}

func TestParseRefreshToken(t *testing.T) {
	good := strings.Repeat("aZ09-_xy", 8)
	if _, ok := parseRefreshToken(good); !ok {
		t.Fatal("a good token was refused, so the rest would prove nothing")
	}
	for name, token := range map[string]string{
		"empty":               "",
		"a character short":   good[1:],
		"a character long":    good + "x",
		"only a selector":     good[:selectorLength],
		"blank at the end":    good[1:] + " ",
		"blank in front":      " " + good[1:],
		"line break":          good[1:] + "\n",
		"NUL":                 good[1:] + "\x00",
		"padding":             good[1:] + "=",
		"plus":                good[1:] + "+",
		"slash":               good[1:] + "/",
		"dot":                 good[1:] + ".",
		"high byte":           good[1:] + "\xff",
		"letter of two bytes": good[2:] + "é",
		"64 runes":            good[1:] + "é",
		"huge":                strings.Repeat(good, 1<<14),
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseRefreshToken(token); ok || got != (refreshToken{}) {
				t.Errorf("got a token, want none")
			}
		})
	}
}

func FuzzParseRefreshToken(f *testing.F) {
	good := newRefreshToken().String()
	for _, seed := range []string{"", good, good[1:], good + "x", good[1:] + "=", good[2:] + "é", strings.Repeat("\x00", 64), "a.b.c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := parseRefreshToken(text)
		if !ok {
			if token != (refreshToken{}) {
				t.Error("got a token beside a refusal")
			}
			return
		}
		if token.String() != text || len(token.selector) != selectorLength || len(token.secret) != secretLength {
			t.Errorf("got parts of %d and %d characters", len(token.selector), len(token.secret))
		}
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("accepted %q", text)
		}
		if id := token.sessionID(); len(id) != 22 || id != domain.SessionIDOf(text[:selectorLength]) {
			t.Errorf("got session %q", id)
		}
	})
}

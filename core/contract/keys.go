package contract

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// keyed says how to use a port by its key, for the rules that all keys share.
type keyed[P any] struct {
	port string
	// put keeps something under key.
	put func(ctx context.Context, p P, key string) error
	// has reports whether something is kept under key.
	has func(ctx context.Context, p P, key string) (bool, error)
	// keys are calls that are right but for the key, one for each argument that is a key.
	keys []func(ctx context.Context, p P, key string) error
	// texts are calls that are right but for the text, one for each string that is no key.
	texts []func(ctx context.Context, p P, text string) error
}

const (
	ruleBytewise = "Keys compare byte by byte, trailing spaces included."
	ruleText     = "Strings are valid UTF-8 without NUL, at most 254 bytes where they are keys; anything else is ErrInvalid."
)

// cases returns the cases about the keys and texts of one port.
func (k keyed[P]) cases() []Case[P] {
	differs := func(a, b string) func(testing.TB, P) {
		return func(t testing.TB, p P) {
			must(t, k.put(t.Context(), p, a))
			if value(k.has(t.Context(), p, b))(t) {
				t.Fatalf("got what was kept under %q when asked for %q", a, b)
			}
			must(t, k.put(t.Context(), p, b))
			if !value(k.has(t.Context(), p, a))(t) || !value(k.has(t.Context(), p, b))(t) {
				t.Fatalf("%q and %q are not kept side by side", a, b)
			}
		}
	}
	found := func(key string) func(testing.TB, P) {
		return func(t testing.TB, p P) {
			must(t, k.put(t.Context(), p, key))
			if !value(k.has(t.Context(), p, key))(t) {
				t.Fatalf("key %q of %d bytes is not found again", key, len(key))
			}
		}
	}
	refused := func(calls []func(context.Context, P, string) error, bad string) func(testing.TB, P) {
		return func(t testing.TB, p P) {
			for i, call := range calls {
				if err := call(t.Context(), p, bad); !errors.Is(err, port.ErrInvalid) {
					t.Errorf("call %d with %q: got error %v, want one that matches %q", i, bad, err, port.ErrInvalid)
				}
			}
		}
	}
	id := func(name string) string { return k.port + "/" + name }
	cases := []Case[P]{
		{id("keys/trailing-space-differs"), ruleBytewise, differs("key", "key ")},
		{id("keys/case-differs"), ruleBytewise, differs("Key", "key")},
		{id("keys/accents-differ"), ruleBytewise, differs("k\u00e9y", "key")},
		{id("keys/normal-forms-differ"), ruleBytewise, differs("k\u00e9y", "ke\u0301y")},
		{id("keys/four-byte-runes"), "Stored values come back equal.", differs("key \U0001F511", "key \U0001F512")},
		{id("keys/longest-fits"), ruleText, found(longestKey())},
		{id("keys/too-long-is-invalid"), ruleText, refused(k.keys, longestKey()+"x")},
		{id("keys/nul-is-invalid"), ruleText, refused(k.keys, "ke\x00y")},
		{id("keys/broken-utf8-is-invalid"), ruleText, refused(k.keys, "ke\xc3\x28y")},
	}
	if len(k.texts) > 0 {
		cases = append(cases,
			Case[P]{id("texts/nul-is-invalid"), ruleText, refused(k.texts, "te\x00xt")},
			Case[P]{id("texts/broken-utf8-is-invalid"), ruleText, refused(k.texts, "te\xc3\x28xt")},
		)
	}
	return cases
}

// longestKey returns the longest key there may be, with fewer characters than bytes.
func longestKey() string { return strings.Repeat("\u00e9", port.MaxKeyBytes/2) }

// keySpellings returns every key that the cases put, for ports that find what they keep by
// something else.
func keySpellings() []string {
	return []string{
		"key", "key ", "Key", "k\u00e9y", "ke\u0301y", "key \U0001F511", "key \U0001F512", longestKey(),
	}
}

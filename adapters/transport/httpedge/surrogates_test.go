package httpedge_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

func TestHasLoneSurrogate(t *testing.T) {
	for text, want := range map[string]bool{
		`"plain"`:                    false,
		`"\u0041\n\\\""`:             false,
		`"\ud83d\ude00"`:             false,
		`"\uD83D\uDE00\uD83D\uDE00"`: false,
		`"\\ud800"`:                  false,
		`"\\\\ud800"`:                false,
		`"\ufffd"`:                   false,
		`"\ud800"`:                   true,
		`"\udfff"`:                   true,
		`"\\\ud800"`:                 true,
		`"\ud83dx\ude00"`:            true,
		`"\ud83d\\ude00"`:            true,
		`"\ud83dude00"`:              true,
		`"\ud83d\n"`:                 true,
		`"\ud83d\ud83d\ude00"`:       true,
		`"\ude00\ud83d"`:             true,
		`{"\ud800":1}`:               true,
	} {
		t.Run(text, func(t *testing.T) {
			if got := httpedge.HasLoneSurrogate([]byte(text)); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// FuzzHasLoneSurrogate: of text without U+FFFD in it, encoding/json makes U+FFFD where there
// is a lone surrogate, and nowhere else.
func FuzzHasLoneSurrogate(f *testing.F) {
	for _, seed := range []string{`"\ud83d\ude00"`, `"\ud800"`, `"\\ud800\udc00"`, `{"a":["\ud83d"]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsRune(text, '\uFFFD') || strings.Contains(strings.ToLower(text), `\ufffd`) || !json.Valid([]byte(text)) {
			return
		}
		want := false
		decoder := json.NewDecoder(strings.NewReader(text))
		for token, err := decoder.Token(); err == nil; token, err = decoder.Token() {
			decoded, _ := token.(string)
			want = want || strings.ContainsRune(decoded, '\uFFFD')
		}
		if got := httpedge.HasLoneSurrogate([]byte(text)); got != want {
			t.Errorf("got %v, want %v for %q", got, want, text)
		}
	})
}

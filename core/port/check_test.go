package port_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

func TestCheckKey(t *testing.T) {
	long := strings.Repeat("k", port.MaxKeyBytes)
	for name, c := range map[string]struct {
		keys []string
		ok   bool
	}{
		"none":                  {nil, true},
		"empty":                 {[]string{""}, true},
		"254 bytes":             {[]string{long}, true},
		"255 bytes":             {[]string{long + "k"}, false},
		"255 bytes in the last": {[]string{"a", "b", long + "k"}, false},
		"254 bytes of runes":    {[]string{strings.Repeat("é", 127)}, true},
		"fewer runes than 254":  {[]string{strings.Repeat("é", 128)}, false},
		"blanks at the end":     {[]string{"key  "}, true},
		"line break":            {[]string{"key\n"}, true},
		"NUL":                   {[]string{"k\x00y"}, false},
		"only NUL":              {[]string{"\x00"}, false},
		"invalid UTF-8":         {[]string{"k\xffy"}, false},
		"half a rune":           {[]string{"a", "key\xc3"}, false},
		"surrogate":             {[]string{"\xed\xa0\x80"}, false},
	} {
		t.Run(name, func(t *testing.T) { wantCheck(t, port.CheckKey(c.keys...), c.ok, c.keys) })
	}
}

func TestCheckText(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		ok    bool
	}{
		"none":             {nil, true},
		"long":             {[]string{strings.Repeat("t", 1<<16)}, true},
		"control":          {[]string{"a\tb\r\n"}, true},
		"last code point":  {[]string{"\U0010ffff"}, true},
		"NUL":              {[]string{"", "t\x00"}, false},
		"invalid UTF-8":    {[]string{"\xfe"}, false},
		"overlong slash":   {[]string{"\xc0\xaf"}, false},
		"over U+10FFFF":    {[]string{"\xf4\x90\x80\x80"}, false},
		"NUL, written out": {[]string{`\x00`}, true},
	} {
		t.Run(name, func(t *testing.T) { wantCheck(t, port.CheckText(c.texts...), c.ok, c.texts) })
	}
}

func TestCheckLimit(t *testing.T) {
	for name, c := range map[string]struct {
		limit port.Limit
		ok    bool
	}{
		"10/15m":                         {port.Limit{Burst: 10, Every: 90 * time.Second}, true},
		"one a microsecond":              {port.Limit{Burst: 1, Every: time.Microsecond}, true},
		"the longest wait there is":      {port.Limit{Burst: 1, Every: math.MaxInt64}, true},
		"none":                           {port.Limit{}, false},
		"no attempt":                     {port.Limit{Every: time.Second}, false},
		"fewer than no attempt":          {port.Limit{Burst: -1, Every: time.Second}, false},
		"gives back at once":             {port.Limit{Burst: 1}, false},
		"gives back before":              {port.Limit{Burst: 1, Every: -time.Second}, false},
		"less than a microsecond":        {port.Limit{Burst: 1, Every: time.Microsecond - 1}, false},
		"a quarter of the range":         {port.Limit{Burst: 250, Every: math.MaxInt64}, true},
		"more than a quarter of it":      {port.Limit{Burst: 251, Every: math.MaxInt64}, false},
		"more than a quarter, by factor": {port.Limit{Burst: math.MaxInt32, Every: math.MaxInt64}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := port.CheckLimit(c.limit)
			if c.ok && err != nil || !c.ok && !errors.Is(err, port.ErrInvalid) {
				t.Errorf("got %v, want ok: %t", err, c.ok)
			}
		})
	}
}

// wantCheck wants no error, or one that matches ErrInvalid and repeats none of the texts.
func wantCheck(t *testing.T, err error, ok bool, texts []string) {
	t.Helper()
	if ok {
		if err != nil {
			t.Errorf("got %v, want none", err)
		}
		return
	}
	if !errors.Is(err, port.ErrInvalid) {
		t.Fatalf("got %v, want %v", err, port.ErrInvalid)
	}
	for _, text := range texts {
		if len(text) > 2 && strings.Contains(err.Error(), text) {
			t.Errorf("got %q, which repeats the text", err)
		}
	}
}

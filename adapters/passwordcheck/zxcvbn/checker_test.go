package zxcvbn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ccojocar/zxcvbn-go/match"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

// loaded has read the lists once for all tests; nothing changes it.
var loaded = sync.OnceValues(func() (*Checker, error) { return New(Config{MinScore: 1}) })

func newChecker(t testing.TB, minScore int, words ...string) *Checker {
	t.Helper()
	one, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	c := *one
	c.config = Config{MinScore: minScore, Words: words}
	return &c
}

func TestContract(t *testing.T) {
	contract.RunPasswordChecker(t, func(t testing.TB) contract.PasswordCheckerWorld {
		return contract.PasswordCheckerWorld{
			Checker: newChecker(t, 3), Weakness: port.PasswordGuessable,
			Weak: []string{"password1", "P@ssw0rd2024", "qwertyuiop", "jessica1987", "abcdefgh12345"},
		}
	}, contract.Expect(9))
}

func TestScore(t *testing.T) {
	c := newChecker(t, 1, "Sallyport", "Example Ltd.")
	for _, test := range []struct {
		password string
		about    []string
		want     int
	}{
		{"password", nil, 0},
		{"pepper7Lemon", nil, 1},
		{"Tr0ub4dour&3", nil, 2},
		{"correct horse battery staple", nil, 4},
		// Words about the person and the service are guessed first, whole and in parts.
		{"threadbare-hyacinth", nil, 3},
		{"threadbare-hyacinth", []string{"threadbare.hyacinth@example.net"}, 0},
		{"quokka.wombat", []string{"ann@example.net", "Quokka", "Wombat"}, 0},
		{"SALLYPORT2026", nil, 0},
		{"sallyport-example", nil, 0},
		// Words of one or two letters occur by chance.
		{"xqzkvjwbfhgm", []string{"x", "q", "z", "k", "vj", "wb", "fh", "gm"}, 4},
	} {
		got := c.score(port.PasswordCandidate{Password: test.password, About: test.about})
		if got != test.want {
			t.Errorf("%q, of %q: got %d, want %d", test.password, test.about, got, test.want)
		}
	}
}

func TestCheckWantsTheLeastScore(t *testing.T) {
	for minScore := 1; minScore <= MaxScore; minScore++ {
		for score, password := range []string{"password", "pepper7Lemon", "Tr0ub4dour&3", "threadbare-hyacinth", "correct horse battery staple"} {
			if got := newChecker(t, 1).score(port.PasswordCandidate{Password: password}); got != score {
				t.Fatalf("%q: got score %d, want %d", password, got, score)
			}
			want := port.PasswordSound
			if score < minScore {
				want = port.PasswordGuessable
			}
			got, err := newChecker(t, minScore).Check(t.Context(), port.PasswordCandidate{Password: password})
			if got != want || err != nil {
				t.Errorf("score %d where %d is wanted: got %q and error %v, want %q", score, minScore, got, err, want)
			}
		}
	}
}

func TestALeastScoreThatThereIsNotIsRefused(t *testing.T) {
	for _, minScore := range []int{-1, 0, MaxScore + 1} {
		if c, err := New(Config{MinScore: minScore}); err == nil {
			t.Errorf("%d: got %+v, want an error", minScore, c)
		}
	}
}

// Red when score does not cut.
func TestOnlyTheBeginningOfAPasswordIsScored(t *testing.T) {
	c := newChecker(t, 1)
	begin := strings.Repeat("\u00e4", 1) + strings.Repeat("a", maxScoredRunes-1)
	for _, behind := range []string{"", "nU4-qTz8-vR2k-Wb7x-6fXo9-Lw3c-rYp1-Hd5s", strings.Repeat("x", 900)} {
		if got, want := c.score(port.PasswordCandidate{Password: begin + behind}), c.score(port.PasswordCandidate{Password: begin}); got != want {
			t.Errorf("%d bytes: got score %d, want that of its beginning, %d", len(begin+behind), got, want)
		}
	}
	if got, want := firstRunes(begin+"b", maxScoredRunes), begin; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWordsAreBounded(t *testing.T) {
	c := newChecker(t, 1, "service")
	var about []string
	for range 1000 {
		about = append(about, "word-and-word")
	}
	kept := slices.Clone(about)
	if got := c.knownWords(about); len(got) != maxWords {
		t.Errorf("got %d words, want %d", len(got), maxWords)
	}
	if !slices.Equal(about, kept) {
		t.Error("got the caller's list changed")
	}
	want := []string{"ann.brown@example.com", "ann", "brown", "example", "com", "O'Neill", "Neill", "service", "service"}
	if got := c.knownWords([]string{"ann.brown@example.com", "O'Neill", "Li"}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWordsAreReadInTheDigitsAndSymbolsThatStandForLetters(t *testing.T) {
	for letter := 'a'; letter <= 'z'; letter++ {
		for _, symbol := range substitutesOf(letter) {
			if got, want := shapeOf(string(symbol)), shapeOf(string(letter)); got != want {
				t.Errorf("%c: got shape %q, want that of %c, %q", symbol, got, letter, want)
			}
		}
	}
	for _, test := range []struct {
		text, word string
		want       int // -1: it cannot be read so
	}{
		{"password", "password", 0},
		{"PassWord", "password", 0},
		{"p4ssw0rd", "password", 2},
		{"P@$$W0RD", "password", 4},
		{"11ama", "llama", 2},
		{"tilt", "till", -1}, // of one shape
		{"till", "t111", -1}, // letters stand for themselves
	} {
		got, ok := spells([]rune(test.text), test.word)
		if !ok {
			got = -1
		}
		if got != test.want {
			t.Errorf("%q as %q: got %d substitutes, want %d", test.text, test.word, got, test.want)
		}
	}
	// What people write with them is no better than what they mean.
	c := newChecker(t, 1, "Sallyport")
	for _, password := range []string{"P@55w0rd17!$", "$4llyp0r7!", "tr0ub4dour"} {
		if got := c.score(port.PasswordCandidate{Password: password}); got > 1 {
			t.Errorf("%q: got score %d", password, got)
		}
	}
}

func TestPatterns(t *testing.T) {
	c := newChecker(t, 1)
	for name, test := range map[string]struct {
		matches []match.Match
		want    []string
	}{
		"repeats":                 {repeats([]rune("xaaAyyz\u00e4\u00e4\u00c4")), []string{"1-3", "7-9"}},
		"sequences":               {sequences([]rune("xabcd4321yzYZ89ab")), []string{"1-4", "5-8", "13-14"}[:2]},
		"that end in one another": {sequences([]rune("abcba")), []string{"0-2", "2-4"}},
		"across alphabets":        {sequences([]rune("89:;@ABz{|")), nil},
		"keyboards":               {keyboards([]rune("qwerty--zaq1"), c.graphs[:1]), []string{"0-5", "8-11"}},
		"dates":                   {dates("a24.12.1999b"), []string{"1-10", "7-10"}},
		"the year first":          {dates("1999-12-24"), []string{"0-9", "0-3"}},
		"without separators":      {dates("x311287x"), []string{"1-6"}},
		"the month first":         {dates("12311987"), []string{"0-7", "0-5", "1-6", "4-7"}},
		"no dates":                {dates("99.99.1750 453199 13/13/2026"[:24]), nil},
	} {
		var got []string
		for _, m := range test.matches {
			if m.Entropy <= 0 || m.Entropy > 40 {
				t.Errorf("%s: got %+v, want some bits", name, m)
			}
			got = append(got, fmt.Sprintf("%d-%d", m.I, m.J))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestEachPatternCounts(t *testing.T) {
	c := newChecker(t, 1)
	for _, password := range []string{"kq;;;;;;;;;;;;vj", "vbjklmnopqrzq", "8ujnhy65rfvbg", "k24/12/1999", "v31121987q"} {
		if got := c.score(port.PasswordCandidate{Password: password}); got > 2 {
			t.Errorf("%q: got score %d", password, got)
		}
	}
}

func TestDateOf(t *testing.T) {
	for _, test := range []struct {
		parts [3]string
		want  int64 // 0: none
	}{
		{[3]string{"24", "12", "1999"}, 1999},
		{[3]string{"12", "24", "1999"}, 1999},
		{[3]string{"1999", "12", "24"}, 1999},
		{[3]string{"31", "12", "87"}, 87},
		{[3]string{"99", "12", "24"}, 99},
		{[3]string{"1", "1", "2029"}, 2029},
		{[3]string{"32", "12", "1999"}, 0},
		{[3]string{"13", "13", "1999"}, 0},
		{[3]string{"0", "12", "1999"}, 0},
		{[3]string{"24", "12", "1899"}, 0},
		{[3]string{"24", "12", "2030"}, 0},
		{[3]string{"24", "12", "199"}, 0},
		{[3]string{"24", "xx", "1999"}, 0},
	} {
		if got, ok := dateOf(test.parts[0], test.parts[1], test.parts[2]); got != test.want || ok != (test.want > 0) {
			t.Errorf("%q: got %d %t, want %d", test.parts, got, ok, test.want)
		}
	}
}

func TestAWordKeepsTheBetterOfItsRanks(t *testing.T) {
	for _, ranks := range [][]int{{7, 2}, {2, 7}} {
		known := words{byShape: map[string][]word{}}
		known.add("Quokka", ranks[0])
		known.add("quokka", ranks[1])
		if got := known.byShape["quokka"]; len(got) != 1 || got[0] != (word{"quokka", 2}) {
			t.Errorf("%d: got %+v, want one of rank 2", ranks, got)
		}
	}
}

func TestWhatIsNotASCIIIsASymbolOfOneByte(t *testing.T) {
	if got, want := bytesOf([]rune("a\u0161\u00e4\U0001f511\x7f")), "a~~~\x7f"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Each of these is scored with the matcher that it is made for, in texts that are cut, repeated
// and mixed with letters of two and more bytes.
func TestAnyTextIsScored(t *testing.T) {
	c := newChecker(t, 1)
	parts := []string{"12/12/1999", "1.1.99", "19991231", "123456", "qwert", "7890-", "aaaa", "\u00e4\u00e4\u00e4", "\u043f\u0430\u0440\u043e\u043b\u044c", "P@$$w0rd", "1|!l", "\x00", " ", "\U0001f511", "\u0130", "\u017f\u212a", "zyxw", "password", "\\\\", "\u2028"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var text strings.Builder
		for range random.IntN(12) {
			text.WriteString(parts[random.IntN(len(parts))])
		}
		if got := c.score(port.PasswordCandidate{Password: text.String(), About: parts[:random.IntN(len(parts))]}); got < 0 || got > MaxScore {
			t.Errorf("%q: got score %d", text.String(), got)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("correct horse", "ann@example.com")
	f.Add("4@8({[<369!|17$5+0%2", "\u0130")
	f.Add("1/1/11", "")
	c := newChecker(f, 2)
	f.Fuzz(func(t *testing.T, password, about string) {
		if _, err := c.Check(t.Context(), port.PasswordCandidate{Password: strings.ToValidUTF8(password, "?"), About: []string{about}}); err != nil {
			t.Error(err)
		}
	})
}

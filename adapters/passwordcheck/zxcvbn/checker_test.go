package zxcvbn

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

func newChecker(t testing.TB, minScore int, words ...string) *Checker {
	t.Helper()
	c, err := New(Config{MinScore: minScore, Words: words})
	if err != nil {
		t.Fatal(err)
	}
	return c
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

// Red when score does not cut: 400 characters take most of a second.
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

// A password with many symbols would be read in hundreds of ways, each of which takes as long
// as all the rest.
func TestAPasswordIsReadInFewWays(t *testing.T) {
	c := newChecker(t, 1)
	for password, want := range map[string]int{
		"password":         1,
		"p4ssw0rd":         1,
		"p4$$w0rd@":        2,
		"p4$5w0rd@":        4,
		"1":                2, // i or l
		"1!":               4, // and i is written in two ways then
		"4@8({[<369!|17$5": 4 * 2 * 2 * 3 * 3 * 2 * 2 * 2 * 2,
	} {
		if got := c.readings(password); got != want {
			t.Errorf("%q: got %d readings, want %d", password, got, want)
		}
	}

	// What people write is short, and read in all ways.
	if got, want := c.score(port.PasswordCandidate{Password: "P@55w0rd17!$"}), 0; got != want {
		t.Errorf("got score %d, want %d", got, want)
	}
	// The long word is known and easily guessed, and so is what is behind it where it is read.
	word := strings.Repeat("xkqzvj", 9)
	many := port.PasswordCandidate{Password: word + "p@ssw0rd1|7", About: []string{word}}
	if got, want := c.score(many), MaxScore; got != want {
		t.Errorf("got score %d, want that of what is written, %d", got, want)
	}
	few := port.PasswordCandidate{Password: word + "p@ssw0rd+++", About: []string{word}}
	if got := c.score(few); got > 2 {
		t.Errorf("got score %d, want that of a password", got)
	}
}

func TestWordsAreBounded(t *testing.T) {
	c := newChecker(t, 1, "service")
	var about []string
	for range 1000 {
		about = append(about, "word-and-word")
	}
	kept := slices.Clone(about)
	if got := c.words(about); len(got) != maxWords {
		t.Errorf("got %d words, want %d", len(got), maxWords)
	}
	if !slices.Equal(about, kept) {
		t.Error("got the caller's list changed")
	}
	want := []string{"ann.brown@example.com", "ann", "brown", "example", "com", "O'Neill", "Neill", "service", "service"}
	if got := c.words([]string{"ann.brown@example.com", "O'Neill", "Li"}); !slices.Equal(got, want) {
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

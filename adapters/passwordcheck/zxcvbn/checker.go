// Package zxcvbn finds passwords that are guessed soon, by a score from 0 to 4 of how many
// guesses somebody needs who knows common passwords, English words and names, keyboards, dates
// and repetition (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security
// 2016):
//
//	0  under a million
//	1  under a hundred million
//	2  under ten thousand million
//	3  under a million million
//	4  more
//
// It knows no words of other languages, and takes what is not in ASCII for harder to guess than it
// is.
//
// Lists, entropies and the score are those of zxcvbn-go. The search for words and patterns is
// here: the library's reads the lists whenever a program starts that it is linked into, asked for
// or not, and takes a second for 72 symbols that can stand for letters.
package zxcvbn

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go/adjacency"
	"github.com/ccojocar/zxcvbn-go/scoring"

	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxScore is the highest score.
const MaxScore = 4

// Bounds of the work of one Check.
const (
	// maxScoredRunes is how much of a password is looked at. Nobody is there sooner who has to
	// guess more.
	maxScoredRunes = 72
	// maxWords is how many words about the person and the service are looked for.
	maxWords = 64
)

// minWordRunes is the shortest word about the person that counts: shorter ones occur by chance.
const minWordRunes = 3

// Config says what is good enough.
type Config struct {
	// MinScore is the least score that a password needs, from 1 to MaxScore.
	MinScore int
	// Words belong to the service, such as its name, and so are guessed first; they may be
	// empty.
	Words []string
}

// Checker is a port.PasswordChecker that finds port.PasswordGuessable.
type Checker struct {
	config Config
	words  words
	graphs []adjacency.Graph
}

var _ port.PasswordChecker = (*Checker)(nil)

// New returns a checker, or an error where MinScore is out of range.
func New(c Config) (*Checker, error) {
	if c.MinScore < 1 || c.MinScore > MaxScore {
		return nil, fmt.Errorf("zxcvbn: a least score of %d is not within 1 and %d", c.MinScore, MaxScore)
	}
	words, err := loadWords()
	if err != nil {
		return nil, err
	}
	graphs := []adjacency.Graph{adjacency.BuildQwerty(), adjacency.BuildDvorak(), adjacency.BuildKeypad(), adjacency.BuildMacKeypad()}
	return &Checker{config: c, words: words, graphs: graphs}, nil
}

// Check implements port.PasswordChecker. It asks nobody, and so fails for a context alone.
func (c *Checker) Check(ctx context.Context, candidate port.PasswordCandidate) (port.PasswordWeakness, error) {
	if err := ctx.Err(); err != nil {
		return port.PasswordSound, fmt.Errorf("zxcvbn: check password: %w", err)
	}
	if c.score(candidate) < c.config.MinScore {
		return port.PasswordGuessable, nil
	}
	return port.PasswordSound, nil
}

func (c *Checker) score(candidate port.PasswordCandidate) int {
	password := []rune(firstRunes(candidate.Password, maxScoredRunes))
	known := words{byShape: map[string][]word{}}
	for i, word := range c.knownWords(candidate.About) {
		known.add(word, i+1)
	}
	text := bytesOf(password)
	matches := slices.Concat(c.words.matches(password), known.matches(password),
		repeats(password), sequences(password), keyboards(password, c.graphs), dates(text))
	return scoring.MinimumEntropyMatchSequence(text, matches).Score
}

// bytesOf returns a byte for each rune, since the library takes the place of a match for one of
// bytes: a symbol for what is not ASCII.
func bytesOf(password []rune) string {
	text := make([]byte, len(password))
	for i, r := range password {
		if text[i] = '~'; r < utf8.RuneSelf {
			text[i] = byte(r)
		}
	}
	return string(text)
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// knownWords returns what is known about the person and the service, whole and in parts.
func (c *Checker) knownWords(about []string) []string {
	var list []string
	add := func(word string) {
		if len(list) < maxWords && utf8.RuneCountInString(word) >= minWordRunes {
			list = append(list, word)
		}
	}
	for _, text := range append(about[:len(about):len(about)], c.config.Words...) {
		add(text)
		for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			add(part)
		}
	}
	return list
}

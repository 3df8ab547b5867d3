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
package zxcvbn

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/adjacency"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"

	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxScore is the highest score.
const MaxScore = 4

// Bounds of the work of one Check, which the length of a password alone does not bound.
const (
	// maxScoredRunes is how much of a password is looked at: the work grows with the square.
	maxScoredRunes = 72
	// maxParts is how many parts of the password are looked up in each list, in all the ways
	// that its digits and symbols can be read as the letters that they look like. A password
	// with more is scored as it is written.
	maxParts = 45_000
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
	looks  map[string][]string // letters, and what looks like them
}

var _ port.PasswordChecker = (*Checker)(nil)

// New returns a checker, or an error where MinScore is out of range.
func New(c Config) (*Checker, error) {
	if c.MinScore < 1 || c.MinScore > MaxScore {
		return nil, fmt.Errorf("zxcvbn: a least score of %d is not within 1 and %d", c.MinScore, MaxScore)
	}
	return &Checker{config: c, looks: adjacency.BuildLeet().Graph}, nil
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
	password := firstRunes(candidate.Password, maxScoredRunes)
	var filters []func(match.Matcher) bool
	n := utf8.RuneCountInString(password)
	if c.readings(password)*n*(n+1)/2 > maxParts {
		filters = append(filters, matching.FilterL33tMatcher)
	}
	return zxcvbn.PasswordStrength(password, c.words(candidate.About), filters...).Score
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

// readings bounds in how many ways the password can be read with letters for what looks like
// them. What looks like two letters is read as either.
func (c *Checker) readings(password string) int {
	all := 1
	seen := map[string]bool{}
	for _, shapes := range c.looks {
		present := 0
		for _, shape := range shapes {
			if !strings.Contains(password, shape) {
				continue
			}
			present++
			if seen[shape] {
				all *= 2
			}
			seen[shape] = true
		}
		all *= max(present, 1)
	}
	return all
}

// words returns what is known about the person and the service, whole and in parts.
func (c *Checker) words(about []string) []string {
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

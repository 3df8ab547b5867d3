package zxcvbn

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go/data"
	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
)

// words are those of lists in which the first is guessed first, by their shape: see shapeOf.
type words struct {
	byShape map[string][]word
	longest int // in runes
}

type word struct {
	text string // in lower case
	rank int    // in its list, from 1
}

// loadWords reads the lists of the library, which its own packages would do in every program
// that they are linked into.
func loadWords() (words, error) {
	w := words{byShape: map[string][]word{}}
	for _, name := range []string{"Passwords", "English", "FemaleNames", "MaleNames", "Surnames"} {
		content, err := data.Asset("data/" + name + ".json")
		if err != nil {
			return words{}, fmt.Errorf("zxcvbn: read a list of words: %w", err)
		}
		var list struct{ List []string }
		if err := json.Unmarshal(content, &list); err != nil {
			return words{}, fmt.Errorf("zxcvbn: read a list of words: %w", err)
		}
		for i, text := range list.List {
			w.add(text, i+1)
		}
	}
	return w, nil
}

// add keeps the better of two ranks that a word has.
func (w *words) add(text string, rank int) {
	text = strings.ToLower(text)
	shape := shapeOf(text)
	known := w.byShape[shape]
	for i := range known {
		if known[i].text == text {
			known[i].rank = min(known[i].rank, rank)
			return
		}
	}
	w.byShape[shape] = append(known, word{text, rank})
	w.longest = max(w.longest, utf8.RuneCountInString(text))
}

// matches finds the words in a password, also where digits and symbols stand for letters.
func (w words) matches(password []rune) []match.Match {
	shape := []rune(shapeOf(string(password)))
	var found []match.Match
	for i := range password {
		for j := i; j < min(len(password), i+w.longest); j++ {
			for _, known := range w.byShape[string(shape[i:j+1])] {
				m := match.Match{Pattern: "dictionary", I: i, J: j, Token: string(password[i : j+1])}
				substitutes, ok := spells(password[i:j+1], known.text)
				if !ok {
					continue
				}
				m.Entropy = entropy.DictionaryEntropy(m, float64(known.rank)) + float64(substitutes)
				found = append(found, m)
			}
		}
	}
	return found
}

// spells reports whether text can be read as the word, and how many of its characters stand for
// others then.
func spells(text []rune, word string) (substitutes int, ok bool) {
	for _, letter := range word {
		written := unicode.ToLower(text[0])
		text = text[1:]
		if written == letter {
			continue
		}
		if !strings.ContainsRune(substitutesOf(letter), written) {
			return 0, false
		}
		substitutes++
	}
	return substitutes, true
}

// substitutesOf are the digits and symbols that are written for a letter.
func substitutesOf(letter rune) string {
	switch letter {
	case 'a':
		return "4@"
	case 'b':
		return "8"
	case 'c':
		return "({[<"
	case 'e':
		return "3"
	case 'g':
		return "69"
	case 'i':
		return "1!|"
	case 'l':
		return "1|7"
	case 'o':
		return "0"
	case 's':
		return "$5"
	case 't':
		return "+7"
	case 'x':
		return "%"
	case 'z':
		return "2"
	}
	return ""
}

// shapeOf returns text in lower case with one character for all those that can stand for one
// another, so that a word and what is written for it have the same shape. It has as many runes.
func shapeOf(text string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); r {
		case '4', '@':
			return 'a'
		case '8':
			return 'b'
		case '(', '{', '[', '<':
			return 'c'
		case '3':
			return 'e'
		case '6', '9':
			return 'g'
		case 'l', 't', '1', '!', '|', '7', '+': // the same symbols stand for l and t as for i
			return 'i'
		case '0':
			return 'o'
		case '$', '5':
			return 's'
		case '%':
			return 'x'
		case '2':
			return 'z'
		}
		return r
	}, text)
}

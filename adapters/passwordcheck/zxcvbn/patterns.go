package zxcvbn

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/ccojocar/zxcvbn-go/adjacency"
	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
)

// shortest is the least length of what counts as a pattern.
const shortest = 3

// repeats finds runs of one character, whatever its case.
func repeats(password []rune) []match.Match {
	var found []match.Match
	for i := 0; i < len(password); {
		j := i + 1
		for j < len(password) && unicode.ToLower(password[j]) == unicode.ToLower(password[i]) {
			j++
		}
		if j-i >= shortest {
			m := match.Match{Pattern: "repeat", I: i, J: j - 1, Token: string(password[i:j])}
			m.Entropy = entropy.RepeatEntropy(m)
			found = append(found, m)
		}
		i = j
	}
	return found
}

// sequences finds runs up or down an alphabet, such as cdef and 9876.
func sequences(password []rune) []match.Match {
	var found []match.Match
	for i := 0; i+1 < len(password); {
		step := password[i+1] - password[i]
		j := i + 1
		for j < len(password) && password[j]-password[j-1] == step && classOf(password[j]) == classOf(password[i]) {
			j++
		}
		if size := classOf(password[i]); (step == 1 || step == -1) && size > 0 && j-i >= shortest {
			m := match.Match{Pattern: "sequence", I: i, J: j - 1, Token: string(password[i:j])}
			m.Entropy = entropy.SequenceEntropy(m, size, step == 1)
			found = append(found, m)
		}
		i = max(i+1, j-1)
	}
	return found
}

// classOf returns how many characters the alphabet of r has, which tells letters from digits, and
// 0 of what is in none. Letters of both cases follow each other nowhere.
func classOf(r rune) int {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return 26
	case '0' <= r && r <= '9':
		return 10
	}
	return 0
}

// keyboards finds ways along neighbouring keys.
func keyboards(password []rune, graphs []adjacency.Graph) []match.Match {
	var found []match.Match
	for _, g := range graphs {
		for i := 0; i+1 < len(password); {
			j, turns, shifted, before := i+1, 0, 0, -1
			for ; j < len(password); j++ {
				direction, isShifted := neighbour(g, password[j-1], password[j])
				if direction < 0 {
					break
				}
				if direction != before {
					turns++
				}
				if isShifted {
					shifted++
				}
				before = direction
			}
			if j-i >= shortest {
				m := match.Match{Pattern: "spatial", I: i, J: j - 1, Token: string(password[i:j]), DictionaryName: g.Name}
				m.Entropy = entropy.SpatialEntropy(m, turns, shifted)
				found = append(found, m)
			}
			i = j
		}
	}
	return found
}

// neighbour returns in which direction the key of one character lies from that of another, and
// whether it takes the shift key; -1 where they are no neighbours.
func neighbour(g adjacency.Graph, from, to rune) (direction int, shifted bool) {
	for i, key := range g.Graph[string(from)] {
		if at := strings.IndexRune(key, to); at >= 0 {
			return i, at == 1
		}
	}
	return -1, false
}

var (
	separatedDate = regexp.MustCompile(`\d{1,4}[-/\\_. ]\d{1,2}[-/\\_. ]\d{1,4}`)
	separator     = regexp.MustCompile(`[-/\\_. ]`)
)

// dates finds days, in all common orders, with and without separators, and years. Each rune of
// the password is a byte of text.
func dates(text string) []match.Match {
	var found []match.Match
	add := func(i, j int, date match.DateMatch) {
		found = append(found, match.Match{Pattern: "date", I: i, J: j - 1, Token: text[i:j], Entropy: entropy.DateEntropy(date)})
	}
	for _, at := range separatedDate.FindAllStringIndex(text, -1) {
		parts := separator.Split(text[at[0]:at[1]], -1)
		if year, ok := dateOf(parts[0], parts[1], parts[2]); ok {
			add(at[0], at[1], match.DateMatch{Year: year, Separator: "-"})
		}
	}
	for i := range text {
		for _, parts := range [][3]int{{2, 2, 4}, {4, 2, 2}, {2, 2, 2}} {
			end := i + parts[0] + parts[1] + parts[2]
			if end > len(text) {
				continue
			}
			middle := i + parts[0]
			if year, ok := dateOf(text[i:middle], text[middle:middle+parts[1]], text[middle+parts[1]:end]); ok {
				add(i, end, match.DateMatch{Year: year})
			}
		}
		if i+4 <= len(text) && isYear(text[i:i+4]) {
			// A year of the last and the coming decades.
			found = append(found, match.Match{Pattern: "date", I: i, J: i + 3, Token: text[i : i+4], Entropy: 7})
		}
	}
	return found
}

// dateOf returns the year of three numbers that are a date, the year first or last.
func dateOf(first, second, third string) (year int64, ok bool) {
	for _, order := range [][3]string{{third, first, second}, {first, second, third}} {
		year, errYear := strconv.ParseUint(order[0], 10, 16)
		a, errA := strconv.ParseUint(order[1], 10, 16)
		b, errB := strconv.ParseUint(order[2], 10, 16)
		if errYear != nil || errA != nil || errB != nil {
			return 0, false
		}
		isDay := 1 <= min(a, b) && min(a, b) <= 12 && max(a, b) <= 31
		if isDay && (len(order[0]) == 2 || isYear(order[0])) {
			return int64(year), true
		}
	}
	return 0, false
}

func isYear(text string) bool {
	year, err := strconv.ParseUint(text, 10, 16)
	return err == nil && len(text) == 4 && 1900 <= year && year <= 2029
}

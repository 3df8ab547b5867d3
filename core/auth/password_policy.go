package auth

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// PasswordPolicy is a regular expression that every new password has to match. The zero
// PasswordPolicy takes any. It is safe for concurrent use.
type PasswordPolicy struct{ conditions []condition }

// condition is a part of a policy. All of them have to hold.
type condition struct {
	pattern *regexp.Regexp
	refuses bool // holds where the pattern does not match
}

// ParsePasswordPolicy reads a policy as the reference service has it: a regular expression,
// with or without a slash before and behind it; "" is the zero PasswordPolicy. It is in the
// syntax of Go (RE2), so that no password takes longer than its length allows, and may begin
// with look-aheads, (?=...) and (?!...), where ^ holds them to the beginning of the password.
// The error says what is wrong with it.
func ParsePasswordPolicy(text string) (PasswordPolicy, error) {
	pattern, err := cutSlashes(text)
	if err != nil || pattern == "" {
		return PasswordPolicy{}, err
	}
	return parsePolicy(pattern)
}

// parsePolicy is ParsePasswordPolicy without slashes.
func parsePolicy(text string) (PasswordPolicy, error) {
	if hasLookBehind(text) {
		return PasswordPolicy{}, errors.New("look-behind, (?<= or (?<!, is not known: write the condition as a look-ahead at the beginning")
	}
	rest, anchored := strings.CutPrefix(text, "^")
	if !isLookAhead(rest) {
		rest, anchored = text, false
	}
	var p PasswordPolicy
	for isLookAhead(rest) {
		inner, behind, err := cutGroup(rest)
		if err != nil {
			return PasswordPolicy{}, err
		}
		c := condition{refuses: rest[2] == '!'}
		if c.pattern, err = compile("^(?:" + inner + ")"); err != nil {
			return PasswordPolicy{}, err
		}
		p.conditions = append(p.conditions, c)
		anchored = anchored || !c.refuses && strings.HasPrefix(inner, "^") && !hasAlternatives(inner)
		rest = behind
	}
	if len(p.conditions) > 0 {
		if !anchored {
			return PasswordPolicy{}, errors.New("look-aheads have to begin at the beginning of the password: write ^ before them")
		}
		if hasAlternatives(rest) {
			return PasswordPolicy{}, errors.New("alternatives behind look-aheads have to be in brackets")
		}
		rest = "^(?:" + rest + ")"
	}
	pattern, err := compile(rest)
	if err != nil {
		return PasswordPolicy{}, err
	}
	p.conditions = append(p.conditions, condition{pattern: pattern})
	return p, nil
}

// Allows reports whether the password is one that the policy takes.
func (p PasswordPolicy) Allows(password string) bool {
	for _, c := range p.conditions {
		if c.pattern.MatchString(password) == c.refuses {
			return false
		}
	}
	return true
}

// cutSlashes returns the policy without the slashes around it. What is behind them would be
// flags, which the reference service takes for a part of the pattern, so that none matches.
func cutSlashes(text string) (string, error) {
	inner, hadSlash := strings.CutPrefix(text, "/")
	pattern, hadClosing := strings.CutSuffix(inner, "/")
	if !hadSlash || hadClosing {
		return pattern, nil
	}
	closes := false
	walk(inner, func(i, _ int) bool {
		closes = inner[i] == '/'
		return !closes
	})
	if closes {
		return "", errors.New("something is behind the closing slash: flags are written at the beginning of the pattern, as in (?i)")
	}
	return pattern, nil
}

// hasLookBehind reports whether text has a group that begins with (?<= or (?<!.
func hasLookBehind(text string) bool {
	found := false
	walk(text, func(i, _ int) bool {
		found = strings.HasPrefix(text[i:], "(?<=") || strings.HasPrefix(text[i:], "(?<!")
		return !found
	})
	return found
}

func compile(text string) (*regexp.Regexp, error) {
	pattern, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("read the regular expression: %w", err)
	}
	return pattern, nil
}

func isLookAhead(text string) bool {
	return strings.HasPrefix(text, "(?=") || strings.HasPrefix(text, "(?!")
}

// cutGroup returns what is in the look-ahead that text begins with, and what is behind it.
func cutGroup(text string) (inner, behind string, err error) {
	end := -1
	walk(text, func(i, depth int) bool {
		if text[i] == ')' && depth == 0 {
			end = i
		}
		return end < 0
	})
	if end < 0 {
		return "", "", errors.New("read the regular expression: a bracket is not closed")
	}
	return text[len("(?="):end], text[end+1:], nil
}

// hasAlternatives reports whether text has a | outside of all brackets.
func hasAlternatives(text string) bool {
	found := false
	walk(text, func(i, depth int) bool {
		found = text[i] == '|' && depth == 0
		return !found
	})
	return found
}

// walk visits every byte of a regular expression that is neither escaped nor in a class, with
// how many groups are open behind it, until visit says no.
func walk(text string, visit func(i, depth int) bool) {
	depth, inClass, classBegins := 0, false, false
	for i := 0; i < len(text); i++ {
		switch first := classBegins; {
		case text[i] == '\\':
			classBegins = false
			i++
			continue
		case inClass:
			classBegins = first && text[i] == '^'
			// The first ] of a class is one of its characters.
			inClass = text[i] != ']' || first
			continue
		case text[i] == '[':
			inClass, classBegins = true, true
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		}
		if !visit(i, depth) {
			return
		}
	}
}

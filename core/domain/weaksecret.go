package domain

import (
	"strconv"
	"strings"
)

const (
	// MinSecretBytes is the shortest secret of an operator's choice: as long as what HS256
	// signs with (RFC 7518, section 3.2).
	MinSecretBytes = 32

	minUnguessable = 16 // characters that are left when what is well known is taken out
	minDistinct    = 6  // of 32 random digits, fewer are different once in 10 million
)

// SecretWeakness says why text cannot be a secret that an operator chooses, as in "is shorter than 32 bytes", or returns nothing
// for a good one. What it says holds nothing of text.
func SecretWeakness(text string) string {
	switch {
	case text == "":
		return "is empty"
	case len(text) < MinSecretBytes:
		return "is shorter than " + strconv.Itoa(MinSecretBytes) + " bytes"
	case isDocumented(text):
		return "is an example out of documentation"
	case distinctBytes(text) < minDistinct || isRepeated(text) || isSequence(text):
		return "is one pattern over and over"
	case len(withoutWords(text)) < minUnguessable:
		return "is made of well-known words"
	}
	return ""
}

// isDocumented reports whether text is one of the long secrets that documentation, compose
// files and token debuggers show.
func isDocumented(text string) bool {
	for _, documented := range []string{
		"6116487b-cda1-52c2-b5b5-c8022c45e263",                                                   // the reference service, compose file, SECRET
		"255d861b-5ea1-5996-9aa3-922530ec40b1",                                                   // the same, KEY
		"a-string-secret-at-least-256-bits-long",                                                 // jwt.io
		"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",                // jwt.io
		"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow", // RFC 7515, A.1
		"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",                                            // RFC 7520, 3.5
	} {
		if strings.EqualFold(text, documented) {
			return true
		}
	}
	return false
}

func distinctBytes(text string) int {
	seen := map[byte]bool{}
	for i := range len(text) {
		seen[text[i]] = true
	}
	return len(seen)
}

// isRepeated reports whether text is the same piece twice or more.
func isRepeated(text string) bool {
	for period := 1; period <= len(text)/2; period++ {
		if text[period:] == text[:len(text)-period] {
			return true
		}
	}
	return false
}

// isSequence reports whether nearly every character is next to the one before, as in
// abcdef or 987654. Of random hexadecimal digits one in five is.
func isSequence(text string) bool {
	steps := 0
	for i := 1; i < len(text); i++ {
		if d := int(text[i]) - int(text[i-1]); -1 <= d && d <= 1 {
			steps++
		}
	}
	return 4*steps >= 3*(len(text)-1)
}

// withoutWords takes out what people write when they have to write something, and what
// they put in between.
func withoutWords(text string) string {
	text = strings.ToLower(text)
	for _, word := range words() {
		text = strings.ReplaceAll(text, word, " ")
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_.,:;!?+*#'\"/\\()[]{}<>=@&$%~|^`\t", r) {
			return -1
		}
		return r
	}, text)
}

// words are in an order in which no word takes a part out of a longer one after it.
func words() []string {
	return []string{
		"abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
		"0123456789", "1234567890", "123456789", "987654321", "12345678", "123456", "abcdef",
		"administrator", "application", "characters", "production", "development", "environment",
		"correct", "battery", "staple", "horse", "supercalifragilisticexpialidocious",
		"placeholder", "passphrase", "credential", "authentication", "signature", "sallyport",
		"directus", "generate", "password", "changeit", "changeme", "insecure", "internal",
		"symmetric", "security", "something", "anything", "sufficiently", "minimum",
		"replace", "default", "example", "testing", "service", "signing", "private", "session",
		"refresh", "shared", "secure", "secret", "random", "change", "access", "string", "please",
		"should", "server", "sample", "strong", "always", "qwerty", "insert", "longer", "enough",
		"least", "value", "super", "admin", "token", "bytes", "local", "never", "this", "that",
		"your", "with", "must", "very", "long", "have", "here", "test", "data", "auth", "jwt",
		"hs256", "256", "bits", "bit", "salt", "hash", "some", "more", "than", "not", "for", "the",
		"key", "and", "own", "new", "app", "dev", "prod", "top", "use", "my",
	}
}

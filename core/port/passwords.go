package port

import "context"

// PasswordWeakness is what speaks against a password, in one word.
type PasswordWeakness string

const (
	// PasswordSound says that nothing is known against the password.
	PasswordSound PasswordWeakness = ""
	// PasswordGuessable says that somebody who knows how people choose, or this person, is
	// there after few guesses.
	PasswordGuessable PasswordWeakness = "guessable"
	// PasswordBreached says that the password was found where passwords have leaked.
	PasswordBreached PasswordWeakness = "breached"
)

// PasswordCandidate is a password that somebody wants to have: at most 1024 bytes.
type PasswordCandidate struct {
	Password string
	About    []string // of the person: the address, names; any of them may be empty
}

// PasswordChecker looks for what speaks against a password before it becomes one. It is
// asked about new passwords alone, by those who may set them, and never at a login.
type PasswordChecker interface {
	// Check returns what speaks against the password, or PasswordSound. A candidate gets the
	// same answer however often it is asked about. Any text gets one: other scripts, NUL and
	// the longest included. What is known about the person makes no password sound.
	//
	// A checker that cannot find out returns an error that matches no sentinel, and
	// PasswordSound beside it, which is no answer then: a password that nobody could look at
	// is neither taken nor refused for good. No error holds any of the candidate.
	Check(ctx context.Context, c PasswordCandidate) (PasswordWeakness, error)
}

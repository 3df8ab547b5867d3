package domain

import "time"

// Letter is mail that is still to be written: what it is about, not its text. A stolen
// queue holds no link that works.
type Letter struct {
	ID        string // UUID version 7; the Message-ID of the mail is made of it
	Kind      LetterKind
	To        Email  // of a reset as asked for: the account's stored address is what gets the mail
	URL       string // where its link leads; empty: to the page of the service itself
	Language  string // the request's Accept-Language (RFC 9110, section 12.5.4); empty: no preference
	Client    Client
	Due       time.Time
	ExpiresAt time.Time
	Attempts  int
}

// LetterKind says what a letter is about.
type LetterKind string

// The kinds of letters.
const (
	LetterPasswordReset   LetterKind = "password-reset"
	LetterPasswordChanged LetterKind = "password-changed"
	LetterEmailChanged    LetterKind = "email-changed"
	LetterTFAEnabled      LetterKind = "tfa-enabled"
	LetterTFADisabled     LetterKind = "tfa-disabled"
	LetterRecoveryUsed    LetterKind = "recovery-code-used"
	LetterInvitation      LetterKind = "invitation"
	LetterRegistration    LetterKind = "registration"
	LetterRegisteredTwice LetterKind = "registered-twice" // what the worker makes of a registration for who has an account
	LetterEmailConfirm    LetterKind = "email-confirm"    // to the address that is to become that of the account

	// LetterIdentityLinked and LetterIdentityUnlinked tell of another way into an account, and
	// of one less.
	LetterIdentityLinked   LetterKind = "identity-linked"
	LetterIdentityUnlinked LetterKind = "identity-unlinked"
)

// LetterKinds returns all kinds of letters that there are.
func LetterKinds() []LetterKind {
	return []LetterKind{
		LetterPasswordReset, LetterPasswordChanged, LetterEmailChanged,
		LetterTFAEnabled, LetterTFADisabled, LetterRecoveryUsed,
		LetterInvitation, LetterRegistration, LetterRegisteredTwice, LetterEmailConfirm,
		LetterIdentityLinked, LetterIdentityUnlinked,
	}
}

// Mail is one message to one person.
type Mail struct {
	ID                  string // left part of the Message-ID, the same at each attempt; see port.CheckMail
	To                  Email
	Subject, Text, HTML string
}

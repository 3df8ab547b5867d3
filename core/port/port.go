// Package port declares what the core needs from the world outside.
//
// Rules for every port, checked by package contract:
//
//   - Methods are safe for concurrent use.
//   - A context that is already done makes a method return an error that
//     matches ctx.Err() and change nothing.
//   - Errors that callers tell apart match the sentinels below under errors.Is;
//     any other error means "could not find out" and is never read as an answer.
//   - Stored values come back equal. Times keep microseconds and come back in
//     UTC; the caller passes no finer ones.
//   - Strings are valid UTF-8 without NUL, at most 254 bytes where they are keys;
//     anything else is ErrInvalid. Keys compare byte by byte, trailing spaces included.
//   - Time is an argument. No adapter asks its own clock or its database's.
//   - A store that is closed answers every call with an error, and with no sentinel.
//
// Methods arrive with the use case that calls them; records have all their fields from
// the start.
package port

import "errors"

var (
	// ErrNotFound says that no live record matches.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that a unique value is taken.
	ErrConflict = errors.New("conflict")
	// ErrStale says that the record has changed since the caller read it, or that
	// a secret that works once has been spent.
	ErrStale = errors.New("stale")
	// ErrExpired says that a credential was good once and its time is over.
	ErrExpired = errors.New("expired")
	// ErrInvalid says that a value or credential from outside cannot be used.
	ErrInvalid = errors.New("invalid")
)

// MaxKeyBytes is the longest string that is a key: an ID, an e-mail address, a limiter's
// key. A longer one is ErrInvalid.
const MaxKeyBytes = 254

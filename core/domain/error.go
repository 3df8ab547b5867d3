package domain

import (
	"errors"
	"time"
)

// Error is what a use case returns. Message, Reason and Field are safe to show.
type Error struct {
	Code       Code
	Message    string
	Reason     string        // what was wrong, for extensions.reason
	Field      string        // which field, where there is one
	Type       string        // which kind of rule the field breaks, where clients tell them apart
	Element    int           // which of several records that were sent, from 1 on; 0 where there is one
	RetryAfter time.Duration // when to come back; 0 where it makes no sense
	Err        error         // for logs only
}

// NewError returns the error of code with its default message; cause, which may be nil, is
// for the log and never shown.
func NewError(code Code, cause error) *Error {
	return &Error{Code: code, Message: code.Info().Message, Err: cause}
}

// InvalidPayloadError says what was wrong with what the caller sent. reason ends without a
// full stop and repeats nothing of the input.
func InvalidPayloadError(field, reason string) *Error {
	return &Error{
		Code:    InvalidPayload,
		Message: "Invalid payload. " + reason + ".",
		Reason:  reason,
		Field:   field,
	}
}

// InvalidQueryError says what was wrong with the question that the caller asked; reason is as
// that of InvalidPayloadError.
func InvalidQueryError(reason string) *Error {
	return &Error{Code: InvalidQuery, Message: "Invalid query. " + reason + ".", Reason: reason}
}

// OfElement returns err, a failure of the one at index of count records that were sent together,
// as one that says which it is. What is no *Error, and a record that came alone, stays as it is.
func OfElement(err error, index, count int) error {
	failure, ok := errors.AsType[*Error](err)
	if !ok || count < 2 {
		return err
	}
	e := *failure
	e.Element = index + 1
	return &e
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap returns the cause, so that errors.Is sees through to port sentinels.
func (e *Error) Unwrap() error { return e.Err }

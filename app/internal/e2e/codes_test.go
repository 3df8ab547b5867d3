package e2e

import (
	"errors"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// codeOf returns the code of an answer with errors, and "" for anything else.
func codeOf(err error) domain.Code {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure.Code
	}
	return ""
}

// saysWhen reports whether an answer with errors says when to come back.
func saysWhen(err error) bool {
	failure, ok := errors.AsType[*domain.Error](err)
	return ok && failure.RetryAfter > 0
}

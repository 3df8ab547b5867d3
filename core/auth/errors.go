package auth

import (
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func isNotFound(err error) bool { return errors.Is(err, port.ErrNotFound) }

// invalidCredentials is one answer for many causes, so that none of them can be told from
// another; cause is for the log.
func invalidCredentials(cause error) error {
	return domain.NewError(domain.InvalidCredentials, cause)
}

// unavailable says that a port could not find out. It is never read as an answer: nobody
// is refused for good, and nothing is revoked, on the strength of it.
func unavailable(cause error) error {
	e := domain.NewError(domain.ServiceUnavailable, cause)
	e.RetryAfter = time.Second
	return e
}

// isUnavailable reports whether err says that a port could not find out.
func isUnavailable(err error) bool {
	failure, ok := errors.AsType[*domain.Error](err)
	return ok && failure.Code == domain.ServiceUnavailable
}

// tooMany says when the next attempt makes sense.
func tooMany(wait time.Duration) error {
	e := domain.NewError(domain.RequestsExceeded, nil)
	e.Message = "Too many requests, retry after " + wait.Round(time.Millisecond).String() + "."
	e.RetryAfter = wait
	return e
}

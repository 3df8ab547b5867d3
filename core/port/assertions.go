package port

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// AssertionIssuer signs what other applications believe about who sends them a request. Its keys
// are those of TokenIssuer or derived from them.
type AssertionIssuer interface {
	// Assert returns a token from which the application of that audience reads an equal
	// assertion, and no other application any. Neither stands in for the other: to
	// TokenVerifier it is ErrInvalid, and a token of TokenIssuer is no assertion. Times are
	// whole seconds. Subject and Audience are not empty, or it is ErrInvalid.
	Assert(ctx context.Context, a domain.Assertion) (string, error)
}

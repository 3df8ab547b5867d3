package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TokenIssuer signs access tokens.
type TokenIssuer interface {
	// Issue returns a token from which Verify reads equal claims. Times are whole
	// seconds.
	Issue(ctx context.Context, c domain.Claims) (string, error)
}

// TokenVerifier reads them back.
type TokenVerifier interface {
	// Verify returns the claims of a token that this service signed and that is
	// live at now. ErrNotFound: not one of ours (no JWT, or another issuer), it may
	// be a static token. ErrExpired: differs from a good one only in that now is not
	// before ExpiresAt. ErrInvalid: anything else, such as another key or
	// algorithm, "none", a changed byte. With an error the claims are zero.
	Verify(ctx context.Context, token string, now time.Time) (domain.Claims, error)
}

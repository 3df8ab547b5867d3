package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// OneTimeTokens keeps secrets that work once.
type OneTimeTokens interface {
	// Put stores t, or returns ErrConflict when its Hash is taken, and then stores
	// nothing.
	Put(ctx context.Context, t domain.OneTimeToken) error

	// Get returns the token without spending it, with the errors of Consume.
	Get(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error)

	// Consume returns the token and marks it spent, in one atomic step. It returns
	// ErrNotFound when the token is unknown or of another purpose, which does not
	// spend it; ErrStale when it is spent; ErrExpired when it is unspent and now is
	// not before its ExpiresAt. Of many concurrent calls, exactly one succeeds and
	// the others get ErrStale.
	Consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error)

	// SpendUser marks all tokens of the user and purpose spent, and nobody else's.
	SpendUser(ctx context.Context, id domain.UserID, p domain.Purpose) error

	// Prune removes at most limit tokens, spent or not, whose ExpiresAt is before
	// before, and returns how many it removed. The core passes a time a week back, so
	// that a token long spent or expired still gets its own answer.
	Prune(ctx context.Context, before time.Time, limit int) (int, error)
}

package port

import "context"

// Repos is what one transaction can touch.
type Repos struct {
	Users         Users
	Roles         Roles
	Permissions   Permissions
	Identities    Identities
	OneTimeTokens OneTimeTokens
	MailQueue     MailQueue
}

// UnitOfWork makes several writes one.
type UnitOfWork interface {
	// Do calls fn with repositories bound to one transaction and commits when fn
	// returns nil. When fn fails or panics, nothing that fn wrote remains, and Do
	// returns fn's error (or panics again). After any error from r other than
	// ErrNotFound the transaction is rolled back, whatever fn returns. A context that
	// is done before the commit rolls back, too. Until the commit nobody else sees the
	// writes. Do may call fn more than once, after a rollback, when the database asks
	// for a retry: fn must do nothing besides using r, and must not call Do. An error of
	// Do that is not fn's own leaves the outcome unknown.
	Do(ctx context.Context, fn func(ctx context.Context, r Repos) error) error
}

// Store is a primary database.
type Store interface {
	UnitOfWork

	// Repos returns repositories that commit each call by itself.
	Repos() Repos
	Sessions() Sessions
	Limiter() RateLimiter
	Events() Events
	SigningKeys() SigningKeys

	// Ping returns nil when the store can be read and written to.
	Ping(ctx context.Context) error

	// Close lets go of the store. Calls that come later fail; closing twice is no error.
	Close() error
}

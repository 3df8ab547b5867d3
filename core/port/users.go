package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Users keeps accounts.
type Users interface {
	// Create stores u with Version 1, whatever u.Version says. It returns ErrConflict
	// when the ID, the Email.Key or the StaticToken is taken, and then stores nothing. Of
	// many concurrent calls with one key, exactly one succeeds. EmailProven is what Create and
	// the last Update say, whatever becomes of the Email.
	Create(ctx context.Context, u domain.User) error

	// ByID returns the user, or ErrNotFound.
	ByID(ctx context.Context, id domain.UserID) (domain.User, error)

	// ByEmail returns the user whose Email.Key equals e.Key(), or ErrNotFound.
	ByEmail(ctx context.Context, e domain.Email) (domain.User, error)

	// ByStaticToken returns the user whose StaticToken equals h, or ErrNotFound.
	ByStaticToken(ctx context.Context, h domain.SecretHash) (domain.User, error)

	// List returns at most limit users whose ID is greater than after, ordered by ID byte
	// by byte. An empty after begins at the first; a limit below 1 returns none.
	List(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error)

	// Find returns at most q.Limit of the users that q's filter means, without the first
	// q.Offset of them, in q's order. A limit below 1 returns none. A field that there is
	// not is ErrInvalid. A field that q.Sort names twice is ErrInvalid, too.
	Find(ctx context.Context, q UserQuery) ([]domain.User, error)

	// Count returns how many users f means.
	Count(ctx context.Context, f UserFilter) (int, error)

	// Update replaces the user if the stored Version equals u.Version, and
	// returns it as stored, with the next Version. It returns ErrStale when the
	// versions differ, ErrNotFound when there is no such user, and ErrConflict when
	// the new Email.Key or StaticToken belongs to another; each changes nothing. Of many concurrent
	// calls with one Version, exactly one succeeds and the others get ErrStale. It
	// leaves CreatedAt, LastAccess and the step of AdvanceTOTP alone.
	Update(ctx context.Context, u domain.User) (domain.User, error)

	// Delete removes the user if the stored Version equals version. It returns ErrStale
	// when the versions differ and ErrNotFound when there is no such user; each changes
	// nothing. Address and static token are free from then on.
	Delete(ctx context.Context, id domain.UserID, version int64) error

	// Touch records when the user was last seen; an earlier time changes nothing. It
	// leaves Version alone. Touching a user who is not there is no error.
	Touch(ctx context.Context, id domain.UserID, at time.Time) error

	// AdvanceTOTP records that the user has spent the code of a step, which is how many
	// periods have passed since 1970 (RFC 6238, section 4.2). It returns ErrStale unless step
	// is greater than zero and than every step recorded before, and ErrNotFound when there is
	// no such user; each changes nothing. Of many concurrent calls with one step, exactly one
	// succeeds and the others get ErrStale. It touches nobody else, and of the user nothing
	// that can be read, Version among it.
	AdvanceTOTP(ctx context.Context, id domain.UserID, step int64) error
}

package auth

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// keepUnverified is how long the account of a registration is kept after the end of its first
// link, in which its owner may register once more.
const keepUnverified = 30 * 24 * time.Hour

// maxUnverifiedPages bounds how many accounts are looked at for those that are to go.
const maxUnverifiedPages = 20

// pruneUnverified removes at most limit accounts that a registration has made before that time,
// and that nobody has verified. Those that somebody else has made unverified have a password, or
// an address that is proved, and stay.
func (s *Service) pruneUnverified(ctx context.Context, before time.Time, limit int) (int, error) {
	q := port.UserQuery{Limit: lookPage}
	q.Equal = map[port.UserField]string{port.UserFieldStatus: string(domain.StatusUnverified)}
	var over []domain.User
	for range maxUnverifiedPages {
		page, err := s.Repos.Users.Find(ctx, q)
		if err != nil {
			return 0, err
		}
		for _, u := range page {
			if len(over) < limit && u.Password == "" && !u.EmailProven && u.LastAccess.IsZero() && u.CreatedAt.Before(before) {
				over = append(over, u)
			}
		}
		if len(page) < lookPage || len(over) == limit {
			break
		}
		q.Offset += lookPage
	}
	removed := 0
	for _, u := range over {
		err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error { return removeIn(ctx, r, u) })
		switch {
		case isNotFound(err), errors.Is(err, port.ErrStale):
			continue // verified, or removed by another instance, a moment ago
		case err != nil:
			return removed, err
		}
		removed++
		s.recordChange(ctx, author{}, domain.EventUserDeleted, u.ID)
	}
	return removed, nil
}

package faulty

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// updated plants a fault in Update alone.
func updated(update func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error)) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, update: func(ctx context.Context, u domain.User) (domain.User, error) {
			return update(ctx, inner, u)
		}}
	})
}

func usersUpdateFaults() []Fault {
	return []Fault{
		{
			Name: "update-forgets-a-column", Turns: []string{"users/update/replaces"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				if old, err := inner.ByID(ctx, u.ID); err == nil && u.Language != "" {
					u.Language = old.Language
				}
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "update-keeps-what-is-nil", Turns: []string{"users/update/replaces-with-nothing"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				if old, err := inner.ByID(ctx, u.ID); err == nil && u.StaticToken == nil {
					u.StaticToken = old.StaticToken
				}
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "new-address-is-unproven", Turns: []string{"users/update/email-proven"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				if old, err := inner.ByID(ctx, u.ID); err == nil && old.Email != u.Email {
					u.EmailProven = false
				}
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "proven-for-ever", Turns: []string{"users/update/email-proven"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				old, err := inner.ByID(ctx, u.ID)
				u.EmailProven = u.EmailProven || err == nil && old.EmailProven
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "changed-rows-counted", Turns: []string{"users/update/same-again"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				if old, err := inner.ByID(ctx, u.ID); err == nil && sameButForTimes(old, u) {
					return domain.User{}, port.ErrStale
				}
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "update-answers-what-was-asked", Turns: []string{"users/update/returns-the-user-as-stored"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				stored, err := inner.Update(ctx, u)
				stored.CreatedAt, stored.LastAccess = u.CreatedAt, u.LastAccess
				return stored, err
			}),
		},
		{
			Name: "version-is-a-flag", Turns: []string{"users/update/next-version"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				stored, err := inner.Update(ctx, u)
				stored.Version = min(stored.Version, 2)
				return stored, err
			}),
		},
		{
			Name: "old-address-stays-taken", Turns: []string{"users/update/frees-the-old-address"},
			Store: inUsers(func(inner port.Users) users {
				var taken memo[string, domain.UserID]
				return users{
					Users: inner,
					create: func(ctx context.Context, u domain.User) error {
						if owner, ok := taken.get(u.Email.Key()); ok && owner != u.ID {
							return port.ErrConflict
						}
						return inner.Create(ctx, u)
					},
					update: func(ctx context.Context, u domain.User) (domain.User, error) {
						if old, err := inner.ByID(ctx, u.ID); err == nil {
							taken.set(old.Email.Key(), u.ID)
						}
						return inner.Update(ctx, u)
					},
				}
			}),
		},
		{
			Name: "own-address-is-a-conflict", Turns: []string{"users/update/own-address-in-other-case"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				old, err := inner.ByID(ctx, u.ID)
				if err == nil && old.Email != u.Email && old.Email.Key() == u.Email.Key() {
					return domain.User{}, port.ErrConflict
				}
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "version-ignored", Turns: []string{"users/update/stale-version"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				// WHERE version <= ? instead of version = ?
				if old, err := inner.ByID(ctx, u.ID); err == nil && old.Version < u.Version {
					u.Version = old.Version
				}
				return inner.Update(ctx, u)
			}),
		},
		{
			Name: "stale-update-still-writes", Turns: []string{"users/update/stale-changes-nothing"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				stored, err := inner.Update(ctx, u)
				if old, readErr := inner.ByID(ctx, u.ID); errors.Is(err, port.ErrStale) && readErr == nil {
					old.Language = u.Language
					_, _ = inner.Update(ctx, old)
				}
				return stored, err
			}),
		},
		{
			Name: "missing-is-stale", Turns: []string{"users/update/missing-is-not-found"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				stored, err := inner.Update(ctx, u)
				return stored, replaceError(err, port.ErrNotFound, port.ErrStale)
			}),
		},
		{
			Name: "email-index-missing", Turns: []string{"users/update/email-conflict"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				stored, err := inner.Update(ctx, u)
				if other, readErr := inner.ByEmail(ctx, u.Email); readErr == nil && other.Email != u.Email {
					return stored, replaceError(err, port.ErrConflict, nil)
				}
				return stored, err
			}),
		},
		{
			Name: "conflict-writes-the-rest", Turns: []string{"users/update/conflict-changes-nothing"},
			Store: updated(func(ctx context.Context, inner port.Users, u domain.User) (domain.User, error) {
				stored, err := inner.Update(ctx, u)
				if old, readErr := inner.ByID(ctx, u.ID); errors.Is(err, port.ErrConflict) && readErr == nil {
					u.Email = old.Email
					_, _ = inner.Update(ctx, u)
				}
				return stored, err
			}),
		},
		{
			Name: "version-read-then-written", Turns: []string{"users/update/one-winner"},
			Store: inUsers(func(inner port.Users) users {
				var o overlap
				return users{Users: inner, update: func(ctx context.Context, u domain.User) (stored domain.User, err error) {
					err = o.during(func(shared bool) error {
						var err error
						stored, err = inner.Update(ctx, u)
						if shared {
							return replaceError(err, port.ErrStale, nil)
						}
						return err
					})
					return stored, err
				}}
			}),
		},
		{
			Name: "update-sets-created-at", Turns: []string{"users/update/leaves-created-at"},
			Store: inUsers(func(inner port.Users) users {
				return overwriting(inner, func(u *domain.User, asked domain.User) { u.CreatedAt = asked.CreatedAt.UTC() })
			}),
		},
		{
			Name: "update-sets-last-access", Turns: []string{"users/update/leaves-last-access"},
			Store: inUsers(func(inner port.Users) users {
				return overwriting(inner, func(u *domain.User, asked domain.User) { u.LastAccess = asked.LastAccess.UTC() })
			}),
		},
	}
}

// sameButForTimes reports whether an update of a to b changes no column.
func sameButForTimes(a, b domain.User) bool {
	return a.Email == b.Email && a.FirstName == b.FirstName && a.LastName == b.LastName &&
		a.EmailProven == b.EmailProven && a.Version == b.Version && a.Epoch == b.Epoch && bytes.Equal(a.TOTP, b.TOTP)
}

// overwriting returns users of whom write shows more of what Update was asked for.
func overwriting(inner port.Users, write func(u *domain.User, asked domain.User)) users {
	var last memo[domain.UserID, domain.User]
	return users{
		Users: inner,
		update: func(ctx context.Context, u domain.User) (domain.User, error) {
			stored, err := inner.Update(ctx, u)
			if err == nil {
				last.set(u.ID, u)
				write(&stored, u)
			}
			return stored, err
		},
		byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
			u, err := inner.ByID(ctx, id)
			if asked, ok := last.get(id); ok {
				write(&u, asked)
			}
			return u, err
		},
	}
}

// touched plants a fault in Touch alone.
func touched(touch func(ctx context.Context, inner port.Users, id domain.UserID, at time.Time) error) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
			return touch(ctx, inner, id, at)
		}}
	})
}

func usersTouchFaults() []Fault {
	return []Fault{
		{
			Name: "touch-truncated", Turns: []string{"users/touch/records"},
			Store: touched(func(ctx context.Context, inner port.Users, id domain.UserID, at time.Time) error {
				return inner.Touch(ctx, id, at.Truncate(time.Millisecond))
			}),
		},
		{
			Name: "touch-hits-others", Turns: []string{"users/touch/nobody-else"},
			Store: touched(func(ctx context.Context, inner port.Users, id domain.UserID, at time.Time) error {
				err := inner.Touch(ctx, id, at)
				all, listErr := inner.List(ctx, "", 100)
				for _, u := range all {
					if err == nil && listErr == nil {
						_ = inner.Touch(ctx, u.ID, at)
					}
				}
				return err
			}),
		},
		{
			Name: "touch-goes-back", Turns: []string{"users/touch/earlier-changes-nothing"},
			Store: inUsers(func(inner port.Users) users {
				var earlier memo[domain.UserID, time.Time]
				return users{
					Users: inner,
					touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
						u, err := inner.ByID(ctx, id)
						if gap := u.LastAccess.Sub(at); err == nil && gap > 0 && gap < time.Second {
							earlier.set(id, at)
						}
						return inner.Touch(ctx, id, at)
					},
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := inner.ByID(ctx, id)
						if at, ok := earlier.get(id); ok {
							u.LastAccess = at
						}
						return u, err
					},
				}
			}),
		},
		{
			// Of three touches and more the newest is lost, whoever was first: an update
			// that two read and both wrote, without leaving that to chance.
			Name: "touch-loses-one-of-many", Turns: []string{"users/touch/latest-of-many"},
			Store: inUsers(func(inner port.Users) users {
				var seen memo[domain.UserID, []time.Time] // the newest first
				return users{
					Users: inner,
					touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
						err := inner.Touch(ctx, id, at)
						if err == nil {
							seen.change(id, func(times []time.Time) []time.Time {
								times = append(slices.Clone(times), at)
								slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
								return times
							})
						}
						return err
					},
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := inner.ByID(ctx, id)
						if times, _ := seen.get(id); len(times) > 2 {
							u.LastAccess = times[1]
						}
						return u, err
					},
				}
			}),
		},
		{
			Name: "touch-raises-version", Turns: []string{"users/touch/leaves-the-rest-alone"},
			Store: inUsers(func(inner port.Users) users {
				var times memo[domain.UserID, int64]
				return users{
					Users: inner,
					touch: func(ctx context.Context, id domain.UserID, at time.Time) error {
						err := inner.Touch(ctx, id, at)
						if err == nil {
							times.change(id, func(n int64) int64 { return n + 1 })
						}
						return err
					},
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := inner.ByID(ctx, id)
						n, _ := times.get(id)
						u.Version += n
						return u, err
					},
				}
			}),
		},
		{
			Name: "touch-missing-errors", Turns: []string{"users/touch/missing-is-no-error"},
			Store: touched(func(ctx context.Context, inner port.Users, id domain.UserID, at time.Time) error {
				if err := inner.Touch(ctx, id, at); err != nil {
					return err
				}
				_, err := inner.ByID(ctx, id)
				return err
			}),
		},
	}
}

package faulty

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func usersFaults() []Fault {
	return slices.Concat(usersCreateFaults(), usersValueFaults(), usersReadFaults())
}

func usersCreateFaults() []Fault {
	return []Fault{
		{
			Name: "create-keeps-the-version", Turns: []string{"users/create/version-is-1"},
			Store: inUsers(func(inner port.Users) users {
				var given memo[domain.UserID, int64]
				return users{
					Users: inner,
					create: func(ctx context.Context, u domain.User) error {
						given.set(u.ID, u.Version)
						return inner.Create(ctx, u)
					},
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := inner.ByID(ctx, id)
						if v, _ := given.get(id); v > 1 {
							u.Version = v
						}
						return u, err
					},
				}
			}),
		},
		{
			Name: "id-conflict-unwrapped", Turns: []string{"users/create/duplicate-id-is-conflict"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					_, missing := inner.ByID(ctx, u.ID)
					err := inner.Create(ctx, u)
					if missing == nil {
						return replaceError(err, port.ErrConflict, driverError())
					}
					return err
				}}
			}),
		},
		{
			Name: "conflict-unwrapped", Turns: []string{"users/create/duplicate-is-conflict"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					other, missing := inner.ByEmail(ctx, u.Email)
					err := inner.Create(ctx, u)
					if missing == nil && other.ID != u.ID && other.Email == u.Email {
						return replaceError(err, port.ErrConflict, driverError())
					}
					return err
				}}
			}),
		},
		{
			Name: "conflict-overwrites", Turns: []string{"users/create/conflict-stores-nothing"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					err := inner.Create(ctx, u)
					if old, missing := inner.ByID(ctx, u.ID); errors.Is(err, port.ErrConflict) && missing == nil {
						old.LastName = u.LastName
						_, _ = inner.Update(ctx, old)
					}
					return err
				}}
			}),
		},
		{
			Name: "check-then-insert", Turns: []string{"users/create/one-winner"},
			Store: inUsers(func(inner port.Users) users {
				var o overlap
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					return o.unnoticed(func() error { return inner.Create(ctx, u) })
				}}
			}),
		},
		{
			Name: "email-index-case-sensitive", Turns: []string{"users/email/taken-in-other-case"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					other, missing := inner.ByEmail(ctx, u.Email)
					err := inner.Create(ctx, u)
					if missing == nil && other.Email != u.Email {
						return replaceError(err, port.ErrConflict, nil)
					}
					return err
				}}
			}),
		},
	}
}

// created returns a store whose users are changed on their way in.
func created(change func(u *domain.User)) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
			change(&u)
			return inner.Create(ctx, u)
		}}
	})
}

// readByID returns a store whose users are changed when they are read by ID.
func readByID(change func(u *domain.User)) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
			u, err := inner.ByID(ctx, id)
			if err == nil {
				change(&u)
			}
			return u, err
		}}
	})
}

func usersValueFaults() []Fault {
	return []Fault{
		{
			Name: "by-email-forgets-a-column", Turns: []string{"users/values/come-back-equal"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
					u, err := inner.ByEmail(ctx, e)
					u.Language = ""
					return u, err
				}}
			}),
		},
		{
			Name: "nil-becomes-null", Turns: []string{"users/values/empty-stays-empty"},
			Store: readByID(func(u *domain.User) {
				if u.Version == 1 && u.Preferences == nil {
					u.Preferences = []byte("null")
				}
			}),
		},
		{
			Name: "zero-token-is-null", Turns: []string{"users/values/zero-token-is-not-nil"},
			Store: readByID(func(u *domain.User) {
				if u.StaticToken != nil && *u.StaticToken == (domain.SecretHash{}) {
					u.StaticToken = nil
				}
			}),
		},
		{
			Name: "three-byte-utf8", Turns: []string{"users/values/four-byte-runes"},
			Store: created(func(u *domain.User) { u.FirstName = threeByteRunes(u.FirstName) }),
		},
		{
			Name: "nobody-has-proven-anything", Turns: []string{"users/create/email-proven"},
			Store: created(func(u *domain.User) { u.EmailProven = false }),
		},
		{
			Name: "text-trimmed", Turns: []string{"users/values/blanks-stay"},
			Store: created(func(u *domain.User) { u.FirstName = strings.TrimSpace(u.FirstName) }),
		},
		{
			Name: "text-cut", Turns: []string{"users/values/long-texts"},
			Store: created(func(u *domain.User) { u.Preferences = u.Preferences[:min(len(u.Preferences), 4096)] }),
		},
		{
			Name: "number-through-float", Turns: []string{"users/values/big-numbers"},
			Store: created(func(u *domain.User) { u.Epoch = int64(float64(u.Epoch)) }),
		},
		{
			Name: "zero-time-is-1970", Turns: []string{"users/values/zero-time"},
			Store: readByID(func(u *domain.User) {
				if u.LastAccess.IsZero() {
					u.LastAccess = time.Unix(0, 0).UTC()
				}
			}),
		},
		{
			Name: "user-time-truncated", Turns: []string{"users/values/microseconds"},
			Store: created(func(u *domain.User) {
				u.CreatedAt = u.CreatedAt.Truncate(time.Millisecond)
				u.LastAccess = u.LastAccess.Truncate(time.Millisecond)
			}),
		},
		{
			Name: "user-time-local", Turns: []string{"users/values/utc"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
					u, err := inner.ByEmail(ctx, e)
					u.CreatedAt = u.CreatedAt.In(elsewhere())
					return u, err
				}}
			}),
		},
		{
			Name: "memory-shared", Turns: []string{"users/values/are-copies"},
			Store: inUsers(func(inner port.Users) users {
				var given memo[domain.UserID, []byte]
				return users{
					Users: inner,
					create: func(ctx context.Context, u domain.User) error {
						given.set(u.ID, u.TOTP)
						return inner.Create(ctx, u)
					},
					byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
						u, err := inner.ByID(ctx, id)
						if totp, ok := given.get(id); ok && u.Version == 1 {
							u.TOTP = totp
						}
						return u, err
					},
				}
			}),
		},
		{
			Name: "email-stored-in-lower-case", Turns: []string{"users/email/keeps-its-spelling"},
			Store: readByID(func(u *domain.User) {
				if u.Version == 1 {
					u.Email = domain.Email(u.Email.Key())
				}
			}),
		},
	}
}

// threeByteRunes is what MySQL's old utf8 keeps of s.
func threeByteRunes(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '?'
		}
		return r
	}, s)
}

// emailFolded returns a store that also finds a user whose address is the same under fold.
func emailFolded(fold func(string) string) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
			u, err := inner.ByEmail(ctx, e)
			if !errors.Is(err, port.ErrNotFound) {
				return u, err
			}
			all, listErr := inner.List(ctx, "", 100)
			for _, other := range all {
				if listErr == nil && fold(other.Email.Key()) == fold(e.Key()) {
					return other, nil
				}
			}
			return u, err
		}}
	})
}

// listed returns a store that lists what list makes of all users.
func listed(list func(all []domain.User, after domain.UserID, limit int) []domain.User) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, list: func(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error) {
			if _, err := inner.List(ctx, after, limit); err != nil {
				return nil, err
			}
			all, err := inner.List(ctx, "", 1000)
			return list(all, after, limit), err
		}}
	})
}

// page returns at most limit of the users that come after after.
func page(all []domain.User, after domain.UserID, limit int) []domain.User {
	var list []domain.User
	for _, u := range all {
		if u.ID > after && len(list) < limit {
			list = append(list, u)
		}
	}
	return list
}

func usersReadFaults() []Fault {
	return []Fault{
		{
			Name: "not-found-is-nil/by-id", Turns: []string{"users/by-id/missing-is-not-found"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
					u, err := inner.ByID(ctx, id)
					return u, replaceError(err, port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "not-found-is-nil/by-email", Turns: []string{"users/by-email/missing-is-not-found"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
					u, err := inner.ByEmail(ctx, e)
					return u, replaceError(err, port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "email-case-sensitive", Turns: []string{"users/email/case-insensitive"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
					u, err := inner.ByEmail(ctx, e)
					if err == nil && u.Email != e {
						return domain.User{}, port.ErrNotFound
					}
					return u, err
				}}
			}),
		},
		{
			Name: "email-accent-folded", Turns: []string{"users/email/accents-differ"},
			Store: emailFolded(withoutAccents),
		},
		{
			Name: "email-unicode-folded", Turns: []string{"users/email/kelvin-sign-differs"},
			Store: emailFolded(strings.ToLower),
		},
		{
			Name: "email-padded", Turns: []string{"users/email/trailing-space-differs"},
			Store: emailFolded(func(s string) string { return strings.TrimRight(s, " ") }),
		},
		{
			Name: "list-in-order-of-a-language", Turns: []string{"users/list/order"},
			Store: listed(func(all []domain.User, after domain.UserID, limit int) []domain.User {
				slices.SortFunc(all, func(a, b domain.User) int {
					return cmp.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID)))
				})
				return page(all, after, limit)
			}),
		},
		{
			Name: "list-after-inclusive", Turns: []string{"users/list/after"},
			Store: listed(func(all []domain.User, after domain.UserID, limit int) []domain.User {
				all = slices.DeleteFunc(all, func(u domain.User) bool { return u.ID < after })
				return all[:min(max(limit, 0), len(all))]
			}),
		},
		{
			Name: "list-ignores-limit", Turns: []string{"users/list/limit"},
			Store: listed(func(all []domain.User, after domain.UserID, limit int) []domain.User {
				if limit < 1 {
					return nil
				}
				return page(all, after, len(all))
			}),
		},
		{
			Name: "list-limit-below-1-is-all", Turns: []string{"users/list/limit-below-1-is-none"},
			Store: listed(func(all []domain.User, after domain.UserID, limit int) []domain.User {
				if limit < 1 {
					limit = len(all)
				}
				return page(all, after, limit)
			}),
		},
		{
			Name: "list-begins-at-a-digit", Turns: []string{"users/list/empty-after-begins-at-the-first"},
			Store: listed(func(all []domain.User, after domain.UserID, limit int) []domain.User {
				return page(all, max(after, "0"), limit)
			}),
		},
		{
			Name: "list-forgets-a-column", Turns: []string{"users/list/whole-records"},
			Store: listed(func(all []domain.User, after domain.UserID, limit int) []domain.User {
				for i := range all {
					all[i].Preferences = nil
				}
				return page(all, after, limit)
			}),
		},
	}
}

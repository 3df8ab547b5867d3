package contract

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// usersKeyed has calls that never find their user, so that only the check of the string can
// make the difference: it comes before anything else.
func usersKeyed() keyed[port.Users] {
	type call = func(ctx context.Context, users port.Users, s string) error
	create := func(change func(u *domain.User, s string)) call {
		return func(ctx context.Context, users port.Users, s string) error {
			u := sampleUser("ann")
			change(&u, s)
			return users.Create(ctx, u)
		}
	}
	update := func(change func(u *domain.User, s string)) call {
		return func(ctx context.Context, users port.Users, s string) error {
			u := sampleUser("ann")
			change(&u, s)
			return errorOf(users.Update(ctx, u))
		}
	}
	keys := []func(u *domain.User, s string){
		func(u *domain.User, s string) { u.ID = domain.UserID(s) },
		func(u *domain.User, s string) { u.Email = domain.Email(s) },
		func(u *domain.User, s string) { u.Role = domain.RoleID(s) },
	}
	texts := []func(u *domain.User, s string){
		func(u *domain.User, s string) { u.Password = s },
		func(u *domain.User, s string) { u.Status = domain.Status(s) },
		func(u *domain.User, s string) { u.FirstName = s },
		func(u *domain.User, s string) { u.LastName = s },
		func(u *domain.User, s string) { u.Language = s },
	}
	k := keyed[port.Users]{
		port: "users",
		put: func(ctx context.Context, users port.Users, key string) error {
			u := sampleUser("ann")
			u.ID = domain.UserID(key)
			u.Email = domain.Email(fmt.Sprintf("%x@example.com", domain.HashSecret(key)))
			u.StaticToken = nil
			return users.Create(ctx, u)
		},
		has: func(ctx context.Context, users port.Users, key string) (bool, error) {
			u, err := users.ByID(ctx, domain.UserID(key))
			if errors.Is(err, port.ErrNotFound) {
				return false, nil
			}
			return string(u.ID) == key, err
		},
		keys: []func(ctx context.Context, users port.Users, key string) error{
			func(ctx context.Context, users port.Users, key string) error {
				return errorOf(users.ByID(ctx, domain.UserID(key)))
			},
			func(ctx context.Context, users port.Users, key string) error {
				return errorOf(users.ByEmail(ctx, domain.Email(key)))
			},
			func(ctx context.Context, users port.Users, key string) error {
				return errorOf(users.List(ctx, domain.UserID(key), 10))
			},
			func(ctx context.Context, users port.Users, key string) error {
				return users.Touch(ctx, domain.UserID(key), at(0))
			},
			func(ctx context.Context, users port.Users, key string) error {
				return users.AdvanceTOTP(ctx, domain.UserID(key), sampleStep)
			},
			func(ctx context.Context, users port.Users, key string) error {
				return users.Delete(ctx, domain.UserID(key), 1)
			},
			func(ctx context.Context, users port.Users, key string) error {
				return errorOf(users.Find(ctx, port.UserQuery{UserFilter: port.UserFilter{Search: key}, Limit: 10}))
			},
			func(ctx context.Context, users port.Users, key string) error {
				return errorOf(users.Count(ctx, port.UserFilter{Equal: map[port.UserField]string{port.UserFieldID: key}}))
			},
		},
	}
	for _, change := range keys {
		k.keys = append(k.keys, create(change), update(change))
	}
	for _, change := range texts {
		k.texts = append(k.texts, create(change), update(change))
	}
	return k
}

func usersMethods() methods[port.Users] {
	return methods[port.Users]{
		port: "users",
		seed: func(t testing.TB, users port.Users) { createUsers(t, users, "ann") },
		untouched: func(t testing.TB, users port.Users) {
			t.Helper()
			wantStored(t, users, sampleUser("ann"))
			must(t, users.AdvanceTOTP(t.Context(), "id-of-ann", 1))
		},
		list: []method[port.Users]{
			{"Create", func(ctx context.Context, users port.Users) error {
				return users.Create(ctx, sampleUser("bob"))
			}},
			{"ByID", func(ctx context.Context, users port.Users) error {
				return errorOf(users.ByID(ctx, "id-of-ann"))
			}},
			{"ByEmail", func(ctx context.Context, users port.Users) error {
				return errorOf(users.ByEmail(ctx, "ann@example.com"))
			}},
			{"ByStaticToken", func(ctx context.Context, users port.Users) error {
				return errorOf(users.ByStaticToken(ctx, *sampleUser("ann").StaticToken))
			}},
			{"List", func(ctx context.Context, users port.Users) error {
				return errorOf(users.List(ctx, "", 10))
			}},
			{"Find", func(ctx context.Context, users port.Users) error {
				return errorOf(users.Find(ctx, port.UserQuery{Limit: 10}))
			}},
			{"Count", func(ctx context.Context, users port.Users) error {
				return errorOf(users.Count(ctx, port.UserFilter{}))
			}},
			{"Delete", func(ctx context.Context, users port.Users) error {
				return users.Delete(ctx, "id-of-ann", 1)
			}},
			{"Update", func(ctx context.Context, users port.Users) error {
				ann := sampleUser("ann")
				ann.FirstName = "Anna"
				return errorOf(users.Update(ctx, ann))
			}},
			{"Touch", func(ctx context.Context, users port.Users) error {
				return users.Touch(ctx, "id-of-ann", at(0))
			}},
			{"AdvanceTOTP", func(ctx context.Context, users port.Users) error {
				return users.AdvanceTOTP(ctx, "id-of-ann", sampleStep)
			}},
		},
	}
}

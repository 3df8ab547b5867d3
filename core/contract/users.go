package contract

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunUsers runs UsersCases, each on what open returns: an empty port.Users that t.Cleanup
// closes.
func RunUsers(t *testing.T, open func(t testing.TB) port.Users, opts ...Option) {
	t.Helper()
	run(t, "users", UsersCases(), open, opts)
}

// UsersCases returns the rules of port.Users.
func UsersCases() []Case[port.Users] {
	var cases []Case[port.Users]
	cases = append(cases, usersCreateCases()...)
	cases = append(cases, usersValueCases()...)
	cases = append(cases, usersReadCases()...)
	cases = append(cases, usersTokenCases()...)
	cases = append(cases, usersFindCases()...)
	cases = append(cases, usersUpdateCases()...)
	cases = append(cases, usersDeleteCases()...)
	cases = append(cases, usersTouchCases()...)
	cases = append(cases, usersTOTPCases()...)
	cases = append(cases, usersKeyed().cases()...)
	return append(cases, usersMethods().cancelled()...)
}

const ruleProven = "EmailProven is what Create and the last Update say, whatever becomes of the Email."

func usersCreateCases() []Case[port.Users] {
	return []Case[port.Users]{
		{
			ID:   "users/create/version-is-1",
			Rule: "Create stores u with Version 1, whatever u.Version says.",
			Run: func(t testing.TB, users port.Users) {
				for i, version := range []int64{0, 1, 42} {
					u := sampleUser(fmt.Sprint("ann", i))
					u.Version = version
					must(t, users.Create(t.Context(), u))
					wantEqual(t, value(users.ByID(t.Context(), u.ID))(t).Version, 1)
				}
			},
		},
		{
			ID:   "users/create/duplicate-id-is-conflict",
			Rule: "It returns ErrConflict when the ID, the Email.Key or the StaticToken is taken, and then stores nothing.",
			Run: func(t testing.TB, users port.Users) {
				ann, bob := sampleUser("ann"), sampleUser("bob")
				must(t, users.Create(t.Context(), ann))
				bob.ID = ann.ID
				wantError(t, users.Create(t.Context(), bob), port.ErrConflict)
			},
		},
		{
			ID:   "users/create/duplicate-is-conflict",
			Rule: "It returns ErrConflict when the ID, the Email.Key or the StaticToken is taken, and then stores nothing.",
			Run: func(t testing.TB, users port.Users) {
				ann, bob := sampleUser("ann"), sampleUser("bob")
				must(t, users.Create(t.Context(), ann))
				bob.Email = ann.Email
				wantError(t, users.Create(t.Context(), bob), port.ErrConflict)
			},
		},
		{
			ID:   "users/create/conflict-stores-nothing",
			Rule: "It returns ErrConflict when the ID, the Email.Key or the StaticToken is taken, and then stores nothing.",
			Run: func(t testing.TB, users port.Users) {
				ann, sameID, sameEmail := sampleUser("ann"), sampleUser("bob"), sampleUser("cid")
				must(t, users.Create(t.Context(), ann))
				sameID.ID, sameEmail.Email = ann.ID, ann.Email
				for _, u := range []domain.User{sameID, sameEmail} {
					if users.Create(t.Context(), u) == nil {
						t.Fatal("got no error for a user whose ID or address is taken")
					}
				}
				wantStored(t, users, ann)
			},
		},
		{
			ID:   "users/create/email-proven",
			Rule: ruleProven,
			Run: func(t testing.TB, users port.Users) {
				for name, proven := range map[string]bool{"ann": true, "bob": false} {
					u := sampleUser(name)
					u.EmailProven = proven
					must(t, users.Create(t.Context(), u))
					wantEqual(t, value(users.ByID(t.Context(), u.ID))(t).EmailProven, proven)
					wantEqual(t, value(users.ByEmail(t.Context(), u.Email))(t).EmailProven, proven)
				}
			},
		},
		{
			ID:   "users/create/one-winner",
			Rule: "Of many concurrent calls with one key, exactly one succeeds.",
			Run: func(t testing.TB, users port.Users) {
				created := make([]domain.User, racers)
				for i := range created {
					created[i] = sampleUser(fmt.Sprint("user", i))
					created[i].Email = "wanted@example.com"
				}
				got := race(t, racers, func(i int) error { return users.Create(t.Context(), created[i]) })
				// A SELECT followed by an INSERT without a unique index lets two through.
				got.want(t, 1, nil)
				wantEqual(t, userIDs(value(users.List(t.Context(), "", 100))(t)), []domain.UserID{created[got.winner()].ID})
			},
		},
	}
}

func usersValueCases() []Case[port.Users] {
	const rule = "Stored values come back equal."
	const ruleTimes = "Times keep microseconds and come back in UTC; the caller passes no finer ones."
	comesBack := func(change func(u *domain.User)) func(testing.TB, port.Users) {
		return func(t testing.TB, users port.Users) {
			u := sampleUser("ann")
			change(&u)
			must(t, users.Create(t.Context(), u))
			wantEqual(t, value(users.ByID(t.Context(), u.ID))(t), u)
		}
	}
	return []Case[port.Users]{
		{"users/values/come-back-equal", rule, func(t testing.TB, users port.Users) {
			ann := sampleUser("ann")
			must(t, users.Create(t.Context(), ann))
			must(t, users.Create(t.Context(), sampleUser("bob")))
			wantEqual(t, value(users.ByID(t.Context(), ann.ID))(t), ann)
			wantEqual(t, value(users.ByEmail(t.Context(), ann.Email))(t), ann)
		}},
		{"users/values/empty-stays-empty", rule, comesBack(func(u *domain.User) {
			*u = domain.User{ID: u.ID, Email: u.Email, Version: 1, CreatedAt: u.CreatedAt, LastAccess: u.LastAccess}
		})},
		{"users/values/zero-token-is-not-nil", rule, comesBack(func(u *domain.User) {
			u.StaticToken = &domain.SecretHash{}
		})},
		{"users/values/four-byte-runes", rule, comesBack(func(u *domain.User) {
			u.FirstName, u.LastName = "\U0001F511 key", "\U00010348"
		})},
		{"users/values/blanks-stay", rule, comesBack(func(u *domain.User) {
			u.FirstName, u.LastName = " Ann  ", "\tLee\n"
		})},
		{"users/values/long-texts", rule, comesBack(func(u *domain.User) {
			u.Password = string(bytes.Repeat([]byte("p"), 512))
			u.FirstName = string(bytes.Repeat([]byte("\u00e9"), 255))
			u.TOTP = bytes.Repeat([]byte{0xfe}, 512)
			u.Preferences = fmt.Appendf(nil, `{"x":"%0*d"}`, domain.MaxPreferencesBytes-8, 0)
		})},
		{"users/values/ten-recovery-codes", rule, comesBack(func(u *domain.User) {
			u.RecoveryCodes = nil
			for i := range 10 {
				u.RecoveryCodes = append(u.RecoveryCodes, domain.HashSecret(fmt.Sprint("code ", i)))
			}
		})},
		{"users/values/big-numbers", rule, comesBack(func(u *domain.User) { u.Epoch = 1<<62 + 1 })},
		{"users/values/zero-time", rule, comesBack(func(u *domain.User) { u.LastAccess = time.Time{} })},
		{"users/values/microseconds", ruleTimes, comesBack(func(u *domain.User) {
			u.CreatedAt, u.LastAccess = at(time.Microsecond), at(999*time.Microsecond)
		})},
		{"users/values/utc", ruleTimes, func(t testing.TB, users port.Users) {
			ann := sampleUser("ann")
			ann.CreatedAt, ann.LastAccess = elsewhere(ann.CreatedAt), elsewhere(ann.LastAccess)
			must(t, users.Create(t.Context(), ann))
			byID := value(users.ByID(t.Context(), ann.ID))(t)
			byEmail := value(users.ByEmail(t.Context(), ann.Email))(t)
			wantUTC(t, byID.CreatedAt, byID.LastAccess, byEmail.CreatedAt, byEmail.LastAccess)
		}},
		{"users/values/are-copies", rule, func(t testing.TB, users port.Users) {
			spoil := func(u domain.User) {
				u.StaticToken[0]++
				u.TOTP[0]++
				u.RecoveryCodes[0][0]++
				u.Preferences[0]++
			}
			want := sampleUser("ann")
			given := sampleUser("ann")
			must(t, users.Create(t.Context(), given))
			spoil(given)
			taken := value(users.ByID(t.Context(), want.ID))(t)
			wantEqual(t, taken, want)
			spoil(taken)
			wantEqual(t, value(users.ByID(t.Context(), want.ID))(t), want)
		}},
	}
}

func usersReadCases() []Case[port.Users] {
	const ruleEmail = "ByEmail returns the user whose Email.Key equals e.Key(), or ErrNotFound."
	const ruleList = "List returns at most limit users whose ID is greater than after, ordered by ID byte by byte."
	const ruleListEdge = "An empty after begins at the first; a limit below 1 returns none."
	differ := func(stored, other domain.Email) func(testing.TB, port.Users) {
		return func(t testing.TB, users port.Users) {
			ann, bob := sampleUser("ann"), sampleUser("bob")
			ann.Email, bob.Email = stored, other
			must(t, users.Create(t.Context(), ann))
			if got, err := users.ByEmail(t.Context(), other); err == nil && got.ID == ann.ID {
				t.Fatalf("got the user with %q when asked for %q", stored, other)
			}
			must(t, users.Create(t.Context(), bob))
			wantEqual(t, value(users.ByEmail(t.Context(), stored))(t).ID, ann.ID)
			wantEqual(t, value(users.ByEmail(t.Context(), other))(t).ID, bob.ID)
		}
	}
	return []Case[port.Users]{
		{"users/by-id/missing-is-not-found", "ByID returns the user, or ErrNotFound.", func(t testing.TB, users port.Users) {
			must(t, users.Create(t.Context(), sampleUser("ann")))
			wantError(t, errorOf(users.ByID(t.Context(), "id-of-nobody")), port.ErrNotFound)
		}},
		{"users/by-email/missing-is-not-found", ruleEmail, func(t testing.TB, users port.Users) {
			must(t, users.Create(t.Context(), sampleUser("ann")))
			wantError(t, errorOf(users.ByEmail(t.Context(), "nobody@example.com")), port.ErrNotFound)
		}},
		{"users/email/case-insensitive", ruleEmail, func(t testing.TB, users port.Users) {
			ann := sampleUser("ann")
			ann.Email = "Ann.Lee@Example.COM"
			must(t, users.Create(t.Context(), ann))
			for _, e := range []domain.Email{"ann.lee@example.com", "ANN.LEE@EXAMPLE.COM", "Ann.Lee@Example.COM"} {
				wantEqual(t, value(users.ByEmail(t.Context(), e))(t).ID, ann.ID)
			}
		}},
		{
			ID:   "users/email/taken-in-other-case",
			Rule: "It returns ErrConflict when the ID, the Email.Key or the StaticToken is taken, and then stores nothing.",
			Run: func(t testing.TB, users port.Users) {
				ann, bob := sampleUser("ann"), sampleUser("bob")
				bob.Email = "ANN@example.COM"
				must(t, users.Create(t.Context(), ann))
				wantError(t, users.Create(t.Context(), bob), port.ErrConflict)
			},
		},
		{"users/email/keeps-its-spelling", "Stored values come back equal.", func(t testing.TB, users port.Users) {
			ann := sampleUser("ann")
			ann.Email = "Ann.Lee@Example.COM"
			must(t, users.Create(t.Context(), ann))
			wantEqual(t, value(users.ByID(t.Context(), ann.ID))(t).Email, ann.Email)
		}},
		{"users/email/accents-differ", ruleEmail, differ("andre@example.com", "andr\u00e9@example.com")},
		{"users/email/kelvin-sign-differs", ruleEmail, differ("kim@example.com", "\u212aim@example.com")},
		{"users/email/trailing-space-differs", ruleEmail, differ("ann@example.com", "ann@example.com ")},
		{"users/list/order", ruleList, func(t testing.TB, users port.Users) {
			// The collation of a language would put B behind aa, and \u00e9 before f.
			sorted := []domain.UserID{"B", "a", "aa", "c", "f", "\u00e9", "\U0001F511"}
			for _, i := range []int{3, 0, 6, 2, 5, 1, 4} {
				u := sampleUser(fmt.Sprint("user", i))
				u.ID = sorted[i]
				must(t, users.Create(t.Context(), u))
			}
			wantEqual(t, userIDs(value(users.List(t.Context(), "", 10))(t)), sorted)
		}},
		{"users/list/after", ruleList, func(t testing.TB, users port.Users) {
			createUsers(t, users, "a", "b", "c", "d")
			wantEqual(t, userIDs(value(users.List(t.Context(), "id-of-b", 10))(t)), []domain.UserID{"id-of-c", "id-of-d"})
			wantEqual(t, userIDs(value(users.List(t.Context(), "id-of-bb", 10))(t)), []domain.UserID{"id-of-c", "id-of-d"})
			wantEqual(t, len(value(users.List(t.Context(), "id-of-d", 10))(t)), 0)
		}},
		{"users/list/limit", ruleList, func(t testing.TB, users port.Users) {
			createUsers(t, users, "a", "b", "c", "d")
			wantEqual(t, userIDs(value(users.List(t.Context(), "", 2))(t)), []domain.UserID{"id-of-a", "id-of-b"})
		}},
		{"users/list/whole-records", "Stored values come back equal.", func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			wantEqual(t, value(users.List(t.Context(), "", 10))(t), []domain.User{sampleUser("ann"), sampleUser("bob")})
		}},
		{"users/list/empty-after-begins-at-the-first", ruleListEdge, func(t testing.TB, users port.Users) {
			u := sampleUser("ann")
			u.ID = "!" // sorts early
			must(t, users.Create(t.Context(), u))
			wantEqual(t, userIDs(value(users.List(t.Context(), "", 1))(t)), []domain.UserID{"!"})
		}},
		{"users/list/limit-below-1-is-none", ruleListEdge, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			for _, limit := range []int{0, -1} {
				wantEqual(t, len(value(users.List(t.Context(), "", limit))(t)), 0)
			}
		}},
	}
}

// createUsers stores a sample user of each name.
func createUsers(t testing.TB, users port.Users, names ...string) {
	t.Helper()
	for _, name := range names {
		must(t, users.Create(t.Context(), sampleUser(name)))
	}
}

// wantStored ends the case unless these users, by ID, are stored, and no others.
func wantStored(t testing.TB, users port.Users, want ...domain.User) {
	t.Helper()
	wantEqual(t, userIDs(value(users.List(t.Context(), "", 100))(t)), userIDs(want))
	for _, u := range want {
		wantEqual(t, value(users.ByID(t.Context(), u.ID))(t), u)
	}
}

func userIDs(list []domain.User) []domain.UserID {
	ids := make([]domain.UserID, len(list))
	for i, u := range list {
		ids[i] = u.ID
	}
	return ids
}

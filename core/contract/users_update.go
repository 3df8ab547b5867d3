package contract

import (
	"fmt"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func usersUpdateCases() []Case[port.Users] {
	const rule = "Update replaces the user if the stored Version equals u.Version, and returns it as stored, with the next Version."
	const ruleErrors = "It returns ErrStale when the versions differ, ErrNotFound when there is no such user, and ErrConflict when the new Email.Key or StaticToken belongs to another; each changes nothing."
	const ruleLeaves = "It leaves CreatedAt, LastAccess and the step of AdvanceTOTP alone."
	return []Case[port.Users]{
		{"users/update/replaces", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			want := changedAnn()
			must(t, errorOf(users.Update(t.Context(), want)))
			want.Version = 2
			wantEqual(t, value(users.ByID(t.Context(), want.ID))(t), want)
			wantEqual(t, value(users.ByEmail(t.Context(), want.Email))(t).ID, want.ID)
			wantEqual(t, value(users.ByID(t.Context(), "id-of-bob"))(t), sampleUser("bob"))
		}},
		{"users/update/replaces-with-nothing", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			ann := sampleUser("ann")
			want := domain.User{ID: ann.ID, Email: ann.Email, Version: 1, CreatedAt: ann.CreatedAt, LastAccess: ann.LastAccess}
			must(t, errorOf(users.Update(t.Context(), want)))
			want.Version = 2
			wantEqual(t, value(users.ByID(t.Context(), want.ID))(t), want)
		}},
		{"users/update/email-proven", ruleProven, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			id := sampleUser("ann").ID
			for _, step := range []struct {
				email  domain.Email
				proven bool
			}{{"ann@example.com", true}, {"anna@example.org", true}, {"anna@example.org", false}, {"ann@example.com", true}, {"anna@example.org", false}} {
				u := value(users.ByID(t.Context(), id))(t)
				u.Email, u.EmailProven = step.email, step.proven
				wantEqual(t, value(users.Update(t.Context(), u))(t).EmailProven, step.proven)
				wantEqual(t, value(users.ByID(t.Context(), id))(t).EmailProven, step.proven)
			}
		}},
		{"users/update/same-again", rule, func(t testing.TB, users port.Users) {
			// A database that counts changed rows only takes this for no match.
			createUsers(t, users, "ann")
			must(t, errorOf(users.Update(t.Context(), sampleUser("ann"))))
		}},
		{"users/update/returns-the-user-as-stored", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			asked := changedAnn()
			asked.CreatedAt, asked.LastAccess = elsewhere(at(0)), elsewhere(at(0))
			got := value(users.Update(t.Context(), asked))(t)
			stored := value(users.ByID(t.Context(), asked.ID))(t)
			wantEqual(t, got, stored)
			wantUTC(t, got.CreatedAt, got.LastAccess)
		}},
		{"users/update/next-version", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			u := sampleUser("ann")
			for version := int64(2); version < 5; version++ {
				u.Epoch++
				u = value(users.Update(t.Context(), u))(t)
				wantEqual(t, u.Version, version)
				wantEqual(t, value(users.ByID(t.Context(), u.ID))(t).Version, version)
			}
		}},
		{"users/update/frees-the-old-address", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, errorOf(users.Update(t.Context(), changedAnn())))
			heir := sampleUser("bob")
			heir.Email = "ann@example.com"
			must(t, users.Create(t.Context(), heir))
			wantEqual(t, value(users.ByEmail(t.Context(), heir.Email))(t).ID, heir.ID)
		}},
		{"users/update/own-address-in-other-case", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			ann := sampleUser("ann")
			ann.Email = "ANN@example.com"
			must(t, errorOf(users.Update(t.Context(), ann)))
			wantEqual(t, value(users.ByID(t.Context(), ann.ID))(t).Version, 2)
		}},
		{"users/update/stale-version", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, errorOf(users.Update(t.Context(), changedAnn())))
			for _, version := range []int64{1, 0, 3, -1} {
				ann := changedAnn()
				ann.Version = version
				wantError(t, errorOf(users.Update(t.Context(), ann)), port.ErrStale)
			}
		}},
		{"users/update/stale-changes-nothing", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			ann := changedAnn()
			ann.Version = 0
			if errorOf(users.Update(t.Context(), ann)) == nil {
				t.Fatal("got no error for a version that differs")
			}
			wantEqual(t, value(users.ByID(t.Context(), ann.ID))(t), sampleUser("ann"))
		}},
		{"users/update/missing-is-not-found", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "bob")
			wantError(t, errorOf(users.Update(t.Context(), sampleUser("ann"))), port.ErrNotFound)
			wantEqual(t, userIDs(value(users.List(t.Context(), "", 10))(t)), []domain.UserID{"id-of-bob"})
		}},
		{"users/update/email-conflict", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			ann := changedAnn()
			ann.Email = "BOB@example.com"
			wantError(t, errorOf(users.Update(t.Context(), ann)), port.ErrConflict)
		}},
		{"users/update/conflict-changes-nothing", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			ann := changedAnn()
			ann.Email = "bob@example.com"
			if errorOf(users.Update(t.Context(), ann)) == nil {
				t.Fatal("got no error for an address that belongs to another")
			}
			wantStored(t, users, sampleUser("ann"), sampleUser("bob"))
		}},
		{
			ID:   "users/update/one-winner",
			Rule: "Of many concurrent calls with one Version, exactly one succeeds and the others get ErrStale.",
			Run: func(t testing.TB, users port.Users) {
				createUsers(t, users, "ann")
				name := func(i int) string { return fmt.Sprint("Ann the ", i) }
				got := race(t, racers, func(i int) error {
					ann := sampleUser("ann")
					ann.FirstName = name(i)
					return errorOf(users.Update(t.Context(), ann))
				})
				got.want(t, 1, nil)
				got.want(t, racers-1, port.ErrStale)
				wantEqual(t, value(users.ByID(t.Context(), "id-of-ann"))(t).FirstName, name(got.winner()))
			},
		},
		{"users/update/leaves-created-at", ruleLeaves, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			ann := changedAnn()
			ann.CreatedAt = at(0)
			must(t, errorOf(users.Update(t.Context(), ann)))
			wantEqual(t, value(users.ByID(t.Context(), ann.ID))(t).CreatedAt, sampleUser("ann").CreatedAt)
		}},
		{"users/update/leaves-last-access", ruleLeaves, func(t testing.TB, users port.Users) {
			// Read, touched by another request, written: the touch must not be lost.
			createUsers(t, users, "ann")
			ann := value(users.ByID(t.Context(), "id-of-ann"))(t)
			must(t, users.Touch(t.Context(), ann.ID, at(time.Minute)))
			ann.FirstName = "Anna"
			must(t, errorOf(users.Update(t.Context(), ann)))
			wantEqual(t, value(users.ByID(t.Context(), ann.ID))(t).LastAccess, at(time.Minute))
		}},
		{"users/update/leaves-the-totp-step", ruleLeaves, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, users.AdvanceTOTP(t.Context(), "id-of-ann", sampleStep))
			must(t, errorOf(users.Update(t.Context(), changedAnn())))
			wantError(t, users.AdvanceTOTP(t.Context(), "id-of-ann", sampleStep), port.ErrStale)
		}},
	}
}

// changedAnn returns the sample user ann with every field changed that Update replaces.
func changedAnn() domain.User {
	ann := sampleUser("ann")
	token := domain.HashSecret("another static token")
	ann.Email = "anna@example.org"
	ann.Password = "another encoded password"
	ann.Status = domain.StatusSuspended
	ann.Role = "another-role"
	ann.FirstName, ann.LastName, ann.Language = "Anna", "Lind", "sv-SE"
	ann.StaticToken = &token
	ann.TOTP = []byte{0x02, 0x00}
	ann.RecoveryCodes = []domain.SecretHash{domain.HashSecret("another")}
	ann.Epoch = 8
	ann.Preferences = []byte(`{"theme":"light"}`)
	return ann
}

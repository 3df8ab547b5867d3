package contract

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

func usersTouchCases() []Case[port.Users] {
	const rule = "Touch records when the user was last seen; an earlier time changes nothing."
	return []Case[port.Users]{
		{"users/touch/records", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			must(t, users.Touch(t.Context(), "id-of-ann", elsewhere(at(time.Microsecond))))
			ann := value(users.ByID(t.Context(), "id-of-ann"))(t)
			wantEqual(t, ann.LastAccess, at(time.Microsecond))
			wantUTC(t, ann.LastAccess)
		}},
		{"users/touch/nobody-else", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			must(t, users.Touch(t.Context(), "id-of-ann", at(0)))
			wantEqual(t, value(users.ByID(t.Context(), "id-of-bob"))(t), sampleUser("bob"))
		}},
		{"users/touch/earlier-changes-nothing", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, users.Touch(t.Context(), "id-of-ann", at(0)))
			must(t, users.Touch(t.Context(), "id-of-ann", at(-time.Microsecond)))
			wantEqual(t, value(users.ByID(t.Context(), "id-of-ann"))(t).LastAccess, at(0))
		}},
		{"users/touch/latest-of-many", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			race(t, racers, func(i int) error {
				// Late ones first, so that a read that is out of date does harm.
				return users.Touch(t.Context(), "id-of-ann", at(time.Duration(racers-i)*time.Second))
			}).want(t, racers, nil)
			wantEqual(t, value(users.ByID(t.Context(), "id-of-ann"))(t).LastAccess, at(racers*time.Second))
		}},
		{"users/touch/leaves-the-rest-alone", "It leaves Version alone.", func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, users.Touch(t.Context(), "id-of-ann", at(0)))
			want := sampleUser("ann")
			got := value(users.ByID(t.Context(), want.ID))(t)
			want.LastAccess = got.LastAccess
			wantEqual(t, got, want)
		}},
		{"users/touch/missing-is-no-error", "Touching a user who is not there is no error.", func(t testing.TB, users port.Users) {
			must(t, users.Touch(t.Context(), "id-of-nobody", at(0)))
			wantEqual(t, len(value(users.List(t.Context(), "", 10))(t)), 0)
		}},
	}
}

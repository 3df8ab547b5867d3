package contract

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// sampleStep is the step of a code of the time at which every case begins.
const sampleStep = 59_117_154

func usersTOTPCases() []Case[port.Users] {
	const rule = "AdvanceTOTP records that the user has spent the code of a step"
	const ruleErrors = "It returns ErrStale unless step is greater than zero and than every step recorded before, and ErrNotFound when there is no such user; each changes nothing."
	const ruleElse = "It touches nobody else, and of the user nothing that can be read, Version among it."
	advance := func(t testing.TB, users port.Users, step int64) error {
		return users.AdvanceTOTP(t.Context(), "id-of-ann", step)
	}
	return []Case[port.Users]{
		{"users/totp/later-steps", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			for _, step := range []int64{1, 2, sampleStep, sampleStep + 2880} {
				must(t, advance(t, users, step))
			}
		}},
		{"users/totp/beyond-32-bits", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, advance(t, users, 1<<40+5))
			wantError(t, advance(t, users, 7), port.ErrStale)
		}},
		{"users/totp/replay-is-stale", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, advance(t, users, sampleStep))
			wantError(t, advance(t, users, sampleStep), port.ErrStale)
		}},
		{"users/totp/earlier-is-stale", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, advance(t, users, sampleStep))
			wantError(t, advance(t, users, sampleStep-1), port.ErrStale)
		}},
		{"users/totp/zero-is-stale", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			for _, step := range []int64{0, -1} {
				wantError(t, advance(t, users, step), port.ErrStale)
			}
		}},
		{"users/totp/stale-changes-nothing", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, advance(t, users, sampleStep))
			if advance(t, users, sampleStep-2) == nil {
				t.Fatal("got no error for an earlier step")
			}
			if advance(t, users, sampleStep-1) == nil {
				t.Fatal("a step that was refused has become the latest")
			}
		}},
		{"users/totp/missing-is-not-found", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "bob")
			wantError(t, advance(t, users, sampleStep), port.ErrNotFound)
		}},
		{
			ID:   "users/totp/one-winner",
			Rule: "Of many concurrent calls with one step, exactly one succeeds and the others get ErrStale.",
			Run: func(t testing.TB, users port.Users) {
				createUsers(t, users, "ann")
				got := race(t, racers, func(int) error { return advance(t, users, sampleStep+1) })
				got.want(t, 1, nil)
				got.want(t, racers-1, port.ErrStale)
			},
		},
		{"users/totp/nobody-else", ruleElse, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			must(t, advance(t, users, sampleStep))
			must(t, users.AdvanceTOTP(t.Context(), "id-of-bob", 1))
			wantEqual(t, value(users.ByID(t.Context(), "id-of-bob"))(t), sampleUser("bob"))
		}},
		{"users/totp/leaves-the-rest-alone", ruleElse, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			must(t, advance(t, users, sampleStep))
			wantEqual(t, value(users.ByID(t.Context(), domain.UserID("id-of-ann")))(t), sampleUser("ann"))
		}},
	}
}

package auth_test

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Each condition in pruneUnverified that is dropped removes one of those who are to stay.
func TestSweep_RemovesRegistrationsThatNobodyVerified(t *testing.T) {
	w, root := joiningWorld(t, openHouse())
	w.register(t, "never@example.com", newPassword)
	w.deliver(t) // apart: letters of one instant are delivered in any order, and the newest mail is looked at
	w.register(t, "verified@example.com", newPassword)
	w.deliver(t)
	_, err := w.service.VerifyRegistration(t.Context(), w.resetToken(t), visitor)
	wantCode(t, err, "")
	_, err = w.service.CreateAccount(t.Context(), root, auth.AccountPatch{
		ProfilePatch: auth.ProfilePatch{Email: new("made@example.com")}, Status: new(domain.StatusUnverified),
	}, visitor)
	wantCode(t, err, "")
	w.seedAnn(t, func(u *domain.User) { u.Status, u.EmailProven = domain.StatusUnverified, false }) // with a password, as one who moved in
	sweep := func(want int) {
		t.Helper()
		swept, err := w.service.Sweep(t.Context())
		if err != nil || swept.Accounts != want {
			t.Errorf("got %d accounts, %v, want %d", swept.Accounts, err, want)
		}
	}
	w.clock.Advance(36 * 24 * time.Hour)
	w.register(t, "late@example.com", newPassword)
	w.deliver(t)
	sweep(0)
	w.clock.Advance(2 * 24 * time.Hour)
	sweep(1)
	sweep(0)
	w.wantAccounts(t, 5)
	_, err = w.service.FindUser(t.Context(), "never@example.com")
	wantCode(t, err, domain.RecordNotFound)
}

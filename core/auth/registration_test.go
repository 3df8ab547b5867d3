package auth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestRegister(t *testing.T) {
	const bob = "bob@example.com"
	verify := func(t *testing.T, w world, token string) (domain.UserID, error) {
		t.Helper()
		return w.service.VerifyRegistration(t.Context(), token, visitor)
	}
	t.Run("is off by default", func(t *testing.T) {
		w, _ := joiningWorld(t, auth.DefaultSettings())
		wantCode(t, w.service.Register(t.Context(), auth.Registration{Email: bob, Password: newPassword}), domain.Forbidden)
		w.wantAccounts(t, 1)
	})
	t.Run("is off where nobody logs in with a password", func(t *testing.T) {
		s := openHouse()
		s.DisableDefault = true
		w := newWorld(t, s)
		wantCode(t, w.service.Register(t.Context(), auth.Registration{Email: bob, Password: newPassword}), domain.Forbidden)
	})
	t.Run("makes an account that the link activates", func(t *testing.T) {
		s := openHouse()
		s.Registration.Role = readers
		w, _ := joiningWorld(t, s)
		w.register(t, bob, newPassword)
		mail := w.wantMails(t, 1)
		if strings.Contains(mail.Text, "Bob") {
			t.Error("a stranger chose words of the mail")
		}
		if u := w.find(t, bob); u.Status != domain.StatusUnverified || u.Password != "" || u.Role != readers {
			t.Errorf("got %+v", u)
		}
		w.wantLoginAs(t, bob, newPassword, domain.InvalidCredentials)
		token := w.resetToken(t)
		wantCode(t, w.service.LookAtRegistration(t.Context(), token), "")
		id, err := verify(t, w, token)
		wantCode(t, err, "")
		if u := w.find(t, bob); u.ID != id || u.Status != domain.StatusActive || u.FirstName != "Bob" || !u.EmailProven {
			t.Errorf("got %+v, want %s", u, id)
		}
		w.wantLoginAs(t, bob, newPassword, "")
		for range 2 {
			_, err = verify(t, w, token)
			wantCode(t, err, domain.InvalidPayload)
		}
		w.wantMails(t, 1) // no notice of a first password
	})
	t.Run("a link that nobody sent is INVALID_TOKEN, and a late one has expired", func(t *testing.T) {
		w, _ := joiningWorld(t, openHouse())
		for _, token := range []string{"", "garbage", "\xff"} {
			_, err := verify(t, w, token)
			wantCode(t, err, domain.InvalidToken)
		}
		w.register(t, bob, newPassword)
		w.deliver(t)
		w.clock.Advance(7 * 24 * time.Hour)
		_, err := verify(t, w, w.resetToken(t))
		wantCode(t, err, domain.TokenExpired)
	})
	t.Run("of several registrations that of the link counts", func(t *testing.T) {
		w, _ := joiningWorld(t, openHouse())
		w.register(t, bob, "chosen by a stranger")
		w.deliver(t)
		strangers := w.resetToken(t)
		w.register(t, bob, newPassword)
		w.deliver(t)
		_, err := verify(t, w, w.resetToken(t))
		wantCode(t, err, "")
		w.wantLoginAs(t, bob, newPassword, "")
		w.wantLoginAs(t, bob, "chosen by a stranger", domain.InvalidCredentials)
		_, err = verify(t, w, strangers)
		wantCode(t, err, domain.InvalidPayload)
		w.wantLoginAs(t, bob, newPassword, "")
	})
	t.Run("tells who has an account, and changes nothing", func(t *testing.T) {
		w, _ := joiningWorld(t, openHouse())
		w.seedAnn(t, nil)
		before := w.ann(t)
		w.register(t, "ANN@example.com", newPassword)
		mail := w.wantMails(t, 1)
		if mail.To != annEmail || strings.Contains(mail.Text, "token=") {
			t.Errorf("got %+v", mail)
		}
		if after := w.ann(t); after.Version != before.Version {
			t.Error("the account was changed")
		}
	})
	t.Run("an account that administrates is not activated", func(t *testing.T) {
		w, _ := joiningWorld(t, openHouse())
		w.seedAnn(t, func(u *domain.User) { u.Status, u.Role = domain.StatusUnverified, domain.AdministratorRole })
		w.register(t, annEmail, newPassword)
		w.wantMails(t, 0)
	})
	t.Run("an account that came to administrate meanwhile is not activated", func(t *testing.T) {
		w, _ := joiningWorld(t, openHouse())
		w.seedAnn(t, func(u *domain.User) { u.Status = domain.StatusUnverified })
		w.register(t, annEmail, newPassword)
		w.deliver(t)
		w.changeAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
		_, err := verify(t, w, w.resetToken(t))
		wantCode(t, err, domain.InvalidPayload)
	})
	t.Run("gives nobody a role that administrates, or that there is not", func(t *testing.T) {
		for _, role := range []domain.RoleID{domain.AdministratorRole, "0195f2c6-7d7e-7a10-8000-0000000000ff"} {
			for _, isVerified := range []bool{true, false} {
				s := openHouse()
				s.Registration.Role, s.Registration.Verify = role, isVerified
				w, _ := joiningWorld(t, s)
				w.register(t, bob, newPassword)
				w.deliver(t)
				if got := w.find(t, bob).Role; got != "" {
					t.Errorf("got role %q", got)
				}
			}
		}
	})
	t.Run("without verification lets in at once, and leaves accounts alone", func(t *testing.T) {
		s := openHouse()
		s.Registration.Verify = false
		w, _ := joiningWorld(t, s)
		w.seedAnn(t, nil)
		w.register(t, bob, newPassword)
		w.wantLoginAs(t, bob, newPassword, "")
		if w.find(t, bob).EmailProven {
			t.Error("nobody has proved the address")
		}
		w.register(t, annEmail, newPassword)
		w.wantLoginAs(t, annEmail, password, "")
		w.wantMails(t, 0)
	})
	t.Run("refuses other domains, passwords and names", func(t *testing.T) {
		s := openHouse()
		s.Registration.Domains = []string{"Example.com"}
		s.Registration.Address = port.Limit{}
		w, _ := joiningWorld(t, s)
		for _, c := range []struct {
			in   auth.Registration
			want domain.Code
		}{
			{auth.Registration{Email: "bob@example.org", Password: newPassword}, domain.Forbidden},
			{auth.Registration{Email: "bob@sub.example.com", Password: newPassword}, domain.Forbidden},
			{auth.Registration{Email: "bob@notexample.com", Password: newPassword}, domain.Forbidden},
			{auth.Registration{Email: "bob", Password: newPassword}, domain.InvalidPayload},
			{auth.Registration{Email: bob}, domain.InvalidPayload},
			{auth.Registration{Email: bob, Password: "password"}, domain.FailedValidation},
			{auth.Registration{Email: bob, Password: newPassword, FirstName: strings.Repeat("x", 51)}, domain.InvalidPayload},
		} {
			wantCode(t, w.service.Register(t.Context(), c.in), c.want)
		}
		w.register(t, "bob@EXAMPLE.com", newPassword)
		w.wantMails(t, 1)
	})
	t.Run("a changed data key keeps the links that wait", func(t *testing.T) {
		w, _ := joiningWorld(t, openHouse())
		w.register(t, bob, newPassword)
		w = w.withKeys(t, openHouse(), "another data key that is long enough to be one", dataKey)
		w.wantMails(t, 1)
		_, err := verify(t, w, w.resetToken(t))
		wantCode(t, err, "")
	})
}

// TestSecurity01_RegistrationsCostTheSame: looking the account up in Register turns it red.
func TestSecurity01_RegistrationsCostTheSame(t *testing.T) {
	var want effort
	for i, status := range append([]domain.Status{""}, domain.Statuses()...) {
		var calls intercept.Recorder
		w := newWorld(t, openHouse(), intercepted(intercept.Hooks{Before: calls.Hook}))
		if status != "" {
			w.seedAnn(t, func(u *domain.User) { u.Status = status })
		}
		got := effortOf(w, &calls, func() { w.register(t, annEmail, newPassword) })
		if i == 0 {
			want = got
		}
		if !slices.Equal(got.calls, want.calls) || got.work != want.work || got.work == 0 {
			t.Errorf("%s: got %v, want %v", status, got, want)
		}
	}
}

// TestSecurity54_RegistrationsAreThrottled: per account, whatever its spelling, and per client
// address; a password that is refused counts for the address alone.
func TestSecurity54_RegistrationsAreThrottled(t *testing.T) {
	s := openHouse()
	s.Registration.Account, s.Registration.Address = port.Limit{Burst: 2, Every: time.Minute}, port.Limit{}
	w, _ := joiningWorld(t, s)
	try := func(email, password string) error {
		return w.service.Register(t.Context(), auth.Registration{Email: email, Password: password, Client: visitor})
	}
	wantCode(t, try("bob@example.com", "password"), domain.FailedValidation)
	wantCode(t, try("bob@example.com", newPassword), "")
	wantCode(t, try("BOB@example.com ", newPassword), "")
	wantCode(t, try("bob@example.com", newPassword), domain.RequestsExceeded)
	wantCode(t, try("cid@example.com", newPassword), "")
	w.wantMails(t, 3)

	s.Registration.Account, s.Registration.Address = port.Limit{}, port.Limit{Burst: 2, Every: time.Minute}
	w, _ = joiningWorld(t, s)
	wantCode(t, try("bob@example.com", "password"), domain.FailedValidation)
	wantCode(t, try("bob@example.com", newPassword), "")
	wantCode(t, try("cid@example.com", newPassword), domain.RequestsExceeded)
	if got := w.count(t, domain.EventRegistrationLimited, domain.OutcomeFailure); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}
	wantCode(t, w.service.UnlockAddress(t.Context(), visitor.IP), "")
	wantCode(t, try("cid@example.com", newPassword), "")
}

// Letters of resets and of registrations take no room from each other.
func TestRegister_WhileTheMailQueueIsFull(t *testing.T) {
	s := openHouse()
	s.MailQueue = 1
	w, _ := joiningWorld(t, s)
	w.seedAnn(t, nil)
	w.register(t, "bob@example.com", newPassword)
	wantCode(t, w.service.Register(t.Context(), auth.Registration{Email: "cid@example.com", Password: newPassword}), domain.ServiceUnavailable)
	w.forgot(t, annEmail)
}

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

// loginBy logs in with a client that shows the device.
func (w world) loginBy(t testing.TB, device, email, password string) (auth.Tokens, error) {
	t.Helper()
	return w.service.Login(t.Context(), auth.LoginInput{
		Email: email, Password: password, Device: device, Mode: domain.ModeJSON, Client: domain.Client{IP: "192.0.2.7"},
	})
}

// oneGuessOfAnAccount is oneGuess without a limit of addresses.
func oneGuessOfAnAccount() auth.Settings {
	s := oneGuess()
	s.LoginAddress = port.Limit{}
	return s
}

func TestDevice(t *testing.T) {
	t.Run("every login hands one out, and no refresh does", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		seen := map[string]bool{}
		for _, mode := range allModes() {
			held := w.login(t, mode)
			if held.Device == "" || held.DeviceTTL != auth.DeviceTTL || seen[held.Device] {
				t.Errorf("%s: got a device of %d characters for %v, seen before: %t", mode, len(held.Device), held.DeviceTTL, seen[held.Device])
			}
			seen[held.Device] = true
			if next := w.refresh(t, held); next.Device != "" || next.DeviceTTL != 0 {
				t.Errorf("%s: got a device from a refresh", mode)
			}
		}
	})
	t.Run("shows nothing of account or password, and is no credential", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		for _, c := range []auth.Credential{{Bearer: held.Device}, {Query: held.Device}, {Cookie: held.Device}} {
			if p, err := w.service.Authenticate(t.Context(), c); err == nil || !p.Anonymous() {
				t.Errorf("got account %q and error %v", p.User.ID, err)
			}
		}
		for _, mode := range allModes() {
			_, err := w.service.Refresh(t.Context(), auth.RefreshInput{Mode: mode, Token: held.Device})
			wantCode(t, err, domain.InvalidCredentials)
		}
		_, err := w.loginBy(t, held.Device, annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		w.changeAnn(t, func(u *domain.User) { u.TOTP = []byte("sealed") })
		_, err = w.loginBy(t, held.Device, annEmail, password)
		wantCode(t, err, domain.InvalidOTP)
	})
	t.Run("one that is bad in any way costs the same calls as none", func(t *testing.T) {
		var calls intercept.Recorder
		w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
		w.seedAnn(t, nil)
		over := w.login(t, domain.ModeJSON).Device
		w.clock.Advance(auth.DeviceTTL)
		good := w.login(t, domain.ModeJSON).Device
		elsewhere := newWorld(t, auth.DefaultSettings()).withKeys(t, auth.DefaultSettings(), secondDataKey)
		elsewhere.seedAnn(t, nil)
		want := effortOf(w, &calls, func() { _, _ = w.loginBy(t, "", annEmail, "wrong") })
		for name, device := range map[string]string{
			"good": good, "over": over, "of another key": elsewhere.login(t, domain.ModeJSON).Device,
			"garbage": "garbage", "huge": strings.Repeat("x.", 1<<19), "no UTF-8": "\xff.\xff.\xff", "empty parts": "..",
		} {
			for _, email := range []string{annEmail, "nobody@example.com"} {
				got := effortOf(w, &calls, func() {
					_, err := w.loginBy(t, device, email, "wrong")
					wantCode(t, err, domain.InvalidCredentials)
				})
				if !slices.Equal(got.calls, want.calls) || got.work != want.work {
					t.Errorf("%s, %s: got %v and %d rounds, want %v and %d", name, email, got.calls, got.work, want.calls, want.work)
				}
			}
		}
	})
	t.Run("the limit of the client's address counts as before", func(t *testing.T) {
		settings := oneGuess()
		settings.LoginAccount.Burst = 10
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		_, err := w.loginBy(t, device, annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		_, err = w.loginBy(t, device, annEmail, password)
		wantCode(t, err, domain.RequestsExceeded)
	})
	t.Run("its guesses leave the account's bucket alone until its own is empty", func(t *testing.T) {
		w := newWorld(t, oneGuessOfAnAccount())
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		_, err := w.loginBy(t, device, annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		w.login(t, domain.ModeJSON) // without a device
		_, err = w.loginBy(t, device, annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		_, err = w.loginBy(t, device, annEmail, password)
		wantCode(t, err, domain.RequestsExceeded)
		_, err = w.tryLogin(t, annEmail, password, domain.ModeJSON)
		wantCode(t, err, domain.RequestsExceeded)
	})
	t.Run("its logins and its requests for a reset count apart", func(t *testing.T) {
		settings := oneGuessOfAnAccount()
		settings.ResetAccount = settings.LoginAccount
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		w.forgot(t, annEmail) // without a device
		_, err := w.loginBy(t, device, annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		request := auth.ResetRequest{Email: annEmail, Device: device}
		wantCode(t, w.service.RequestReset(t.Context(), request), "")
		wantCode(t, w.service.RequestReset(t.Context(), request), domain.RequestsExceeded)
	})
	t.Run("unlocking the account lets its device try again, too", func(t *testing.T) {
		w := newWorld(t, oneGuessOfAnAccount())
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		for range 2 {
			_, err := w.loginBy(t, device, annEmail, "wrong")
			wantCode(t, err, domain.InvalidCredentials)
		}
		_, err := w.loginBy(t, device, annEmail, password)
		wantCode(t, err, domain.RequestsExceeded)
		wantCode(t, w.service.Unlock(t.Context(), annEmail), "")
		_, err = w.loginBy(t, device, annEmail, password)
		wantCode(t, err, "")
	})
	t.Run("the wait is until the first of its two buckets has something", func(t *testing.T) {
		w := newWorld(t, oneGuessOfAnAccount())
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		_, err := w.loginBy(t, device, annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		w.clock.Advance(20 * time.Second)
		_, err = w.loginBy(t, "", annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		_, err = w.loginBy(t, device, annEmail, password)
		if failure := wantCode(t, err, domain.RequestsExceeded); failure.RetryAfter != 40*time.Second {
			t.Errorf("got a wait of %v, want 40s", failure.RetryAfter)
		}
	})
	t.Run("a new address makes it worth nothing", func(t *testing.T) {
		w := newWorld(t, oneGuessOfAnAccount())
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		w.changeAnn(t, func(u *domain.User) { u.Email = "anna@example.com" })
		_, err := w.loginBy(t, "", "anna@example.com", "wrong")
		wantCode(t, err, domain.InvalidCredentials)
		_, err = w.loginBy(t, device, "anna@example.com", password)
		wantCode(t, err, domain.RequestsExceeded)
	})
	t.Run("outlives a change of the data key whose previous one is named", func(t *testing.T) {
		settings := oneGuessOfAnAccount()
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		device := w.login(t, domain.ModeJSON).Device
		_, err := w.loginBy(t, "", annEmail, "wrong")
		wantCode(t, err, domain.InvalidCredentials)

		renewed, err := w.withKeys(t, settings, secondDataKey, dataKey).loginBy(t, device, annEmail, password)
		wantCode(t, err, "")
		without := w.withKeys(t, settings, secondDataKey)
		_, err = without.loginBy(t, device, annEmail, password)
		wantCode(t, err, domain.RequestsExceeded)
		_, err = without.loginBy(t, renewed.Device, annEmail, password)
		wantCode(t, err, "")
	})
}

package auth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// told delivers what is queued, and returns for each address the subjects that it got.
func (w world) told(t testing.TB) map[domain.Email][]string {
	t.Helper()
	before := len(w.mailbox.Mails())
	w.deliver(t)
	got := map[domain.Email][]string{}
	for _, mail := range w.mailbox.Mails()[before:] {
		got[mail.To] = append(got[mail.To], mail.Subject)
		if strings.Contains(mail.Text, "token=") || !strings.Contains(mail.Text, "https://login.example.com/forgot") {
			t.Errorf("got %q, want a link without a token", mail.Text)
		}
	}
	return got
}

// Red when notices' "tell(domain.LetterPasswordChanged, before.Email)" is gone, or any of the
// others, or storeIn queues nothing.
func TestSecurity55_TheOwnerIsToldOfANewPasswordOrAddress(t *testing.T) {
	const password1, address1 = ", the password was changed", ", the address was changed"
	settings := atOnce()
	settings.NoticePage = "https://login.example.com/forgot"
	from := domain.Client{IP: "192.0.2.9\nforged", UserAgent: "agent"}
	for name, test := range map[string]struct {
		change func(t *testing.T, w world, me auth.Principal) error
		want   map[domain.Email][]string
	}{
		"password": {func(t *testing.T, w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword)}, from)
			return err
		}, map[domain.Email][]string{annEmail: {password1}}},
		"address": {func(t *testing.T, w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("new@example.com")}, from)
			return err
		}, map[domain.Email][]string{annEmail: {address1}, "new@example.com": {address1}}},
		"both": {func(t *testing.T, w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword), Email: new("new@example.com")}, from)
			return err
		}, map[domain.Email][]string{annEmail: {address1, password1}, "new@example.com": {address1}}},
		"letter case of the address": {func(t *testing.T, w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("Ann@example.com")}, from)
			return err
		}, map[domain.Email][]string{annEmail: {address1}}},
		"reset": {func(t *testing.T, w world, _ auth.Principal) error {
			w.forgot(t, annEmail)
			w.deliver(t)
			return w.service.Reset(t.Context(), w.resetToken(t), newPassword, from)
		}, map[domain.Email][]string{annEmail: {password1}}},
		"operator": {func(t *testing.T, w world, _ auth.Principal) error {
			_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
			return err
		}, map[domain.Email][]string{annEmail: {password1}}},
		"administrator, password": {func(t *testing.T, w world, _ auth.Principal) error {
			return byAdministrator()["administrator, password"](t, w)
		}, map[domain.Email][]string{annEmail: {password1}}},
		"administrator, address": {func(t *testing.T, w world, _ auth.Principal) error {
			return byAdministrator()["administrator, address"](t, w)
		}, map[domain.Email][]string{annEmail: {address1}, "anna@example.com": {address1}}},
		"administrator, among others": {func(t *testing.T, w world, _ auth.Principal) error {
			return byAdministrator()["administrator, among others"](t, w)
		}, map[domain.Email][]string{annEmail: {password1}}},
		"nothing of that": {func(t *testing.T, w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{FirstName: new("Anna"), Email: new(annEmail)}, from)
			return err
		}, map[domain.Email][]string{}},
		"a refused change": {func(t *testing.T, w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new("password")}, from)
			wantCode(t, err, domain.FailedValidation)
			return nil
		}, map[domain.Email][]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			wantCode(t, test.change(t, w, w.authenticate(t, w.login(t, domain.ModeJSON))), "")
			got := w.told(t)
			for to, subjects := range got {
				slices.Sort(subjects)
				if !slices.Equal(subjects, test.want[to]) {
					t.Errorf("got %q for %s, want %q", subjects, to, test.want[to])
				}
			}
			if len(got) != len(test.want) {
				t.Errorf("got mail for %d addresses, want %d", len(got), len(test.want))
			}
		})
	}
}

// Red when UpdateMe loses beginNotifiedChange, asks it of a new password only or of a new
// address only, or has it after the write; and when its limit is that of resets.
func TestSecurity55_NobodyMailsStrangersByChangingTheirOwnAccount(t *testing.T) {
	addressOf := func(n int) auth.ProfilePatch {
		return auth.ProfilePatch{Email: new(fmt.Sprintf("stranger%d@example.com", n))}
	}
	passwordOf := func(n int) auth.ProfilePatch {
		return auth.ProfilePatch{Password: new(fmt.Sprintf("%s %d", newPassword, n))}
	}
	limit := atOnce().NoticeAccount
	for name, patch := range map[string]func(int) auth.ProfilePatch{
		"addresses": addressOf, "passwords": passwordOf,
		"by turns": func(n int) auth.ProfilePatch {
			if n%2 == 0 {
				return addressOf(n)
			}
			return passwordOf(n)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, atOnce())
			w.seedAnn(t, nil)
			change := func(n int) error {
				_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, patch(n), domain.Client{})
				return err
			}
			for n := range limit.Burst {
				wantCode(t, change(n), "")
			}
			before, work := w.ann(t), w.hasher.Work()
			failure := wantCode(t, change(limit.Burst), domain.RequestsExceeded)
			if failure.RetryAfter <= 0 || failure.RetryAfter > limit.Every {
				t.Errorf("got %v to wait, want at most %v", failure.RetryAfter, limit.Every)
			}
			if w.ann(t).Version != before.Version || w.hasher.Work() != work {
				t.Error("a change that was turned away was made, or cost a hash")
			}
			for w.deliver(t).More {
			}
			if got := len(w.mailbox.Mails()); got > 2*limit.Burst {
				t.Errorf("got %d mails, want at most %d", got, 2*limit.Burst)
			}
			// What sends no mail goes on, and so does another account.
			_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{FirstName: new("Anna"), Email: new(string(w.ann(t).Email))}, domain.Client{})
			wantCode(t, err, "")
			bob, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
			wantCode(t, err, "")
			_, _, err = w.service.UpdateMe(t.Context(), auth.Principal{User: bob}, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
			wantCode(t, err, "")
			w.clock.Advance(failure.RetryAfter)
			wantCode(t, change(limit.Burst), "")
		})
	}
	t.Run("a taken address is asked for no more often", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, nil)
		if _, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password}); err != nil {
			t.Fatal(err)
		}
		for n := range limit.Burst + 1 {
			_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Email: new("bob@example.com")}, domain.Client{})
			want := domain.RecordNotUnique
			if n == limit.Burst {
				want = domain.RequestsExceeded
			}
			wantCode(t, err, want)
		}
	})
	t.Run("a password that is refused is no change", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, nil)
		for range 2 * limit.Burst {
			_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Password: new("password")}, domain.Client{})
			wantCode(t, err, domain.FailedValidation)
		}
		_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
		wantCode(t, err, "")
	})
	t.Run("administrators change others as often as they have to", func(t *testing.T) {
		w := newWorld(t, atOnce())
		w.seedAnn(t, nil)
		root := w.administrator(t, "root@example.com")
		for n := range 2 * limit.Burst {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{ProfilePatch: addressOf(n)}, domain.Client{})
			wantCode(t, err, "")
		}
	})
}

func TestNoticesGoToTheAddressOfTheChangeWhoeverHasItNow(t *testing.T) {
	settings := atOnce()
	settings.NoticePage = "https://login.example.com/forgot"
	w := newWorld(t, settings)
	w.seedAnn(t, func(u *domain.User) { u.Language = "de" })
	me := w.authenticate(t, w.login(t, domain.ModeJSON))
	_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("new@example.com")}, domain.Client{})
	wantCode(t, err, "")
	if _, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: annEmail, Password: password}); err != nil {
		t.Fatal(err)
	}
	w.mailbox.FailNext(2, errBroken)
	w.deliver(t)
	w.clock.Advance(4 * 24 * time.Hour) // the mail server was down
	if got := w.told(t); len(got[annEmail]) != 1 || len(got["new@example.com"]) != 1 {
		t.Errorf("got %v, want a mail for each of the two addresses", got)
	}
}

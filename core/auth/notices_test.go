package auth_test

import (
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
	settings := auth.DefaultSettings()
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

func TestNoticesGoToTheAddressOfTheChangeWhoeverHasItNow(t *testing.T) {
	settings := auth.DefaultSettings()
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

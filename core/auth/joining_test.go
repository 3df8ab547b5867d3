package auth_test

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// readers is a role that allows nothing.
const readers domain.RoleID = "0195f2c6-7d7e-7a10-8000-00000000005e"

// atOnce are settings under which the owner of an account changes its address without a link.
func atOnce() auth.Settings {
	s := auth.DefaultSettings()
	s.ConfirmEmail = false
	return s
}

// openHouse are settings under which anybody may register.
func openHouse() auth.Settings {
	s := auth.DefaultSettings()
	s.Registration.Open = true
	return s
}

// joiningWorld returns a world with the role of readers and an administrator.
func joiningWorld(t testing.TB, s auth.Settings, change ...func(*auth.Ports)) (w world, root auth.Principal) {
	t.Helper()
	w = newWorld(t, s, change...)
	w.seedReaders(t)
	return w, w.administrator(t, "root@example.com")
}

func (w world) seedReaders(t testing.TB) {
	t.Helper()
	if err := w.store.Repos().Roles.Create(t.Context(), domain.Role{ID: readers, Name: "Readers"}); err != nil {
		t.Fatal(err)
	}
}

// find returns the account of the address.
func (w world) find(t testing.TB, email string) domain.User {
	t.Helper()
	u, err := w.service.FindUser(t.Context(), email)
	wantCode(t, err, "")
	return u
}

// wantMails ends the test unless so many mails were sent, and returns the last.
func (w world) wantMails(t testing.TB, n int) domain.Mail {
	t.Helper()
	w.deliver(t)
	mails := w.mailbox.Mails()
	if len(mails) != n {
		t.Fatalf("got %d mails, want %d", len(mails), n)
	}
	if n == 0 {
		return domain.Mail{}
	}
	return mails[n-1]
}

func (w world) invite(t testing.TB, p auth.Principal, emails ...string) {
	t.Helper()
	wantCode(t, w.service.Invite(t.Context(), p, auth.Invitation{Emails: emails, Role: readers, Client: visitor}), "")
}

func (w world) register(t testing.TB, email, password string) {
	t.Helper()
	wantCode(t, w.service.Register(t.Context(), auth.Registration{Email: email, Password: password, FirstName: "Bob", Client: visitor}), "")
}

// wantLoginAs ends the test unless a login ends so; "" stands for success.
func (w world) wantLoginAs(t testing.TB, email, password string, code domain.Code) {
	t.Helper()
	_, err := w.tryLogin(t, email, password, domain.ModeJSON)
	wantCode(t, err, code)
}

// TestSecurity41_ALinkIsGoodForWhatItWasSentFor shows the token of each link where another
// belongs. Red when one of the purposes in linkUseOf is that of another.
func TestSecurity41_ALinkIsGoodForWhatItWasSentFor(t *testing.T) {
	w, root := joiningWorld(t, openHouse())
	w.seedAnn(t, nil)
	tokens := map[string]string{}
	w.forgot(t, annEmail)
	w.deliver(t)
	tokens["reset"] = w.resetToken(t)
	w.invite(t, root, "bob@example.com")
	w.deliver(t)
	tokens["invitation"] = w.resetToken(t)
	w.register(t, "cid@example.com", newPassword)
	w.deliver(t)
	tokens["registration"] = w.resetToken(t)
	_, _, err := w.service.UpdateMe(t.Context(), w.authenticate(t, w.login(t, domain.ModeJSON)), auth.ProfilePatch{Email: new("anna@example.com")}, visitor)
	wantCode(t, err, "")
	w.deliver(t)
	tokens["address"] = w.resetToken(t)
	uses := map[string]func(token string) error{
		"reset":      func(token string) error { return w.service.Reset(t.Context(), token, newPassword, visitor) },
		"invitation": func(token string) error { return w.service.AcceptInvitation(t.Context(), token, newPassword, visitor) },
		"registration": func(token string) error {
			_, err := w.service.VerifyRegistration(t.Context(), token, visitor)
			return err
		},
		"address": func(token string) error { return w.service.ConfirmEmail(t.Context(), token, visitor) },
	}
	for kind, token := range tokens {
		for use, try := range uses {
			if use != kind {
				wantCode(t, try(token), domain.InvalidToken)
			}
		}
	}
	for _, kind := range []string{"invitation", "registration", "address"} { // and not the reset, which the new address voids
		wantCode(t, uses[kind](tokens[kind]), "")
	}
}

// TestSecurity51_LinksIntoAccountsLeadToListedPages: each kind has a list of its own.
func TestSecurity51_LinksIntoAccountsLeadToListedPages(t *testing.T) {
	s := openHouse()
	s.InviteURLs, s.Registration.URLs = []string{"https://app.example.com/join"}, []string{"https://app.example.com/verify"}
	s.ResetURLs = []string{"https://app.example.com/reset"}
	w, root := joiningWorld(t, s)
	invite := func(url string) error {
		return w.service.Invite(t.Context(), root, auth.Invitation{Emails: []string{"bob@example.com"}, Role: readers, URL: url})
	}
	register := func(url string) error {
		return w.service.Register(t.Context(), auth.Registration{Email: "cid@example.com", Password: newPassword, URL: url})
	}
	for _, url := range []string{"https://app.example.com/reset", "https://app.example.com@evil.example/join", "https://evil.example/verify", "//app.example.com/join"} {
		if failure := wantCode(t, invite(url), domain.InvalidPayload); failure.Field != "invite_url" {
			t.Errorf("got field %q", failure.Field)
		}
		if failure := wantCode(t, register(url), domain.InvalidPayload); failure.Field != "verification_url" {
			t.Errorf("got field %q", failure.Field)
		}
	}
	w.wantMails(t, 0)
	wantCode(t, invite("https://app.example.com/join?lang=de"), "")
	if text := w.wantMails(t, 1).Text; !strings.Contains(text, "https://app.example.com/join?lang=de&token=") {
		t.Errorf("got %s", text)
	}
	wantCode(t, register("https://app.example.com/verify"), "")
	if text := w.wantMails(t, 2).Text; !strings.Contains(text, "https://app.example.com/verify?token=") {
		t.Errorf("got %s", text)
	}
}

// TestStatuses is the table of docs/people.md.
func TestStatuses(t *testing.T) {
	for _, row := range []struct {
		status                             domain.Status
		login, keepsIn, reset, invitedMail bool
		registers                          int // mails: a link, or that there is an account
	}{
		{domain.StatusDraft, false, false, false, false, 0},
		{domain.StatusInvited, false, false, false, true, 0},
		{domain.StatusUnverified, false, false, false, false, 1},
		{domain.StatusActive, true, true, true, false, 1},
		{domain.StatusSuspended, false, false, false, false, 0},
		{domain.StatusArchived, false, false, false, false, 0},
	} {
		t.Run(string(row.status), func(t *testing.T) {
			w, root := joiningWorld(t, openHouse())
			w.seedAnn(t, nil)
			held := w.login(t, domain.ModeJSON)
			_, static, err := w.service.MakeStaticToken(t.Context(), annEmail)
			wantCode(t, err, "")
			_, err = w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Status: &row.status}, visitor)
			wantCode(t, err, "")

			want := domain.InvalidCredentials
			if row.login {
				want = ""
			}
			w.wantLoginAs(t, annEmail, password, want)
			for _, token := range []string{held.Access, static} {
				_, err := w.service.Authenticate(t.Context(), auth.Credential{Bearer: token})
				if got := err == nil; got != row.keepsIn {
					t.Errorf("a token lets in: got %t (%v), want %t", got, err, row.keepsIn)
				}
			}
			mails := 0
			count := func(what string, want int) {
				t.Helper()
				w.deliver(t)
				if got := len(w.mailbox.Mails()) - mails; got != want {
					t.Errorf("%s: got %d mails, want %d", what, got, want)
				}
				mails = len(w.mailbox.Mails())
			}
			one := map[bool]int{true: 1}
			w.forgot(t, annEmail)
			count("reset", one[row.reset])
			w.invite(t, root, annEmail)
			count("invitation", one[row.invitedMail])
			w.register(t, annEmail, newPassword)
			count("registration", row.registers)
			if got := w.ann(t).Status; got != row.status {
				t.Errorf("got status %q, want %q", got, row.status)
			}
		})
	}
}

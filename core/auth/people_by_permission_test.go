package auth_test

import (
	"fmt"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// addressed is a patch that gives an account that address.
func addressed(email string) auth.AccountPatch {
	return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: &email}}
}

// Red when UpdateAccounts does not call isStillIn as it stores.
func TestAPermissionIsNoWayRoundTheEndOfASession(t *testing.T) {
	for name, end := range map[string]func(*domain.User){
		"another password": func(u *domain.User) { u.Epoch++ },
		"another status":   func(u *domain.User) { u.Status = domain.StatusSuspended },
	} {
		t.Run(name, func(t *testing.T) {
			w, _, ann, bob := editorsWorld(t, grant(editors, domain.CollectionUsers, domain.ActionUpdate, "", "first_name", "password"))
			w.changeAnn(t, end)
			before := w.ann(t)
			patch := auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}}
			_, err := w.service.UpdateAccount(t.Context(), ann, annID, patch, visitor)
			wantCode(t, err, domain.InvalidCredentials)
			if got := w.ann(t); got.Password != before.Password {
				t.Error("the password has changed")
			}
			_, err = w.service.UpdateAccount(t.Context(), ann, bob.ID, patch, visitor)
			wantCode(t, err, "")
		})
	}
}

// TestSecurity55_NobodyMailsStrangersByPermission: the letters about a new password or address
// are as many as who changes their own has sent, whose account it may be.
//
// Red when beginNotifiedChanges counts nothing, or passwords or addresses alone, and when nobody
// is counted by one key for all of them.
func TestSecurity55_NobodyMailsStrangersByPermission(t *testing.T) {
	limit := atOnce().NoticeAccount.Burst
	rights := grant(editors, domain.CollectionUsers, domain.ActionUpdate, "", "first_name", "email", "password")
	public := rights
	public.Role = new(domain.RoleID(""))
	for name, patch := range map[string]func(n int) auth.AccountPatch{
		"addresses": func(n int) auth.AccountPatch { return addressed(fmt.Sprintf("stranger%d@example.com", n)) },
		"passwords": func(n int) auth.AccountPatch {
			return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(fmt.Sprintf("%s %d", newPassword, n))}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, root, ann, bob := editorsWorld(t, rights, public)
			change := func(p auth.Principal, n int, from domain.Client) error {
				_, err := w.service.UpdateAccount(t.Context(), p, bob.ID, patch(n), from)
				return err
			}
			for _, p := range []auth.Principal{ann, {}} {
				for n := range limit {
					wantCode(t, change(p, n, visitor), "")
				}
				work := w.hasher.Work()
				wantCode(t, change(p, limit, visitor), domain.RequestsExceeded)
				if w.hasher.Work() != work {
					t.Error("what was turned away cost a hash")
				}
				_, err := w.service.UpdateAccount(t.Context(), p, bob.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Bob")}}, visitor)
				wantCode(t, err, "")
			}
			wantCode(t, change(auth.Principal{}, limit+1, domain.Client{IP: "203.0.113.99"}), "")
			wantCode(t, change(root, limit+2, visitor), "")
		})
	}
}

// TestNewAccountsAreCounted: who makes accounts by a permission asks which addresses
// are taken, and has passwords hashed, as often as who registers or invites.
//
// Red when CreateAccounts or invite does not call beginJoining, it comes after the hash, and when
// it counts nobody, or everybody by one key.
func TestNewAccountsAreCounted(t *testing.T) {
	settings := auth.DefaultSettings()
	with := func(n int) auth.AccountPatch {
		patch := addressed(fmt.Sprintf("new%d@example.com", n))
		patch.Password = new(newPassword)
		return patch
	}
	t.Run("without a token by the client address", func(t *testing.T) {
		w, root, _, _ := editorsWorld(t, grant("", domain.CollectionUsers, domain.ActionCreate, "", "email", "password", "role"))
		create := func(p auth.Principal, n int, from domain.Client) error {
			_, err := w.service.CreateAccount(t.Context(), p, with(n), from)
			return err
		}
		burst := settings.Registration.Address.Burst
		for n := range burst {
			wantCode(t, create(auth.Principal{}, n, visitor), "")
		}
		work := w.hasher.Work()
		failure := wantCode(t, create(auth.Principal{}, burst, visitor), domain.RequestsExceeded)
		if w.hasher.Work() != work || failure.RetryAfter <= 0 {
			t.Errorf("got %v to wait, and a hash: %t", failure.RetryAfter, w.hasher.Work() != work)
		}
		wantCode(t, w.service.Invite(t.Context(), auth.Principal{}, auth.Invitation{Emails: []string{"c@example.com"}, Role: editors, Client: visitor}), domain.RequestsExceeded)
		wantCode(t, create(root, burst, visitor), "")
		wantCode(t, create(auth.Principal{}, burst+1, domain.Client{IP: "203.0.113.99"}), "")
	})
	t.Run("with a token by the account", func(t *testing.T) {
		w, _, ann, _ := editorsWorld(t, grant(editors, domain.CollectionUsers, domain.ActionCreate, "", "email"))
		var err error
		for n := 0; err == nil && n <= settings.InviteAccount.Burst; n += auth.MaxChangedAccounts {
			patches := make([]auth.AccountPatch, auth.MaxChangedAccounts)
			for i := range patches {
				patches[i] = addressed(fmt.Sprintf("new%d@example.com", n+i))
			}
			_, err = w.service.CreateAccounts(t.Context(), ann, patches, visitor)
		}
		wantCode(t, err, domain.RequestsExceeded)
		if got, err := w.store.Repos().Users.Count(t.Context(), port.UserFilter{}); err != nil || got != 3+settings.InviteAccount.Burst {
			t.Errorf("got %d accounts and error %v, want three and %d", got, err, settings.InviteAccount.Burst)
		}
	})
}

// Red when told returns err as it is, and when it asks nobody what they read.
func TestWhatIsTakenIsNamedToThoseWhoReadIt(t *testing.T) {
	for name, test := range map[string]struct {
		reads []string
		want  string
	}{
		"reads names":     {[]string{"first_name"}, ""},
		"reads addresses": {[]string{"email"}, "email"},
	} {
		t.Run(name, func(t *testing.T) {
			w, root, ann, bob := editorsWorld(t,
				grant(editors, domain.CollectionUsers, domain.ActionCreate, "", "email"),
				grant(editors, domain.CollectionUsers, domain.ActionUpdate, "", "email"),
				grant(editors, domain.CollectionUsers, domain.ActionRead, "", test.reads...))
			for p, want := range map[*auth.Principal]string{&ann: test.want, &root: "email"} {
				_, err := w.service.CreateAccount(t.Context(), *p, addressed(rootEmail), visitor)
				if got := wantCode(t, err, domain.RecordNotUnique); got.Field != want {
					t.Errorf("got field %q of a new account, want %q", got.Field, want)
				}
				_, err = w.service.UpdateAccount(t.Context(), *p, bob.ID, addressed(rootEmail), visitor)
				if got := wantCode(t, err, domain.RecordNotUnique); got.Field != want {
					t.Errorf("got field %q of a changed account, want %q", got.Field, want)
				}
			}
		})
	}
}

// Red when UpdateAccounts looks the accounts up before it calls mayName.
func TestFieldsThatMayNotBeWrittenTellNothingOfAccounts(t *testing.T) {
	w, _, ann, bob := editorsWorld(t, grant(editors, domain.CollectionUsers, domain.ActionUpdate, `{"id":{"_eq":"$CURRENT_USER"}}`, "first_name"))
	for _, id := range []domain.UserID{bob.ID, "0195f2c6-7d7e-7a10-8000-00000000ffff"} {
		_, err := w.service.UpdateAccount(t.Context(), ann, id, auth.AccountPatch{Status: new(domain.StatusSuspended)}, visitor)
		if got := wantCode(t, err, domain.Forbidden); got.Field != "status" {
			t.Errorf("got field %q of %s, want status", got.Field, id)
		}
	}
}

package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// updateAccountFlow is an administrator who gives Ann another password and takes her rights.
func updateAccountFlow() flow {
	var root auth.Principal
	return flow{
		name: "administrator changes an account",
		begin: func(t *testing.T, w world) func() error {
			root = w.administrator(t, "root@example.com")
			w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
			patch := auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}, Role: new(domain.RoleID(""))}
			return func() error {
				_, err := w.service.UpdateAccount(t.Context(), root, annID, patch, domain.Client{})
				return err
			}
		},
		chances: []string{"Sessions.DeleteUser", "Events.Record"},
		calls: []string{
			"Roles.ByID", "Users.ByID", "PasswordChecker.Check", "Hasher.Hash", "UnitOfWork.Do", "Roles.Reserve", "Roles.ByID", "Users.Update", "MailQueue.Put",
			"Users.Count", "Sessions.DeleteUser", "Events.Record", "Events.Record", "Events.Record",
		},
		check: func(t *testing.T, w world, method string, lost bool) {
			isChanged := method == "Sessions.DeleteUser" || method == "Events.Record" || lost && method == "UnitOfWork.Do"
			w.wantNotices(t, isChanged)
			if got := w.ann(t).Role == ""; got != isChanged {
				t.Errorf("the role is taken: got %v, want %v", got, isChanged)
			}
			w.wantPassword(t, isChanged)
		},
	}
}

// deleteAccountsFlow is an administrator who removes Ann, who administrates, and another.
func deleteAccountsFlow() flow {
	return flow{
		name: "administrator removes accounts",
		begin: func(t *testing.T, w world) func() error {
			root := w.administrator(t, "root@example.com")
			w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
			bob, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
			wantCode(t, err, "")
			return func() error {
				return w.service.DeleteAccounts(t.Context(), root, []domain.UserID{annID, bob.ID}, domain.Client{})
			}
		},
		chances: []string{"Sessions.DeleteUser", "Events.Record"},
		calls: []string{
			"Roles.ByID", "Users.ByID", "Users.ByID", "UnitOfWork.Do", "Roles.Reserve", "Roles.ByID", "Users.Delete", "Identities.OfUser", "Users.Delete", "Identities.OfUser", "Users.Count",
			"Sessions.DeleteUser", "Events.Record", "Sessions.DeleteUser", "Events.Record",
		},
		check: func(t *testing.T, w world, method string, lost bool) {
			want := 3
			if method == "Sessions.DeleteUser" || method == "Events.Record" || lost && method == "UnitOfWork.Do" {
				want = 1
			}
			w.wantAccounts(t, want)
		},
	}
}

// createAccountsFlow is an administrator who makes two accounts.
func createAccountsFlow() flow {
	return flow{
		name: "administrator makes accounts",
		begin: func(t *testing.T, w world) func() error {
			root := w.administrator(t, "root@example.com")
			with := func(email string) auth.AccountPatch {
				return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: &email}}
			}
			return func() error {
				_, err := w.service.CreateAccounts(t.Context(), root, []auth.AccountPatch{with("ann@example.com"), with("bob@example.com")}, domain.Client{})
				return err
			}
		},
		chances: []string{"Events.Record"},
		settled: []string{"UnitOfWork.Do"},
		calls:   []string{"Roles.ByID", "UnitOfWork.Do", "Users.Create", "Users.Create", "Events.Record", "Events.Record"},
		check: func(t *testing.T, w world, method string, lost bool) {
			want := 1
			if method == "Events.Record" || lost && method == "UnitOfWork.Do" {
				want = 3
			}
			w.wantAccounts(t, want)
		},
	}
}

package auth_test

import (
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// joiningFlows are the ways to an account, and to another address of it.
func joiningFlows() []flow {
	const bob = "bob@example.com"
	open := func(s *auth.Settings) { s.Registration.Open = true }
	// linked is a use of the token of the last mail.
	linked := func(ask func(t *testing.T, w world), follow func(t *testing.T, w world, token string) error) func(*testing.T, world) func() error {
		return func(t *testing.T, w world) func() error {
			ask(t, w)
			w.deliver(t)
			token := w.resetToken(t)
			return func() error { return follow(t, w, token) }
		}
	}
	isDone := func(method string, lost bool) bool {
		return slices.Contains([]string{"Sessions.DeleteUser", "Events.Record"}, method) || lost && method == "UnitOfWork.Do"
	}
	// active checks that Bob logs in with newPassword where it is done, and nobody otherwise.
	active := func(t *testing.T, w world, method string, lost bool) {
		u, err := w.store.Repos().Users.ByEmail(t.Context(), bob)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := u.Status == domain.StatusActive && u.Password != "", isDone(method, lost); got != want {
			t.Errorf("may log in: got %t, want %t", got, want)
		}
	}
	return []flow{
		{
			name: "invite",
			begin: func(t *testing.T, w world) func() error {
				w.seedReaders(t)
				root := w.administrator(t, "root@example.com")
				return func() error {
					return w.service.Invite(t.Context(), root, auth.Invitation{Emails: []string{bob}, Role: readers})
				}
			},
			chances: []string{"Events.Record"},
			calls: []string{
				"Roles.ByID", "Roles.ByID", "Limiter.Take", "Users.ByEmail", "UnitOfWork.Do", "Roles.Reserve", "Users.Create", "MailQueue.Put",
				"Events.Record", "Events.Record", "Events.Record",
			},
			check: func(t *testing.T, w world, method string, lost bool) {
				want := 1
				if isDone(method, lost) {
					want = 2
				}
				w.wantAccounts(t, want)
			},
		},
		{
			name: "accept an invitation",
			begin: linked(func(t *testing.T, w world) {
				w.seedReaders(t)
				w.invite(t, w.administrator(t, "root@example.com"), bob)
			}, func(t *testing.T, w world, token string) error {
				return w.service.AcceptInvitation(t.Context(), token, newPassword, visitor)
			}),
			chances: []string{"Sessions.DeleteUser", "Events.Record"},
			settled: []string{"UnitOfWork.Do"},
			calls: []string{
				"OneTimeTokens.Get", "Users.ByID", "PasswordChecker.Check", "Hasher.Hash", "UnitOfWork.Do", "OneTimeTokens.Consume", "Users.ByID",
				"Users.Update", "Identities.OfUser", "OneTimeTokens.SpendUser", "Sessions.DeleteUser", "Events.Record",
			},
			check: active,
		},
		{
			name:     "register",
			settings: open,
			begin: func(t *testing.T, w world) func() error {
				return func() error {
					return w.service.Register(t.Context(), auth.Registration{Email: bob, Password: newPassword})
				}
			},
			chances: []string{"Events.Record"},
			calls: []string{
				"MailQueue.Waiting", "Limiter.Take", "PasswordChecker.Check", "Limiter.Take", "Hasher.Hash",
				"UnitOfWork.Do", "OneTimeTokens.Put", "MailQueue.Put", "Events.Record",
			},
		},
		{
			name:     "verify a registration",
			settings: open,
			begin: linked(func(t *testing.T, w world) { w.register(t, bob, newPassword) }, func(t *testing.T, w world, token string) error {
				return errorOf(w.service.VerifyRegistration(t.Context(), token, visitor))
			}),
			chances: []string{"Sessions.DeleteUser", "Events.Record"},
			settled: []string{"UnitOfWork.Do"},
			calls: []string{
				"OneTimeTokens.Get", "Users.ByEmail", "UnitOfWork.Do", "OneTimeTokens.Consume", "Users.ByEmail", "Users.Update", "Identities.OfUser",
				"Sessions.DeleteUser", "Events.Record",
			},
			check: active,
		},
		{
			name:     "confirm an address",
			settings: func(s *auth.Settings) { s.ConfirmEmail = true },
			begin: linked(func(t *testing.T, w world) {
				w.seedAnn(t, nil)
				w.move(t, bob)
			}, func(t *testing.T, w world, token string) error {
				return w.service.ConfirmEmail(t.Context(), token, visitor)
			}),
			chances: []string{"Sessions.DeleteUser", "Events.Record"},
			settled: []string{"UnitOfWork.Do"},
			calls: []string{
				"OneTimeTokens.Get", "Users.ByID", "UnitOfWork.Do", "OneTimeTokens.Consume", "Users.ByID", "Users.Update", "MailQueue.Put", "MailQueue.Put",
				"OneTimeTokens.SpendUser", "Sessions.DeleteUser", "Events.Record",
			},
			check: func(t *testing.T, w world, method string, lost bool) {
				if got, want := w.ann(t).Email == bob, isDone(method, lost); got != want {
					t.Errorf("has the new address: got %t, want %t", got, want)
				}
			},
		},
	}
}

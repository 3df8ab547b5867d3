package auth_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

var errBroken = errors.New("the connection broke")

// flow is a use case whose port calls are made to fail, one after the other.
type flow struct {
	name string

	// begin brings the world to where the use case starts, and returns it.
	begin func(t *testing.T, w world) func() error

	// settings changes the settings that the use case runs under; nil leaves them alone.
	settings func(*auth.Settings)

	// ends is the code with which the use case ends when nothing fails; "" is success.
	ends domain.Code

	// chances are the calls that may fail without any effect on the answer.
	chances []string

	// settled are the calls whose lost answer the use case finds out by other means.
	settled []string

	// calls is the whole use case, so that a walk that misses one fails.
	calls []string

	// check looks at the world after the failure of method. lost says that the call had
	// been made, and only its answer did not arrive.
	check func(t *testing.T, w world, method string, lost bool)
}

// TestFailureWalk makes the n-th port call of each use case fail, n upward until the use
// case is over before its n-th call: once instead of the call, and once after it.
func TestFailureWalk(t *testing.T) {
	for _, f := range flows() {
		t.Run(f.name, func(t *testing.T) {
			t.Run("calls that fail", func(t *testing.T) { f.walk(t, false) })
			t.Run("answers that are lost", func(t *testing.T) { f.walk(t, true) })
		})
	}
}

func (f flow) walk(t *testing.T, lost bool) {
	t.Helper()
	for n := 1; ; n++ {
		var v valve
		settings := auth.DefaultSettings()
		if f.settings != nil {
			f.settings(&settings)
		}
		w := newWorld(t, settings, intercepted(v.hooks()))
		act := f.begin(t, w)

		var made intercept.Recorder
		fail := intercept.FailNth(n, errBroken)
		hook := intercept.Chain(made.Hook, fail.Hook)
		if lost {
			v.set(intercept.Hooks{After: hook})
		} else {
			v.set(intercept.Hooks{Before: hook})
		}
		err := act()
		v.set(intercept.Hooks{})

		if !fail.Fired() {
			wantCode(t, err, f.ends)
			// An answer that is an error of the port's own cannot be lost.
			if !lost && !slices.Equal(made.Calls(), f.calls) {
				t.Errorf("got calls\n%q, want\n%q", made.Calls(), f.calls)
			}
			return
		}
		method := made.Calls()[n-1]
		t.Run(fmt.Sprintf("%d %s", n, method), func(t *testing.T) {
			want := domain.ServiceUnavailable
			if slices.Contains(f.chances, method) || lost && slices.Contains(f.settled, method) {
				want = f.ends
			}
			failure := wantCode(t, err, want)
			if want == domain.ServiceUnavailable && failure.RetryAfter <= 0 {
				t.Errorf("got a wait of %v, want one", failure.RetryAfter)
			}
			if f.check != nil {
				f.check(t, w, method, lost)
			}
		})
	}
}

func flows() []flow {
	var all []flow
	for _, mode := range allModes() {
		all = append(all, loginFlow(mode), refreshFlow(mode), refreshWithoutGraceFlow(mode), repeatedRefreshFlow(mode), reuseFlow(mode),
			logoutFlow(mode), authenticateFlow(mode), newPasswordFlow(mode))
	}
	all = append(all, secondFactorFlows()...)
	all = append(all, joiningFlows()...)
	return append(all, wrongPasswordFlow(), deviceFlow(), rehashFlow(), administratorFlow(), sessionlessFlow(), disturbedUpdateFlow(), createUserFlow(), ensureAdministratorFlow(),
		setPasswordFlow(), unlockFlow(), listUsersFlow(), sweepFlow(), requestResetFlow(), resetFlow(),
		updateAccountFlow(), deleteAccountsFlow(), createAccountsFlow(), updateRoleFlow(), deleteRoleFlow(), permissionFlow(), registerElsewhereFlow(), linkFlow(), unlinkFlow())
}

// tokensOf makes an act of a use case that returns tokens: with an error it returns none.
func tokensOf(t *testing.T, call func() (auth.Tokens, error)) func() error {
	return func() error {
		tokens, err := call()
		if err != nil && tokens != (auth.Tokens{}) {
			t.Error("got tokens beside an error")
		}
		return err
	}
}

func loginFlow(mode domain.Mode) flow {
	return flow{
		name: "login/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			return tokensOf(t, func() (auth.Tokens, error) { return w.tryLogin(t, annEmail, password, mode) })
		},
		chances: []string{"Limiter.Refund", "Users.Touch", "Events.Record"},
		calls: []string{
			"Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify", "Limiter.Refund", "Limiter.Refund",
			"Issuer.Issue", "Sessions.Create", "Users.Touch", "Events.Record",
		},
		check: func(t *testing.T, w world, _ string, _ bool) { w.wantIn(t, w.login(t, mode)) },
	}
}

func wrongPasswordFlow() flow {
	return flow{
		name: "login/wrong password",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			return tokensOf(t, func() (auth.Tokens, error) { return w.tryLogin(t, annEmail, "wrong", domain.ModeJSON) })
		},
		ends:    domain.InvalidCredentials,
		chances: []string{"Events.Record"},
		calls:   []string{"Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify", "Events.Record"},
	}
}

// deviceFlow is a login with a device that has used up its own attempts.
func deviceFlow() flow {
	return flow{
		name: "login/device",
		settings: func(s *auth.Settings) {
			s.LoginAccount.Burst = 1
		},
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			device := w.login(t, domain.ModeJSON).Device
			_, err := w.loginBy(t, device, annEmail, "wrong")
			wantCode(t, err, domain.InvalidCredentials)
			w.clock.Advance(time.Second)
			return tokensOf(t, func() (auth.Tokens, error) { return w.loginBy(t, device, annEmail, password) })
		},
		chances: []string{"Limiter.Refund", "Users.Touch", "Events.Record"},
		calls: []string{
			"Limiter.Take", "Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify", "Limiter.Refund", "Limiter.Refund",
			"Issuer.Issue", "Sessions.Create", "Events.Record",
		},
	}
}

func rehashFlow() flow {
	return flow{
		name: "login/weaker hash",
		begin: func(t *testing.T, w world) func() error {
			weak, err := fakes.NewHasher(1).Hash(t.Context(), password)
			if err != nil {
				t.Fatal(err)
			}
			w.seedAnn(t, func(u *domain.User) { u.Password = weak })
			return tokensOf(t, func() (auth.Tokens, error) { return w.tryLogin(t, annEmail, password, domain.ModeJSON) })
		},
		chances: []string{"Hasher.Hash", "Users.Update", "Limiter.Refund", "Users.Touch", "Events.Record"},
		calls: []string{
			"Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify", "Hasher.Hash", "Users.Update",
			"Limiter.Refund", "Limiter.Refund", "Issuer.Issue", "Sessions.Create", "Users.Touch", "Events.Record",
		},
		check: func(t *testing.T, w world, _ string, _ bool) { w.wantIn(t, w.login(t, domain.ModeJSON)) },
	}
}

// administratorFlow is a login for whose token the role must be read.
func administratorFlow() flow {
	f := loginFlow(domain.ModeJSON)
	f.name = "login/administrator"
	f.begin = func(t *testing.T, w world) func() error {
		w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
		return tokensOf(t, func() (auth.Tokens, error) { return w.tryLogin(t, annEmail, password, domain.ModeJSON) })
	}
	f.calls = slices.Insert(slices.Clone(f.calls), slices.Index(f.calls, "Issuer.Issue"), "Roles.ByID")
	return f
}

// held is where a flow keeps the tokens of its world between begin and check.
type held struct{ first, second auth.Tokens }

func refreshFlow(mode domain.Mode) flow {
	var h held
	calls := []string{"Sessions.Get", "Users.ByID", "Issuer.Issue", "Sessions.Rotate", "Users.Touch"}
	if mode == domain.ModeSession {
		calls = slices.Insert(calls, 0, "Verifier.Verify")
	}
	return flow{
		name: "refresh/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			h.first = w.login(t, mode)
			w.clock.Advance(time.Minute)
			return tokensOf(t, func() (auth.Tokens, error) { return w.tryRefresh(t, h.first) })
		},
		chances: []string{"Users.Touch"},
		settled: []string{"Sessions.Rotate"},
		calls:   calls,
		check: func(t *testing.T, w world, _ string, _ bool) {
			w.wantIn(t, h.first)
			second := w.refresh(t, h.first) // the old token still works, or gets its successor
			w.wantIn(t, second)
			w.wantIn(t, w.refresh(t, second))
			w.wantNoReuse(t)
		},
	}
}

// refreshWithoutGraceFlow is the refresh of a client that gets no second chance: where the
// answer is no success, the token that it holds must be as good as before.
func refreshWithoutGraceFlow(mode domain.Mode) flow {
	var h held
	calls := []string{"Sessions.Get", "Users.ByID", "Roles.ByID", "Issuer.Issue", "Sessions.Rotate", "Users.Touch"}
	if mode == domain.ModeSession {
		calls = slices.Insert(calls, 0, "Verifier.Verify")
	}
	return flow{
		name:     "refresh without grace/" + string(mode),
		settings: func(s *auth.Settings) { s.RefreshGrace, s.SessionGrace = 0, 0 },
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
			h.first, h.second = w.login(t, mode), auth.Tokens{}
			w.clock.Advance(time.Minute)
			return tokensOf(t, func() (tokens auth.Tokens, err error) {
				tokens, err = w.tryRefresh(t, h.first)
				h.second = tokens
				return tokens, err
			})
		},
		chances: []string{"Users.Touch"},
		settled: []string{"Sessions.Rotate"},
		calls:   calls,
		check: func(t *testing.T, w world, _ string, _ bool) {
			if h.second == (auth.Tokens{}) {
				h.second = w.refresh(t, h.first)
			}
			w.wantIn(t, h.second)
			w.wantIn(t, w.refresh(t, h.second))
			w.wantNoReuse(t)
		},
	}
}

// wantNoReuse ends the test when a session was ended, or nearly, for a reuse.
func (w world) wantNoReuse(t *testing.T) {
	t.Helper()
	if got := w.count(t, domain.EventRefreshReuse, domain.OutcomeFailure); got != 0 {
		t.Fatalf("got %d events of a reuse, want none", got)
	}
}

// repeatedRefreshFlow is the refresh of a client that never got the answer of its first.
func repeatedRefreshFlow(mode domain.Mode) flow {
	var h held
	calls := []string{"Sessions.Get", "Users.ByID", "Roles.ByID", "Issuer.Issue", "Sessions.Rotate", "Issuer.Issue"}
	if mode == domain.ModeSession {
		calls = slices.Insert(calls, 0, "Verifier.Verify")
	}
	return flow{
		name: "refresh within grace/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
			h.first = w.login(t, mode)
			h.second = w.refresh(t, h.first)
			w.clock.Advance(9 * time.Second)
			return tokensOf(t, func() (auth.Tokens, error) { return w.tryRefresh(t, h.first) })
		},
		calls: calls,
		check: func(t *testing.T, w world, _ string, _ bool) {
			if again := w.refresh(t, h.first); again.Refresh != h.second.Refresh {
				t.Errorf("got another successor")
			}
			w.wantIn(t, w.refresh(t, h.second))
			w.wantNoReuse(t)
		},
	}
}

func reuseFlow(mode domain.Mode) flow {
	var h held
	calls := []string{"Sessions.Get", "Users.ByID", "Issuer.Issue", "Sessions.Rotate", "Sessions.EndReused", "Events.Record"}
	if mode == domain.ModeSession {
		calls = slices.Insert(calls, 0, "Verifier.Verify")
	}
	return flow{
		name: "reuse/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			h.first = w.login(t, mode)
			h.second = w.refresh(t, h.first)
			w.clock.Advance(11 * time.Second)
			return tokensOf(t, func() (auth.Tokens, error) { return w.tryRefresh(t, h.first) })
		},
		ends:    domain.InvalidCredentials,
		chances: []string{"Events.Record"},
		calls:   calls,
		check: func(t *testing.T, w world, method string, lost bool) {
			if method == "Events.Record" || lost && method == "Sessions.EndReused" {
				w.wantOut(t, h.second) // the session was ended, whoever heard of it
			} else {
				w.wantIn(t, h.second) // nothing was known, so nothing was ended
			}
			w.wantRefused(t, h.first) // again, and now it ends the session in any case
			w.wantOut(t, h.second)
			w.wantRefused(t, h.second)
		},
	}
}

func logoutFlow(mode domain.Mode) flow {
	var h held
	calls := []string{"Sessions.Get", "Sessions.Delete", "Events.Record"}
	if mode == domain.ModeSession {
		calls = slices.Insert(calls, 0, "Verifier.Verify")
	}
	return flow{
		name: "logout/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			h.first, h.second = w.login(t, mode), w.login(t, mode)
			return func() error { return w.service.Logout(t.Context(), refreshOf(h.first)) }
		},
		chances: []string{"Events.Record"},
		calls:   calls,
		check: func(t *testing.T, w world, method string, lost bool) {
			if method == "Events.Record" || lost && method == "Sessions.Delete" {
				w.wantOut(t, h.first)
			} else {
				w.wantIn(t, h.first)
			}
			w.logout(t, h.first)
			w.wantOut(t, h.first)
			w.wantRefused(t, h.first)
			w.wantIn(t, h.second)
		},
	}
}

func authenticateFlow(mode domain.Mode) flow {
	var h held
	return flow{
		name: "authenticate/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			h.first = w.login(t, mode)
			return func() error {
				p, err := w.service.Authenticate(t.Context(), credentialOf(h.first))
				if err != nil && !p.Anonymous() {
					t.Errorf("got account %q beside an error", p.User.ID)
				}
				return err
			}
		},
		calls: []string{"Verifier.Verify", "Sessions.Get", "Users.ByID"},
		check: func(t *testing.T, w world, _ string, _ bool) {
			w.wantIn(t, h.first)
			w.wantIn(t, w.refresh(t, h.first))
		},
	}
}

// sessionlessFlow is a request with a token that another issuer made.
func sessionlessFlow() flow {
	return flow{
		name:     "authenticate/without a session",
		settings: func(s *auth.Settings) { s.AcceptSessionless = true },
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			token := newWorld(t, auth.DefaultSettings()).signed(t, func(*domain.Claims) {})
			return func() error {
				p, err := w.service.Authenticate(t.Context(), auth.Credential{Bearer: token})
				if err != nil && !p.Anonymous() {
					t.Errorf("got account %q beside an error", p.User.ID)
				}
				return err
			}
		},
		calls: []string{"Verifier.Verify", "Users.ByID"},
	}
}

// disturbedUpdateFlow is a change of a profile that another change has come before.
func disturbedUpdateFlow() flow {
	return flow{
		name: "update/behind another change",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			me := w.authenticate(t, w.login(t, domain.ModeJSON))
			w.changeAnn(t, func(u *domain.User) { u.LastName = "Archer" })
			return func() error {
				_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{FirstName: new("Anna")}, domain.Client{})
				return err
			}
		},
		calls: []string{"Users.Update", "Users.ByID", "Users.Update"},
		check: func(t *testing.T, w world, _ string, _ bool) {
			if got := w.ann(t).LastName; got != "Archer" {
				t.Errorf("got last name %q, want the other change", got)
			}
		},
	}
}

func newPasswordFlow(mode domain.Mode) flow {
	var h held
	calls := []string{"PasswordChecker.Check", "Limiter.Take", "Hasher.Hash", "UnitOfWork.Do", "Users.Update", "MailQueue.Put", "Sessions.DeleteUser", "Events.Record"}
	chances := []string{"Sessions.DeleteUser", "Events.Record"}
	if mode == domain.ModeSession {
		fresh := []string{"Roles.ByID", "Issuer.Issue", "Sessions.Create"} // the password is changed: there is no way back
		calls, chances = append(calls, fresh...), append(chances, fresh...)
	}
	return flow{
		name: "new password/" + string(mode),
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
			h.first, h.second = w.login(t, mode), w.login(t, domain.ModeJSON)
			me := w.authenticate(t, h.first)
			return func() error {
				_, tokens, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
				if err != nil && tokens != nil {
					t.Error("got tokens beside an error")
				}
				return err
			}
		},
		chances: chances,
		calls:   calls,
		check: func(t *testing.T, w world, method string, lost bool) {
			undone := []string{"PasswordChecker.Check", "Limiter.Take", "Hasher.Hash", "Users.Update", "MailQueue.Put"}
			changed := !slices.Contains(undone, method) && (method != "UnitOfWork.Do" || lost)
			w.wantNotices(t, changed)
			w.wantPassword(t, changed)
			for _, tokens := range []auth.Tokens{h.first, h.second} {
				if changed {
					w.wantOut(t, tokens)
					w.wantRefused(t, tokens)
				} else {
					w.wantIn(t, tokens)
					w.wantIn(t, w.refresh(t, tokens))
				}
			}
		},
	}
}

// wantNotices ends the test unless there is a letter about a new password if it was changed,
// and none if not.
func (w world) wantNotices(t *testing.T, changed bool) {
	t.Helper()
	want := 0
	if changed {
		want = 1
	}
	if got, err := w.store.Repos().MailQueue.Waiting(t.Context(), domain.LetterPasswordChanged, 10); got != want || err != nil {
		t.Fatalf("got %d letters and %v, want %d", got, err, want)
	}
}

// wantPassword ends the test unless exactly one password logs Ann in: the new one if it was
// changed, else the old one.
func (w world) wantPassword(t *testing.T, changed bool) {
	t.Helper()
	_, old := w.tryLogin(t, annEmail, password, domain.ModeJSON)
	_, fresh := w.tryLogin(t, annEmail, newPassword, domain.ModeJSON)
	if !changed {
		old, fresh = fresh, old
	}
	wantCode(t, old, domain.InvalidCredentials)
	wantCode(t, fresh, "")
}

func setPasswordFlow() flow {
	var h held
	return flow{
		name: "set password",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			h.first = w.login(t, domain.ModeJSON)
			return func() error { _, err := w.service.SetPassword(t.Context(), annEmail, newPassword); return err }
		},
		chances: []string{"Sessions.DeleteUser", "Events.Record"},
		calls:   []string{"Users.ByEmail", "PasswordChecker.Check", "Hasher.Hash", "UnitOfWork.Do", "Users.Update", "MailQueue.Put", "Sessions.DeleteUser", "Events.Record"},
		check: func(t *testing.T, w world, method string, lost bool) {
			changed := slices.Contains([]string{"Sessions.DeleteUser", "Events.Record"}, method) || lost && method == "UnitOfWork.Do"
			w.wantNotices(t, changed)
			w.wantPassword(t, changed)
			if changed {
				w.wantOut(t, h.first)
			} else {
				w.wantIn(t, h.first)
			}
		},
	}
}

// inTransaction are the calls inside a unit of work that makes the first administrator.
func inTransaction(before ...string) []string {
	return append(before, "PasswordChecker.Check", "Hasher.Hash", "UnitOfWork.Do", "Roles.ByID", "Roles.Create", "Users.Create", "Events.Record")
}

// wantAccounts ends the test unless so many accounts are stored.
func (w world) wantAccounts(t *testing.T, want int) {
	t.Helper()
	users, err := w.store.Repos().Users.List(t.Context(), "", 10)
	if err != nil || len(users) != want {
		t.Fatalf("got %d accounts and %v, want %d", len(users), err, want)
	}
}

func createUserFlow() flow {
	eve := auth.NewUser{Email: "eve@example.com", Password: password, Admin: true}
	return flow{
		name: "create user",
		begin: func(t *testing.T, w world) func() error {
			return func() error {
				u, err := w.service.CreateUser(t.Context(), eve)
				if (u.ID == "") != (err != nil) {
					t.Errorf("got account %q and error %v", u.ID, err)
				}
				return err
			}
		},
		chances: []string{"Events.Record"},
		settled: []string{"UnitOfWork.Do"}, // the commit's answer
		calls:   inTransaction(),
		check: func(t *testing.T, w world, method string, lost bool) {
			if method == "Events.Record" || lost && method == "UnitOfWork.Do" {
				w.wantAccounts(t, 1)
				return
			}
			w.wantAccounts(t, 0)
			if _, err := w.store.Repos().Roles.ByID(t.Context(), domain.AdministratorRole); err == nil {
				t.Error("the role is left of a transaction that failed")
			}
			_, err := w.service.CreateUser(t.Context(), eve)
			wantCode(t, err, "")
		},
	}
}

func ensureAdministratorFlow() flow {
	eve := auth.NewUser{Email: "eve@example.com", Password: password}
	f := createUserFlow()
	f.name = "ensure administrator"
	f.calls = []string{
		"Users.List", "PasswordChecker.Check", "Hasher.Hash", "UnitOfWork.Do", "Users.List", "Roles.ByID", "Roles.Create", "Users.Create", "Events.Record",
	}
	f.begin = func(t *testing.T, w world) func() error {
		return func() error {
			made, err := w.service.EnsureAdministrator(t.Context(), eve)
			if made != (err == nil) {
				t.Errorf("got made %t and error %v", made, err)
			}
			return err
		}
	}
	return f
}

func unlockFlow() flow {
	return flow{
		name: "unlock",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			return func() error { return w.service.Unlock(t.Context(), annEmail) }
		},
		chances: []string{"Events.Record"},
		calls:   []string{"Users.ByEmail", "Limiter.Reset", "Limiter.Reset", "Limiter.Reset", "Events.Record"},
	}
}

func listUsersFlow() flow {
	return flow{
		name: "list users",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			return func() error { _, err := w.service.ListUsers(t.Context(), "", 10); return err }
		},
		calls: []string{"Users.List"},
	}
}

func sweepFlow() flow {
	return flow{
		name: "sweep",
		begin: func(t *testing.T, w world) func() error {
			return func() error { _, err := w.service.Sweep(context.WithoutCancel(t.Context())); return err }
		},
		calls: []string{"Sessions.Prune", "Limiter.Prune", "OneTimeTokens.Prune", "MailQueue.Prune", "Events.Prune"},
	}
}

package auth_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// newPasswordPaths are the ways to a new password, but for the reset, for whoever may go them:
// each begins in a world with Ann's account and sets the password that it is then given.
func newPasswordPaths() map[string]func(t *testing.T, w world) func(password string) error {
	of := func(password string) auth.ProfilePatch { return auth.ProfilePatch{Password: &password} }
	return map[string]func(t *testing.T, w world) func(password string) error{
		"UpdateMe": func(t *testing.T, w world) func(string) error {
			me := w.authenticate(t, w.login(t, domain.ModeJSON))
			return func(password string) error {
				_, _, err := w.service.UpdateMe(t.Context(), me, of(password), domain.Client{})
				return err
			}
		},
		"CreateAccount": func(t *testing.T, w world) func(string) error {
			root := w.administrator(t, "root@example.com")
			return func(password string) error {
				patch := auth.AccountPatch{ProfilePatch: of(password)}
				patch.Email = new("bob@example.com")
				_, err := w.service.CreateAccount(t.Context(), root, patch, domain.Client{})
				return err
			}
		},
		"UpdateAccount": func(t *testing.T, w world) func(string) error {
			root := w.administrator(t, "root@example.com")
			return func(password string) error {
				_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{ProfilePatch: of(password)}, domain.Client{})
				return err
			}
		},
		"CreateUser": func(t *testing.T, w world) func(string) error {
			return func(password string) error {
				_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
				return err
			}
		},
		"SetPassword": func(t *testing.T, w world) func(string) error {
			return func(password string) error {
				_, err := w.service.SetPassword(t.Context(), annEmail, password)
				return err
			}
		},
	}
}

// Red when checkNewPassword's "found != port.PasswordSound" is "false".
func TestSecurity17_NoPathTakesAPasswordThatACheckerSpeaksAgainst(t *testing.T) {
	for name, begin := range newPasswordPaths() {
		t.Run(name, func(t *testing.T) {
			var log logbook
			w := newWorld(t, auth.DefaultSettings(), logged(&log))
			w.seedAnn(t, nil)
			set := begin(t, w)
			before := w.users(t)
			wantLeaked(t, set(leakedPassword), &log)
			if got := w.users(t); !slices.EqualFunc(got, before, sameAccount) {
				t.Errorf("got accounts %+v, want them as before: %+v", got, before)
			}
			wantCode(t, set(newPassword), "")
		})
	}

	t.Run("EnsureAdministrator", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		made, err := w.service.EnsureAdministrator(t.Context(), auth.NewUser{Email: "root@example.com", Password: leakedPassword})
		wantCode(t, err, domain.FailedValidation)
		if got := w.users(t); made || len(got) > 0 {
			t.Errorf("got made %t and accounts %+v, want none", made, got)
		}
	})

	t.Run("Reset, and the token still works", func(t *testing.T) {
		var log logbook
		w := newWorld(t, auth.DefaultSettings(), logged(&log))
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.deliver(t)
		token := w.resetToken(t)
		wantLeaked(t, w.service.Reset(t.Context(), token, leakedPassword, domain.Client{}), &log)
		wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), "")
		_, err := w.tryLogin(t, annEmail, newPassword, domain.ModeJSON)
		wantCode(t, err, "")
	})
}

// wantLeaked wants the refusal of leakedPassword: told by what clients know, and never with the
// password itself.
func wantLeaked(t *testing.T, err error, log *logbook) {
	t.Helper()
	failure := wantCode(t, err, domain.FailedValidation)
	if failure.Field != "password" || failure.Type != "regex" || !strings.Contains(failure.Reason, "leaked") {
		t.Errorf("got %+v, want the field, the type that clients know, and the reason", failure)
	}
	if strings.Contains(failure.Message+failure.Reason+log.String(), leakedPassword) {
		t.Errorf("got %+v and log %s, want neither with the password", failure, log)
	}
}

func sameAccount(a, b domain.User) bool {
	return a.ID == b.ID && a.Password == b.Password && a.Epoch == b.Epoch && a.Version == b.Version
}

// users returns all accounts as stored.
func (w world) users(t testing.TB) []domain.User {
	t.Helper()
	users, err := w.store.Repos().Users.List(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return users
}

func TestAPasswordThatCannotBeLookedAtIsNeitherTakenNorRefusedForGood(t *testing.T) {
	for name, begin := range newPasswordPaths() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, nil)
			set := begin(t, w)
			before := w.users(t)
			w.leaked.Break()
			if failure := wantCode(t, set(newPassword), domain.ServiceUnavailable); failure.RetryAfter <= 0 {
				t.Errorf("got %+v, want a time to come back", failure)
			}
			if got := w.users(t); !slices.EqualFunc(got, before, sameAccount) {
				t.Errorf("got accounts %+v, want them as before: %+v", got, before)
			}
			// Everybody still gets in with the password that they have.
			w.login(t, domain.ModeJSON)
		})
	}

	t.Run("Reset, and the token still works", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		w.forgot(t, annEmail)
		w.deliver(t)
		token := w.resetToken(t)
		v.set(intercept.Hooks{Before: intercept.FailMethod("PasswordChecker.Check", errBroken)})
		wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), domain.ServiceUnavailable)
		v.set(intercept.Hooks{})
		wantCode(t, w.service.Reset(t.Context(), token, newPassword, domain.Client{}), "")
	})
}

// guessable is a checker that finds every password too easy, and remembers what it was asked.
type guessable struct{ asked []port.PasswordCandidate }

func (g *guessable) Check(_ context.Context, c port.PasswordCandidate) (port.PasswordWeakness, error) {
	g.asked = append(g.asked, c)
	return port.PasswordGuessable, nil
}

func TestCheckersKnowThePersonAsTheAccountIsToBe(t *testing.T) {
	var checker guessable
	w := newWorld(t, auth.DefaultSettings(), func(p *auth.Ports) { p.PasswordCheckers = append(p.PasswordCheckers, &checker) })
	w.seedAnn(t, func(u *domain.User) { u.FirstName, u.LastName = "Ann", "Brown" })
	me := w.authenticate(t, w.login(t, domain.ModeJSON))

	_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword), LastName: new("Green")}, domain.Client{})
	if failure := wantCode(t, err, domain.FailedValidation); !strings.Contains(failure.Reason, "too easy to guess") {
		t.Errorf("got %+v, want it to say what is wrong", failure)
	}
	want := port.PasswordCandidate{Password: newPassword, About: []string{annEmail, "Ann", "Green"}}
	if len(checker.asked) != 1 || checker.asked[0].Password != want.Password || !slices.Equal(checker.asked[0].About, want.About) {
		t.Errorf("got %+v, want to be asked once about %+v", checker.asked, want)
	}

	// The first that speaks against a password is enough.
	_, _, err = w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(leakedPassword)}, domain.Client{})
	wantCode(t, err, domain.FailedValidation)
	if len(checker.asked) != 1 {
		t.Errorf("got %+v, want it not to be asked again", checker.asked)
	}
}

func TestCheckersAreAskedForThoseWhoMaySetThePasswordAlone(t *testing.T) {
	var calls intercept.Recorder
	w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
	w.seedAnn(t, nil)
	ann := w.authenticate(t, w.login(t, domain.ModeJSON))
	spent := func() string {
		w.forgot(t, annEmail)
		w.deliver(t)
		token := w.resetToken(t)
		wantCode(t, w.service.Reset(t.Context(), token, password, domain.Client{}), "")
		return token
	}()
	patch := func(password string) auth.ProfilePatch { return auth.ProfilePatch{Password: &password} }
	for name, try := range map[string]func() error{
		"no such token": func() error { return w.service.Reset(t.Context(), "no-such-token", leakedPassword, domain.Client{}) },
		"spent token":   func() error { return w.service.Reset(t.Context(), spent, leakedPassword, domain.Client{}) },
		"anonymous": func() error {
			_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{}, patch(leakedPassword), domain.Client{})
			return err
		},
		"no administrator creates": func() error {
			_, err := w.service.CreateAccount(t.Context(), ann, auth.AccountPatch{ProfilePatch: patch(leakedPassword)}, domain.Client{})
			return err
		},
		"no administrator updates": func() error {
			_, err := w.service.UpdateAccount(t.Context(), ann, annID, auth.AccountPatch{ProfilePatch: patch(leakedPassword)}, domain.Client{})
			return err
		},
		"login": func() error {
			_, err := w.tryLogin(t, annEmail, leakedPassword, domain.ModeJSON)
			return err
		},
		"login that succeeds": func() error {
			_, err := w.tryLogin(t, annEmail, password, domain.ModeJSON)
			return err
		},
		"too short": func() error {
			_, err := w.service.SetPassword(t.Context(), annEmail, "short")
			return err
		},
		"too long": func() error {
			_, err := w.service.SetPassword(t.Context(), annEmail, strings.Repeat("long", 1024))
			return err
		},
	} {
		calls.Reset()
		err := try()
		if slices.Contains(calls.Calls(), "PasswordChecker.Check") {
			t.Errorf("%s: got calls %q and error %v, want no checker to be asked", name, calls.Calls(), err)
		}
	}
	calls.Reset()
	_, err := w.service.SetPassword(t.Context(), annEmail, leakedPassword)
	wantCode(t, err, domain.FailedValidation)
	if got := calls.Calls(); slices.Contains(got, "Hasher.Hash") || !slices.Contains(got, "PasswordChecker.Check") {
		t.Errorf("got calls %q, want a checker to be asked, and nothing hashed", got)
	}
}

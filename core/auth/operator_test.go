package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestEnsureAdministrator(t *testing.T) {
	admin := auth.NewUser{Email: "admin@example.com", Password: password}

	t.Run("makes an account that logs in and has the administrator's role", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		made, err := w.service.EnsureAdministrator(t.Context(), admin)
		if wantCode(t, err, ""); !made {
			t.Fatal("got none made, want one")
		}
		tokens, err := w.tryLogin(t, admin.Email, password, domain.ModeJSON)
		wantCode(t, err, "")
		p := w.authenticate(t, tokens)
		role, err := w.store.Repos().Roles.ByID(t.Context(), p.User.Role)
		if err != nil || !role.Admin || !role.App || role.ID != domain.AdministratorRole {
			t.Errorf("got role %+v and error %v", role, err)
		}
		if claims, err := w.ports.Verifier.Verify(t.Context(), tokens.Access, w.clock.Now()); err != nil || !claims.Admin || !claims.App {
			t.Errorf("got claims %+v and error %v, want an administrator's", claims, err)
		}
	})
	t.Run("leaves a store alone that has an account, whosever it is", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		// Not even its input counts then: a start must not fail on a variable of the first.
		for _, u := range []auth.NewUser{admin, {Email: "nowhere", Password: "x"}} {
			made, err := w.service.EnsureAdministrator(t.Context(), u)
			if wantCode(t, err, ""); made {
				t.Error("got one made, want none")
			}
		}
		w.wantAccounts(t, 1)
	})
	t.Run("refuses bad input, and makes nothing", func(t *testing.T) {
		for _, c := range []struct {
			u    auth.NewUser
			code domain.Code
		}{
			{auth.NewUser{Email: "nowhere", Password: password}, domain.InvalidPayload},
			{auth.NewUser{Email: "admin@example.com"}, domain.InvalidPayload},
			{auth.NewUser{Email: "admin@example.com", Password: "password"}, domain.FailedValidation},
		} {
			w := newWorld(t, auth.DefaultSettings())
			made, err := w.service.EnsureAdministrator(t.Context(), c.u)
			if wantCode(t, err, c.code); made {
				t.Error("got one made beside an error")
			}
			w.wantAccounts(t, 0)
		}
	})
	for name, address := range map[string]func(i int) string{
		"one address":       func(int) string { return admin.Email },
		"sixteen addresses": func(i int) string { return fmt.Sprintf("admin%d@example.com", i) },
	} {
		t.Run("of sixteen instances with "+name+" exactly one is told so", func(t *testing.T) {
			// Each has looked and seen nobody before any of them writes.
			var v valve
			seen := make(chan struct{}, 16)
			all := make(chan struct{})
			go func() {
				for range 16 {
					<-seen
				}
				close(all)
			}()
			v.set(intercept.Hooks{Before: func(_ context.Context, method string) error {
				if method == "UnitOfWork.Do" {
					seen <- struct{}{}
					<-all
				}
				return nil
			}})
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			made := make([]bool, 16)
			errs := race(16, func(i int) (err error) {
				made[i], err = w.service.EnsureAdministrator(t.Context(), auth.NewUser{Email: address(i), Password: password})
				return err
			})
			told := 0
			for i := range made {
				if errs[i] != nil {
					t.Errorf("got error %v, want none", errs[i])
				}
				if made[i] {
					told++
					_, err := w.tryLogin(t, address(i), password, domain.ModeJSON)
					wantCode(t, err, "")
				}
			}
			if told != 1 {
				t.Errorf("got %d instances that were told so, want 1", told)
			}
			w.wantAccounts(t, 1)
		})
	}
	t.Run("where transactions do not see each other, the role decides", func(t *testing.T) {
		// Another instance commits role and account after this one has looked for both.
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		v.set(intercept.Hooks{Before: intercept.FailMethod("Roles.Create", fmt.Errorf("store: %w", port.ErrConflict))})
		made, err := w.service.EnsureAdministrator(t.Context(), admin)
		if wantCode(t, err, ""); made {
			t.Error("got one made, want none")
		}
	})
}

func TestCreateUser(t *testing.T) {
	t.Run("makes an active account without a role", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		u, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: " Bob@example.com ", Password: password})
		wantCode(t, err, "")
		stored, err := w.store.Repos().Users.ByID(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		if stored.Email != "Bob@example.com" || stored.Status != domain.StatusActive || stored.Role != "" || stored.Version != u.Version || !stored.CreatedAt.Equal(w.clock.Now()) {
			t.Errorf("got %+v", stored)
		}
		if stored.Password == "" || strings.Contains(stored.Password, password) {
			t.Error("the password is not hashed")
		}
		_, err = w.tryLogin(t, "bob@example.com", password, domain.ModeJSON)
		wantCode(t, err, "")
	})
	t.Run("refuses what should be nobody's password", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		for _, bad := range []string{"Bob@Example.com", "password", "PASSWORD1", "1234567", strings.Repeat("z", 20)} {
			_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: bad})
			if failure := wantCode(t, err, domain.FailedValidation); failure.Field != "password" {
				t.Errorf("got field %q, want password", failure.Field)
			}
		}
		w.wantAccounts(t, 0)
	})
	t.Run("another instance's role is no taken address", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		v.set(intercept.Hooks{Before: intercept.FailMethod("Roles.Create", fmt.Errorf("store: %w", port.ErrConflict))})
		_, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password, Admin: true})
		wantCode(t, err, domain.ServiceUnavailable)
		w.wantAccounts(t, 0)
	})
	t.Run("where another instance has made the role meanwhile, it tries once more", func(t *testing.T) {
		// The store's transactions see each other, so the conflict is made up: the first
		// try finds no role, and then cannot make it.
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		conflicts := 0
		v.set(intercept.Hooks{Before: func(_ context.Context, method string) error {
			if method == "Roles.Create" && conflicts == 0 {
				conflicts++
				return fmt.Errorf("store: %w", port.ErrConflict)
			}
			return nil
		}})
		u, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password, Admin: true})
		if wantCode(t, err, ""); u.Role != domain.AdministratorRole {
			t.Errorf("got role %q", u.Role)
		}
		w.wantAccounts(t, 1)
	})
	t.Run("a commit whose answer was lost is settled though the caller's time is over", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		ctx, cancel := context.WithCancel(t.Context())
		v.set(intercept.Hooks{
			Before: func(ctx context.Context, _ string) error { return ctx.Err() },
			After: func(ctx context.Context, method string) error {
				if method == "UnitOfWork.Do" {
					cancel()
				}
				return ctx.Err()
			},
		})
		_, err := w.service.CreateUser(ctx, auth.NewUser{Email: "bob@example.com", Password: password})
		wantCode(t, err, "")
		w.wantAccounts(t, 1)
	})
	t.Run("two administrators share the role", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		for _, email := range []string{"a@example.com", "b@example.com"} {
			u, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: email, Password: password, Admin: true})
			if wantCode(t, err, ""); u.Role != domain.AdministratorRole {
				t.Errorf("got role %q", u.Role)
			}
		}
	})
}

func TestSetPassword(t *testing.T) {
	t.Run("changes the password and ends all sessions", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		var all []auth.Tokens
		for _, mode := range allModes() {
			all = append(all, w.login(t, mode))
		}
		u, err := w.service.SetPassword(t.Context(), "ANN@example.com", newPassword)
		if wantCode(t, err, ""); u.ID != annID {
			t.Errorf("got account %q", u.ID)
		}
		for _, held := range all {
			w.wantOut(t, held)
			w.wantRefused(t, held)
		}
		w.wantPassword(t, true)
		if got := w.count(t, domain.EventPasswordChanged, domain.OutcomeSuccess); got != 1 {
			t.Errorf("got %d events, want 1", got)
		}
	})
	t.Run("gives an account a password that had none, and wakes nobody who is suspended", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, func(u *domain.User) { u.Password, u.Status = "", domain.StatusSuspended })
		_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
		wantCode(t, err, "")
		_, err = w.tryLogin(t, annEmail, newPassword, domain.ModeJSON)
		wantCode(t, err, domain.InvalidCredentials)
		if got := w.ann(t).Status; got != domain.StatusSuspended {
			t.Errorf("got status %q", got)
		}
	})
	t.Run("wins over a change that came first", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		v.set(intercept.Hooks{Before: once("UnitOfWork.Do", func() {
			w.changeAnn(t, func(u *domain.User) { u.Epoch++; u.LastName = "Archer" })
		})})
		_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
		wantCode(t, err, "")
		w.wantPassword(t, true)
		if got := w.ann(t); got.LastName != "Archer" || got.Epoch != 2 {
			t.Errorf("got name %q and epoch %d, want both changes", got.LastName, got.Epoch)
		}
	})
	t.Run("refuses an unknown account and a bad password, and changes nothing", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		for _, c := range []struct {
			email, password string
			code            domain.Code
		}{
			{"nobody@example.com", newPassword, domain.RecordNotFound},
			{"nowhere", newPassword, domain.InvalidPayload},
			{annEmail, "", domain.InvalidPayload},
			{annEmail, "short", domain.FailedValidation},
			{annEmail, annEmail, domain.FailedValidation},
		} {
			_, err := w.service.SetPassword(t.Context(), c.email, c.password)
			wantCode(t, err, c.code)
		}
		w.wantPassword(t, false)
		w.wantIn(t, held)
	})
}

func TestUnlock(t *testing.T) {
	t.Run("lets a locked account try again at once, and no other", func(t *testing.T) {
		settings := oneGuess()
		settings.LoginAddress = port.Limit{}
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		for _, email := range []string{annEmail, "bob@example.com"} {
			_, err := w.tryLogin(t, email, "wrong", domain.ModeJSON)
			wantCode(t, err, domain.InvalidCredentials)
			_, err = w.tryLogin(t, email, password, domain.ModeJSON)
			wantCode(t, err, domain.RequestsExceeded)
		}
		wantCode(t, w.service.Unlock(t.Context(), "Ann@Example.com"), "")
		w.login(t, domain.ModeJSON)
		_, err := w.tryLogin(t, "bob@example.com", password, domain.ModeJSON)
		wantCode(t, err, domain.RequestsExceeded)
		if got := w.count(t, domain.EventAccountUnlocked, domain.OutcomeSuccess); got != 1 {
			t.Errorf("got %d events, want 1", got)
		}
	})
	t.Run("says when there is no such account", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		failure := wantCode(t, w.service.Unlock(t.Context(), "nobody@example.com"), domain.RecordNotFound)
		if strings.Contains(failure.Error(), "nobody") {
			t.Errorf("got %v, which repeats the address", failure)
		}
	})
}

func TestUnlockAddress(t *testing.T) {
	once := port.Limit{Burst: 1, Every: time.Hour}
	settings := auth.DefaultSettings()
	settings.LoginAddress, settings.ResetAddress, settings.Requests = once, once, once
	settings.LoginAccount, settings.ResetAccount = port.Limit{}, port.Limit{}
	w := newWorld(t, settings)
	w.seedAnn(t, nil)
	clients := []domain.Client{{IP: "2001:db8:1:2::1"}, {IP: "192.0.2.8"}}
	attempts := map[string]func(from domain.Client) error{
		"a login": func(from domain.Client) error {
			_, err := w.service.Login(t.Context(), auth.LoginInput{Email: "nobody@example.com", Password: "wrong", Mode: domain.ModeJSON, Client: from})
			return err
		},
		"a reset": func(from domain.Client) error {
			return w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail, Client: from})
		},
		"a request": func(from domain.Client) error { return w.service.AdmitRequest(t.Context(), from) },
	}
	isLimited := func(err error) bool {
		failure, ok := errors.AsType[*domain.Error](err)
		return ok && failure.Code == domain.RequestsExceeded
	}
	for what, attempt := range attempts {
		for _, client := range clients {
			if err := attempt(client); isLimited(err) {
				t.Fatalf("%s: got %v at the first attempt", what, err)
			}
			if err := attempt(client); !isLimited(err) {
				t.Fatalf("%s: got %v, want the limit", what, err)
			}
		}
	}
	wantCode(t, w.service.UnlockAddress(t.Context(), "2001:db8:1:2::ffff"), "")
	for what, attempt := range attempts {
		if err := attempt(clients[0]); isLimited(err) {
			t.Errorf("%s: got %v, want to be let in", what, err)
		}
		if err := attempt(clients[1]); !isLimited(err) {
			t.Errorf("%s: got %v, want that other addresses are not forgotten", what, err)
		}
	}
	wantCode(t, w.service.UnlockAddress(t.Context(), "192.0.2.300"), domain.InvalidPayload)
	if got := w.count(t, domain.EventAddressUnlocked, domain.OutcomeSuccess); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}
}

func TestListUsers(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	var want []domain.UserID
	for i := range 5 {
		w.clock.Advance(time.Millisecond)
		u, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: fmt.Sprintf("u%d@example.com", i), Password: password})
		wantCode(t, err, "")
		want = append(want, u.ID)
	}
	t.Run("pages through all accounts, oldest first", func(t *testing.T) {
		var got []domain.UserID
		var after domain.UserID
		for {
			page, err := w.service.ListUsers(t.Context(), after, 2)
			wantCode(t, err, "")
			if len(page) == 0 {
				break
			}
			for _, u := range page {
				got = append(got, u.ID)
				after = u.ID
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("returns none for a limit below one", func(t *testing.T) {
		for _, limit := range []int{0, -1} {
			page, err := w.service.ListUsers(t.Context(), "", limit)
			if wantCode(t, err, ""); len(page) != 0 {
				t.Errorf("got %d accounts, want none", len(page))
			}
		}
	})
}

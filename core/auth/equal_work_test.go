package auth_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// effort is what an attempt to log in costs.
type effort struct {
	calls []string
	work  int64
}

func effortOf(w world, calls *intercept.Recorder, act func()) effort {
	calls.Reset()
	before := w.hasher.Work()
	act()
	return effort{calls.Calls(), w.hasher.Work() - before}
}

// refusedLogins are the logins that nobody may tell from one with an unknown address, by
// what is wrong with them.
func refusedLogins(t testing.TB) map[string]struct {
	change   func(*domain.User)
	password string
} {
	t.Helper()
	weak, err := fakes.NewHasher(1).Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	status := func(s domain.Status) func(*domain.User) { return func(u *domain.User) { u.Status = s } }
	const wrong = password + "!"
	return map[string]struct {
		change   func(*domain.User)
		password string
	}{
		"wrong password":                       {nil, wrong},
		"suspended, right password":            {status(domain.StatusSuspended), password},
		"suspended, wrong password":            {status(domain.StatusSuspended), wrong},
		"invited, right password":              {status(domain.StatusInvited), password},
		"archived, right password":             {status(domain.StatusArchived), password},
		"no password":                          {func(u *domain.User) { u.Password = "" }, password},
		"unreadable hash":                      {func(u *domain.User) { u.Password = "$2y$not a hash" }, password},
		"weaker hash, wrong password":          {func(u *domain.User) { u.Password = weak }, wrong},
		"weaker hash, suspended":               {func(u *domain.User) { u.Password, u.Status = weak, domain.StatusSuspended }, password},
		"second factor, wrong password":        {func(u *domain.User) { u.TOTP = []byte("sealed") }, wrong},
		"second factor, suspended":             {func(u *domain.User) { u.TOTP, u.Status = []byte("sealed"), domain.StatusSuspended }, password},
		"administrator's role, wrong password": {func(u *domain.User) { u.Role = domain.AdministratorRole }, wrong},
	}
}

func TestSecurity02_EqualWork(t *testing.T) {
	for _, mode := range allModes() {
		for name, refused := range refusedLogins(t) {
			t.Run(string(mode)+"/"+name, func(t *testing.T) {
				var calls intercept.Recorder
				w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
				w.seedAnn(t, refused.change)

				unknown := effortOf(w, &calls, func() {
					_, err := w.tryLogin(t, "nobody@example.com", refused.password, mode)
					wantCode(t, err, domain.InvalidCredentials)
				})
				known := effortOf(w, &calls, func() {
					_, err := w.tryLogin(t, annEmail, refused.password, mode)
					wantCode(t, err, domain.InvalidCredentials)
				})
				if !slices.Equal(known.calls, unknown.calls) {
					t.Errorf("got calls\n%v, want those of an unknown address\n%v", known.calls, unknown.calls)
				}
				if known.work != unknown.work || known.work == 0 {
					t.Errorf("got %d rounds of hashing, want those of an unknown address: %d", known.work, unknown.work)
				}
			})
		}
	}

	t.Run("is the sequence that is meant", func(t *testing.T) {
		var calls intercept.Recorder
		w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
		_, err := w.tryLogin(t, "nobody@example.com", password, domain.ModeJSON)
		wantCode(t, err, domain.InvalidCredentials)
		want := []string{"Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify", "Events.Record"}
		if got := calls.Calls(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})

	t.Run("at the limit nothing is looked up and nothing hashed, for known and unknown alike, and it is recorded once", func(t *testing.T) {
		var calls intercept.Recorder
		settings := auth.DefaultSettings()
		settings.LoginAccount.Burst = 1
		w := newWorld(t, settings, intercepted(intercept.Hooks{Before: calls.Hook}))
		w.seedAnn(t, nil)
		for _, email := range []string{annEmail, "nobody@example.com"} {
			_, err := w.tryLogin(t, email, "wrong", domain.ModeJSON)
			wantCode(t, err, domain.InvalidCredentials)
			for _, want := range [][]string{{"Limiter.Take", "Limiter.Take", "Events.Record"}, {"Limiter.Take", "Limiter.Take"}} {
				got := effortOf(w, &calls, func() {
					_, err := w.tryLogin(t, email, password, domain.ModeJSON)
					wantCode(t, err, domain.RequestsExceeded)
				})
				if !slices.Equal(got.calls, want) || got.work != 0 {
					t.Errorf("%s: got %v and %d rounds, want %v and none", email, got.calls, got.work, want)
				}
			}
		}
	})
}

func TestMalformedInputCostsNothing(t *testing.T) {
	var calls intercept.Recorder
	w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
	w.seedAnn(t, nil)
	me := w.authenticate(t, w.login(t, domain.ModeJSON))
	huge := strings.Repeat("x", 1<<20)

	login := func(email, password string, mode domain.Mode) func() error {
		return func() error { _, err := w.tryLogin(t, email, password, mode); return err }
	}
	refresh := func(mode domain.Mode, token string) func() error {
		return func() error {
			_, err := w.service.Refresh(t.Context(), auth.RefreshInput{Mode: mode, Token: token})
			return err
		}
	}
	logout := func(mode domain.Mode, token string) func() error {
		return func() error {
			return w.service.Logout(t.Context(), auth.RefreshInput{Mode: mode, Token: token})
		}
	}
	update := func(p auth.Principal, patch auth.ProfilePatch) func() error {
		return func() error { _, _, err := w.service.UpdateMe(t.Context(), p, patch, domain.Client{}); return err }
	}
	for name, c := range map[string]struct {
		act  func() error
		code domain.Code
	}{
		"login/no address":             {login("", password, domain.ModeJSON), domain.InvalidPayload},
		"login/no e-mail address":      {login("ann", password, domain.ModeJSON), domain.InvalidPayload},
		"login/NUL in the address":     {login("ann\x00@example.com", password, domain.ModeJSON), domain.InvalidPayload},
		"login/address no UTF-8":       {login("\xff@example.com", password, domain.ModeJSON), domain.InvalidPayload},
		"login/huge address":           {login(huge+"@example.com", password, domain.ModeJSON), domain.InvalidPayload},
		"login/no password":            {login(annEmail, "", domain.ModeJSON), domain.InvalidPayload},
		"login/password no UTF-8":      {login(annEmail, "\xff\xfe", domain.ModeJSON), domain.InvalidPayload},
		"login/huge password":          {login(annEmail, huge, domain.ModeJSON), domain.InvalidPayload},
		"login/password a byte long":   {login(annEmail, strings.Repeat("x", auth.MaxPasswordBytes+1), domain.ModeJSON), domain.InvalidPayload},
		"login/no mode":                {login(annEmail, password, ""), domain.InvalidPayload},
		"login/unknown mode":           {login(annEmail, password, "bearer"), domain.InvalidPayload},
		"refresh/unknown mode":         {refresh("bearer", strings.Repeat("x", 64)), domain.InvalidPayload},
		"refresh/no token":             {refresh(domain.ModeJSON, ""), domain.InvalidCredentials},
		"refresh/short token":          {refresh(domain.ModeCookie, strings.Repeat("x", 63)), domain.InvalidCredentials},
		"refresh/huge token":           {refresh(domain.ModeJSON, huge), domain.InvalidCredentials},
		"refresh/other characters":     {refresh(domain.ModeJSON, strings.Repeat("x", 63)+"="), domain.InvalidCredentials},
		"logout/unknown mode":          {logout("bearer", strings.Repeat("x", 64)), domain.InvalidPayload},
		"logout/no token":              {logout(domain.ModeJSON, ""), ""},
		"logout/short token":           {logout(domain.ModeCookie, "x"), ""},
		"update/anonymous":             {update(auth.Principal{}, auth.ProfilePatch{FirstName: new("Eve")}), domain.InvalidCredentials},
		"update/short password":        {update(me, auth.ProfilePatch{Password: new("short")}), domain.FailedValidation},
		"update/huge password":         {update(me, auth.ProfilePatch{Password: new(huge)}), domain.InvalidPayload},
		"update/password beside a bad": {update(me, auth.ProfilePatch{Password: new(newPassword), Email: new("nowhere")}), domain.InvalidPayload},
		"update/name no UTF-8":         {update(me, auth.ProfilePatch{FirstName: new("\xff")}), domain.InvalidPayload},
		"update/preferences no JSON":   {update(me, preferences("title", `{`)), domain.InvalidPayload},
		"update/preferences no UTF-8":  {update(me, preferences("title", "\"\xff\"")), domain.InvalidPayload},
		"update/member no UTF-8":       {update(me, preferences("\xff", `1`)), domain.InvalidPayload},
	} {
		t.Run(name, func(t *testing.T) {
			got := effortOf(w, &calls, func() { wantCode(t, c.act(), c.code) })
			if len(got.calls) != 0 || got.work != 0 {
				t.Errorf("got calls %v and %d rounds of hashing, want none", got.calls, got.work)
			}
		})
	}
}

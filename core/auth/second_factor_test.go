package auth_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// factor is Ann's second factor.
type factor struct {
	secret   []byte
	recovery []string
}

// enableTFA turns Ann's second factor on, and goes on to where its first code is spent.
func (w world) enableTFA(t testing.TB) factor {
	t.Helper()
	p := auth.Principal{User: w.ann(t)}
	secret := w.generateTFA(t, p)
	codes, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: w.code(secret)}, visitor)
	wantCode(t, err, "")
	w.clock.Advance(totp.Period)
	return factor{secret, codes}
}

func (w world) generateTFA(t testing.TB, p auth.Principal) []byte {
	t.Helper()
	setup, err := w.service.GenerateTFA(t.Context(), p, password, visitor)
	wantCode(t, err, "")
	secret, err := totp.DecodeSecret(setup.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// code returns the code of now.
func (w world) code(secret []byte) string { return totp.Code(secret, totp.Step(w.clock.Now())) }

// wrong returns a code that is none of the moment.
func (w world) wrong(secret []byte) string {
	return totp.Code(secret, totp.Step(w.clock.Now())+1000)
}

func (w world) loginWith(t testing.TB, otp string) (auth.Tokens, error) {
	t.Helper()
	return w.service.Login(t.Context(), auth.LoginInput{
		Email: annEmail, Password: password, OTP: otp, Mode: domain.ModeJSON, Client: visitor,
	})
}

func (w world) wantLogin(t testing.TB, otp string, code domain.Code) auth.Tokens {
	t.Helper()
	tokens, err := w.loginWith(t, otp)
	wantCode(t, err, code)
	if code != "" && tokens != (auth.Tokens{}) {
		t.Error("got tokens beside an error")
	}
	return tokens
}

// manyCodes are settings that bound neither logins nor codes.
func manyCodes() auth.Settings {
	s := auth.DefaultSettings()
	s.LoginAccount, s.LoginAddress, s.TFAAccount = auth.Settings{}.LoginAccount, auth.Settings{}.LoginAddress, auth.Settings{}.TFAAccount
	return s
}

func TestSecondFactor(t *testing.T) {
	t.Run("a login needs a code once it is on", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		w.wantLogin(t, "", domain.InvalidOTP)
		w.wantLogin(t, w.wrong(f.secret), domain.InvalidOTP)
		w.wantIn(t, w.wantLogin(t, w.code(f.secret), ""))
	})
	t.Run("sessions stay as it is turned on and off", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		f := w.enableTFA(t)
		w.wantIn(t, held)
		wantCode(t, w.service.DisableTFA(t.Context(), w.authenticate(t, held), w.code(f.secret), visitor), "")
		w.wantIn(t, held)
		w.login(t, domain.ModeJSON)
		if u := w.ann(t); u.TOTP != nil || u.RecoveryCodes != nil {
			t.Error("something of it is left")
		}
	})
	t.Run("what an app reads names the service and the account", func(t *testing.T) {
		s := auth.DefaultSettings()
		s.TFAIssuer = "Acme Login"
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		setup, err := w.service.GenerateTFA(t.Context(), auth.Principal{User: w.ann(t)}, password, visitor)
		wantCode(t, err, "")
		if want := "otpauth://totp/Acme%20Login:ann%40example.com?secret=" + setup.Secret + "&period=30&digits=6&algorithm=SHA1&issuer=Acme%20Login"; setup.URL != want {
			t.Errorf("got %q, want %q", setup.URL, want)
		}
	})
	t.Run("a login that was asked for a code is no failed attempt, one with a wrong code is", func(t *testing.T) {
		s := auth.DefaultSettings()
		s.LoginAccount.Burst, s.TFAAccount = 1, auth.Settings{}.TFAAccount
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		for range 3 {
			w.wantLogin(t, "", domain.InvalidOTP)
		}
		w.wantLogin(t, w.wrong(f.secret), domain.InvalidOTP)
		w.wantLogin(t, w.code(f.secret), domain.RequestsExceeded)
	})
	t.Run("a set-up ends with its time, with the sessions of the account, and with its use", func(t *testing.T) {
		enable := func(w world, secret []byte) error {
			_, err := w.service.EnableTFA(t.Context(), auth.Principal{User: w.ann(t)}, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: w.code(secret)}, visitor)
			return err
		}
		for name, c := range map[string]struct {
			meanwhile func(w world, secret []byte)
			want      domain.Code
		}{
			"in time":     {func(w world, _ []byte) { w.clock.Advance(auth.TFASetupTTL - time.Second) }, ""},
			"too late":    {func(w world, _ []byte) { w.clock.Advance(auth.TFASetupTTL) }, domain.InvalidPayload},
			"other epoch": {func(w world, _ []byte) { w.changeAnn(t, func(u *domain.User) { u.Epoch++ }) }, domain.InvalidPayload},
			"used": {func(w world, secret []byte) {
				wantCode(t, enable(w, secret), "")
				w.changeAnn(t, func(u *domain.User) { u.TOTP = nil })
				w.clock.Advance(totp.Period)
			}, domain.InvalidPayload},
		} {
			w := newWorld(t, manyCodes())
			w.seedAnn(t, nil)
			secret := w.generateTFA(t, auth.Principal{User: w.ann(t)})
			c.meanwhile(w, secret)
			if err := enable(w, secret); codeOf(err) != c.want {
				t.Errorf("%s: got %v, want %q", name, err, c.want)
			}
		}
	})
	t.Run("a wrong code leaves the set-up", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		p := auth.Principal{User: w.ann(t)}
		secret := w.generateTFA(t, p)
		for _, otp := range []string{w.wrong(secret), w.code(secret)} {
			_, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: otp}, visitor)
			want := domain.InvalidPayload
			if otp == w.code(secret) {
				want = ""
			}
			wantCode(t, err, want)
		}
	})
	t.Run("of another account is turned off by administrators, who need a code for their own", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		admin := w.seedAdmin(t)
		nobody := auth.Principal{}
		wantCode(t, w.service.DisableAccountTFA(t.Context(), nobody, annID, visitor), domain.Forbidden)
		wantCode(t, w.service.DisableAccountTFA(t.Context(), auth.Principal{User: w.ann(t)}, annID, visitor), domain.Forbidden)
		wantCode(t, w.service.DisableAccountTFA(t.Context(), admin, "0195f2c6-7d7e-7a10-8000-00000000ffff", visitor), domain.Forbidden)
		wantCode(t, w.service.DisableAccountTFA(t.Context(), admin, admin.User.ID, visitor), domain.Forbidden)
		w.wantLogin(t, "", domain.InvalidOTP)
		for range 2 {
			wantCode(t, w.service.DisableAccountTFA(t.Context(), admin, annID, visitor), "")
		}
		w.wantLogin(t, "", "")
		w.wantLogin(t, w.code(f.secret), "") // a code that nobody asks for is not looked at
	})
	t.Run("an account without a password needs a recent login in its place", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, func(u *domain.User) { u.Password = "" })
		for since, want := range map[time.Duration]domain.Code{0: "", auth.RecentLogin - time.Second: "", auth.RecentLogin: domain.Forbidden} {
			p := auth.Principal{User: w.ann(t), Session: domain.Session{ID: "some", CreatedAt: w.clock.Now().Add(-since)}}
			_, err := w.service.GenerateTFA(t.Context(), p, "", visitor)
			wantCode(t, err, want)
		}
		_, err := w.service.GenerateTFA(t.Context(), auth.Principal{User: w.ann(t)}, "", visitor)
		wantCode(t, err, domain.Forbidden)
	})
	t.Run("is not turned off by who lost the account meanwhile", func(t *testing.T) {
		for name, change := range map[string]func(*domain.User){
			"sessions ended": func(u *domain.User) { u.Epoch++ },
			"shut out":       func(u *domain.User) { u.Status = domain.StatusSuspended },
			"another factor": func(u *domain.User) { u.TOTP = []byte("another") },
		} {
			var v valve
			w := newWorld(t, manyCodes(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			f := w.enableTFA(t)
			p := auth.Principal{User: w.ann(t)}
			v.set(onceBefore("UnitOfWork.Do", func() { w.changeAnn(t, change) }))
			wantCode(t, w.service.DisableTFA(t.Context(), p, w.code(f.secret), visitor), domain.InvalidCredentials)
			if w.ann(t).TOTP == nil {
				t.Errorf("%s: the second factor is off", name)
			}
		}
	})
	t.Run("that is off is left alone", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		before := w.ann(t)
		wantCode(t, w.service.DisableAccountTFA(t.Context(), w.seedAdmin(t), annID, visitor), "")
		_, err := w.service.ResetTFA(t.Context(), annEmail)
		if wantCode(t, err, ""); w.ann(t).Version != before.Version {
			t.Error("the account was written")
		}
	})
	t.Run("its owner is told of each change, and of a recovery code", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		w.wantLogin(t, f.recovery[0], "")
		wantCode(t, w.service.DisableTFA(t.Context(), auth.Principal{User: w.ann(t)}, w.code(f.secret), visitor), "")
		_, err := w.service.DeliverMail(t.Context())
		wantCode(t, err, "")
		var subjects []string
		for _, mail := range w.mailbox.Mails() {
			if mail.To != annEmail {
				t.Errorf("got a mail to %s", mail.To)
			}
			subjects = append(subjects, mail.Subject)
		}
		got := strings.Join(subjects, "; ")
		for _, want := range []string{"factor is on", "code was used", "factor is off"} {
			if strings.Count(got, want) != 1 {
				t.Errorf("got %q, want %q once", got, want)
			}
		}
	})
}

// seedAdmin makes an administrator and returns who is logged in as such.
func (w world) seedAdmin(t testing.TB) auth.Principal {
	t.Helper()
	admin, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "root@example.com", Password: password, Admin: true})
	wantCode(t, err, "")
	return auth.Principal{User: admin}
}

func TestRecoveryCodes(t *testing.T) {
	t.Run("each works once in place of a code, however it is written", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		if len(f.recovery) != auth.RecoveryCodes {
			t.Fatalf("got %d codes, want %d", len(f.recovery), auth.RecoveryCodes)
		}
		for i, code := range f.recovery {
			if i%2 == 1 {
				code = " " + strings.ToUpper(strings.ReplaceAll(code, "-", " "))
			}
			w.wantIn(t, w.wantLogin(t, code, ""))
			w.wantLogin(t, code, domain.InvalidOTP)
			if left := len(w.ann(t).RecoveryCodes); left != auth.RecoveryCodes-1-i {
				t.Errorf("got %d left, want %d", left, auth.RecoveryCodes-1-i)
			}
		}
		w.wantLogin(t, w.code(f.secret), "")
	})
	t.Run("one of twenty in parallel gets in", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		errs := race(20, func(int) error { _, err := w.loginWith(t, f.recovery[3]); return err })
		if in, out := countCodes(errs, ""), countCodes(errs, domain.InvalidOTP); in != 1 || in+out != len(errs) {
			t.Errorf("got %d in and %d out: %v", in, out, errs)
		}
	})
	t.Run("two that are used at once both count", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		errs := race(2, func(i int) error { _, err := w.loginWith(t, f.recovery[i]); return err })
		if countCodes(errs, "") != 2 || len(w.ann(t).RecoveryCodes) != auth.RecoveryCodes-2 {
			t.Errorf("got %v and %d left", errs, len(w.ann(t).RecoveryCodes))
		}
	})
	t.Run("new ones need the password and a code, and end the old", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		p := auth.Principal{User: w.ann(t)}
		for _, c := range []struct {
			password, otp string
			want          domain.Code
		}{
			{"wrong", w.code(f.secret), domain.InvalidCredentials},
			{"", w.code(f.secret), domain.InvalidPayload},
			{password, w.wrong(f.secret), domain.InvalidPayload},
			{password, "", domain.InvalidPayload},
		} {
			codes, err := w.service.RenewRecoveryCodes(t.Context(), p, c.password, c.otp, visitor)
			if wantCode(t, err, c.want); codes != nil {
				t.Error("got codes beside an error")
			}
		}
		renewed, err := w.service.RenewRecoveryCodes(t.Context(), p, password, w.code(f.secret), visitor)
		wantCode(t, err, "")
		w.wantLogin(t, f.recovery[0], domain.InvalidOTP)
		w.wantLogin(t, renewed[0], "")
	})
	t.Run("one turns it off, and goes with it", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		wantCode(t, w.service.DisableTFA(t.Context(), auth.Principal{User: w.ann(t)}, f.recovery[9], visitor), "")
		w.wantLogin(t, "", "")
		w.clock.Advance(totp.Period)
		w.enableTFA(t)
		w.wantLogin(t, f.recovery[0], domain.InvalidOTP)
	})
	t.Run("of one account are nothing to another, nor is what the store holds of them", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		kept := w.ann(t)
		for _, hash := range kept.RecoveryCodes {
			w.wantLogin(t, string(hash[:]), domain.InvalidOTP)
			for _, code := range f.recovery {
				if hash == domain.HashSecret(code) || hash == domain.HashSecret(strings.ReplaceAll(code, "-", "")) {
					t.Error("a code is kept without a key")
				}
			}
		}
		w.changeAnn(t, func(u *domain.User) { u.TOTP = nil })
		w.enableTFA(t)
		w.changeAnn(t, func(u *domain.User) { u.RecoveryCodes = kept.RecoveryCodes })
		w.wantLogin(t, f.recovery[0], domain.InvalidOTP)
	})
	t.Run("one does not outlive what ends sessions meanwhile", func(t *testing.T) {
		var v valve
		w := newWorld(t, manyCodes(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		done := false
		v.set(onceBefore("UnitOfWork.Do", func() {
			done = true
			w.changeAnn(t, func(u *domain.User) { u.Epoch++ })
		}))
		w.wantLogin(t, f.recovery[0], domain.InvalidOTP)
		if !done {
			t.Error("nothing happened meanwhile")
		}
	})
}

func TestEnforcedSecondFactor(t *testing.T) {
	const role = "0195f2c6-7d7e-7a10-8000-0000000000e2"
	begin := func(t *testing.T) world {
		w := newWorld(t, manyCodes())
		if err := w.store.Repos().Roles.Create(t.Context(), domain.Role{ID: role, Name: "Keepers", App: true, Admin: true, EnforceTFA: true}); err != nil {
			t.Fatal(err)
		}
		w.seedAnn(t, func(u *domain.User) { u.Role = role })
		return w
	}
	t.Run("lets who has none do nothing but set it up", func(t *testing.T) {
		for _, mode := range allModes() {
			w := begin(t)
			held := w.login(t, mode)
			held = w.refresh(t, held)
			p := w.authenticate(t, held)
			if !p.Anonymous() || p.Enrolling.ID != annID {
				t.Fatalf("%s: got account %q, enrolling %q", mode, p.User.ID, p.Enrolling.ID)
			}
			_, err := w.service.Me(t.Context(), p)
			if failure := wantCode(t, err, domain.Forbidden); !strings.Contains(failure.Reason, "second factor") {
				t.Errorf("got reason %q", failure.Reason)
			}
			_, _, err = w.service.UpdateMe(t.Context(), p, auth.ProfilePatch{FirstName: new("Anna")}, visitor)
			wantCode(t, err, domain.Forbidden)
			wantCode(t, w.service.RequireAdministrator(t.Context(), p), domain.Forbidden)
			_, err = w.service.ListSessions(t.Context(), p, "")
			wantCode(t, err, domain.InvalidCredentials)

			secret := w.generateTFA(t, p)
			_, err = w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: w.code(secret)}, visitor)
			wantCode(t, err, "")
			w.wantIn(t, held) // the same session is a whole one from then on
			w.wantIn(t, w.refresh(t, held))
		}
	})
	t.Run("shows in the token that leaves the rights out", func(t *testing.T) {
		w := begin(t)
		claims := w.claims(t, w.login(t, domain.ModeJSON))
		if !claims.EnforceTFA || claims.Admin || claims.App || claims.Role != "" {
			t.Errorf("got %+v, want no rights", claims)
		}
		f := w.enableTFA(t)
		claims = w.claims(t, w.wantLogin(t, w.code(f.secret), ""))
		if claims.EnforceTFA || !claims.Admin || !claims.App || claims.Role != role {
			t.Errorf("got %+v, want all rights", claims)
		}
	})
	t.Run("is not turned off by its owner, and asked for anew when an administrator does", func(t *testing.T) {
		w := begin(t)
		held := w.login(t, domain.ModeJSON)
		f := w.enableTFA(t)
		wantCode(t, w.service.DisableTFA(t.Context(), w.authenticate(t, held), w.code(f.secret), visitor), domain.Forbidden)
		wantCode(t, w.service.DisableAccountTFA(t.Context(), w.seedAdmin(t), annID, visitor), "")
		if p := w.authenticate(t, held); !p.Anonymous() {
			t.Error("a session from before is whole without a second factor")
		}
	})
	t.Run("leaves static tokens alone, which are for machines", func(t *testing.T) {
		w := begin(t)
		const token = "a static token of a machine"
		hash := domain.HashSecret(strings.ReplaceAll(token, " ", "-"))
		w.changeAnn(t, func(u *domain.User) { u.StaticToken = &hash })
		p, err := w.service.Authenticate(t.Context(), auth.Credential{Bearer: strings.ReplaceAll(token, " ", "-")})
		if wantCode(t, err, ""); p.User.ID != annID {
			t.Errorf("got account %q", p.User.ID)
		}
	})
}

func (w world) claims(t testing.TB, held auth.Tokens) domain.Claims {
	t.Helper()
	claims, err := w.ports.Verifier.Verify(t.Context(), held.Access, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestSecondFactorElsewhere(t *testing.T) {
	const role = "0195f2c6-7d7e-7a10-8000-0000000000e2"
	t.Run("is asked for where the operator says so", func(t *testing.T) {
		e := newElsewhere(t, func(p *auth.OAuthPlace) { p.RequireOTP = true })
		e.seedAnn(t, nil)
		e.wantCodeElsewhere(t)
	})
	t.Run("is asked for where the role says so", func(t *testing.T) {
		e := newElsewhere(t, nil)
		if err := e.store.Repos().Roles.Create(t.Context(), domain.Role{ID: role, Name: "Keepers", Admin: true, EnforceTFA: true}); err != nil {
			t.Fatal(err)
		}
		e.seedAnn(t, func(u *domain.User) { u.Role = role })
		e.wantCodeElsewhere(t)
	})
}

// wantCodeElsewhere wants Ann to be let in by the provider with a code alone.
func (e elsewhere) wantCodeElsewhere(t *testing.T) {
	t.Helper()
	f := e.enableTFA(t)
	e.link(t, "GitHub", annElsewhere.Subject, annID)
	finish := func(otp string) error {
		begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: "/home", OTP: otp})
		wantCode(t, err, "")
		if len(otp) > 5 && strings.Contains(begun.URL+begun.Cookie, otp) {
			t.Error("the code can be read on its way")
		}
		finished, err := e.service.FinishOAuth(t.Context(), e.back(t, begun, annElsewhere))
		if err != nil && finished.Redirect != "/home" {
			t.Errorf("got redirect %q beside the error", finished.Redirect)
		}
		return err
	}
	wantCode(t, finish(""), domain.InvalidOTP)
	wantCode(t, finish(e.wrong(f.secret)), domain.InvalidOTP)
	wantCode(t, finish(strings.Repeat("1", 100_000)), domain.InvalidOTP)
	code := e.code(f.secret)
	wantCode(t, finish(code), "")
	wantCode(t, finish(code), domain.InvalidOTP)
	wantCode(t, finish(f.recovery[0]), "")
}

func TestResetTFA(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	f := w.enableTFA(t)
	for range auth.DefaultSettings().TFAAccount.Burst {
		w.wantLogin(t, w.wrong(f.secret), domain.InvalidOTP)
	}
	_, err := w.service.ResetTFA(t.Context(), "nobody@example.com")
	wantCode(t, err, domain.RecordNotFound)
	_, err = w.service.ResetTFA(t.Context(), annEmail)
	wantCode(t, err, "")
	w.wantLogin(t, "", "")
	f = w.enableTFA(t) // whose codes are not limited any more
	w.wantLogin(t, w.code(f.secret), "")
}

func TestWrongLoginsOfStrangersLeaveTheOwnerTheirSecondFactor(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	p := w.authenticate(t, w.login(t, domain.ModeJSON))
	limit := auth.DefaultSettings().LoginAccount
	for range limit.Burst {
		_, err := w.tryLogin(t, annEmail, "wrong", domain.ModeJSON)
		wantCode(t, err, domain.InvalidCredentials)
	}
	_, err := w.tryLogin(t, annEmail, password, domain.ModeJSON)
	wantCode(t, err, domain.RequestsExceeded)
	w.generateTFA(t, p)

	for range limit.Burst { // whoever has found a token guesses no more than a stranger
		_, err := w.service.GenerateTFA(t.Context(), p, "wrong", visitor)
		wantCode(t, err, domain.InvalidCredentials)
	}
	_, err = w.service.GenerateTFA(t.Context(), p, password, visitor)
	wantCode(t, err, domain.RequestsExceeded)
	wantCode(t, w.service.Unlock(t.Context(), annEmail), "")
	w.generateTFA(t, p)
}

func TestUnlockForgetsWrongCodes(t *testing.T) {
	s := manyCodes()
	s.TFAAccount.Burst, s.TFAAccount.Every = 1, time.Hour
	w := newWorld(t, s)
	w.seedAnn(t, nil)
	f := w.enableTFA(t)
	w.wantLogin(t, w.wrong(f.secret), domain.InvalidOTP)
	w.wantLogin(t, w.code(f.secret), domain.RequestsExceeded)
	wantCode(t, w.service.Unlock(t.Context(), annEmail), "")
	w.wantLogin(t, w.code(f.secret), "")
}

func TestResealSecrets(t *testing.T) {
	w := newWorld(t, manyCodes())
	w.seedAnn(t, nil)
	f := w.enableTFA(t)
	reseal := func(w world, want auth.Resealed) {
		t.Helper()
		got, err := w.service.ResealSecrets(t.Context(), "", 10)
		want.Seen, want.Last = 1, annID
		if wantCode(t, err, ""); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	reseal(w, auth.Resealed{})
	lost := w.withKeys(t, manyCodes(), secondDataKey)
	reseal(lost, auth.Resealed{Unreadable: 1})
	if _, err := lost.loginWith(t, lost.code(f.secret)); codeOf(err) != domain.ServiceUnavailable {
		t.Errorf("got %v for a secret that nobody can open, want no answer", err)
	}
	changed := w.withKeys(t, manyCodes(), secondDataKey, dataKey)
	changed.wantLogin(t, changed.code(f.secret), "")
	reseal(changed, auth.Resealed{Resealed: 1})
	reseal(changed, auth.Resealed{})
	only := w.withKeys(t, manyCodes(), secondDataKey)
	only.clock.Advance(totp.Period)
	only.wantLogin(t, only.code(f.secret), "")
	only.wantLogin(t, f.recovery[0], "")
	end, err := only.service.ResealSecrets(t.Context(), annID, 10)
	if wantCode(t, err, ""); end.Seen != 0 {
		t.Errorf("got %+v behind the last account", end)
	}
	if n := w.count(t, domain.EventUserUpdated, domain.OutcomeSuccess); n != 0 {
		t.Errorf("got %d events", n)
	}
}

func TestUnopenableSecretIsNoAnswer(t *testing.T) {
	var log logbook
	w := newWorld(t, auth.DefaultSettings(), logged(&log))
	w.seedAnn(t, func(u *domain.User) { u.TOTP = []byte("sealed") })
	for range 20 { // and no attempt either
		w.wantLogin(t, "123456", domain.ServiceUnavailable)
	}
	if !strings.Contains(log.String(), "cannot be opened") || strings.Contains(log.String(), "123456") {
		t.Error("the log does not say so, or shows the code")
	}
	w.wantLogin(t, "", domain.InvalidOTP)
}

// onceBefore returns hooks that do something before the first call of the method.
func onceBefore(method string, do func()) intercept.Hooks {
	var done atomic.Bool
	return intercept.Hooks{Before: func(_ context.Context, called string) error {
		if called == method && !done.Swap(true) {
			do()
		}
		return nil
	}}
}

package auth_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// Red when followIn sets TOTP to nil, or verifyPassword asks only accounts of epoch 0 for a code.
func TestSecurity49_AResetDoesNotGetRoundTheSecondFactor(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	f := w.enableTFA(t)
	w.deliver(t) // what the set-up has queued
	w.forgot(t, annEmail)
	w.deliver(t)
	token := w.resetToken(t)
	wantCode(t, w.service.Reset(t.Context(), token, newPassword, visitor), "")
	_, err := w.tryLogin(t, annEmail, newPassword, domain.ModeJSON)
	wantCode(t, err, domain.InvalidOTP)
	tokens, err := w.service.Login(t.Context(), auth.LoginInput{Email: annEmail, Password: newPassword, OTP: w.code(f.secret), Mode: domain.ModeJSON})
	wantCode(t, err, "")
	w.wantIn(t, tokens)
	if len(w.ann(t).RecoveryCodes) != auth.RecoveryCodes {
		t.Error("the reset took recovery codes away")
	}
}

// Red when spendStep does not look at the error of AdvanceTOTP, or enable calls totp.Match alone.
func TestSecurity57_ACodeWorksOnce(t *testing.T) {
	t.Run("of twenty logins in parallel one succeeds", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		code := w.code(f.secret)
		errs := race(20, func(int) error { _, err := w.loginWith(t, code); return err })
		if in, out := countCodes(errs, ""), countCodes(errs, domain.InvalidOTP); in != 1 || out != 19 {
			t.Errorf("got %d in and %d out: %v", in, out, errs)
		}
	})
	t.Run("also with the limits that are set, and over two instances", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		second := w.withKeys(t, auth.DefaultSettings(), dataKey)
		code := w.code(f.secret)
		errs := race(20, func(i int) error {
			_, err := []world{w, second}[i%2].loginWith(t, code)
			return err
		})
		if in := countCodes(errs, ""); in != 1 {
			t.Errorf("got %d in: %v", in, errs)
		}
	})
	t.Run("across enabling, login, recovery codes and disabling, and not the ones before it", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		p := func() auth.Principal { return auth.Principal{User: w.ann(t)} }
		secret := w.generateTFA(t, p())
		uses := map[string]func(code string) error{
			"login": func(code string) error { _, err := w.loginWith(t, code); return err },
			"renewal": func(code string) error {
				_, err := w.service.RenewRecoveryCodes(t.Context(), p(), password, code, visitor)
				return err
			},
			"disabling": func(code string) error { return w.service.DisableTFA(t.Context(), p(), code, visitor) },
		}
		before, code := totp.Code(secret, totp.Step(w.clock.Now())-1), w.code(secret)
		_, err := w.service.EnableTFA(t.Context(), p(), auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: code}, visitor)
		wantCode(t, err, "")
		for _, name := range []string{"login", "renewal", "disabling"} {
			for _, spent := range []string{before, code} {
				if uses[name](spent) == nil {
					t.Errorf("%s took a code that enabling had spent", name)
				}
			}
			w.clock.Advance(totp.Period)
			before, code = code, w.code(secret)
			wantCode(t, uses[name](code), "")
		}
		again := w.generateTFA(t, p())
		ahead := totp.Code(again, totp.Step(w.clock.Now()))
		if _, err := w.service.EnableTFA(t.Context(), p(), auth.TFAEnable{Secret: totp.EncodeSecret(again), OTP: ahead}, visitor); err == nil {
			t.Error("enabling took a code of the step that disabling had spent")
		}
	})
	t.Run("of many who enable with one code one gets recovery codes", func(t *testing.T) {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		p := auth.Principal{User: w.ann(t)}
		secret := w.generateTFA(t, p)
		code := w.code(secret)
		errs := race(20, func(int) error {
			_, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: code}, visitor)
			return err
		})
		if in := countCodes(errs, ""); in != 1 {
			t.Errorf("got %d: %v", in, errs)
		}
	})
}

// Red when spendCode does not call beginCode, forgives every attempt, or Login resets the bucket.
func TestSecurity58_WrongCodesHaveALimitOfTheirOwn(t *testing.T) {
	s := manyCodes()
	s.TFAAccount = auth.DefaultSettings().TFAAccount
	ways := map[string]func(w world, p auth.Principal, otp string) error{
		"login": func(w world, _ auth.Principal, otp string) error { _, err := w.loginWith(t, otp); return err },
		"disabling": func(w world, p auth.Principal, otp string) error {
			return w.service.DisableTFA(context.Background(), p, otp, visitor)
		},
		"renewal": func(w world, p auth.Principal, otp string) error {
			_, err := w.service.RenewRecoveryCodes(context.Background(), p, password, otp, visitor)
			return err
		},
	}
	for name, try := range ways {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, s)
			w.seedAnn(t, nil)
			f := w.enableTFA(t)
			p := auth.Principal{User: w.ann(t)}
			for n := range 100 {
				if n%10 == 9 {
					w.wantLogin(t, "", domain.InvalidOTP) // the right password gives nothing back
				}
				guess := totp.Code(f.secret, totp.Step(w.clock.Now())+int64(1000+n))
				if n%2 == 1 {
					guess = fmt.Sprintf("aaaaa-%05d", n)
				}
				if err := try(w, p, guess); err == nil {
					t.Fatal("a wrong code was taken")
				} else if n >= s.TFAAccount.Burst {
					wantCode(t, err, domain.RequestsExceeded)
				}
			}
			for other, way := range ways {
				for _, right := range []string{w.code(f.secret), f.recovery[0]} {
					if failure := wantCode(t, way(w, p, right), domain.RequestsExceeded); failure.RetryAfter <= 0 {
						t.Errorf("%s: got no time to wait", other)
					}
				}
			}
			if n := w.count(t, domain.EventTFALimited, domain.OutcomeFailure); n != 1 {
				t.Errorf("got %d events of the limit, want 1", n)
			}
			w.clock.Advance(s.TFAAccount.Every)
			w.wantLogin(t, w.code(f.secret), "") // it heals by itself
		})
	}
	t.Run("enabling", func(t *testing.T) {
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		p := auth.Principal{User: w.ann(t)}
		secret := w.generateTFA(t, p)
		enable := func(otp string) error {
			_, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: otp}, visitor)
			return err
		}
		for range s.TFAAccount.Burst {
			wantCode(t, enable(w.wrong(secret)), domain.InvalidPayload)
		}
		wantCode(t, enable(w.code(secret)), domain.RequestsExceeded)
	})
	t.Run("a hundred in parallel do not slip through", func(t *testing.T) {
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		errs := race(100, func(int) error { _, err := w.loginWith(t, w.wrong(f.secret)); return err })
		if tried := countCodes(errs, domain.InvalidOTP); tried != s.TFAAccount.Burst {
			t.Errorf("got %d that were looked at, want %d", tried, s.TFAAccount.Burst)
		}
	})
	t.Run("nobody without the password uses it up", func(t *testing.T) {
		w := newWorld(t, s)
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		for range 100 {
			_, err := w.service.Login(t.Context(), auth.LoginInput{Email: annEmail, Password: "wrong", OTP: w.wrong(f.secret), Mode: domain.ModeJSON})
			wantCode(t, err, domain.InvalidCredentials)
		}
		w.wantLogin(t, w.code(f.secret), "")
	})
}

// Red when totp's window is 10.
func TestSecurity59_ACodeIsOfNowOrOneStepAway(t *testing.T) {
	for away := -10; away <= 10; away++ {
		w := newWorld(t, manyCodes())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		w.clock.Advance(10 * time.Minute) // past what enabling has spent
		want := domain.InvalidOTP
		if away >= -1 && away <= 1 {
			want = ""
		}
		w.wantLogin(t, totp.Code(f.secret, totp.Step(w.clock.Now())+int64(away)), want)
	}
}

// Red when one of the paths does not call passSecondFactor.
func TestSecurity60_EveryWayInAsksForTheCode(t *testing.T) {
	for _, mode := range allModes() {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		f := w.enableTFA(t)
		device := w.wantLogin(t, w.code(f.secret), "").Device
		w.clock.Advance(totp.Period)
		for name, in := range map[string]auth.LoginInput{
			"plain":         {Email: annEmail},
			"other case":    {Email: "ANN@EXAMPLE.COM"},
			"known device":  {Email: annEmail, Device: device},
			"blank code":    {Email: annEmail, OTP: " "},
			"NUL":           {Email: annEmail, OTP: "\x00"},
			"hyphens alone": {Email: annEmail, OTP: "----------"},
		} {
			in.Password, in.Mode = password, mode
			_, err := w.service.Login(t.Context(), in)
			if codeOf(err) != domain.InvalidOTP {
				t.Errorf("%s, %s: got %v, want INVALID_OTP", mode, name, err)
			}
		}
	}
}

// Red when GenerateTFA does not call confirm, EnableTFA does not look for the set-up, or DisableTFA does
// not call spendCode.
func TestSecurity61_SetUpNeedsThePasswordAndEachChangeACode(t *testing.T) {
	w := newWorld(t, manyCodes())
	w.seedAnn(t, nil)
	p := auth.Principal{User: w.ann(t)}
	for typed, want := range map[string]domain.Code{"": domain.InvalidPayload, "wrong": domain.InvalidCredentials, password + " ": domain.InvalidCredentials} {
		setup, err := w.service.GenerateTFA(t.Context(), p, typed, visitor)
		if wantCode(t, err, want); setup != (auth.TFASetup{}) {
			t.Error("got a secret beside an error")
		}
	}
	own := totp.NewSecret() // whoever has a token alone brings a secret of their own
	_, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(own), OTP: w.code(own)}, visitor)
	wantCode(t, err, domain.InvalidPayload)

	bob, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
	wantCode(t, err, "")
	ofBob := w.generateTFA(t, auth.Principal{User: bob}) // which is of another account
	_, err = w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(ofBob), OTP: w.code(ofBob)}, visitor)
	wantCode(t, err, domain.InvalidPayload)

	secret := w.generateTFA(t, p)
	for _, otp := range []string{"", "000", w.wrong(secret)} {
		_, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: otp}, visitor)
		wantCode(t, err, domain.InvalidPayload)
	}
	f := w.enableTFA(t)
	p = auth.Principal{User: w.ann(t)}
	_, err = w.service.GenerateTFA(t.Context(), p, password, visitor)
	wantCode(t, err, domain.InvalidPayload) // it is on
	for _, otp := range []string{"", "000", w.wrong(f.secret), "aaaaa-aaaaa"} {
		wantCode(t, w.service.DisableTFA(t.Context(), p, otp, visitor), domain.InvalidPayload)
	}
	if w.ann(t).TOTP == nil {
		t.Error("the second factor is off")
	}
	for _, err := range []error{
		errorOf(w.service.GenerateTFA(t.Context(), auth.Principal{}, password, visitor)),
		errorOf(w.service.EnableTFA(t.Context(), auth.Principal{}, auth.TFAEnable{}, visitor)),
		errorOf(w.service.RenewRecoveryCodes(t.Context(), auth.Principal{}, password, w.code(f.secret), visitor)),
		w.service.DisableTFA(t.Context(), auth.Principal{}, w.code(f.secret), visitor),
	} {
		wantCode(t, err, domain.InvalidCredentials)
	}
	t.Run("guesses at the password count as failed logins", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		p := auth.Principal{User: w.ann(t)}
		for range auth.DefaultSettings().LoginAccount.Burst {
			wantCode(t, errorOf(w.service.GenerateTFA(t.Context(), p, "wrong", visitor)), domain.InvalidCredentials)
		}
		wantCode(t, errorOf(w.service.GenerateTFA(t.Context(), p, password, visitor)), domain.RequestsExceeded)
	})
}

func errorOf[T any](_ T, err error) error { return err }

// Red when sealTOTP returns the secret itself, newRecoveryCodes keeps the codes, or a secret is logged.
func TestSecurity62_TheSecretIsSealedAndShownOnce(t *testing.T) {
	var log logbook
	w := newWorld(t, manyCodes(), logged(&log))
	w.seedAnn(t, nil)
	p := auth.Principal{User: w.ann(t)}
	secret := w.generateTFA(t, p)
	if len(secret)*8 != 160 || bytes.Equal(secret, w.generateTFA(t, p)) {
		t.Errorf("got a secret of %d bits, or the same one twice", len(secret)*8)
	}
	f := w.enableTFA(t)
	w.wantLogin(t, f.recovery[0], "")
	u := w.ann(t)
	kept := fmt.Sprintf("%q %s %x %s", u.TOTP, u.TOTP, u.TOTP, log.String())
	forms := []string{string(f.secret), totp.EncodeSecret(f.secret), fmt.Sprintf("%x", f.secret)}
	for _, code := range f.recovery {
		forms = append(forms, code, strings.ReplaceAll(code, "-", ""))
	}
	for _, form := range forms {
		if strings.Contains(kept, form) || strings.Contains(strings.ToLower(kept), strings.ToLower(form)) {
			t.Error("a secret or a recovery code is stored or logged")
		}
	}
	if bytes.Contains(u.TOTP, f.secret) {
		t.Error("the secret is stored as it is")
	}
	t.Run("and is of its account alone", func(t *testing.T) {
		bob, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
		wantCode(t, err, "")
		bob.TOTP = u.TOTP // as somebody could do who writes to the database
		if _, err := w.store.Repos().Users.Update(t.Context(), bob); err != nil {
			t.Fatal(err)
		}
		_, err = w.service.Login(t.Context(), auth.LoginInput{Email: "bob@example.com", Password: password, OTP: w.code(f.secret), Mode: domain.ModeJSON})
		wantCode(t, err, domain.ServiceUnavailable)
	})
}

// Red when totp.IsCode's unicode digits count, or Match trims.
func TestSecurity63_CodesAreSixASCIIDigits(t *testing.T) {
	w := newWorld(t, manyCodes())
	w.seedAnn(t, nil)
	f := w.enableTFA(t)
	code := w.code(f.secret)
	wide := strings.Map(func(r rune) rune { return r + '\uff10' - '0' }, code)
	for _, otp := range []string{
		" " + code, code + " ", code + "\n", code[:3] + " " + code[3:], code[:3] + "-" + code[3:], code[:5], "0" + code, code + "0", wide,
		"\xff\xfe", "\x00", "null", "true", "{}", "[" + code + "]", strings.Repeat("1", 1<<20), "' OR 1=1 --",
	} {
		if _, err := w.loginWith(t, otp); codeOf(err) != domain.InvalidOTP {
			t.Errorf("%.40q: got %v, want INVALID_OTP", otp, err)
		}
	}
	w.wantLogin(t, code, "")
}

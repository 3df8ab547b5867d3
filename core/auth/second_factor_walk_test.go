package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// secondFactorFlows are the use cases of the second factor. Where an answer is lost the code may be
// spent, and the next one works.
func secondFactorFlows() []flow {
	var f factor
	on := func(act func(t *testing.T, w world, p auth.Principal) error) func(*testing.T, world) func() error {
		return func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			f = w.enableTFA(t)
			p := auth.Principal{User: w.ann(t)}
			return func() error { return act(t, w, p) }
		}
	}
	stillOn := func(t *testing.T, w world, _ string, _ bool) {
		t.Helper()
		w.clock.Advance(totp.Period)
		w.wantIn(t, w.wantLogin(t, w.code(f.secret), ""))
	}
	login := func(otp func(w world) string) func(*testing.T, world) func() error {
		return on(func(t *testing.T, w world, _ auth.Principal) error { _, err := w.loginWith(t, otp(w)); return err })
	}
	begun := []string{"Limiter.Take", "Limiter.Take", "Users.ByEmail", "Hasher.Verify"}
	ended := []string{"Limiter.Refund", "Limiter.Refund", "Limiter.Refund", "Issuer.Issue", "Sessions.Create", "Users.Touch", "Events.Record"}
	confirmed := []string{"Limiter.Take", "Limiter.Take", "Hasher.Verify", "Limiter.Refund", "Limiter.Refund"}
	chances := []string{"Limiter.Refund", "Users.Touch", "Events.Record"}
	join := func(parts ...[]string) (all []string) {
		for _, part := range parts {
			all = append(all, part...)
		}
		return all
	}
	return []flow{
		{
			name: "second factor/login", begin: login(func(w world) string { return w.code(f.secret) }), chances: chances,
			calls: join(begun, []string{"Limiter.Take", "Users.AdvanceTOTP"}, ended), check: stillOn,
		},
		{
			name: "second factor/login without a code", begin: login(func(world) string { return "" }), ends: domain.InvalidOTP, chances: chances,
			calls: join(begun, []string{"Events.Record", "Limiter.Refund", "Limiter.Refund"}), check: stillOn,
		},
		{
			name: "second factor/login with a wrong code", begin: login(func(w world) string { return w.wrong(f.secret) }), ends: domain.InvalidOTP, chances: chances,
			calls: join(begun, []string{"Limiter.Take", "Events.Record"}), check: stillOn,
		},
		{
			name: "second factor/login with a recovery code", begin: login(func(world) string { return f.recovery[0] }), chances: chances,
			calls: join(begun, []string{"Limiter.Take", "UnitOfWork.Do", "Users.Update", "MailQueue.Put", "Events.Record"}, ended),
			check: func(t *testing.T, w world, method string, lost bool) {
				stillOn(t, w, method, lost)
				if left := len(w.ann(t).RecoveryCodes); left < auth.RecoveryCodes-1 {
					t.Errorf("got %d recovery codes left", left)
				}
			},
		},
		{
			name: "second factor/generate",
			begin: func(t *testing.T, w world) func() error {
				w.seedAnn(t, nil)
				p := auth.Principal{User: w.ann(t)}
				return func() error { return errorOf(w.service.GenerateTFA(t.Context(), p, password, visitor)) }
			},
			chances: chances, calls: join(confirmed, []string{"OneTimeTokens.Put"}),
			check: func(t *testing.T, w world, _ string, _ bool) { w.login(t, domain.ModeJSON) },
		},
		{
			name: "second factor/enable",
			begin: func(t *testing.T, w world) func() error {
				w.seedAnn(t, nil)
				p := auth.Principal{User: w.ann(t)}
				secret := w.generateTFA(t, p)
				return func() error {
					_, err := w.service.EnableTFA(t.Context(), p, auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: w.code(secret)}, visitor)
					return err
				}
			},
			chances: chances,
			calls: []string{
				"Limiter.Take", "OneTimeTokens.Get", "Users.AdvanceTOTP", "OneTimeTokens.Consume", "UnitOfWork.Do", "Users.Update", "MailQueue.Put",
				"Events.Record", "Limiter.Refund",
			},
			check: func(t *testing.T, w world, method string, lost bool) {
				if on := w.ann(t).TOTP != nil; !on && (method == "Events.Record" || method == "Limiter.Refund") {
					t.Error("the second factor is off after an answer that it is on")
				}
			},
		},
		{
			name: "second factor/disable",
			begin: on(func(t *testing.T, w world, p auth.Principal) error {
				return w.service.DisableTFA(t.Context(), p, w.code(f.secret), visitor)
			}),
			chances: chances,
			calls:   []string{"Limiter.Take", "Users.AdvanceTOTP", "Limiter.Refund", "UnitOfWork.Do", "Users.Update", "MailQueue.Put", "Events.Record"},
			check:   func(t *testing.T, w world, method string, lost bool) { stillOn(t, w, method, lost) },
		},
		{
			name: "second factor/renew recovery codes",
			begin: on(func(t *testing.T, w world, p auth.Principal) error {
				return errorOf(w.service.RenewRecoveryCodes(t.Context(), p, password, w.code(f.secret), visitor))
			}),
			chances: chances,
			calls:   join(confirmed, []string{"Limiter.Take", "Users.AdvanceTOTP", "Limiter.Refund", "Users.Update", "Events.Record"}),
			check:   stillOn,
		},
		{
			name: "second factor/reset by an operator",
			begin: on(func(t *testing.T, w world, _ auth.Principal) error {
				return errorOf(w.service.ResetTFA(t.Context(), annEmail))
			}),
			chances: append(chances, "Limiter.Reset"),
			calls:   []string{"Users.ByEmail", "UnitOfWork.Do", "Users.Update", "MailQueue.Put", "Events.Record", "Limiter.Reset"},
			check:   stillOn,
		},
		{
			name: "second factor/session that may only enrol",
			begin: func(t *testing.T, w world) func() error {
				role := domain.Role{ID: "0195f2c6-7d7e-7a10-8000-0000000000e2", Name: "Keepers", EnforceTFA: true}
				if err := w.store.Repos().Roles.Create(t.Context(), role); err != nil {
					t.Fatal(err)
				}
				w.seedAnn(t, func(u *domain.User) { u.Role = role.ID })
				held := w.login(t, domain.ModeJSON)
				return func() error {
					p, err := w.service.Authenticate(t.Context(), credentialOf(held))
					if !p.Anonymous() {
						t.Error("got more than may enrol")
					}
					return err
				}
			},
			calls: []string{"Verifier.Verify", "Sessions.Get", "Users.ByID", "Roles.ByID"},
		},
	}
}

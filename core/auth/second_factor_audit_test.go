package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

func trailOfSecondFactor() map[string][]recorded {
	byAnn := func(kind string) domain.Event { return happened(kind, annID, annID) }
	refused := func(kind string) []domain.Event {
		return []domain.Event{{Kind: kind, Outcome: domain.OutcomeFailure, Actor: annID, Subject: annID}}
	}
	on := func(act func(t *testing.T, w world, p auth.Principal, f factor)) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			f := w.enableTFA(t)
			p := auth.Principal{User: w.ann(t)}
			return func() { act(t, w, p, f) }
		}
	}
	enable := func(otp func(w world, secret []byte) string, want domain.Code) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			p := auth.Principal{User: w.ann(t)}
			secret := w.generateTFA(t, p)
			return func() {
				in := auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: otp(w, secret)}
				wantCode(t, errorOf(w.service.EnableTFA(t.Context(), p, in, visitor)), want)
			}
		}
	}
	generate := func(typed string, want domain.Code) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			return func() {
				wantCode(t, errorOf(w.service.GenerateTFA(t.Context(), auth.Principal{User: w.ann(t)}, typed, visitor)), want)
			}
		}
	}
	return map[string][]recorded{
		"Login": {
			{"with a recovery code", on(func(t *testing.T, w world, _ auth.Principal, f factor) { w.wantLogin(t, f.recovery[0], "") }), []domain.Event{byAnn(domain.EventRecoveryUsed), byAnn(domain.EventLogin)}, ""},
			{"with a wrong code", on(func(t *testing.T, w world, _ auth.Principal, f factor) {
				w.wantLogin(t, w.wrong(f.secret), domain.InvalidOTP)
			}), []domain.Event{failed(domain.EventLogin, annID)}, ""},
		},
		"GenerateTFA": {
			{"a secret", generate(password, ""), nil, "nothing is changed until it is enabled"},
			{"with a wrong password", generate("wrong", domain.InvalidCredentials), refused(domain.EventTFAEnabled), ""},
		},
		"EnableTFA": {
			{"with a code", enable(world.code, ""), []domain.Event{byAnn(domain.EventTFAEnabled)}, ""},
			{"with a wrong code", enable(world.wrong, domain.InvalidPayload), refused(domain.EventTFAEnabled), ""},
		},
		"DisableTFA": {
			{"with a code", on(func(t *testing.T, w world, p auth.Principal, f factor) {
				wantCode(t, w.service.DisableTFA(t.Context(), p, w.code(f.secret), visitor), "")
			}), []domain.Event{byAnn(domain.EventTFADisabled)}, ""},
			{"with a wrong code", on(func(t *testing.T, w world, p auth.Principal, f factor) {
				wantCode(t, w.service.DisableTFA(t.Context(), p, w.wrong(f.secret), visitor), domain.InvalidPayload)
			}), refused(domain.EventTFADisabled), ""},
		},
		"RenewRecoveryCodes": {
			{"with password and code", on(func(t *testing.T, w world, p auth.Principal, f factor) {
				wantCode(t, errorOf(w.service.RenewRecoveryCodes(t.Context(), p, password, w.code(f.secret), visitor)), "")
			}), []domain.Event{byAnn(domain.EventRecoveryMade)}, ""},
			{"with a wrong password", on(func(t *testing.T, w world, p auth.Principal, f factor) {
				wantCode(t, errorOf(w.service.RenewRecoveryCodes(t.Context(), p, "wrong", w.code(f.secret), visitor)), domain.InvalidCredentials)
			}), refused(domain.EventRecoveryMade), ""},
		},
		"DisableAccountTFA": {{"one", func(t *testing.T, w world) func() {
			w.enableTFA(t)
			me := w.admin(t)
			return func() { wantCode(t, w.service.DisableAccountTFA(t.Context(), me, annID, visitor), "") }
		}, []domain.Event{happened(domain.EventTFADisabled, root, annID)}, ""}},
		"ResetTFA": {{"one", on(func(t *testing.T, w world, _ auth.Principal, _ factor) {
			wantCode(t, errorOf(w.service.ResetTFA(t.Context(), annEmail)), "")
		}), []domain.Event{happened(domain.EventTFADisabled, "", annID)}, ""}},
		"ResealSecrets": {{"all", on(func(t *testing.T, w world, _ auth.Principal, _ factor) {
			wantCode(t, errorOf(w.service.ResealSecrets(t.Context(), "", 10)), "")
		}), nil, "the same secret stays in use; the command says how many"}},
	}
}

package contract

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// generateTFA returns the secret that the service shows to the caller.
func (s story) generateTFA(caller Reply) []byte {
	s.Helper()
	setup := value(s.Client.GenerateTFA(s.Context(), caller.credential(), annPassword))(s)
	return value(totp.DecodeSecret(setup.Secret))(s)
}

func (s story) tryEnableTFA(caller Reply, secret []byte, otp string) error {
	return errorOf(s.Client.EnableTFA(s.Context(), caller.credential(), auth.TFAEnable{Secret: totp.EncodeSecret(secret), OTP: otp}))
}

// enableTFA turns the caller's second factor on, and goes on to where its first code is spent.
func (s story) enableTFA(caller Reply) (secret []byte) {
	s.Helper()
	secret = s.generateTFA(caller)
	must(s, s.tryEnableTFA(caller, secret, s.code(secret)))
	s.Clock.Advance(totp.Period)
	return secret
}

// code returns the code of now.
func (s story) code(secret []byte) string { return totp.Code(secret, totp.Step(s.Clock.Now())) }

// wrong returns a code that is none of the moment.
func (s story) wrong(secret []byte) string {
	return totp.Code(secret, totp.Step(s.Clock.Now())+1000)
}

func (s story) tryLoginWith(otp string, mode domain.Mode) (Reply, error) {
	return s.Client.Login(s.Context(), auth.LoginInput{Email: "ann@example.com", Password: annPassword, OTP: otp, Mode: mode})
}

// manyCodes is for stories that try more codes than anybody may.
func manyCodes(set *auth.Settings) {
	withoutLimits(set)
	set.TFAAccount = port.Limit{}
}

func transportSecondFactorCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("tfa/once-on-every-login-needs-a-code",
			"A second factor that is on is asked for after the password, in every mode, and leaves sessions alone.",
			manyCodes, func(s story) {
				held := s.login(domain.ModeJSON)
				secret := s.enableTFA(held)
				for _, mode := range allModes() {
					s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, mode)), domain.InvalidOTP)
					s.wantCode(errorOf(s.tryLoginWith(s.wrong(secret), mode)), domain.InvalidOTP)
					s.wantMe(value(s.tryLoginWith(s.code(secret), mode))(s))
					s.Clock.Advance(totp.Period)
				}
				s.wantMe(s.refresh(held))
				s.wantEvent(domain.EventTFAEnabled, domain.OutcomeSuccess, ann().ID)
			}),
		tell("tfa/a-code-works-once",
			"A code that has been shown is spent, for whatever it was shown.",
			manyCodes, func(s story) {
				held := s.login(domain.ModeJSON)
				secret := s.generateTFA(held)
				code := s.code(secret)
				must(s, s.tryEnableTFA(held, secret, code))
				s.wantCode(errorOf(s.tryLoginWith(code, domain.ModeJSON)), domain.InvalidOTP)
				s.wantCode(s.Client.DisableTFA(s.Context(), held.credential(), code), domain.InvalidPayload)
				s.Clock.Advance(totp.Period)
				code = s.code(secret)
				got := race(s, 8, func(int) error { return errorOf(s.tryLoginWith(code, domain.ModeJSON)) })
				in := 0
				for _, err := range got {
					if err == nil {
						in++
					} else if codeOf(err) != domain.InvalidOTP {
						s.Errorf("got %v, want INVALID_OTP", err)
					}
				}
				if in != 1 {
					s.Errorf("got %d logins with one code, want 1", in)
				}
			}),
		tell("tfa/wrong-codes-have-a-limit",
			"Wrong codes have a limit of their own, which the right password does not reset, and which heals.",
			func(set *auth.Settings) {
				withoutLimits(set)
				set.TFAAccount = port.Limit{Burst: 2, Every: 10 * time.Minute}
			}, func(s story) {
				held := s.login(domain.ModeJSON)
				secret := s.enableTFA(held)
				for range 2 {
					s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidOTP)
					s.wantCode(errorOf(s.tryLoginWith(s.wrong(secret), domain.ModeJSON)), domain.InvalidOTP)
				}
				_, err := s.tryLoginWith(s.code(secret), domain.ModeJSON)
				if s.wantCode(err, domain.RequestsExceeded); retryAfter(err) <= 0 {
					s.Error("got no time to wait")
				}
				s.wantCode(s.Client.DisableTFA(s.Context(), held.credential(), s.code(secret)), domain.RequestsExceeded)
				s.Clock.Advance(11 * time.Minute)
				value(s.tryLoginWith(s.code(secret), domain.ModeJSON))(s)
			}),
		tell("tfa/set-up-needs-the-password",
			"A secret is shown to who knows the password, and turned on with its code; no other secret is.",
			manyCodes, func(s story) {
				held := s.login(domain.ModeJSON)
				s.wantCode(errorOf(s.Client.GenerateTFA(s.Context(), held.credential(), annPassword+"x")), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Client.GenerateTFA(s.Context(), held.credential(), "")), domain.InvalidPayload)
				own := totp.NewSecret()
				s.wantCode(s.tryEnableTFA(held, own, s.code(own)), domain.InvalidPayload)
				secret := s.generateTFA(held)
				s.wantCode(s.tryEnableTFA(held, secret, s.wrong(secret)), domain.InvalidPayload)
				s.wantCode(s.tryEnableTFA(held, secret, ""), domain.InvalidPayload)
				s.login(domain.ModeJSON) // nothing is on yet
				must(s, s.tryEnableTFA(held, secret, s.code(secret)))
				s.wantCode(errorOf(s.Client.GenerateTFA(s.Context(), held.credential(), annPassword)), domain.InvalidPayload)
				s.Clock.Advance(totp.Period)
				s.wantCode(s.tryEnableTFA(held, secret, s.code(secret)), domain.InvalidPayload)

				nobody := auth.Credential{}
				s.wantCode(errorOf(s.Client.GenerateTFA(s.Context(), nobody, annPassword)), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Client.EnableTFA(s.Context(), nobody, auth.TFAEnable{Secret: totp.EncodeSecret(own), OTP: s.code(own)})), domain.InvalidCredentials)
				s.wantCode(s.Client.DisableTFA(s.Context(), nobody, s.code(secret)), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Client.RenewRecoveryCodes(s.Context(), nobody, annPassword, s.code(secret))), domain.InvalidCredentials)
			}),
		tell("tfa/turning-it-off-needs-a-code",
			"The second factor is turned off with a code, and by nobody else but an administrator.",
			manyCodes, func(s story) {
				held := s.login(domain.ModeJSON)
				s.wantCode(s.Client.DisableTFA(s.Context(), held.credential(), "123456"), domain.InvalidPayload) // it is off
				secret := s.enableTFA(held)
				for _, otp := range []string{"", "000", s.wrong(secret), "aaaaa-aaaaa"} {
					s.wantCode(s.Client.DisableTFA(s.Context(), held.credential(), otp), domain.InvalidPayload)
				}
				s.wantCode(s.Client.DisableAccountTFA(s.Context(), held.credential(), ann().ID), domain.Forbidden)
				s.wantCode(s.Client.DisableAccountTFA(s.Context(), auth.Credential{}, ann().ID), domain.Forbidden)
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidOTP)
				must(s, s.Client.DisableTFA(s.Context(), held.credential(), s.code(secret)))
				s.wantMe(s.login(domain.ModeJSON))

				s.Clock.Advance(totp.Period)
				s.enableTFA(held)
				root := s.seedAdministrator()
				must(s, s.Client.DisableAccountTFA(s.Context(), root.credential(), ann().ID))
				s.wantMe(s.login(domain.ModeJSON))
				s.wantEvent(domain.EventTFADisabled, domain.OutcomeSuccess, ann().ID)
			}),
		tell("tfa/recovery-codes-work-once-each",
			"Ten recovery codes stand in for codes, each once; new ones need password and code, and end the old.",
			manyCodes, func(s story) {
				held := s.login(domain.ModeJSON)
				secret := s.enableTFA(held)
				s.wantCode(errorOf(s.Client.RenewRecoveryCodes(s.Context(), held.credential(), annPassword+"x", s.code(secret))), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Client.RenewRecoveryCodes(s.Context(), held.credential(), annPassword, s.wrong(secret))), domain.InvalidPayload)
				codes := value(s.Client.RenewRecoveryCodes(s.Context(), held.credential(), annPassword, s.code(secret)))(s)
				if len(codes) != auth.RecoveryCodes {
					s.Fatalf("got %d recovery codes, want %d", len(codes), auth.RecoveryCodes)
				}
				for i, mode := range allModes() {
					s.wantMe(value(s.tryLoginWith(codes[i], mode))(s))
					s.wantCode(errorOf(s.tryLoginWith(codes[i], mode)), domain.InvalidOTP)
				}
				s.Clock.Advance(totp.Period)
				renewed := value(s.Client.RenewRecoveryCodes(s.Context(), held.credential(), annPassword, s.code(secret)))(s)
				s.wantCode(errorOf(s.tryLoginWith(codes[9], domain.ModeJSON)), domain.InvalidOTP)
				must(s, s.Client.DisableTFA(s.Context(), held.credential(), renewed[0]))
				s.wantMe(s.login(domain.ModeJSON))
			}),
		tell("tfa/a-role-that-asks-for-it",
			"Who has no second factor in a role that asks for one may set it up and do nothing else, and goes on with the same session.",
			manyCodes, func(s story) {
				role := domain.Role{ID: "0195f2c6-7d7e-7a10-8000-0000000000f1", Name: "Keepers", EnforceTFA: true}
				must(s, s.Store.Repos().Roles.Create(s.Context(), role))
				s.change(func(u *domain.User) { u.Role = role.ID })
				for _, mode := range allModes() {
					held := s.login(mode)
					s.wantNotMe(held, domain.Forbidden)
					held = s.refresh(held)
					s.wantNotMe(held, domain.Forbidden)
					_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{FirstName: new("Anna")})
					s.wantCode(err, domain.Forbidden)
					secret := s.enableTFA(held)
					s.wantMe(held)
					s.wantCode(s.Client.DisableTFA(s.Context(), held.credential(), s.code(secret)), domain.Forbidden)
					s.change(func(u *domain.User) { u.TOTP, u.RecoveryCodes = nil, nil })
					s.wantNotMe(held, domain.Forbidden)
				}
			}),
		tell("tfa/codes-are-six-digits",
			"Whatever is no text of six ASCII digits and no recovery code is a wrong code.",
			manyCodes, func(s story) {
				secret := s.enableTFA(s.login(domain.ModeJSON))
				code := s.code(secret)
				for _, otp := range []string{" ", code + " ", " " + code, code[:3] + " " + code[3:], code[:5], "0" + code, "\uff11\uff12\uff13\uff14\uff15\uff16", "'--"} {
					if err := errorOf(s.tryLoginWith(otp, domain.ModeJSON)); codeOf(err) != domain.InvalidOTP {
						s.Errorf("%q: got %v, want INVALID_OTP", otp, err)
					}
				}
				s.wantMe(value(s.tryLoginWith(code, domain.ModeJSON))(s))
			}),
		tell("tfa/a-reset-leaves-it-on",
			"A new password by mail does not get round the second factor.",
			manyCodes, func(s story) {
				secret := s.enableTFA(s.login(domain.ModeJSON))
				s.Deliver(s) // what the set-up is told with
				s.reset(s.forgot("ann@example.com"), resetPassword)
				s.wantCode(errorOf(s.tryLogin("ann@example.com", resetPassword, domain.ModeJSON)), domain.InvalidOTP)
				value(s.Client.Login(s.Context(), auth.LoginInput{Email: "ann@example.com", Password: resetPassword, OTP: s.code(secret), Mode: domain.ModeJSON}))(s)
			}),
	}
}

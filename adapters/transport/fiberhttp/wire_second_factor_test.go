package fiberhttp_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// posting sends a body with Ann's token.
func posting(path string, body any) func(scene) call {
	return func(s scene) call {
		return call{method: http.MethodPost, path: path, bearer: s.json.AccessToken, body: body}
	}
}

// secretOf returns a secret that the service has shown to Ann.
func (s scene) secretOf(t *testing.T) []byte {
	t.Helper()
	got := s.do(t, posting("/users/me/tfa/generate", map[string]any{"password": password})(s))
	var setup struct {
		Secret string `json:"secret"`
	}
	if err := got.data(&setup); err != nil {
		t.Fatal(err)
	}
	secret, err := totp.DecodeSecret(setup.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// code returns the code of now, after which the next one is some way off.
func (s scene) code(secret []byte) string { return totp.Code(secret, totp.Step(s.clock.Now())) }

// enabled turns Ann's second factor on, and goes on to where its first code is spent.
func (s scene) enabled(t *testing.T) (secret []byte, recovery []string) {
	t.Helper()
	secret = s.secretOf(t)
	got := s.do(t, posting("/users/me/tfa/enable", map[string]any{"secret": totp.EncodeSecret(secret), "otp": s.code(secret)})(s))
	var shown struct {
		RecoveryCodes []string `json:"recovery_codes"`
	}
	if err := got.data(&shown); err != nil || len(shown.RecoveryCodes) != 10 {
		t.Fatalf("got status %d, %d recovery codes and error %v", got.status, len(shown.RecoveryCodes), err)
	}
	s.clock.Advance(totp.Period)
	return secret, shown.RecoveryCodes
}

// malformedTexts are rows of what is no text, or an empty one, in a member of a body.
func malformedTexts(path, name string, others map[string]any) []row {
	var rows []row
	for _, bad := range []any{nil, 123456, true, []string{"123456"}, map[string]any{}, ""} {
		body := map[string]any{name: bad}
		for other, value := range others {
			body[other] = value
		}
		rows = append(rows, row{name: fmt.Sprintf("%s as %v", name, bad), call: posting(path, body), status: 400, code: domain.InvalidPayload})
	}
	return rows
}

// secondFactorRules are those of the routes of the second factor.
func secondFactorRules() []rule {
	nobody := func(path string) row {
		return row{name: "nobody", call: func(scene) call { return call{method: http.MethodPost, path: path} }, status: 401, code: domain.InvalidCredentials}
	}
	const generate, enable, disable, renew = "/users/me/tfa/generate", "/users/me/tfa/enable", "/users/me/tfa/disable", "/users/me/tfa/recovery-codes"
	return []rule{
		{name: "§3 show a secret for a second factor", rows: append([]row{
			nobody(generate),
			{name: "the password", call: posting(generate, map[string]any{"password": password}), status: 200, members: []string{"otpauth_url", "secret"}},
			{name: "no password", call: posting(generate, map[string]any{}), status: 400, code: domain.InvalidPayload},
			{name: "a wrong password", call: posting(generate, map[string]any{"password": "wrong"}), status: 401, code: domain.InvalidCredentials},
		}, malformedTexts(generate, "password", nil)...), also: func(t *testing.T, s scene) {
			s.enabled(t)
			got := s.do(t, posting(generate, map[string]any{"password": password})(s))
			wantFailure(t, got, 400, domain.InvalidPayload)
		}},
		{name: "§3 turn a second factor on", rows: append(append([]row{
			nobody(enable),
			{name: "no secret", call: posting(enable, map[string]any{"otp": "123456"}), status: 400, code: domain.InvalidPayload},
			{name: "a secret of one's own", call: posting(enable, map[string]any{"secret": totp.EncodeSecret(make([]byte, 20)), "otp": "328482"}), status: 400, code: domain.InvalidPayload},
		}, malformedTexts(enable, "otp", map[string]any{"secret": totp.EncodeSecret(make([]byte, 20))})...), malformedTexts(enable, "secret", map[string]any{"otp": "123456"})...), also: func(t *testing.T, s scene) {
			secret := s.secretOf(t)
			got := s.do(t, posting(enable, map[string]any{"secret": totp.EncodeSecret(secret), "otp": totp.Code(secret, 1)})(s))
			wantFailure(t, got, 400, domain.InvalidPayload)
			s.enabled(t)
			me := s.do(t, reading("?fields=tfa_secret")(s))
			if want := `{"data":{"tfa_secret":"**********"}}`; string(me.body) != want {
				t.Errorf("got %s, want %s", me.body, want)
			}
		}},
		{name: "§3 turn a second factor off", rows: append([]row{
			nobody(disable),
			{name: "one that is off", call: posting(disable, map[string]any{"otp": "123456"}), status: 400, code: domain.InvalidPayload},
		}, malformedTexts(disable, "otp", nil)...), also: func(t *testing.T, s scene) {
			secret, _ := s.enabled(t)
			wantFailure(t, s.do(t, posting(disable, map[string]any{"otp": "aaaaa-aaaaa"})(s)), 400, domain.InvalidPayload)
			if got := s.do(t, posting(disable, map[string]any{"otp": s.code(secret)})(s)); got.status != 204 || len(got.body) > 0 {
				t.Errorf("got status %d", got.status)
			}
			s.clock.Advance(totp.Period)
			_, recovery := s.enabled(t)
			if got := s.do(t, posting(disable, map[string]any{"otp": recovery[0]})(s)); got.status != 204 {
				t.Errorf("with a recovery code: got status %d", got.status)
			}
		}},
		{name: "§3 new recovery codes", rows: append([]row{
			nobody(renew),
			{name: "of a second factor that is off", call: posting(renew, map[string]any{"password": password, "otp": "123456"}), status: 400, code: domain.InvalidPayload},
		}, malformedTexts(renew, "otp", map[string]any{"password": password})...), also: func(t *testing.T, s scene) {
			secret, _ := s.enabled(t)
			wantFailure(t, s.do(t, posting(renew, map[string]any{"password": "wrong", "otp": s.code(secret)})(s)), 401, domain.InvalidCredentials)
			got := s.do(t, posting(renew, map[string]any{"password": password, "otp": s.code(secret)})(s))
			if names := dataMembers(t, got); got.status != 200 || len(names) != 1 || names[0] != "recovery_codes" {
				t.Errorf("got status %d and members %q", got.status, names)
			}
		}},
		{name: "§3 turn another's second factor off", also: func(t *testing.T, s scene) {
			s.enabled(t)
			path := "/users/" + string(s.ann.ID) + "/tfa/disable"
			wantFailure(t, s.do(t, posting(path, nil)(s)), 403, domain.Forbidden)
			wantFailure(t, s.do(t, call{method: http.MethodPost, path: path}), 403, domain.Forbidden)
			if got := s.do(t, call{method: http.MethodPost, path: path, bearer: s.admin.AccessToken}); got.status != 204 {
				t.Errorf("got status %d", got.status)
			}
			wantFailure(t, s.do(t, call{method: http.MethodPost, path: "/users/0195f2c6-7d7e-7a10-8000-00000000ffff/tfa/disable", bearer: s.admin.AccessToken}), 403, domain.Forbidden)
			s.login(t, "ann@example.com", domain.ModeJSON)
		}},
	}
}

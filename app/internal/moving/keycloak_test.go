package moving_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func keycloakLine(t *testing.T, algorithm string, iterations int, salt, value string, parameters map[string][]string, more ...map[string]string) string {
	t.Helper()
	encode := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	credentials := append([]map[string]string{{
		"type": "password", "secretData": encode(map[string]any{"value": value, "salt": salt, "additionalParameters": map[string]string{}}),
		"credentialData": encode(map[string]any{"hashIterations": iterations, "algorithm": algorithm, "additionalParameters": parameters}),
	}}, more...)
	return encode(map[string]any{
		"id": annID, "username": "ann", "email": "ann@example.com", "firstName": "Ann", "lastName": "O'Neil", "enabled": true, "createdTimestamp": 1577934245000,
		"credentials": credentials, "federatedIdentities": []map[string]string{{"identityProvider": "github", "userId": "12", "userName": "ann"}}, "realmRoles": []string{"x"},
	}) + "\n"
}

func TestRowsOfKeycloak(t *testing.T) {
	argon := map[string][]string{"type": {"id"}, "version": {"1.3"}, "memory": {"256"}, "parallelism": {"2"}, "hashLength": {"32"}}
	for name, line := range map[string]string{
		"pbkdf2-sha256": keycloakLine(t, "pbkdf2-sha256", 4096, "c2FsdA==", "xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o=", nil),
		"pbkdf2":        keycloakLine(t, "pbkdf2", 4096, "c2FsdA==", "SwB5AbdlSJq+rUnZJvch0GWkKcE=", nil),
		"argon2":        keycloakLine(t, "argon2", 2, "c29tZXNhbHQ=", "bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc=", argon),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, dataKey)
			if count, told := importRows(t, p, moving.UserFormat{Name: moving.Keycloak}, line, false); count.Stored != 1 {
				t.Fatalf("got %+v, told %q", count, told)
			}
			u := imported(t, p, "ann@example.com")
			wantPassword(t, u.Password, "password")
			if u.ID != annID || u.FirstName != "Ann" || u.LastName != "O'Neil" || u.Status != domain.StatusActive || u.CreatedAt.UnixMilli() != 1577934245000 || u.TOTP != nil {
				t.Errorf("got %+v", u)
			}
			if i, err := p.Repos.Identities.Find(t.Context(), "github", "12"); err != nil || i.UserID != annID {
				t.Errorf("got identity %+v, %v", i, err)
			}
		})
	}
}

func TestADisabledUserOfKeycloakIsSuspended(t *testing.T) {
	p := newPlace(t, dataKey)
	line := keycloakLine(t, "pbkdf2", 4096, "c2FsdA==", "SwB5AbdlSJq+rUnZJvch0GWkKcE=", nil)
	importRows(t, p, moving.UserFormat{Name: moving.Keycloak}, strings.Replace(line, `"enabled":true`, `"enabled":false`, 1), false)
	if u := imported(t, p, "ann@example.com"); u.Status != domain.StatusSuspended {
		t.Errorf("got %s", u.Status)
	}
}

func TestASecondFactorOfKeycloakMovesOrItsAccountDoesNot(t *testing.T) {
	factor := func(value, data string) map[string]string {
		return map[string]string{"type": "otp", "secretData": `{"value":"` + value + `"}`, "credentialData": data}
	}
	const usual = `{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}`
	for name, c := range map[string]struct {
		credential map[string]string
		key        string // empty: its account is left out
	}{
		"as apps have it":     {factor("aSecretOf20Characters", usual), "aSecretOf20Characters"},
		"in base32":           {factor("JBSWY3DPEHPK3PXP", strings.Replace(usual, "{", `{"secretEncoding":"BASE32",`, 1)), "Hello!\xde\xad\xbe\xef"},
		"of eight digits":     {factor("aSecretOf20Characters", strings.Replace(usual, "6", "8", 1)), ""},
		"of another function": {factor("aSecretOf20Characters", strings.Replace(usual, "SHA1", "SHA256", 1)), ""},
		"that counts":         {factor("aSecretOf20Characters", strings.Replace(usual, `"totp"`, `"hotp"`, 1)), ""},
		"too short":           {factor("short", usual), ""},
		"of another kind":     {map[string]string{"type": "webauthn", "secretData": "{}", "credentialData": "{}"}, ""},
		"not understood":      {map[string]string{"type": "otp", "secretData": "x", "credentialData": "{}"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, dataKey)
			line := keycloakLine(t, "pbkdf2", 4096, "c2FsdA==", "SwB5AbdlSJq+rUnZJvch0GWkKcE=", nil, c.credential)
			count, told := importRows(t, p, moving.UserFormat{Name: moving.Keycloak}, line, false)
			want := moving.Count{LeftOut: 1}
			if c.key != "" {
				want = moving.Count{Stored: 1}
			}
			if count != want {
				t.Fatalf("got %+v, want %+v: %q", count, want, told)
			}
			if c.key == "" {
				return
			}
			if u := imported(t, p, "ann@example.com"); !p.Seals.OpensSecondFactor(u) || openFactor(t, u) != c.key {
				t.Errorf("got %q of %q, want %q", openFactor(t, u), u.TOTP, c.key)
			}
		})
	}
}

// TestMoreCredentialsOfKeycloak: earlier passwords are no way in, and of two authenticator apps the
// first is kept, which is told.
func TestMoreCredentialsOfKeycloak(t *testing.T) {
	credential := func(kind, value string) map[string]string {
		return map[string]string{"type": kind, "secretData": `{"value":"` + value + `"}`, "credentialData": `{"subType":"totp","digits":6,"period":30,"algorithm":"HmacSHA1"}`}
	}
	p := newPlace(t, dataKey)
	line := keycloakLine(t, "pbkdf2", 4096, "c2FsdA==", "SwB5AbdlSJq+rUnZJvch0GWkKcE=", nil,
		credential("password-history", "x"), credential("otp", "aSecretOf20Characters"), credential("otp", "bSecretOf20Characters"))
	line = strings.Replace(line, `"enabled":true`, `"enabled":true,"requiredActions":["UPDATE_PASSWORD"]`, 1)
	count, told := importRows(t, p, moving.UserFormat{Name: moving.Keycloak}, line, false)
	if count.Stored != 1 || len(told) != 2 || !strings.Contains(told[0], string(annID)+": what it has to do") || !strings.Contains(told[1], string(annID)+": of its authenticator apps") {
		t.Fatalf("got %+v, told %q", count, told)
	}
	u := imported(t, p, "ann@example.com")
	wantPassword(t, u.Password, "password")
	if got := openFactor(t, u); got != "aSecretOf20Characters" {
		t.Errorf("got %q", got)
	}
}

// openFactor returns the secret that is sealed with the account.
func openFactor(t *testing.T, u domain.User) string {
	t.Helper()
	sealer, err := auth.NewSealer("second factor", []byte(dataKey))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := sealer.Open(string(u.TOTP), "second factor of "+string(u.ID))
	if err != nil {
		t.Fatal(err)
	}
	return string(secret)
}

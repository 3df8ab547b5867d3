package moving_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func importRows(t *testing.T, p moving.Place, f moving.UserFormat, text string, dry bool) (moving.Count, []string) {
	t.Helper()
	var told []string
	summary, err := moving.ImportUsers(t.Context(), p, strings.NewReader(text), f, moving.Options{
		DryRun: dry, Tell: func(n moving.Note) { told = append(told, n.String()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return summary[moving.KindUser], told
}

// imported returns the account of that address.
func imported(t *testing.T, p moving.Place, email domain.Email) domain.User {
	t.Helper()
	u, err := p.Repos.Users.ByEmail(t.Context(), email)
	if err != nil {
		t.Fatalf("%s: %v", email, err)
	}
	return u
}

// wantPassword wants the stored encoding to fit the password and no other.
func wantPassword(t *testing.T, encoded, password string) {
	t.Helper()
	h, err := argon2id.New(argon2id.Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, try := range []string{password, password + "x"} {
		if ok, _, err := h.Verify(t.Context(), encoded, try); ok != (try == password) || err != nil {
			t.Errorf("%q against %s: ok %t, %v", try, encoded, ok, err)
		}
	}
}

func TestRowsOfCSV(t *testing.T) {
	const text = "\xef\xbb\xbf" + `email,password_hash,first_name,status,created_at
ann@example.com,$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW,"Ann ""A""",,2020-01-02T03:04:05Z
bob@example.com,,Bob,suspended,
no address,,,,
ANN@example.com,,,,
short@example.com
time@example.com,,,,yesterday
quotes@example.com,"a"b,,,
hash@example.com,plain text,,,
last@example.com,,,,
`
	p := newPlace(t, dataKey)
	for _, dry := range []bool{true, false} {
		count, told := importRows(t, p, moving.UserFormat{Name: moving.CSV}, text, dry)
		if want := (moving.Count{Stored: 3, LeftOut: 6}); count != want {
			t.Errorf("dry %t: got %+v, want %+v: %q", dry, count, want, told)
		}
		for i, want := range []string{"line 4, user: left out: it has no e-mail", "line 5, user: left out: a row before it", "line 6, user: left out: it has 1 columns", "line 7, user: left out: its created_at", "line 8, user: left out: its quotes", "line 9, user: left out: its password hash"} {
			if i >= len(told) || !strings.HasPrefix(told[i], want) || strings.Contains(told[i], "@") {
				t.Fatalf("dry %t: got %q, want %q and so on", dry, told, want)
			}
		}
	}
	u := imported(t, p, "ann@example.com")
	wantPassword(t, u.Password, "U*U")
	if u.FirstName != `Ann "A"` || u.Status != domain.StatusActive || !u.CreatedAt.Equal(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("got %+v", u)
	}
	if u := imported(t, p, "bob@example.com"); u.Status != domain.StatusSuspended || u.Password != "" || !u.CreatedAt.Equal(now) {
		t.Errorf("got %+v", u)
	}
	count, _ := importRows(t, p, moving.UserFormat{Name: moving.CSV}, text, false)
	if want := (moving.Count{Present: 3, LeftOut: 6}); count != want {
		t.Errorf("once more: got %+v, want %+v", count, want)
	}
}

func TestCSVWithoutSoundColumns(t *testing.T) {
	for _, first := range []string{"", "first_name\n", "email,admin\n", "email,email\n"} {
		_, err := moving.ImportUsers(t.Context(), newPlace(t, dataKey), strings.NewReader(first), moving.UserFormat{Name: moving.CSV}, moving.Options{Tell: func(moving.Note) {}})
		if err == nil || !strings.Contains(err.Error(), "first row") {
			t.Errorf("%q: got %v, want an error about the first row", first, err)
		}
	}
}

// TestHashesOfOtherServices has each spelling for the password "password". Made with other programs.
func TestHashesOfOtherServices(t *testing.T) {
	for name, hash := range map[string]string{
		"PHC PBKDF2":      "$pbkdf2-sha256$i=4096$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o",
		"PHC scrypt":      "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA",
		"argon2":          "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
		"Django argon2":   "argon2$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
		"Django PBKDF2":   "pbkdf2_sha256$4096$salt$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o=",
		"Django scrypt":   "scrypt$1024$NaCl$8$16$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA==",
		"passlib PBKDF2":  "$pbkdf2-sha256$4096$c2FsdA$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o",
		"passlib SHA-1":   "$pbkdf2$4096$c2FsdA$SwB5AbdlSJq.rUnZJvch0GWkKcE",
		"Werkzeug PBKDF2": "pbkdf2:sha256:4096$salt$c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
		"Werkzeug scrypt": "scrypt:1024:8:16$NaCl$fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, dataKey)
			line, err := json.Marshal(map[string]string{"email": "ann@example.com", "password_hash": hash})
			if err != nil {
				t.Fatal(err)
			}
			count, told := importRows(t, p, moving.UserFormat{Name: moving.JSONLines}, string(line)+"\n", false)
			if count.Stored != 1 {
				t.Fatalf("got %+v, told %q", count, told)
			}
			wantPassword(t, imported(t, p, "ann@example.com").Password, "password")
		})
	}
	for _, hash := range []string{
		"plain", "5f4dcc3b5aa765d61d8327deb882cf99", "{SHA}abc", "$1$salt$hash", "$6$salt$hash", "bcrypt_sha256$$2b$12$abc",
		"pbkdf2_sha256$4096$salt", "pbkdf2_sha256$99999999$saltsalt$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o=", "scrypt$1000$NaCl$8$16$/bq+HJ00cgB4VucZDQHp/g==",
		"scrypt$1073741824$NaClNaCl$8$1$/bq+HJ00cgB4VucZDQHp/g==", "pbkdf2:md5:1$salt$c5e478d59288c841aa530db6845c4c8d", "scrypt:1:8:16$NaCl$fd", "$pbkdf2-sha256$x$!$!",
	} {
		line, err := json.Marshal(map[string]string{"email": "ann@example.com", "password_hash": hash})
		if err != nil {
			t.Fatal(err)
		}
		count, told := importRows(t, newPlace(t, dataKey), moving.UserFormat{Name: moving.JSONLines}, string(line), false)
		if count.LeftOut != 1 || len(told) != 1 || strings.Contains(told[0], hash) {
			t.Errorf("%s: got %+v, %q; want it left out, and not repeated", hash, count, told)
		}
	}
}

const firebaseConfig = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}
`

func TestRowsOfFirebase(t *testing.T) {
	hash, err := moving.ParseFirebaseConfig(firebaseConfig)
	if err != nil {
		t.Fatal(err)
	}
	text := `{"localId":"x1","email":"ann@example.com","emailVerified":true,"passwordHash":"lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==","salt":"42xEC+ixf3L2lw==","displayName":"Ann O Neil","createdAt":"1577934245000","lastSignedInAt":"1577934246000","providerUserInfo":[{"providerId":"google.com","rawId":"117"},{"providerId":"password"}]}
{"localId":"x2","email":"bob@example.com","disabled":true,"passwordHash":"lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ==","salt":"42xEC-ixf3L2lw=="}
{"localId":"x3","phoneNumber":"+15550100"}
{"localId":"x4","email":"eve@example.com","passwordHash":"short","salt":"42xEC+ixf3L2lw=="}
{"localId":"x5","email":"fay@example.com","passwordHash":"` + strings.Repeat("A", 88) + `","salt":"42xEC+ixf3L2lw=="}
`
	p := newPlace(t, dataKey)
	count, told := importRows(t, p, moving.UserFormat{Name: moving.Firebase, Scrypt: hash}, text, false)
	if want := (moving.Count{Stored: 2, LeftOut: 3}); count != want {
		t.Fatalf("got %+v, want %+v: %q", count, want, told)
	}
	u := imported(t, p, "ann@example.com")
	wantPassword(t, u.Password, "user1password")
	if strings.Contains(u.Password, "jxspr8Ki") {
		t.Error("the key of the project is stored")
	}
	if u.FirstName != "Ann" || u.LastName != "O Neil" || u.Status != domain.StatusActive || u.CreatedAt.UnixMilli() != 1577934245000 || u.LastAccess.UnixMilli() != 1577934246000 {
		t.Errorf("got %+v", u)
	}
	if i, err := p.Repos.Identities.Find(t.Context(), "google", "117"); err != nil || i.UserID != u.ID {
		t.Errorf("got identity %+v, %v", i, err)
	}
	bob := imported(t, p, "bob@example.com")
	wantPassword(t, bob.Password, "user1password")
	if bob.Status != domain.StatusSuspended {
		t.Errorf("got %+v", bob)
	}
}

func TestHashParametersOfFirebaseThatAreIncomplete(t *testing.T) {
	for _, missing := range []string{"base64_signer_key", "rounds", "mem_cost"} {
		if _, err := moving.ParseFirebaseConfig(strings.Replace(firebaseConfig, missing, "x", 1)); err == nil || strings.Contains(err.Error(), "jxspr") {
			t.Errorf("without %s: got %v, want an error without the key", missing, err)
		}
	}
}

// keycloakLine is a user in the export of a realm.
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

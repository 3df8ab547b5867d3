package moving_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
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
	for _, first := range []string{"", "first_name\n", "email,admin\n", "email,email\n", "email;status\n"} {
		_, err := moving.ImportUsers(t.Context(), newPlace(t, dataKey), strings.NewReader(first), moving.UserFormat{Name: moving.CSV}, moving.Options{Tell: func(moving.Note) {}})
		if err == nil || !strings.Contains(err.Error(), "first row") {
			t.Errorf("%q: got %v, want an error about the first row", first, err)
		}
	}
}

// TestAQuoteWithoutItsPartner takes the rows behind it along, which is told, and no more of them than
// fit into memory.
func TestAQuoteWithoutItsPartner(t *testing.T) {
	const text = "email,first_name\nann@example.com,\"Ann\nbob@example.com,Bob\ncal@example.com,\"Cal\"\ndan@example.com,Dan\n"
	count, told := importRows(t, newPlace(t, dataKey), moving.UserFormat{Name: moving.CSV}, text, false)
	if want := "line 2, user: left out: its quotes are wrong, so that the lines up to 4 are left out with it"; count != (moving.Count{Stored: 1, LeftOut: 1}) || len(told) != 1 || told[0] != want {
		t.Errorf("got %+v, %q, want %q", count, told, want)
	}

	in := strings.NewReader("email\nann@example.com\n\"" + strings.Repeat("bob@example.com\n", 1<<18))
	summary, err := moving.ImportUsers(t.Context(), newPlace(t, dataKey), in, moving.UserFormat{Name: moving.CSV}, moving.Options{Tell: func(moving.Note) {}})
	if err == nil || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), "quote without its partner") || summary[moving.KindUser].Stored != 1 {
		t.Errorf("got %v, %v", summary, err)
	}
	if in.Len() < 2<<20 {
		t.Errorf("of 4 MiB %d bytes are left, want more than half", in.Len())
	}
}

// TestAddressesThatAreProved are told so by whoever has proved them.
func TestAddressesThatAreProved(t *testing.T) {
	for name, text := range map[string]string{
		moving.CSV:       "\xef\xbb\xbf\"email\",email_proven\nann@example.com,true\nbob@example.com,false\neve@example.com,\nfay@example.com,yes\n",
		moving.JSONLines: `{"email":"ann@example.com","email_proven":true}` + "\n" + `{"email":"bob@example.com","email_proven":false}` + "\n" + `{"email":"eve@example.com"}` + "\n" + `{"email":"fay@example.com","email_proven":"yes"}`,
		moving.Keycloak:  `{"email":"ann@example.com","emailVerified":true}` + "\n" + `{"email":"bob@example.com","emailVerified":false}` + "\n" + `{"email":"eve@example.com"}` + "\n" + `{"email":"fay@example.com","emailVerified":"yes"}`,
	} {
		p := newPlace(t, dataKey)
		if count, told := importRows(t, p, moving.UserFormat{Name: name}, text, false); count != (moving.Count{Stored: 3, LeftOut: 1}) {
			t.Fatalf("%s: got %+v, told %q", name, count, told)
		}
		for email, want := range map[domain.Email]bool{"ann@example.com": true, "bob@example.com": false, "eve@example.com": false} {
			if got := imported(t, p, email).EmailProven; got != want {
				t.Errorf("%s, %s: got %t, want %t", name, email, got, want)
			}
		}
	}
}

// TestAWholeDocument is one error, and not one for each of its lines.
func TestAWholeDocument(t *testing.T) {
	for _, text := range []string{"{\n  \"users\": [\n", "[{\"email\":\"ann@example.com\"}]\n", "{\"users\": [\n{\"email\":\"ann@example.com\"}\n]}\n"} {
		told := 0
		summary, err := moving.ImportUsers(t.Context(), newPlace(t, dataKey), strings.NewReader(text), moving.UserFormat{Name: moving.Keycloak}, moving.Options{Tell: func(moving.Note) { told++ }})
		if !errors.Is(err, moving.ErrDocument) || strings.Contains(err.Error(), "run again") || told != 0 || len(summary) != 0 {
			t.Errorf("%q: got %v, %v, told %d", text, summary, err, told)
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
	text := `{"localId":"x1","email":"ann@example.com","emailVerified":true,"passwordHash":"lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==","salt":"42xEC+ixf3L2lw==","displayName":"Ann O Neil","createdAt":"1577934245000","lastSignedInAt":"1577934246000","providerUserInfo":[{"providerId":"google.com","rawId":"117"},{"providerId":"password"},{"providerId":"oidc.own","rawId":"7"}]}
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
	if want := "line 1, user: a way in"; !strings.HasPrefix(told[0], want) {
		t.Errorf("got %q, want %q", told[0], want)
	}
	u := imported(t, p, "ann@example.com")
	wantPassword(t, u.Password, "user1password")
	if strings.Contains(u.Password, "jxspr8Ki") {
		t.Error("the key of the project is stored")
	}
	if u.FirstName != "Ann" || u.LastName != "O Neil" || u.Status != domain.StatusActive || u.CreatedAt.UnixMilli() != 1577934245000 || u.LastAccess.UnixMilli() != 1577934246000 || !u.EmailProven {
		t.Errorf("got %+v", u)
	}
	if i, err := p.Repos.Identities.Find(t.Context(), "google", "117"); err != nil || i.UserID != u.ID {
		t.Errorf("got identity %+v, %v", i, err)
	}
	bob := imported(t, p, "bob@example.com")
	wantPassword(t, bob.Password, "user1password")
	if bob.Status != domain.StatusSuspended || bob.EmailProven {
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

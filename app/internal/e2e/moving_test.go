package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestAServiceMovesFromDatabaseToDatabase takes one service through all of them, and back into a
// file. Who was logged in at the beginning is so at the end, and every database exports the same.
func TestAServiceMovesFromDatabaseToDatabase(t *testing.T) {
	t.Parallel()
	// Those of one service, wherever it keeps its data.
	keys := []string{"SECRET=EgFyMHcBrUq3Zr5vI0ob7wiXhcvUGdm6", "DATA_KEY=aWq9oZb2hA4tVYk1jLr8sNc5xTfu3Pe0", "ACCESS_TOKEN_ALGORITHM=EdDSA"}
	with := func(h home) []string { return append(h.env, keys...) }
	homes := []home{inFile(t), inMariaDB(t), inPostgreSQL(t), inPostgreSQLAndRedis(t), inFile(t)}

	p := serve(t, with(homes[0]))
	json := login(t, p.Client, domain.ModeJSON)
	cookie := login(t, p.Client, domain.ModeSession)
	p.stop(t)

	var first []string
	for i := range len(homes) - 1 {
		file := filepath.Join(t.TempDir(), "export.jsonl")
		command(t, with(homes[i]), "", "export", file)
		text := exported(t, file)
		if i == 0 {
			first = text
		}
		if !slices.Equal(text, first) {
			t.Fatalf("export %d is\n%s\nand the first was\n%s", i, strings.Join(text, ""), strings.Join(first, ""))
		}
		command(t, with(homes[i+1]), "", "migrate", "up") // which a dry run does not do on a server
		if got := command(t, with(homes[i+1]), "", "import", file, "--dry-run"); !strings.Contains(got, "Would store 1 role, 1 signing key, 1 user, 2 sessions, ") || strings.Contains(got, "Left out") {
			t.Fatalf("dry run %d: got %s", i, got)
		}
		if got := command(t, with(homes[i+1]), "", "import", file); !strings.Contains(got, "Stored 1 role, 1 signing key, 1 user, 2 sessions, ") || strings.Contains(got, "Left out") {
			t.Fatalf("import %d: got %s", i, got)
		}
		if got := command(t, with(homes[i+1]), "", "import", file); !strings.Contains(got, "Stored nothing. There already, and left as it is: 1 role, 1 signing key, 1 user, 2 sessions, ") {
			t.Fatalf("import %d once more: got %s", i, got)
		}
	}

	p = serve(t, with(homes[len(homes)-1]))
	if _, err := p.Me(t.Context(), auth.Credential{Bearer: json.Access}); err != nil {
		t.Errorf("with the access token from before: %v", err)
	}
	if _, err := p.Refresh(t.Context(), domain.ModeJSON, json.Token); err != nil {
		t.Errorf("refresh the token from before: %v", err)
	}
	if _, err := p.Refresh(t.Context(), domain.ModeSession, cookie.Token); err != nil {
		t.Errorf("refresh the cookie from before: %v", err)
	}
	login(t, p.Client, domain.ModeJSON)
}

// exported returns the lines of an export, but for those that tell when it was made and how many
// there are, and the traces that moves leave.
func exported(t *testing.T, file string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, `{"sallyport_export"`) && !strings.HasPrefix(line, `{"end"`) && !strings.Contains(line, domain.EventUserCreated) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestRowsOfAnotherServiceMoveIn logs their users in with the passwords that they had, and stores
// hashes of ours at once.
func TestRowsOfAnotherServiceMoveIn(t *testing.T) {
	t.Parallel()
	h := inFile(t)
	rows := filepath.Join(t.TempDir(), "rows.csv")
	const text = `email,password_hash
bcrypt@example.com,$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW
scrypt@example.com,$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA
`
	csv := strings.Replace(text, "$scrypt$ln=10,r=8,p=16", `"$scrypt$ln=10,r=8,p=16`, 1)
	csv = strings.TrimSuffix(csv, "\n") + "\"\n" +
		"pbkdf2@example.com,pbkdf2_sha256$4096$salt$xeR41ZKIyEGqUw22hFxMjZYok6ABzk4RpJY4c6qYE0o=\n" +
		`argon2@example.com,"$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E"` + "\n" +
		"md5@example.com,5f4dcc3b5aa765d61d8327deb882cf99\n"
	if err := os.WriteFile(rows, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := failing(t, h.env, "users", "import", rows, "--format=csv"); !strings.Contains(got, "line 6, user: left out: its password hash") || !strings.Contains(got, "Stored 4 users. Left out: 1 user.") || strings.Contains(got, "@") {
		t.Fatalf("got %s", got)
	}
	p := serve(t, h.env)
	store := h.open(t)
	for name, password := range map[string]string{"bcrypt": "U*U", "scrypt": "password", "pbkdf2": "password", "argon2": "password"} {
		email := name + "@example.com"
		for range 2 {
			if _, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: domain.ModeJSON}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		u, err := store.Repos().Users.ByEmail(t.Context(), domain.Email(email))
		if err != nil || !strings.HasPrefix(u.Password, "$argon2id$v=19$m=8,t=1,p=1$") {
			t.Errorf("%s: got %q, %v, want a hash of ours", name, u.Password, err)
		}
	}
}

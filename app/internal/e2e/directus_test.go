package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/adapters/token/jwt"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
	"github.com/sallyport-auth/sallyport/core/totp"
)

const (
	directusSecret   = "Zq7vT2mXw9LrB4nKp6sYd8HcJ3fGuE1a"
	directusPassword = "an old password of 2021"
	directusAnn      = "8f2b6c1e-0d4e-4a3c-9b5f-1f7a2c3d4e51"
	directusBob      = "8f2b6c1e-0d4e-4a3c-9b5f-1f7a2c3d4e52"
	directusEve      = "8f2b6c1e-0d4e-4a3c-9b5f-1f7a2c3d4e53"
	directusToken    = "static-token-of-Directus"
	directusFactor   = "JBSWY3DPEHPK3PXP"
)

// The tokens of sessions there: of a client that keeps it, of a browser with a session cookie, of
// one that is over, and of a share.
var (
	heldToken  = strings.Repeat("held-T0k", 8)
	cookieText = strings.Repeat("c00kie_T", 8)
	overToken  = strings.Repeat("over-T0k", 8)
	shareToken = strings.Repeat("share_Tk", 8)
)

// weakerThanOurs are settings of the service beside which the hashes of the fixture are weak.
func weakerThanOurs(dir string) []string {
	return append(cheap(dir), "SECRET="+directusSecret, "HASH_MEMORY_COST=8192")
}

// oldHash has the parameters of a Directus of 2021.
func oldHash(t *testing.T) string {
	t.Helper()
	h, err := argon2id.New(argon2id.Config{MemoryKiB: 4096, Iterations: 3, Parallelism: 1})
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := h.Hash(t.Context(), directusPassword)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// fillDirectus makes three accounts: Ann, an administrator; Bob with a second factor; and Eve, who
// is suspended.
func fillDirectus(t *testing.T, h directusHome, tables string) {
	t.Helper()
	h.run(t, tables)
	encoded, now := oldHash(t), time.Now()
	h.run(t, strings.NewReplacer("{password}", encoded, "{ann}", directusAnn, "{bob}", directusBob, "{eve}", directusEve,
		"{static}", directusToken, "{factor}", directusFactor, "{held}", heldToken, "{cookie}", cookieText, "{over}", overToken).Replace(`
INSERT INTO directus_users (id, first_name, email, password, role, token, last_access, tags) VALUES ('{ann}', 'Ann', 'ann@example.com', '{password}', '{role}', '{static}', {0}, '["a"]');
INSERT INTO directus_users (id, first_name, email, password, tfa_secret) VALUES ('{bob}', 'Bob', 'bob@example.com', '{password}', '{factor}');
INSERT INTO directus_users (id, email, password, status) VALUES ('{eve}', 'eve@example.com', '{password}', 'suspended');
INSERT INTO directus_sessions (token, {user}, expires, ip, user_agent) VALUES ('{held}', '{ann}', {1}, '192.0.2.1', 'a client');
INSERT INTO directus_sessions (token, {user}, expires) VALUES ('{cookie}', '{ann}', {1});
INSERT INTO directus_sessions (token, {user}, expires) VALUES ('{over}', '{ann}', {2})`), now.Add(-time.Hour), now.Add(time.Hour), now.Add(-time.Minute))
}

// failing runs the program, and returns what it says where it fails as it should.
func failing(t *testing.T, env []string, args ...string) string {
	t.Helper()
	output, err := sallyport(t, env, args...).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Fatalf("sallyport %s: got %v, want exit 1\n%s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

// directusCookie is a session cookie as Directus signs it.
func directusCookie(t *testing.T) string {
	t.Helper()
	tokens, err := jwt.New(jwt.Config{Secret: []byte(directusSecret)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	text, err := tokens.Issue(t.Context(), domain.Claims{
		Subject: directusAnn, Role: directusRole, App: true, Admin: true, Session: domain.SessionID(cookieText), IssuedAt: now, ExpiresAt: now.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestADirectusMovesIn takes over the database of a Directus, of today and of 2021, on each database
// that it may be in: nobody is logged out, old passwords are good, and are hashed as ours at once.
func TestADirectusMovesIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		home   func(*testing.T) directusHome
		tables string
	}{
		"sqlite":      {directusInSQLite, directusTables},
		"sqlite 2021": {directusInSQLite, olderTables},
		"mysql":       {directusInMariaDB, directusTables},
		"mysql 2021":  {directusInMariaDB, olderTables},
		"pg":          {directusInPostgreSQL, directusTables},
		"pg 2021":     {directusInPostgreSQL, olderTables},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := c.home(t)
			fillDirectus(t, from, c.tables)
			movesIn(t, from, c.tables == directusTables)
		})
	}
}

func movesIn(t *testing.T, from directusHome, hasShares bool) {
	dir := t.TempDir()
	env := weakerThanOurs(dir)
	const stored = "tored 1 role, 3 users, 2 sessions."
	dry := command(t, env, from.address+"\n", "import", "directus", "--from", "-", "--dry-run")
	if !strings.Contains(dry, "Would store 1 role, 3 users, 2 sessions. Over: 1 session. Nothing was changed.") || !strings.Contains(dry, "session of user "+directusAnn+": left out: it is over") {
		t.Fatalf("the dry run says\n%s", dry)
	}
	if users := command(t, env, "", "users", "list", "--json"); strings.TrimSpace(users) != "[]" {
		t.Fatalf("the dry run has left %s", users)
	}
	if got := command(t, env, "", "import", "directus", "--from", from.address); !strings.Contains(got, stored) || strings.Contains(got, "@") {
		t.Fatalf("the import says\n%s", got)
	}
	if hasShares {
		from.run(t, `INSERT INTO directus_sessions (token, share, expires) VALUES ('`+shareToken+`', '`+directusEve+`', {0})`, time.Now().Add(time.Hour))
		if got := failing(t, env, "import", "directus", "--from", from.address); !strings.Contains(got, "session of no user: left out: it is a look at a shared record") || !strings.Contains(got, "There already, and left as it is: 1 role, 3 users, 2 sessions. Over: 1 session. Left out: 1 session.") {
			t.Fatalf("once more it says\n%s", got)
		}
	} else if got := command(t, env, "", "import", "directus", "--from", from.address); !strings.Contains(got, "There already, and left as it is: 1 role, 3 users, 2 sessions.") {
		t.Fatalf("once more it says\n%s", got)
	}

	p := serveAt(t, time.Now().Add(2*time.Minute), env) // when codes of second factors are good again
	store := openStore(t, dir)
	wantSessionsToGoOn(t, p)
	wantOldPasswords(t, p, store)
	me, err := p.Me(t.Context(), auth.Credential{Bearer: directusToken})
	if err != nil || me.ID != directusAnn || me.FirstName != "Ann" {
		t.Errorf("with the static token: got %+v, %v", me, err)
	}
	if _, err := p.CountAccounts(t.Context(), auth.Credential{Bearer: directusToken}, port.UserFilter{}); err != nil {
		t.Errorf("an administrator is none here: %v", err)
	}
	wantNothingInClear(t, dir)
}

func wantSessionsToGoOn(t *testing.T, p *process) {
	t.Helper()
	first, err := p.Refresh(t.Context(), domain.ModeJSON, heldToken)
	if err != nil {
		t.Fatalf("refresh a live token: %v", err)
	}
	if me, err := p.Me(t.Context(), auth.Credential{Bearer: first.Access}); err != nil || me.ID != directusAnn {
		t.Errorf("with its access token: got %+v, %v", me, err)
	}
	if _, err := p.Refresh(t.Context(), domain.ModeJSON, first.Token); err != nil {
		t.Errorf("refresh its successor: %v", err)
	}
	cookie := directusCookie(t)
	if me, err := p.Me(t.Context(), auth.Credential{Cookie: cookie}); err != nil || me.ID != directusAnn {
		t.Errorf("with a session cookie: got %+v, %v", me, err)
	}
	renewed, err := p.Refresh(t.Context(), domain.ModeSession, cookie)
	if err != nil {
		t.Fatalf("refresh a session cookie: %v", err)
	}
	if me, err := p.Me(t.Context(), auth.Credential{Cookie: renewed.Token}); err != nil || me.ID != directusAnn {
		t.Errorf("with the cookie in its place: got %+v, %v", me, err)
	}
	for name, token := range map[string]string{"a session that is over": overToken, "a share": shareToken} {
		if _, err := p.Refresh(t.Context(), domain.ModeJSON, token); codeOf(err) != domain.InvalidCredentials {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func wantOldPasswords(t *testing.T, p *process, store port.Store) {
	t.Helper()
	login := func(email, password, otp string) domain.Code {
		_, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: password, OTP: otp, Mode: domain.ModeJSON})
		return codeOf(err)
	}
	if code := login("ann@example.com", directusPassword+"x", ""); code != domain.InvalidCredentials {
		t.Errorf("a wrong password: got %s", code)
	}
	if code := login("ANN@example.com", directusPassword, ""); code != "" {
		t.Errorf("the old password: got %s", code)
	}
	ann, err := store.Repos().Users.ByID(t.Context(), directusAnn)
	if err != nil || !strings.HasPrefix(ann.Password, "$argon2id$v=19$m=8192,t=1,p=1$") {
		// t=3 of the old one is more than ours, and its memory less.
		t.Errorf("got %q, %v, want a hash of ours", ann.Password, err)
	}
	if code := login("ann@example.com", directusPassword, ""); code != "" {
		t.Errorf("the old password after it was hashed anew: got %s", code)
	}
	if code := login("eve@example.com", directusPassword, ""); code != domain.InvalidCredentials {
		t.Errorf("a suspended account: got %s", code)
	}
	if code := login("bob@example.com", directusPassword, ""); code != domain.InvalidOTP {
		t.Errorf("without the second factor: got %s", code)
	}
	secret, err := totp.DecodeSecret(directusFactor)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []domain.Code{"", domain.InvalidOTP} { // it is good once
		if code := login("bob@example.com", directusPassword, totp.Code(secret, totp.Step(p.clock.Now()))); code != want {
			t.Errorf("with a code of the second factor: got %q, want %q", code, want)
		}
	}
}

// wantNothingInClear looks for the tokens and the secret of Directus in all that is kept.
func wantNothingInClear(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "sallyport.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{heldToken, heldToken[:22], cookieText, directusToken, directusFactor} {
			if strings.Contains(string(content), secret) {
				t.Errorf("%s has %q in it", filepath.Base(file), secret)
			}
		}
	}
}

package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity19And74_NothingStoredOrLoggedLogsIn lives through a day of the service, at the
// chattiest log level, and then looks for every secret in everything that is kept. To store
// the secret in place of its hash, or to log a query string, turns it red.
func TestSecurity19And74_NothingStoredOrLoggedLogsIn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, append(cheap(dir), "LOG_LEVEL=trace"))

	secrets := map[string]string{"the administrator's password": adminPassword}
	for _, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession} {
		held := login(t, p.Client, mode)
		secrets[string(mode)+" token"] = held.Token
		if mode != domain.ModeSession {
			secrets[string(mode)+" selector"], secrets[string(mode)+" secret"] = held.Token[:22], held.Token[22:]
			secrets[string(mode)+" access token"] = held.Access
		}
		next, err := p.Refresh(t.Context(), mode, held.Token)
		if err != nil {
			t.Fatal(err)
		}
		secrets[string(mode)+" successor"] = next.Token
		if mode != domain.ModeSession {
			secrets[string(mode)+" successor's secret"] = next.Token[22:]
			if _, err := p.Me(t.Context(), auth.Credential{Query: next.Access}); err != nil {
				t.Fatal(err)
			}
			secrets[string(mode)+" second access token"] = next.Access
		}
	}
	wrong := "a wrong password nobody has"
	secrets["a wrong password"] = wrong
	if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: wrong, Mode: domain.ModeJSON}); codeOf(err) != domain.InvalidCredentials {
		t.Fatal(err)
	}

	kept := map[string][]byte{"the log": []byte(p.log.String())}
	for _, file := range []string{"sallyport.db", "sallyport.db-wal"} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		kept[file] = content
	}
	if len(kept["sallyport.db-wal"]) == 0 || !bytes.Contains(kept["sallyport.db-wal"], []byte(adminEmail)) {
		t.Fatal("the test does not see what the database keeps")
	}
	for what, secret := range secrets {
		for where, content := range kept {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds %s", where, what)
			}
		}
	}
	for _, encoded := range []string{"$argon2", "eyJ"} {
		if bytes.Contains(kept["the log"], []byte(encoded)) {
			t.Errorf("the log holds %q", encoded)
		}
	}
}

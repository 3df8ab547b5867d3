package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// secrets are what must not be found in what is kept, by what they are.
type secrets map[string]string

// TestSecurity19And74_NothingStoredOrLoggedLogsIn lives through a day of the service, at the
// chattiest log level, and then looks for every secret in everything that is kept and shown: the
// database, the log, what the program writes, and the audit trail, by every way there is to it.
// To store the secret in place of its hash, or to log a query string, turns it red.
func TestSecurity19And74_NothingStoredOrLoggedLogsIn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	used := secrets{
		"the administrator's password": adminPassword, "SECRET": "a-secret-for-tokens-9vK2mQ7xW4pZ1r", "DATA_KEY": "a-data-key-that-none-may-see-3Hn8s",
	}
	env := append(cheap(dir), "LOG_LEVEL=trace", "SECRET="+used["SECRET"], "DATA_KEY="+used["DATA_KEY"], "EMAIL_TRANSPORT=mailbox")
	service := sallyport(t, env, "serve")
	var written bytes.Buffer // by the service
	service.Stdout = &written
	p := startProcess(t, service, nil)

	used.liveWithSessions(t, p)
	used.liveWithoutThem(t, p, dir)
	output := used.operate(t, env)
	admin := login(t, p.Client, domain.ModeJSON)
	used["the last access token"] = admin.Access
	shown := map[string][]byte{}
	for _, path := range []string{"/activity?limit=-1", "/users?limit=-1", "/auth/sessions", "/users/me", "/server/health", "/server/info"} {
		got, err := p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: path, Bearer: admin.Access})
		if err != nil {
			t.Fatal(err)
		}
		shown["GET "+path] = got.Body
	}
	if trail := string(shown["GET /activity?limit=-1"]); strings.Count(trail, `"action"`) < 15 {
		t.Errorf("got %s, want a trail of the day", trail)
	}
	for _, args := range [][]string{{"activity", "--limit=1000", "--json"}, {"activity", "--limit=1000"}, {"config", "print"}} {
		output += command(t, env, "", args...)
	}

	shown["the log"] = []byte(p.log.String())
	for _, file := range []string{"sallyport.db", "sallyport.db-wal"} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		shown[file] = content
	}
	if len(shown["sallyport.db-wal"]) == 0 || !bytes.Contains(shown["sallyport.db-wal"], []byte(adminEmail)) {
		t.Fatal("the test does not see what the database keeps")
	}
	p.stop(t)
	shown["standard output"] = append([]byte(output), written.Bytes()...)
	if n := strings.Count(output, "password-reset-mailed"); n != 2 {
		t.Fatalf("the test does not see what the commands write:\n%s", output)
	}
	if len(used) < 35 {
		t.Errorf("got %d secrets, which cannot be all", len(used))
	}
	for what, secret := range used {
		if len(secret) < 8 {
			t.Errorf("%s is %q, which is none", what, secret)
			continue
		}
		for where, content := range shown {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds %s", where, what)
			}
		}
	}
	for _, where := range []string{"the log", "standard output", "GET /activity?limit=-1", "GET /users?limit=-1"} {
		for _, encoded := range []string{"$argon2", "eyJ"} {
			if bytes.Contains(shown[where], []byte(encoded)) {
				t.Errorf("%s holds %q", where, encoded)
			}
		}
	}
}

// liveWithSessions logs in, refreshes, shows and ends sessions of all modes, in the right way
// and in wrong ones.
func (used secrets) liveWithSessions(t *testing.T, p *process) {
	t.Helper()
	for _, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession} {
		held, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		name := string(mode)
		used[name+" token"] = held.Token
		if held.Device != "" {
			used[name+" device"] = held.Device
			if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: mode, Device: held.Device}); err != nil {
				t.Fatal(err)
			}
		}
		if mode != domain.ModeSession {
			used[name+" selector"], used[name+" secret"] = held.Token[:22], held.Token[22:]
			used[name+" access token"] = held.Access
		}
		next, err := p.Refresh(t.Context(), mode, held.Token)
		if err != nil {
			t.Fatal(err)
		}
		used[name+" successor"] = next.Token
		if mode != domain.ModeSession {
			used[name+" successor's secret"] = next.Token[22:]
			if _, err := p.Me(t.Context(), auth.Credential{Query: next.Access}); err != nil {
				t.Fatal(err)
			}
			used[name+" second access token"] = next.Access
		}
		// Where no such token belongs, as clients with a mistake in them send it.
		for _, path := range []string{"/users/me?access_token=", "/nowhere?refresh_token=", "/activity?filter="} {
			_, _ = p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: path + held.Token}) // refused
		}
		if err := p.Logout(t.Context(), mode, next.Token); err != nil {
			t.Fatal(err)
		}
		_, _ = p.Refresh(t.Context(), mode, next.Token) // refused
	}
	used["a wrong password"] = "a wrong password nobody has"
	for _, email := range []string{adminEmail, "nobody@example.com"} {
		if _, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: used["a wrong password"], Mode: domain.ModeJSON}); codeOf(err) != domain.InvalidCredentials {
			t.Fatal(err)
		}
	}
	used["a forged token"] = "eyJhbGciOiJub25lIn0.eyJpZCI6IngifQ.forged-signature"
	_, _ = p.Me(t.Context(), auth.Credential{Bearer: used["a forged token"]}) // refused
}

// liveWithoutThem sets passwords and static tokens in every way that there is over HTTP.
func (used secrets) liveWithoutThem(t *testing.T, p *process, dir string) {
	t.Helper()
	used["Ann's password"], used["Ann's second password"], used["Ann's third password"] = "ann's first battery staple", "ann's second battery staple", "ann's third battery staple"
	used["a refused password"], used["a refused static token"] = "1q2w3e4r5t", "short-static-t"
	used["a static token"], used["a second static token"], used["a wrong static token"] = "static-token-of-ann-Q8", "static-token-of-ann-R9", "static-token-of-nobody"
	admin := auth.Credential{Bearer: login(t, p.Client, domain.ModeJSON).Access}
	used["the administrator's access token"] = admin.Bearer
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	wantRefused := func(err error) {
		t.Helper()
		if err == nil {
			t.Fatal("got no refusal")
		}
	}
	ann, err := p.CreateAccount(t.Context(), admin, auth.AccountPatch{
		ProfilePatch: auth.ProfilePatch{Email: new("ann@example.com"), Password: new(used["Ann's password"])}, Token: new(used["a static token"]),
	})
	must(err)
	_, err = p.UpdateAccount(t.Context(), admin, ann.ID, auth.AccountPatch{Token: new(used["a second static token"])})
	must(err)
	_, err = p.UpdateAccount(t.Context(), admin, ann.ID, auth.AccountPatch{Token: new(used["a refused static token"])})
	wantRefused(err)
	for _, credential := range []auth.Credential{{Bearer: used["a second static token"]}, {Query: used["a second static token"]}} {
		_, err = p.Me(t.Context(), credential)
		must(err)
	}
	for _, token := range []string{used["a wrong static token"], used["a static token"]} {
		_, err = p.Me(t.Context(), auth.Credential{Query: token})
		wantRefused(err)
	}
	_, _, err = p.UpdateMe(t.Context(), auth.Credential{Bearer: used["a second static token"]}, auth.ProfilePatch{Password: new(used["a refused password"])})
	wantRefused(err)
	_, _, err = p.UpdateMe(t.Context(), auth.Credential{Bearer: used["a second static token"]}, auth.ProfilePatch{Password: new(used["Ann's second password"])})
	must(err)

	must(p.RequestReset(t.Context(), "ann@example.com", ""))
	must(p.RequestReset(t.Context(), "nobody@example.com", ""))
	awaitDelivery(t, dir)
	for _, mail := range readMailbox(t, dir) {
		if strings.Contains(mail.Text, "token=") {
			used["a reset token"] = tokenInText(t, mail.Text)
		}
	}
	token := used["a reset token"]
	_, _ = p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/admin/reset-password?token=" + token}) // a page
	wantRefused(p.Reset(t.Context(), token, used["a refused password"]))
	must(p.Reset(t.Context(), token, used["Ann's third password"]))
	wantRefused(p.Reset(t.Context(), token, used["Ann's third password"]))
	used["a forged reset token"] = strings.Repeat("forged-reset-token-", 3)[:43]
	wantRefused(p.Reset(t.Context(), used["a forged reset token"], used["Ann's third password"]))
	used.liveWithSecondFactor(t, p, auth.Credential{Bearer: used["a second static token"]})
}

// liveWithSecondFactor turns Ann's second factor on, and shows right codes of it and wrong ones.
func (used secrets) liveWithSecondFactor(t *testing.T, p *process, ann auth.Credential) {
	t.Helper()
	setup, err := p.GenerateTFA(t.Context(), ann, used["Ann's third password"])
	if err != nil {
		t.Fatal(err)
	}
	secret, err := totp.DecodeSecret(setup.Secret)
	if err != nil {
		t.Fatal(err)
	}
	used["the secret of a second factor"], used["its bytes"] = setup.Secret, string(secret)
	codes, err := p.EnableTFA(t.Context(), ann, auth.TFAEnable{Secret: setup.Secret, OTP: totp.Code(secret, totp.Step(time.Now()))})
	if err != nil {
		t.Fatal(err)
	}
	used["a recovery code"], used["a recovery code that was used"], used["a wrong recovery code"] = codes[1], codes[0], "qqqqq-wrong"
	used["a recovery code in one word"] = strings.ReplaceAll(codes[1], "-", "")
	for otp, want := range map[string]domain.Code{codes[0]: "", used["a wrong recovery code"]: domain.InvalidOTP} {
		_, err := p.Login(t.Context(), auth.LoginInput{Email: "ann@example.com", Password: used["Ann's third password"], OTP: otp, Mode: domain.ModeJSON})
		if codeOf(err) != want {
			t.Fatalf("got %v, want %q", err, want)
		}
	}
}

// operate does with the command line what has to do with secrets, and returns what it wrote.
func (used secrets) operate(t *testing.T, env []string) string {
	t.Helper()
	used["a password from the command line"], used["another of them"] = "bob's first battery staple", "bob's second battery staple"
	var output strings.Builder
	output.WriteString(command(t, env, used["a password from the command line"]+"\n", "users", "create", "bob@example.com", "--password-stdin"))
	output.WriteString(command(t, env, used["another of them"]+"\n", "users", "passwd", "bob@example.com", "--password-stdin"))
	output.WriteString(command(t, env, "", "users", "unlock", "bob@example.com"))
	output.WriteString(command(t, env, "", "users", "list", "--json"))
	return output.String()
}

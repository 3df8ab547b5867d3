package e2e

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// command runs the program and returns what it wrote to its standard output.
func command(t *testing.T, env []string, stdin string, args ...string) string {
	t.Helper()
	c := sallyport(t, env, args...)
	c.Stdin = strings.NewReader(stdin)
	var problems strings.Builder
	c.Stderr = &problems
	output, err := c.Output()
	if err != nil {
		t.Fatalf("sallyport %s: %v\n%s", strings.Join(args, " "), err, problems.String())
	}
	return string(output)
}

// TestCommandsBesideARunningService uses each command as an operator does, while the
// service runs on the same file.
func TestCommandsBesideARunningService(t *testing.T) {
	t.Parallel()
	env := append(cheap(t.TempDir()), "LIMIT_LOGIN_ACCOUNT=2/1h")
	p := serve(t, env)
	try := func(email, password string) domain.Code {
		_, err := p.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: domain.ModeJSON})
		return codeOf(err)
	}
	const first, second = "a first password", "a second password"

	command(t, env, first+"\n", "users", "create", "bob@example.com", "--password-stdin")
	if code := try("bob@example.com", first); code != "" {
		t.Fatalf("log in to the account that was created: %s", code)
	}

	var users []struct{ Email, Status string }
	if err := json.Unmarshal([]byte(command(t, env, "", "users", "list", "--json")), &users); err != nil {
		t.Fatal(err)
	}
	if len(users) != 2 || users[1].Email != "bob@example.com" || users[1].Status != "active" {
		t.Errorf("got users %+v", users)
	}

	held, err := p.Login(t.Context(), auth.LoginInput{Email: "bob@example.com", Password: first, Mode: domain.ModeJSON})
	if err != nil {
		t.Fatal(err)
	}
	command(t, env, second+"\n", "users", "passwd", "BOB@example.com", "--password-stdin")
	if _, err := p.Refresh(t.Context(), domain.ModeJSON, held.Token); codeOf(err) != domain.InvalidCredentials {
		t.Errorf("refresh after the password was replaced: got %v, want a refusal", err)
	}
	if code := try("bob@example.com", second); code != "" {
		t.Errorf("log in with the new password: %s", code)
	}

	for range 2 {
		if code := try("bob@example.com", first); code != domain.InvalidCredentials {
			t.Errorf("log in with the old password: %s", code)
		}
	}
	if code := try("bob@example.com", second); code != domain.RequestsExceeded {
		t.Errorf("log in to the locked account: %s, want %s", code, domain.RequestsExceeded)
	}
	command(t, env, "", "users", "unlock", "bob@example.com")
	if code := try("bob@example.com", second); code != "" {
		t.Errorf("log in to the unlocked account: %s", code)
	}
}

func TestMigrateCommands(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	env := cheap(dir)
	type migration struct {
		Version int64
		Name    string
		Applied bool
	}
	status := func() (all []migration) {
		t.Helper()
		if err := json.Unmarshal([]byte(command(t, env, "", "migrate", "status", "--json")), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	applied := func(all []migration) (n int) {
		for _, m := range all {
			if m.Applied {
				n++
			}
		}
		return n
	}

	for _, line := range []string{"migrate status", "migrate down", "users list", "users unlock a@example.com"} {
		output, err := sallyport(t, env, strings.Fields(line)...).CombinedOutput()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != 1 || !strings.Contains(string(output), "there is no database at "+filepath.Join(dir, "sallyport.db")) {
			t.Errorf("%s without a database: got %v, %s", line, err, output)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder for data was made: %v", err)
	}

	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sallyport.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := status()
	if len(before) == 0 || applied(before) != 0 {
		t.Fatalf("got %+v before the first migration, want several, none applied", before)
	}
	command(t, env, "", "migrate", "up")
	if after := status(); applied(after) != len(before) {
		t.Errorf("got %+v after migrate up", after)
	}
	command(t, env, "", "migrate", "down")
	if after := status(); applied(after) != len(before)-1 {
		t.Errorf("got %+v after migrate down", after)
	}
	p := serve(t, env) // brings the schema up to date by itself
	login(t, p.Client, domain.ModeJSON)

	output, err := sallyport(t, env, "migrate", "down").CombinedOutput()
	if err == nil || !strings.Contains(string(output), "another process serves") {
		t.Errorf("migrate down beneath a running service: got %v, %s", err, output)
	}
	if after := status(); applied(after) != len(before) {
		t.Errorf("got %+v after it was refused", after)
	}
}

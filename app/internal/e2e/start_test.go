package e2e

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// withoutPassword is cheap without ADMIN_PASSWORD, as most people start first.
func withoutPassword(dataDir string) []string {
	return slices.DeleteFunc(cheap(dataDir), func(setting string) bool { return strings.HasPrefix(setting, "ADMIN_PASSWORD=") })
}

func TestFirstStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p := serve(t, withoutPassword(dir))

	t.Run("makes an administrator whose password only its file shows", func(t *testing.T) {
		content, err := os.ReadFile(filepath.Join(dir, "admin-password"))
		if err != nil {
			t.Fatal(err)
		}
		password := strings.TrimSpace(string(content))
		reply, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: password, Mode: domain.ModeJSON})
		if err != nil {
			t.Fatalf("log in with the password of the file: %v", err)
		}
		if me, err := p.Me(t.Context(), auth.Credential{Bearer: reply.Access}); err != nil || me.Email != adminEmail {
			t.Errorf("got %+v, %v", me, err)
		}
		if strings.Contains(p.log.String(), password) {
			t.Error("the log shows the password")
		}
	})
	t.Run("keeps everything from other users of the machine", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("Windows has no such modes")
		}
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil // the database's own files come and go
			}
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", path, info.Mode().Perm())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("is not repeated", func(t *testing.T) {
		before, err := os.ReadFile(filepath.Join(dir, "admin-password"))
		if err != nil {
			t.Fatal(err)
		}
		p.stop(t)
		serve(t, withoutPassword(dir)).stop(t)
		after, err := os.ReadFile(filepath.Join(dir, "admin-password"))
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("the second start changed the password: %v", err)
		}
	})
}

// TestSecurity18_NoDefaultCredentials: a password in place of auth.RandomPassword turns it red.
func TestSecurity18_NoDefaultCredentials(t *testing.T) {
	t.Parallel()
	p := serve(t, append(withoutPassword(t.TempDir()), "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off"))
	for _, password := range []string{"admin", "password", "d1r3ctu5", "sallyport", "admin123", "changeme", adminEmail, adminPassword} {
		if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: password, Mode: domain.ModeJSON}); codeOf(err) != domain.InvalidCredentials {
			t.Errorf("password %q: got %v, want a refusal", password, err)
		}
	}
	t.Run("each installation has a password of its own", func(t *testing.T) {
		seen := map[string]bool{}
		for range 3 {
			dir := t.TempDir()
			serve(t, withoutPassword(dir)).stop(t)
			password, err := os.ReadFile(filepath.Join(dir, "admin-password"))
			if err != nil {
				t.Fatal(err)
			}
			if seen[string(password)] || len(bytes.TrimSpace(password)) < 26 { // 128 bits in base32
				t.Errorf("got %q, want one that nobody can guess", password)
			}
			seen[string(password)] = true
		}
	})
	t.Run("a weak password of the operator's stops the start", func(t *testing.T) {
		refused(t, append(withoutPassword(t.TempDir()), "ADMIN_PASSWORD=password"), 2, "ADMIN_PASSWORD")
		refused(t, append(withoutPassword(t.TempDir()), "ADMIN_PASSWORD=football1"), 2, "ADMIN_PASSWORD", "guessed first")
	})
}

// TestSecurity42_WeakSecretsStopTheStart: dropping the call of Weakness turns it red.
func TestSecurity42_WeakSecretsStopTheStart(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"secret", strings.Repeat("x", 31), strings.Repeat("x", 64), "255d861b-5ea1-5996-9aa3-922530ec40b1"} {
		refused(t, append(cheap(t.TempDir()), "SECRET="+secret), 2, "SECRET")
		refused(t, append(cheap(t.TempDir()), "DATA_KEY="+secret), 2, "DATA_KEY")
	}
}

// refused starts the service and wants it to end with that code and those words.
func refused(t *testing.T, env []string, code int, words ...string) {
	t.Helper()
	command := sallyport(t, env, "serve")
	tooLong := time.AfterFunc(patience, func() { _ = command.Process.Kill() }) // it was not refused
	defer tooLong.Stop()
	output, err := command.CombinedOutput()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() != code {
		t.Errorf("got %v, want exit code %d\n%s", err, code, output)
	}
	for _, word := range words {
		if !strings.Contains(string(output), word) {
			t.Errorf("the output does not mention %q:\n%s", word, output)
		}
	}
}

func TestSecondServeOnOneFileIsRefused(t *testing.T) {
	t.Parallel()
	env := cheap(t.TempDir())
	p := serve(t, env)
	refused(t, env, 1, "another process serves this database file: stop that one, or name a folder for this one (--data-dir, DATA_DIR)")
	login(t, p.Client, domain.ModeJSON)
	p.kill()
	serve(t, env) // the claim ended with the process
}

func TestRestart(t *testing.T) {
	t.Parallel()
	env := cheap(t.TempDir())
	p := serve(t, env)
	held, cookie := login(t, p.Client, domain.ModeJSON), login(t, p.Client, domain.ModeSession)
	p.stop(t)
	p = serve(t, env)

	for _, credential := range []auth.Credential{{Bearer: held.Access}, {Cookie: cookie.Token}} {
		if _, err := p.Me(t.Context(), credential); err != nil {
			t.Errorf("a token of before the restart: %v", err)
		}
	}
	if _, err := p.Refresh(t.Context(), domain.ModeJSON, held.Token); err != nil {
		t.Errorf("refresh across the restart: %v", err)
	}
}

func TestServeInMemory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p := serve(t, append(cheap(dir), "DB_CLIENT=memory"))
	login(t, p.Client, domain.ModeJSON)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder for data was made: %v", err)
	}
}

// TestOccupiedPort is the first start of somebody who has another service on the port: it
// must not make an account whose password nobody hears of.
func TestOccupiedPort(t *testing.T) {
	t.Parallel()
	p := serve(t, cheap(t.TempDir()))
	_, port, _ := strings.Cut(strings.TrimPrefix(p.URL, "http://"), ":")
	dir := t.TempDir()
	refused(t, append(withoutPassword(dir), "PORT="+port), 1, "another program listens on 127.0.0.1:"+port+"; stop it or choose another with --port")

	p = serve(t, withoutPassword(dir))
	content, err := os.ReadFile(filepath.Join(dir, "admin-password"))
	if err != nil {
		t.Fatalf("the next start tells no password: %v", err)
	}
	if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: strings.TrimSpace(string(content)), Mode: domain.ModeJSON}); err != nil {
		t.Errorf("log in with it: %v", err)
	}
}

// TestLifetimesAreThoseConfigured runs by the machine's clock, which goes on while a login
// is under way.
func TestLifetimesAreThoseConfigured(t *testing.T) {
	t.Parallel()
	p := serve(t, cheap(t.TempDir()))
	for mode, want := range map[domain.Mode]struct{ expires, cookie string }{
		domain.ModeCookie:  {`"expires":900000`, "Max-Age=604800;"},
		domain.ModeSession: {`"expires":86400000`, "Max-Age=86400;"},
	} {
		got, err := p.Do(t.Context(), restclient.Call{
			Method: http.MethodPost, Path: "/auth/login",
			Body: map[string]any{"email": adminEmail, "password": adminPassword, "mode": mode},
		})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got.Body), want.expires) || !strings.Contains(got.Header.Get("Set-Cookie"), want.cookie) {
			t.Errorf("%s: got %s and cookie attributes %q, want %s and %s", mode, got.Body,
				strings.SplitN(got.Header.Get("Set-Cookie"), ";", 2)[1], want.expires, want.cookie)
		}
	}
}

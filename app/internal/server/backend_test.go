package server

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// configured returns a configuration with its data in dir and hashes that are made fast.
func configured(t *testing.T, dir string, more ...string) config.Config {
	t.Helper()
	t.Chdir(t.TempDir()) // where there is no .env
	c, err := config.Load(config.Input{Environ: append([]string{
		"DATA_DIR=" + dir, "PORT=0",
		"HASH_MEMORY_COST=8", "HASH_TIME_COST=1", "HASH_PARALLELISM=1",
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func backend() Backend { return Backend{Clock: clock.System{}} }

func create(t *testing.T, c config.Config, u auth.NewUser) {
	t.Helper()
	operator, done, err := backend().Operator(t.Context(), c, cli.DatabaseOptions{Log: slog.New(slog.DiscardHandler), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if _, err := operator.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// served runs Serve until it is ready, and returns what it logged.
func served(t *testing.T, c config.Config) string {
	t.Helper()
	var log bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	options := cli.ServeOptions{Log: slog.New(slog.NewTextHandler(&log, nil)), Banner: onWrite(stop)}
	if err := backend().Serve(ctx, c, options); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// onWrite is called when the banner is shown.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) { f(); return len(p), nil }

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var all []string
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return strings.Join(all, " ")
}

func TestCommandsWithoutADatabase(t *testing.T) {
	for _, file := range []string{"", "other.db"} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "data")
		var more []string
		path := filepath.Join(dir, "sallyport.db")
		if file != "" {
			path = filepath.Join(parent, file)
			more = []string{"DB_FILENAME=" + path}
		}
		c := configured(t, dir, more...)
		for name, open := range map[string]func() error{
			"Operator": func() error {
				_, _, err := backend().Operator(t.Context(), c, cli.DatabaseOptions{Log: slog.Default()})
				return err
			},
			"Migrations": func() error {
				_, err := backend().Migrations(t.Context(), c, cli.DatabaseOptions{Log: slog.Default()})
				return err
			},
		} {
			t.Run(name+" says where there is none, and makes nothing", func(t *testing.T) {
				err := open()
				if err == nil || !strings.HasPrefix(err.Error(), "there is no database at "+path) {
					t.Errorf("got %v", err)
				}
				if left := names(t, parent); left != "" {
					t.Errorf("left behind: %s", left)
				}
			})
		}
	}
}

func TestOperatorMakesNoKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	create(t, configured(t, dir), auth.NewUser{Email: "ann@example.com", Password: "horse battery staple"})
	if left := names(t, dir); strings.Contains(left, "secret") || strings.Contains(left, "data-key") || !strings.Contains(left, "sallyport.db") {
		t.Errorf("got %s, want a database and no keys", left)
	}
}

func TestErrorsOfTheFileNameIt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sallyport.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := configured(t, dir)
	_, _, err := backend().Operator(t.Context(), c, cli.DatabaseOptions{Log: slog.Default()})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Operator: got %v", err)
	}
	if _, err := backend().Migrations(t.Context(), c, cli.DatabaseOptions{Log: slog.Default()}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Migrations: got %v", err)
	}
}

func TestListen(t *testing.T) {
	t.Run("says of an address in use what to do", func(t *testing.T) {
		other, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		_, err = listen(t.Context(), config.Server{Host: "127.0.0.1", Port: other.Addr().(*net.TCPAddr).Port})
		want := "another program listens on " + other.Addr().String() + "; stop it or choose another with --port"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	})
}

func TestServeOnAFreePort(t *testing.T) {
	portOf := func(log, name string) string {
		found := regexp.MustCompile(name + `=\S*:(\d+)`).FindStringSubmatch(log)
		if found == nil {
			return "none"
		}
		return found[1]
	}
	t.Run("builds links from the port that it got", func(t *testing.T) {
		log := served(t, configured(t, t.TempDir()))
		if got, want := portOf(log, "public_url"), portOf(log, "address"); got != want || got == "0" {
			t.Errorf("got port %s in public_url, want %s\n%s", got, want, log)
		}
	})
	t.Run("leaves a PUBLIC_URL alone that was set", func(t *testing.T) {
		log := served(t, configured(t, t.TempDir(), "PUBLIC_URL=http://localhost:7"))
		if got := portOf(log, "public_url"); got != "7" {
			t.Errorf("got port %s in public_url, want 7\n%s", got, log)
		}
	})
}

func TestServeWarnsOfNoAdministrator(t *testing.T) {
	const warning = "none of them has the role of an administrator"
	ann := auth.NewUser{Email: "ann@example.com", Password: "horse battery staple"}
	c := configured(t, t.TempDir())
	create(t, c, ann)
	if log := served(t, c); !strings.Contains(log, warning) || !strings.Contains(log, "sallyport users create EMAIL --admin") {
		t.Errorf("with an account that is none: got\n%s", log)
	}
	ann.Email, ann.Admin = "root@example.com", true
	create(t, c, ann)
	if log := served(t, c); strings.Contains(log, warning) {
		t.Errorf("with one: got\n%s", log)
	}
	if log := served(t, configured(t, t.TempDir())); strings.Contains(log, warning) {
		t.Errorf("at a first start, which makes one: got\n%s", log)
	}
}

func TestServeWarnsOfNobodyLinked(t *testing.T) {
	const warning = "no account is linked to a provider"
	only := []string{"AUTH_DISABLE_DEFAULT=true", "AUTH_PROVIDERS=GitHub", "AUTH_GITHUB_CLIENT_ID=client", "AUTH_GITHUB_CLIENT_SECRET=a-secret-of-the-client-that-is-long"}
	c := configured(t, t.TempDir(), only...)
	if log := served(t, c); strings.Count(log, warning) != 1 || !strings.Contains(log, "level=WARN") {
		t.Errorf("with an account that is not: got\n%s", log)
	}
	for _, more := range []string{"AUTH_GITHUB_LINK_BY_EMAIL=true", "AUTH_GITHUB_ALLOW_PUBLIC_REGISTRATION=true"} {
		if log := served(t, configured(t, t.TempDir(), append(only, more)...)); strings.Contains(log, warning) {
			t.Errorf("with %s: got\n%s", more, log)
		}
	}
	if log := served(t, configured(t, t.TempDir(), only[1:]...)); strings.Contains(log, warning) {
		t.Errorf("with passwords: got\n%s", log)
	}
	for provider, want := range map[string]bool{"GITHUB": false, "Google": true} { // which is no place any more
		repos := refstore.New().Repos()
		user := domain.User{ID: "ann", Email: "ann@example.com", Status: domain.StatusActive, Version: 1}
		err := errors.Join(repos.Users.Create(t.Context(), user), repos.Identities.Link(t.Context(), domain.Identity{Provider: provider, Subject: "1", UserID: user.ID}))
		var log bytes.Buffer
		err = errors.Join(err, warnOfNobodyLinked(t.Context(), repos, c, slog.New(slog.NewTextHandler(&log, nil))))
		if got := strings.Contains(log.String(), warning); err != nil || got != want {
			t.Errorf("with an account that is linked to %s: got %v and\n%s", provider, err, &log)
		}
	}
}

func TestServeWarnsOfKeysMadeForAnOldDatabase(t *testing.T) {
	dir := t.TempDir()
	c := configured(t, dir)
	if log := served(t, c); strings.Contains(log, "a new SECRET") || strings.Contains(log, "a new DATA_KEY") {
		t.Errorf("at the first start: got\n%s", log)
	}
	for name, file := range map[string]string{"SECRET": "secret", "DATA_KEY": "data-key"} {
		old, err := os.ReadFile(filepath.Join(dir, file))
		if err == nil {
			err = os.Remove(filepath.Join(dir, file))
		}
		if err != nil {
			t.Fatal(err)
		}
		if log := served(t, c); strings.Count(log, "was made, although") != 1 || !strings.Contains(log, "a new "+name) {
			t.Errorf("%s is gone: got\n%s", name, log)
		}
		if log := served(t, c); strings.Contains(log, "was made, although") {
			t.Errorf("at the start after: got\n%s", log)
		}
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
		if log := served(t, configured(t, dir, name+"_PREVIOUS="+strings.TrimSpace(string(old)))); strings.Contains(log, "was made, although") {
			t.Errorf("%s is changed on purpose: got\n%s", name, log)
		}
	}
}

func TestLooseModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no such bits
	}
	dir := filepath.Join(t.TempDir(), "data")
	c := configured(t, dir)
	served(t, c)
	password := filepath.Join(dir, "admin-password")
	if err := os.WriteFile(password, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := looseModes(c); len(got) > 0 {
		t.Errorf("of what the service made: got %q", got)
	}
	for path, mode := range map[string]os.FileMode{dir: 0o755, filepath.Join(dir, "sallyport.db"): 0o640, password: 0o604} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		strict := "600 "
		if path == dir {
			strict = "700 "
		}
		if log := served(t, c); strings.Count(log, "is open to others") != 1 || !strings.Contains(log, "run: chmod "+strict+path) {
			t.Errorf("%s: got\n%s", path, log)
		}
		if err := os.Chmod(path, mode&0o700); err != nil {
			t.Fatal(err)
		}
	}
}

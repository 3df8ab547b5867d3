package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// backend records what it is asked for. Its accounts are in a slice.
type backend struct {
	served   []config.Config
	options  cli.ServeOptions
	serveErr error

	users    []domain.User
	made     []auth.NewUser
	changed  map[string]string
	unlocked []string
	userErr  error
	opened   int
	closed   int
	database cli.DatabaseOptions

	rights asked
	found  domain.User

	checked  int
	checkErr error

	findings []cli.Finding
	askedErr error

	mail      domain.Mail
	previewed []cli.MailPreview
	tested    []domain.Email
	mailErr   error

	trail []domain.Event
	asked []auth.ActivityQuery

	keys        []auth.KeyStatus
	rotations   []auth.RotateKey
	retirements []auth.RetireKeys
	keysErr     error

	moves moves

	migrations []cli.Migration
	applied    []cli.Migration
	pending    []cli.MigrationScript
	undone     *cli.Migration
	migrateErr error
}

func (b *backend) Serve(_ context.Context, c config.Config, o cli.ServeOptions) error {
	b.served, b.options = append(b.served, c), o
	return b.serveErr
}

func (b *backend) Operator(_ context.Context, _ config.Config, o cli.DatabaseOptions) (auth.OperatorAPI, func(), error) {
	b.opened++
	b.database = o
	return operator{b}, func() { b.closed++ }, nil
}

func (b *backend) Migrations(_ context.Context, _ config.Config, o cli.DatabaseOptions) (cli.Migrations, error) {
	b.opened++
	b.database = o
	return migrations{b}, nil
}

func (b *backend) SigningKeys(_ context.Context, _ config.Config, o cli.DatabaseOptions) (auth.KeysAPI, func(), error) {
	b.opened++
	b.database = o
	return signingKeys{b}, func() { b.closed++ }, nil
}

func (b *backend) Moving(_ context.Context, _ config.Config, o cli.DatabaseOptions) (cli.Moving, func(), error) {
	b.opened++
	b.database = o
	return &b.moves, func() { b.closed++ }, nil
}

func (b *backend) Check(config.Config) error {
	b.checked++
	return b.checkErr
}

func (b *backend) ExamineOAuth(context.Context, config.Config) ([]cli.Finding, error) {
	return b.findings, b.askedErr
}

func (b *backend) PreviewMail(_ context.Context, _ config.Config, p cli.MailPreview) (domain.Mail, string, error) {
	b.previewed = append(b.previewed, p)
	return b.mail, "de", b.mailErr
}

func (b *backend) TestMail(_ context.Context, _ config.Config, to domain.Email) (string, error) {
	b.tested = append(b.tested, to)
	return "with the mail server of the test", b.mailErr
}

type operator struct{ *backend }

func (o operator) EnsureAdministrator(context.Context, auth.NewUser) (bool, error) {
	return false, errors.New("no command asks for this")
}

func (o operator) LatestActivity(_ context.Context, q auth.ActivityQuery) ([]domain.Event, error) {
	o.asked = append(o.asked, q)
	return o.trail, o.userErr
}

func (o operator) ActivityAfter(context.Context, string, int) ([]domain.Event, error) {
	return nil, nil
}

func (o operator) CreateUser(_ context.Context, u auth.NewUser) (domain.User, error) {
	if o.userErr != nil {
		return domain.User{}, o.userErr
	}
	o.made = append(o.made, u)
	return domain.User{ID: "id-1", Email: domain.Email(u.Email)}, nil
}

func (o operator) SetPassword(_ context.Context, email, password string) (domain.User, error) {
	if o.userErr != nil {
		return domain.User{}, o.userErr
	}
	o.changed = map[string]string{email: password}
	return domain.User{ID: "id-1", Email: domain.Email(email)}, nil
}

func (o operator) ListUsers(_ context.Context, after domain.UserID, limit int) ([]domain.User, error) {
	if o.userErr != nil {
		return nil, o.userErr
	}
	rest := o.users[slices.IndexFunc(append(o.users, domain.User{ID: "~"}), func(u domain.User) bool { return u.ID > after }):]
	return rest[:min(limit, len(rest))], nil
}

func (o operator) Unlock(_ context.Context, email string) error {
	if o.userErr != nil {
		return o.userErr
	}
	o.unlocked = append(o.unlocked, email)
	return nil
}

func (o operator) UnlockAddress(_ context.Context, ip string) error {
	o.unlocked = append(o.unlocked, "address "+ip)
	return o.userErr
}

func (o operator) FindUser(_ context.Context, email string) (domain.User, error) {
	if o.userErr != nil {
		return domain.User{}, o.userErr
	}
	if o.found.Email != "" {
		return o.found, nil
	}
	return domain.User{ID: "0193a5f0-0000-7000-8000-000000000001", Email: domain.Email(email)}, nil
}

type migrations struct{ *backend }

func (m migrations) Up(context.Context) ([]cli.Migration, error) { return m.applied, m.migrateErr }

func (m migrations) Pending(context.Context) ([]cli.MigrationScript, error) {
	return m.pending, m.migrateErr
}

func (m migrations) Down(context.Context) (*cli.Migration, error) { return m.undone, m.migrateErr }

func (m migrations) Status(context.Context) ([]cli.Migration, error) {
	return m.migrations, m.migrateErr
}
func (m migrations) Close() error { m.closed++; return nil }

// outcome is what a run left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// run carries out a command line in an empty folder.
func run(t *testing.T, b *backend, change func(*cli.Program), args ...string) outcome {
	t.Helper()
	t.Chdir(t.TempDir())
	var stdout, stderr strings.Builder
	p := cli.Program{Args: args, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Version: "v1.2.3", Backend: b}
	if change != nil {
		change(&p)
	}
	code := cli.Run(t.Context(), p)
	return outcome{code, stdout.String(), stderr.String()}
}

func (o outcome) want(t *testing.T, code int, stdout string, stderr ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("got exit code %d, want %d\nstdout: %s\nstderr: %s", o.code, code, o.stdout, o.stderr)
	}
	if o.stdout != stdout {
		t.Errorf("got on stdout\n%s\nwant\n%s", o.stdout, stdout)
	}
	for _, part := range stderr {
		if !strings.Contains(o.stderr, part) {
			t.Errorf("got on stderr\n%s\nwant %q in it", o.stderr, part)
		}
	}
	if len(stderr) == 0 && o.stderr != "" {
		t.Errorf("got on stderr\n%s\nwant nothing", o.stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"-h"}} {
		t.Run(fmt.Sprintf("of %q goes to stdout and names every command", args), func(t *testing.T) {
			o := run(t, &backend{}, nil, args...)
			if o.code != cli.ExitOK || o.stderr != "" {
				t.Errorf("got exit code %d, stderr %q", o.code, o.stderr)
			}
			for _, command := range []string{
				"serve", "migrate up", "migrate down", "migrate status", "users create", "users passwd",
				"users list", "users unlock", "mail preview", "mail test", "config print", "config check", "doctor oauth", "version",
			} {
				if !strings.Contains(o.stdout, "\n  "+command) {
					t.Errorf("%s is missing in\n%s", command, o.stdout)
				}
			}
		})
	}
	t.Run("names the setting of every flag that is one", func(t *testing.T) {
		o := run(t, &backend{}, nil, "serve", "--help")
		for _, part := range []string{"--env-file", "(CONFIG_PATH)", "(DATA_DIR)", "(DB_CLIENT)", "(DB_FILENAME)", "(LOG_LEVEL)", "(LOG_STYLE)", "(HOST)", "(PORT)", "(PUBLIC_URL)"} {
			if !strings.Contains(o.stdout, part) {
				t.Errorf("%s is missing in\n%s", part, o.stdout)
			}
		}
	})
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"},
		{"users"},
		{"serve", "--nonsense"},
		{"serve", "--port"},
		{"users", "create"},
		{"users", "create", "a@example.com", "hunter2-as-an-argument"},
		{"users", "create", "a@example.com", "--password=hunter2-as-an-argument"},
		{"users", "create", "a@example.com", "--password-stdin=hunter2-as-a-value"},
		{"users", "create", "a@example.com", "--generate=hunter2-as-a-value"},
		{"users", "hunter2, did you mean \"hunter2\"?"},
		{"users", "create", "a@example.com", "--generate", "--password-stdin"},
		{"users", "create", "a@example.com"}, // no terminal to ask on
		{"users", "create", "a@example.com", "--password-stdin"},
		{"mail"},
		{"mail", "test"},
		{"mail", "test", "nobody"},
		{"mail", "test", "a@example.com,b@example.com"},
		{"mail", "test", "a@example.com\r\nBcc: b@example.com"},
	} {
		t.Run(strings.Join(args, " ")+" is a mistake", func(t *testing.T) {
			b := &backend{}
			o := run(t, b, nil, args...)
			o.want(t, cli.ExitUsage, "", "sallyport: ", "sallyport --help")
			if b.opened+len(b.served)+len(b.previewed)+len(b.tested) > 0 {
				t.Error("the backend was used")
			}
			if strings.Contains(o.stderr, "hunter2") {
				t.Errorf("the password is repeated: %s", o.stderr)
			}
		})
	}
}

func TestUsageIsToldPlainly(t *testing.T) {
	for line, want := range map[string]string{
		"serv":                                  "unknown command; did you mean serve?",
		"users lst":                             "unknown command; did you mean list?",
		"help users lst":                        "unknown command; did you mean list?",
		"migrate nothing-like-it":               "unknown command",
		"users list more":                       "too many arguments",
		"serve --port":                          "--port needs a value",
		"mail test":                             "usage: sallyport mail test <address>",
		"users passwd":                          "usage: sallyport users passwd <email> [flags]",
		"serve --port --host=::1":               "--port needs a value",
		"users passwd a@b.org --generate=maybe": "--generate takes no value",
		"serve --prot=1":                        `unknown flag --prot, did you mean "--port"?`,
	} {
		o := run(t, &backend{}, nil, strings.Fields(line)...)
		if got, _, _ := strings.Cut(o.stderr, "\n"); got != "sallyport: "+want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

func TestHabits(t *testing.T) {
	for habit, line := range map[string]string{"help": "--help", "help users": "users --help", "help users create": "users create --help", "--version": "version"} {
		got, want := run(t, &backend{}, nil, strings.Fields(habit)...), run(t, &backend{}, nil, strings.Fields(line)...)
		if got != want || got.code != cli.ExitOK {
			t.Errorf("%s: got %+v, want what %s gives", habit, got, line)
		}
	}
}

func TestLogsOfCommands(t *testing.T) {
	for name, test := range map[string]struct {
		environ []string
		line    string
		info    bool
	}{
		"of a command are warnings":        {nil, "users list", false},
		"of a command are what is set":     {[]string{"LOG_LEVEL=info"}, "users list", true},
		"of the service begin with info":   {nil, "serve", true},
		"of the service are what is set":   {[]string{"LOG_LEVEL=warn"}, "serve", false},
		"of a command follow the flag too": {nil, "users list --log-level=debug", true},
	} {
		b := &backend{}
		run(t, b, environ(test.environ...), strings.Fields(test.line)...)
		log := b.database.Log
		if b.served != nil {
			log = b.options.Log
		}
		if got := log.Enabled(t.Context(), slog.LevelInfo); got != test.info || !log.Enabled(t.Context(), slog.LevelWarn) {
			t.Errorf("%s: info is logged: %t, want %t", name, got, test.info)
		}
	}
}

func TestConfigurationMistakes(t *testing.T) {
	for _, args := range [][]string{
		{"serve"},
		{"migrate", "up"},
		{"migrate", "down"},
		{"migrate", "status"},
		{"config", "print"},
		{"config", "check"},
		{"users", "create", "a@example.com", "--generate"},
		{"users", "passwd", "a@example.com", "--generate"},
		{"users", "list"},
		{"users", "unlock", "a@example.com"},
		{"mail", "preview"},
		{"mail", "test", "a@example.com"},
	} {
		t.Run(strings.Join(args, " ")+" tells them all and does nothing", func(t *testing.T) {
			b := &backend{}
			run(t, b, environ("ACCESS_TOKEN_TTL=15", "DB_CLIENT=oracle"), args...).want(t, cli.ExitUsage, "",
				"sallyport: 2 problems in the configuration:\n", "\n  DB_CLIENT: ", "\n  ACCESS_TOKEN_TTL: ")
			if b.opened+len(b.served)+len(b.previewed)+len(b.tested) > 0 {
				t.Error("the backend was used")
			}
		})
	}
	t.Run("warnings are told beside them", func(t *testing.T) {
		for _, line := range []string{"serve", "config check", "users list"} {
			run(t, &backend{}, environ("PORT=x", "POTR_FILE=1", "PUBLIC_URI=x"), strings.Fields(line)...).want(t, cli.ExitUsage, "",
				"warning: PUBLIC_URI is no setting; did you mean PUBLIC_URL?\n", "sallyport: 1 problem in the configuration:\n")
		}
	})
	t.Run("only the service lacks keys with a database server", func(t *testing.T) {
		server := environ("DB_CONNECTION_STRING=mysql://u:p@127.0.0.1/x")
		for line, lacks := range map[string]bool{"serve": true, "config check": true, "config print": false, "users list": false, "migrate up": false} {
			o := run(t, &backend{}, server, strings.Fields(line)...)
			want := cli.ExitOK
			if lacks {
				want = cli.ExitUsage
			}
			if got := strings.Contains(o.stderr, "\n  SECRET: is not set") && strings.Contains(o.stderr, "\n  DATA_KEY: is not set"); got != lacks || o.code != want {
				t.Errorf("%s: got exit code %d, %s", line, o.code, o.stderr)
			}
		}
	})
	t.Run("version needs no configuration", func(t *testing.T) {
		if o := run(t, &backend{}, environ("DB_CLIENT=oracle"), "version"); o.code != cli.ExitOK {
			t.Errorf("got exit code %d: %s", o.code, o.stderr)
		}
	})
}

func TestOnlySomeCommandsMakeADatabase(t *testing.T) {
	for line, want := range map[string]bool{
		"users create a@example.com --generate": true,
		"users passwd a@example.com --generate": false,
		"users list":                            false,
		"users unlock a@example.com":            false,
		"migrate up":                            true,
		"migrate down":                          false,
		"migrate status":                        false,
	} {
		b := &backend{}
		run(t, b, nil, strings.Fields(line)...)
		if b.opened != 1 || b.database.Create != want {
			t.Errorf("%s: got %+v, want Create %t", line, b.database, want)
		}
	}
}

func TestServe(t *testing.T) {
	t.Run("hands over the configuration, flags first", func(t *testing.T) {
		b := &backend{}
		run(t, b, environ("HOST=192.0.2.1", "PORT=9000", "EMAIL_TRANSPORT=mailbox"),
			"--data-dir=kept", "serve", "--host=::1", "--db-client", "memory", "--public-url=https://auth.example.com/").want(t, cli.ExitOK, "")
		if len(b.served) != 1 {
			t.Fatalf("served %d times", len(b.served))
		}
		c := b.served[0]
		if c.Server.Host != "::1" || c.Server.Port != 9000 || c.Database.Client != config.Memory ||
			c.Server.PublicURL != "https://auth.example.com" || c.General.DataDir != "kept" {
			t.Errorf("got %+v", c)
		}
		if b.options.Log == nil || b.options.Version != "v1.2.3" || b.options.Banner != nil {
			t.Errorf("got %+v, want a logger, the version and, without a terminal, no banner", b.options)
		}
	})
	t.Run("logs warnings as JSON away from a terminal", func(t *testing.T) {
		o := run(t, &backend{}, environ("PUBLIC_URI=https://example.com"), "serve")
		var line struct{ Level, Msg string }
		if err := json.Unmarshal([]byte(o.stderr), &line); err != nil {
			t.Fatalf("%v: %s", err, o.stderr)
		}
		if line.Level != "WARN" || !strings.Contains(line.Msg, "PUBLIC_URL") {
			t.Errorf("got %+v", line)
		}
	})
	t.Run("follows the log settings", func(t *testing.T) {
		b := &backend{}
		run(t, b, environ("PUBLIC_URI=x"), "serve", "--log-level=silent").want(t, cli.ExitOK, "")
		run(t, b, environ("PUBLIC_URI=x"), "serve", "--log-style=pretty").want(t, cli.ExitOK, "", "WRN PUBLIC_URI is no setting")
	})
	for name, test := range map[string]struct {
		err  error
		code int
		want string
	}{
		"what it cannot do":   {errors.New("listen: address already in use"), cli.ExitFailed, "sallyport: listen: address already in use\n"},
		"a late mistake":      {fmt.Errorf("start: %w", config.Mistakes{{Name: "PORT", Problem: "is taken", Fix: "take another"}}), cli.ExitUsage, "PORT: is taken; take another"},
		"a missing key":       {fmt.Errorf("start: %w", missingKey(t)), cli.ExitUsage, "DATA_KEY is not set"},
		"being stopped early": {fmt.Errorf("start: %w", context.Canceled), cli.ExitFailed, "sallyport: interrupted\n"},
	} {
		t.Run("fails with "+name, func(t *testing.T) {
			run(t, &backend{serveErr: test.err}, nil, "serve").want(t, test.code, "", test.want)
		})
	}
}

func missingKey(t *testing.T) error {
	t.Helper()
	_, _, err := keys.Load(keys.Wanted{Name: "DATA_KEY"}, keys.Demand)
	return err
}

func TestDomainErrors(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		code   int
		stderr string
	}{
		"a conflict":            {&domain.Error{Code: domain.RecordNotUnique, Message: "Value for field has to be unique.", Field: "email"}, cli.ExitFailed, "sallyport: There already is an account with this e-mail.\n"},
		"a missing account":     {&domain.Error{Code: domain.RecordNotFound, Message: "There is no account with this e-mail."}, cli.ExitFailed, "sallyport: There is no account with this e-mail.\n"},
		"a bad address":         {domain.InvalidPayloadError("email", `"email" must be a valid email`), cli.ExitUsage, "sallyport: This is not an e-mail address.\n"},
		"a short password":      {auth.CheckNewPassword("x1y2", ""), cli.ExitUsage, "sallyport: The password must be at least 8 characters long.\n"},
		"a well-known password": {auth.CheckNewPassword("password", ""), cli.ExitUsage, "sallyport: The password is one that is guessed first.\n"},
		"a long password":       {auth.CheckNewPassword(strings.Repeat("x", 1025), ""), cli.ExitUsage, "sallyport: The password must be at most 1024 bytes long.\n"},
	} {
		t.Run(name+" is told plainly", func(t *testing.T) {
			b := &backend{userErr: test.err}
			o := run(t, b, nil, "users", "unlock", "a@example.com")
			o.want(t, test.code, "", test.stderr)
			if o.stderr != test.stderr {
				t.Errorf("got %q, want %q", o.stderr, test.stderr)
			}
			if b.closed != 1 {
				t.Errorf("closed %d times, want once", b.closed)
			}
		})
	}
	t.Run("a fault of ours goes to the log with its cause", func(t *testing.T) {
		b := &backend{userErr: domain.NewError(domain.Internal, errors.New("sqlite: disk I/O error"))}
		run(t, b, nil, "users", "list").want(t, cli.ExitFailed, "",
			`"error":"sqlite: disk I/O error"`, "\nsallyport: An unexpected error occurred.\n")
	})
}

func TestVersion(t *testing.T) {
	t.Run("names the release", func(t *testing.T) {
		o := run(t, &backend{}, nil, "version")
		if o.code != cli.ExitOK || !strings.HasPrefix(o.stdout, "sallyport v1.2.3 (go") {
			t.Errorf("got %q, exit code %d", o.stdout, o.code)
		}
	})
	t.Run("falls back on the build", func(t *testing.T) {
		o := run(t, &backend{}, func(p *cli.Program) { p.Version = "" }, "version", "--json")
		var v map[string]string
		if err := json.Unmarshal([]byte(o.stdout), &v); err != nil {
			t.Fatal(err)
		}
		if v["version"] == "" || v["go"] == "" || v["platform"] == "" {
			t.Errorf("got %v", v)
		}
	})
}

func TestConfigCommands(t *testing.T) {
	const secret = "q8Zt3VnR0sLw7YkXc2BhJmP5dUfGaE9i"
	t.Run("print shows values and hides secrets", func(t *testing.T) {
		for _, args := range [][]string{{"config", "print"}, {"config", "print", "--json"}} {
			o := run(t, &backend{}, environ("SECRET="+secret, "PORT=9000"), args...)
			if o.code != cli.ExitOK || strings.Contains(o.stdout, secret) || !strings.Contains(o.stdout, "(set, hidden)") || !strings.Contains(o.stdout, "9000") {
				t.Errorf("%q: exit code %d\n%s", args, o.code, o.stdout)
			}
		}
	})
	t.Run("print writes JSON that can be read", func(t *testing.T) {
		o := run(t, &backend{}, environ("PORT=9000"), "config", "print", "--json")
		var values []config.Value
		if err := json.Unmarshal([]byte(o.stdout), &values); err != nil {
			t.Fatal(err)
		}
		if len(values) != len(config.Settings()) || !slices.Contains(values, config.Value{Name: "PORT", Value: "9000", Source: "environment"}) {
			t.Errorf("got %d values: %v", len(values), values)
		}
	})
	t.Run("check says so when all is well, and warns beside it", func(t *testing.T) {
		run(t, &backend{}, nil, "config", "check").want(t, cli.ExitOK, "The configuration is sound.\n")
		run(t, &backend{}, environ("PUBLIC_URI=x"), "config", "check").want(t, cli.ExitOK, "The configuration is sound.\n",
			"warning: PUBLIC_URI is no setting; did you mean PUBLIC_URL?\n")
	})
	t.Run("check also tries what the settings name", func(t *testing.T) {
		b := &backend{checkErr: fmt.Errorf("no such template: %w", keys.ErrConfiguration)}
		if o := run(t, b, nil, "config", "check"); o.code != cli.ExitUsage || o.stdout != "" || !strings.Contains(o.stderr, "no such template") || b.checked != 1 {
			t.Errorf("got exit code %d after %d checks, and said %q and %q", o.code, b.checked, o.stdout, o.stderr)
		}
	})
}

func TestMigrate(t *testing.T) {
	first := cli.Migration{Version: 1, Name: "users", Applied: true}
	second := cli.Migration{Version: 2, Name: "sessions"}

	t.Run("up tells what it applied", func(t *testing.T) {
		b := &backend{applied: []cli.Migration{first, second}}
		run(t, b, nil, "migrate", "up").want(t, cli.ExitOK, "Applied 1 users.\nApplied 2 sessions.\n")
		run(t, &backend{}, nil, "migrate", "up").want(t, cli.ExitOK, "The schema is up to date.\n")
		if b.closed != 1 {
			t.Errorf("closed %d times, want once", b.closed)
		}
	})
	t.Run("up tells what it applied before it failed", func(t *testing.T) {
		b := &backend{applied: []cli.Migration{first}, migrateErr: errors.New("migration 2: no such table")}
		run(t, b, nil, "migrate", "up").want(t, cli.ExitFailed, "Applied 1 users.\n", "sallyport: migration 2: no such table\n")
	})
	t.Run("a dry run shows SQL and applies nothing", func(t *testing.T) {
		b := &backend{applied: []cli.Migration{first}, pending: []cli.MigrationScript{{Migration: first, SQL: "CREATE TABLE a (b INT);"}, {Migration: second, SQL: "CREATE TABLE c (d INT);"}}}
		run(t, b, nil, "migrate", "up", "--dry-run").want(t, cli.ExitOK, "-- 1 users\n\nCREATE TABLE a (b INT);\n\n-- 2 sessions\n\nCREATE TABLE c (d INT);\n\n")
		if b.database.Create {
			t.Error("it may make a database")
		}
		run(t, &backend{}, nil, "migrate", "up", "--dry-run").want(t, cli.ExitOK, "-- The schema is up to date.\n")
	})
	t.Run("down wants to be told that nobody serves where it cannot see that", func(t *testing.T) {
		server := environ("DB_CONNECTION_STRING=mysql://u:p@127.0.0.1/x")
		b := &backend{undone: &first}
		run(t, b, server, "migrate", "down").want(t, cli.ExitUsage, "", "stop them all, and say so with --yes")
		if b.opened > 0 {
			t.Error("the database was opened")
		}
		run(t, b, server, "migrate", "down", "--yes").want(t, cli.ExitOK, "Took back 1 users.\n")
	})
	t.Run("down tells what it took back", func(t *testing.T) {
		run(t, &backend{undone: &first}, nil, "migrate", "down").want(t, cli.ExitOK, "Took back 1 users.\n")
		run(t, &backend{}, nil, "migrate", "down").want(t, cli.ExitOK, "There is nothing to take back.\n")
	})
	t.Run("status lists them", func(t *testing.T) {
		b := &backend{migrations: []cli.Migration{first, second}}
		run(t, b, nil, "migrate", "status").want(t, cli.ExitOK,
			"    1  applied      users\n    2  not applied  sessions\n")
		o := run(t, b, nil, "migrate", "status", "--json")
		var got []cli.Migration
		if err := json.Unmarshal([]byte(o.stdout), &got); err != nil || !slices.Equal(got, b.migrations) {
			t.Errorf("got %v, error %v", got, err)
		}
		run(t, &backend{}, nil, "migrate", "status", "--json").want(t, cli.ExitOK, "[]\n")
	})
	t.Run("status says of one that a newer program has applied that it is unknown", func(t *testing.T) {
		b := &backend{migrations: []cli.Migration{first, {Version: 3, Applied: true}}}
		run(t, b, nil, "migrate", "status").want(t, cli.ExitOK,
			"    1  applied      users\n    3  applied      (unknown to this program)\n")
	})
	t.Run("a failure is told, and the database closed", func(t *testing.T) {
		b := &backend{migrateErr: errors.New("migration 2: no such table")}
		run(t, b, nil, "migrate", "up").want(t, cli.ExitFailed, "", "sallyport: migration 2: no such table\n")
		if b.closed != 1 {
			t.Errorf("closed %d times, want once", b.closed)
		}
	})
}

func environ(entries ...string) func(*cli.Program) {
	return func(p *cli.Program) { p.Environ = entries }
}

func stdin(text string) func(*cli.Program) {
	return func(p *cli.Program) { p.Stdin = strings.NewReader(text) }
}

// typing answers the prompts of a terminal.
func typing(lines ...string) func(*cli.Program) {
	return func(p *cli.Program) {
		p.ReadSecret = func(context.Context) (string, error) {
			if len(lines) == 0 {
				return "", io.EOF
			}
			line := lines[0]
			lines = lines[1:]
			return line, nil
		}
	}
}

package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	goodSecret    = "q8Zt3VnR0sLw7YkXc2BhJmP5dUfGaE9i"
	anotherSecret = "Vb1Nx6QzKp4TgWy8RjLm2HdCs7FuAe0o"
)

// load reads a configuration in an empty folder.
func load(t *testing.T, environ ...string) (config.Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	return config.Load(config.Input{Environ: environ})
}

func mustLoad(t *testing.T, environ ...string) config.Config {
	t.Helper()
	c, err := load(t, environ...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// smtp returns what sending mail needs at least, and more; of two entries for one name the
// first counts.
func smtp(more ...string) []string {
	return append(more, "EMAIL_TRANSPORT=smtp", "EMAIL_SMTP_HOST=smtp.example.com", "EMAIL_FROM=no-reply@example.org", "HOST=0.0.0.0", "PUBLIC_URL=https://auth.example.com")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadDefaults(t *testing.T) {
	got := mustLoad(t)
	t.Run("are the documented ones", func(t *testing.T) {
		want := []any{
			config.General{EnvFile: ".env", ProjectName: "Sallyport", DataDir: "./data"},
			config.Server{
				Host: "127.0.0.1", Port: 8055, PublicURL: "http://localhost:8055", RootRedirect: "./admin", MaxPayloadSize: 100 << 10, MaxConnections: 8192,
				RequestTimeout: 15 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second,
				IdleTimeout: time.Minute, ShutdownTimeout: 20 * time.Second,
			},
			config.Database{Client: "sqlite3", Filename: filepath.Join("data", "sallyport.db"), Synchronous: "FULL", Timeout: 5 * time.Second, RejectUnauthorized: true, PoolMax: 16, ConnectTimeout: 30 * time.Second, Migrate: true},
			config.Redis{LimiterStore: "database", Prefix: "sallyport:", MaxConnections: 32},
			config.CORS{
				Methods: []string{"GET", "POST", "PATCH", "DELETE"}, AllowedHeaders: []string{"Content-Type", "Authorization"},
				ExposedHeaders: []string{"Content-Range"}, Credentials: true, MaxAge: 18000,
			},
			config.Keys{},
			config.Sessions{
				AccessTTL: 15 * time.Minute, RefreshTTL: 7 * 24 * time.Hour, CookieTTL: 24 * time.Hour, AbsoluteTTL: 30 * 24 * time.Hour,
				RefreshGrace: 10 * time.Second, SessionGrace: 10 * time.Second, Reuse: "end", Algorithm: "HS256",
			},
			config.RefreshCookie{Name: "directus_refresh_token", Secure: true, SameSite: "lax"},
			config.SessionCookie{Name: "directus_session_token", Secure: true, SameSite: "lax"},
			config.Hash{MemoryKiB: 65536, Iterations: 3, Parallelism: 4, Length: 32},
			config.Passwords{},
			config.Limits{RequestsPoints: 50, RequestsDuration: 1, LoginAccount: port.Limit{Burst: 10, Every: 90 * time.Second}, LoginAddress: port.Limit{Burst: 100, Every: 9 * time.Second}, TFAAccount: port.Limit{Burst: 5, Every: 6 * time.Minute}, ResetAccount: port.Limit{Burst: 3, Every: 20 * time.Minute}, ResetAddress: port.Limit{Burst: 30, Every: 2 * time.Minute}, NoticeAccount: port.Limit{Burst: 5, Every: 12 * time.Minute}, InviteAccount: port.Limit{Burst: 200, Every: 18 * time.Second}, RegisterAccount: port.Limit{Burst: 3, Every: 20 * time.Minute}, RegisterAddress: port.Limit{Burst: 5, Every: 12 * time.Second}},
			config.Recovery{ResetTTL: time.Hour},
			config.People{InviteTTL: 7 * 24 * time.Hour, VerifyTTL: 7 * 24 * time.Hour, VerifyEmail: true, ConfirmEmail: true, ConfirmTTL: 24 * time.Hour},
			config.Mail{Transport: "mailbox", From: "no-reply@example.com", SMTPPort: 587, DefaultLanguage: "en", QueueLength: 10_000},
			config.OAuth{},
			config.Admin{Email: "admin@example.com"},
			config.GraphQL{Introspection: true, SingleUse: []string{"auth_login", "auth_refresh", "auth_logout", "auth_password_request", "auth_password_reset", "auth_oauth_token"}},
			config.Explorer{GraphQL: true, Docs: true},
			config.Connect{},
			config.Audit{EventsTTL: 90 * 24 * time.Hour},
			config.Log{Level: "info"},
		}
		value := reflect.ValueOf(got)
		for i := range want {
			if have := value.Field(i).Interface(); !reflect.DeepEqual(have, want[i]) {
				t.Errorf("%s: got %+v, want %+v", value.Type().Field(i).Name, have, want[i])
			}
		}
		if exported := reflect.VisibleFields(value.Type()); len(slices.DeleteFunc(exported, func(f reflect.StructField) bool { return !f.IsExported() })) != len(want) {
			t.Error("Config has a group that is not compared")
		}
	})
	t.Run("warn of nothing", func(t *testing.T) {
		if warnings := got.Warnings(); len(warnings) > 0 {
			t.Errorf("got %q", warnings)
		}
	})
	t.Run("also stand for values that are empty", func(t *testing.T) {
		var environ []string
		for _, s := range config.Settings() {
			environ = append(environ, s.Name+"=", s.Name+"_FILE=")
		}
		for i, s := range config.Settings() {
			if i%2 == 0 && !s.Secret {
				environ[2*i] += "  " // blanks are no value either
			}
		}
		if c := mustLoad(t, environ...); !reflect.DeepEqual(c, got) {
			t.Errorf("got %+v, want %+v", c, got)
		}
	})
}

func TestLoadValues(t *testing.T) {
	for entry, check := range map[string]func(config.Config) any{
		"HOST=0.0.0.0":                           func(c config.Config) any { return c.Server.Host == "0.0.0.0" },
		"HOST= localhost ":                       func(c config.Config) any { return c.Server.Host == "localhost" },
		"HOST=::":                                func(c config.Config) any { return c.Server.Host == "::" },
		"PORT=0":                                 func(c config.Config) any { return c.Server.Port == 0 && c.Server.PublicURL == "http://localhost:0" },
		"PORT=number:9000":                       func(c config.Config) any { return c.Server.Port == 9000 },
		"PUBLIC_URL=https://a.example.com/auth/": func(c config.Config) any { return c.Server.PublicURL == "https://a.example.com/auth" },
		"PUBLIC_URL=http://[::1]:8055":           func(c config.Config) any { return c.Server.PublicURL == "http://[::1]:8055" },
		"DATA_DIR=/srv/sallyport": func(c config.Config) any {
			return c.Database.Filename == filepath.FromSlash("/srv/sallyport/sallyport.db")
		},
		"DB_FILENAME=x.db":                       func(c config.Config) any { return c.Database.Filename == "x.db" },
		"DB_CLIENT=Memory":                       func(c config.Config) any { return c.Database.Client == config.Memory },
		"DB_SQLITE_SYNCHRONOUS=normal":           func(c config.Config) any { return c.Database.Synchronous == "NORMAL" },
		"SECRET=" + goodSecret:                   func(c config.Config) any { return c.Keys.Secret == goodSecret },
		"SECRET=string:" + goodSecret:            func(c config.Config) any { return c.Keys.Secret == goodSecret },
		"SECRET_PREVIOUS=" + goodSecret + " , ":  func(c config.Config) any { return slices.Equal(c.Keys.SecretPrevious, []config.Secret{goodSecret}) },
		"ACCESS_TOKEN_ALGORITHM=ES256":           func(c config.Config) any { return c.Sessions.Algorithm == "ES256" },
		"ACCESS_TOKEN_TTL=1h30m":                 func(c config.Config) any { return c.Sessions.AccessTTL == 90*time.Minute },
		"REFRESH_TOKEN_TTL=2w":                   func(c config.Config) any { return c.Sessions.RefreshTTL == 14*24*time.Hour },
		"REFRESH_TOKEN_GRACE_PERIOD=0":           func(c config.Config) any { return c.Sessions.RefreshGrace == 0 },
		"REFRESH_TOKEN_GRACE_PERIOD=0s":          func(c config.Config) any { return c.Sessions.RefreshGrace == 0 },
		"SESSION_REFRESH_GRACE_PERIOD=1500ms":    func(c config.Config) any { return c.Sessions.SessionGrace == 1500*time.Millisecond },
		"REFRESH_TOKEN_REUSE=refuse":             func(c config.Config) any { return c.Sessions.Reuse == config.ReuseRefuses },
		"ACCEPT_SESSIONLESS_TOKENS=boolean:true": func(c config.Config) any { return c.Sessions.AcceptSessionless },
		"ACCEPT_SESSIONLESS_TOKENS=1":            func(c config.Config) any { return c.Sessions.AcceptSessionless },
		"SESSION_COOKIE_SECURE=FALSE":            func(c config.Config) any { return !c.SessionCookie.Secure },
		"SESSION_COOKIE_DOMAIN=.example.com":     func(c config.Config) any { return c.SessionCookie.Domain == "example.com" },
		"SESSION_COOKIE_NAME=__Host-session":     func(c config.Config) any { return c.SessionCookie.Name == "__Host-session" },
		"SESSION_COOKIE_SAME_SITE=None":          func(c config.Config) any { return c.SessionCookie.SameSite == "none" },
		"MAX_PAYLOAD_SIZE=1MB":                   func(c config.Config) any { return c.Server.MaxPayloadSize == 1<<20 },
		"MAX_PAYLOAD_SIZE=2048b":                 func(c config.Config) any { return c.Server.MaxPayloadSize == 2048 },
		"HASH_LENGTH=16":                         func(c config.Config) any { return c.Hash.Length == 16 },
		"HASH_HASH_LENGTH=64":                    func(c config.Config) any { return c.Hash.Length == 64 },
		"HASH_PARALLELISM=16":                    func(c config.Config) any { return c.Hash.Parallelism == 16 },
		"LIMIT_LOGIN_ACCOUNT=off":                func(c config.Config) any { return c.Limits.LoginAccount == port.Limit{} },
		"LIMIT_LOGIN_ACCOUNT= 3 / 1m ": func(c config.Config) any {
			return c.Limits.LoginAccount == port.Limit{Burst: 3, Every: 20 * time.Second}
		},
		"LIMIT_LOGIN_ACCOUNT=7/1s": func(c config.Config) any {
			return c.Limits.LoginAccount == port.Limit{Burst: 7, Every: 142857 * time.Microsecond}
		},
		"RATE_LIMITER_ENABLED=false": func(c config.Config) any { return c.Limits.Requests() == port.Limit{} },
		"RATE_LIMITER_ENABLED=true": func(c config.Config) any {
			return c.Limits.Requests() == port.Limit{Burst: 50, Every: 20 * time.Millisecond}
		},
		"LOGIN_STALL_TIME=500": func(c config.Config) any { return c.Limits.LoginStall == 500*time.Millisecond },
		"IP_TRUST_PROXY=false": func(c config.Config) any {
			return c.Server.TrustedProxies.Ranges == nil && c.Server.TrustedProxies.Hops == 0
		},
		"IP_TRUST_PROXY=array:10.0.0.0/8, ::1 ,fd00::/8": func(c config.Config) any {
			return slices.Equal(c.Server.TrustedProxies.Ranges, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fd00::/8")})
		},
		"IP_TRUST_PROXY=::ffff:192.0.2.7": func(c config.Config) any {
			return c.Server.TrustedProxies.Ranges[0] == netip.MustParsePrefix("192.0.2.7/32")
		},
		"IP_TRUST_PROXY=number:2": func(c config.Config) any {
			return c.Server.TrustedProxies.Ranges == nil && c.Server.TrustedProxies.Hops == 2
		},
		"CORS_ORIGIN=true":                func(c config.Config) any { return !c.CORS.Enabled && c.CORS.Origins == nil },
		"CORS_ENABLED=false":              func(c config.Config) any { return !c.CORS.Enabled && c.CORS.Origins == nil },
		"LIMIT_RESET_ACCOUNT=off":         func(c config.Config) any { return c.Limits.ResetAccount == port.Limit{} },
		"PASSWORD_MIN_SCORE=3":            func(c config.Config) any { return c.Passwords.MinScore == 3 },
		"PASSWORD_BREACHED_FILE=./leaked": func(c config.Config) any { return c.Passwords.BreachedFile == "./leaked" },
		"PASSWORD_RESET_TOKEN_TTL=30m":    func(c config.Config) any { return c.Recovery.ResetTTL == 30*time.Minute },
		"PUBLIC_REGISTRATION=true":        func(c config.Config) any { return c.People.Registration && c.People.VerifyEmail },
		"EMAIL_CHANGE_CONFIRM=false":      func(c config.Config) any { return !c.People.ConfirmEmail },
		"USER_INVITE_TOKEN_TTL=1d":        func(c config.Config) any { return c.People.InviteTTL == 24*time.Hour },
		"PUBLIC_REGISTRATION_EMAIL_DOMAINS=example.com, example.org": func(c config.Config) any {
			return slices.Equal(c.People.EmailDomains, []string{"example.com", "example.org"})
		},
		"EMAIL_TRANSPORT=Mailbox":         func(c config.Config) any { return c.Mail.Transport == config.Mailbox },
		"EMAIL_FROM=accounts@example.org": func(c config.Config) any { return c.Mail.From == "accounts@example.org" },
		"EMAIL_TEMPLATES_PATH=./mails":    func(c config.Config) any { return c.Mail.TemplatesPath == "./mails" },
		"EMAIL_DEFAULT_LANGUAGE=de":       func(c config.Config) any { return c.Mail.DefaultLanguage == "de" },
		"MAIL_QUEUE_LENGTH=1":             func(c config.Config) any { return c.Mail.QueueLength == 1 },
		"EMAIL_SMTP_NAME=auth-1":          func(c config.Config) any { return c.Mail.SMTPName == "auth-1" },
		"PASSWORD_RESET_URL_ALLOW_LIST=https://a.example.com/reset, http://localhost:3000/x/": func(c config.Config) any {
			return slices.Equal(c.Recovery.ResetURLs, []string{"https://a.example.com/reset", "http://localhost:3000/x/"})
		},
		"LOGIN_RETURN_ALLOW_LIST=https://Wiki.example.com:443,http://localhost:3000": func(c config.Config) any {
			return slices.Equal(c.Server.LoginReturns, []string{"https://wiki.example.com", "http://localhost:3000"})
		},
		"ADMIN_EMAIL=someone@example.org":   func(c config.Config) any { return c.Admin.Email == "someone@example.org" },
		"ADMIN_PASSWORD= with blanks = ok ": func(c config.Config) any { return c.Admin.Password == " with blanks = ok " },
		"GRAPHQL_INTROSPECTION=false":       func(c config.Config) any { return !c.GraphQL.Introspection },
		"GRAPHQL_SINGLE_USE_MUTATIONS=Off":  func(c config.Config) any { return c.GraphQL.SingleUse != nil && len(c.GraphQL.SingleUse) == 0 },
		"GRAPHQL_SINGLE_USE_MUTATIONS=auth_login, auth_password_reset": func(c config.Config) any {
			return slices.Equal(c.GraphQL.SingleUse, []string{"auth_login", "auth_password_reset"})
		},
		"LOG_LEVEL=Trace": func(c config.Config) any { return c.Log.Level == "trace" },
		"LOG_STYLE=raw":   func(c config.Config) any { return c.Log.Style == config.LogRaw },
	} {
		t.Run(entry+" is read", func(t *testing.T) {
			environ := []string{entry}
			if strings.HasPrefix(entry, "HOST=") || strings.HasPrefix(entry, "PUBLIC_URL=") {
				environ = append(environ, "EMAIL_TRANSPORT=mailbox")
			}
			if c := mustLoad(t, environ...); check(c) != true {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestIsLocal(t *testing.T) {
	for _, test := range []struct {
		host, publicURL string
		want            bool
	}{
		{"127.0.0.1", "http://localhost:8055", true},
		{"LocalHost", "https://127.1.2.3/auth", true},
		{"::1", "http://[::1]:8055", true},
		{"127.0.0.1", "https://login.example.com", false},
		{"127.0.0.1", "http://192.0.2.1", false},
		{"127.0.0.1", "http://localhost.example.com", false},
		{"127.0.0.1", "http://login.localhost", false},
		{"0.0.0.0", "http://localhost:8055", false},
		{"::", "http://localhost:8055", false},
	} {
		c := config.Server{Host: test.host, PublicURL: test.publicURL}
		if got := c.IsLocal(); got != test.want {
			t.Errorf("HOST %s, PUBLIC_URL %s: got %t, want %t", test.host, test.publicURL, got, test.want)
		}
	}
}

func TestMailboxIsTheDefault(t *testing.T) {
	for _, publicURL := range []string{"", "http://localhost:8055", "http://127.0.0.2:80/auth", "https://[::1]"} {
		if got := mustLoad(t, "PUBLIC_URL="+publicURL).Mail.Transport; got != config.Mailbox {
			t.Errorf("PUBLIC_URL %q: got %q, want %q", publicURL, got, config.Mailbox)
		}
	}
}

func TestIsSet(t *testing.T) {
	c := mustLoad(t, "LOG_LEVEL=info")
	for name, want := range map[string]bool{"LOG_LEVEL": true, "LOG_STYLE": false, "PUBLIC_URL": false, "NO_SETTING": false} {
		if got := c.IsSet(name); got != want {
			t.Errorf("%s: got %t, want %t", name, got, want)
		}
	}
}

func TestLoadPrecedence(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".env", "HOST=dotenv\nPORT=1111\nPROJECT_NAME='From the file'\nLOG_LEVEL=warn\n")
	c, err := config.Load(config.Input{
		Flags:   map[string]string{"HOST": "flag", "LOG_STYLE": ""},
		Environ: []string{"HOST=environment", "EMAIL_TRANSPORT=mailbox", "PORT=2222", "PORT=3333", "LOG_LEVEL="},
	})
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]config.Value{}
	for _, v := range c.Values() {
		sources[v.Name] = v
	}
	for _, want := range []config.Value{
		{Name: "HOST", Value: "flag", Source: "flag"},
		{Name: "PORT", Value: "2222", Source: "environment"},
		{Name: "PROJECT_NAME", Value: "From the file", Source: ".env"},
		{Name: "LOG_LEVEL", Value: "warn", Source: ".env"},
		{Name: "DATA_DIR", Value: "./data", Source: "default"},
		{Name: "LOG_STYLE", Value: "(pretty on a terminal, raw elsewhere)", Source: "default"},
	} {
		t.Run(want.Name+" comes from "+want.Source, func(t *testing.T) {
			if got := sources[want.Name]; got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	t.Run("the environment of the process is left alone", func(t *testing.T) {
		if value, set := os.LookupEnv("PROJECT_NAME"); set {
			t.Errorf("got PROJECT_NAME=%q", value)
		}
	})
}

func TestValuesNameTheFileTheyComeFrom(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "my.env", "PROJECT_NAME='From the file'\n")
	c, err := config.Load(config.Input{Flags: map[string]string{"CONFIG_PATH": "./my.env"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := (config.Value{Name: "PROJECT_NAME", Value: "From the file", Source: "./my.env"}); !slices.Contains(c.Values(), want) {
		t.Errorf("got %+v, want %+v among them", c.Values(), want)
	}
}

func TestRootRedirect(t *testing.T) {
	for value, want := range map[string]string{
		"":                        "./admin",
		"false":                   "",
		"FALSE":                   "",
		"./welcome?x=1":           "./welcome?x=1",
		"/welcome":                "/welcome",
		"welcome":                 "welcome",
		"https://www.example.com": "https://www.example.com",
	} {
		if got := mustLoad(t, "ROOT_REDIRECT="+value).Server.RootRedirect; got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestLoadFiles(t *testing.T) {
	t.Run("NAME_FILE gives the value without its line end", func(t *testing.T) {
		for text, want := range map[string]config.Secret{
			goodSecret:             goodSecret,
			goodSecret + "\n":      goodSecret,
			goodSecret + "\r\n":    goodSecret,
			" " + goodSecret + " ": " " + goodSecret + " ",
		} {
			t.Chdir(t.TempDir())
			write(t, "secret", text)
			c, err := config.Load(config.Input{Environ: []string{"SECRET_FILE=secret"}})
			if err != nil {
				t.Fatal(err)
			}
			if string(c.Keys.Secret) != string(want) {
				t.Errorf("%q: got %q", text, string(c.Keys.Secret))
			}
			i := slices.IndexFunc(c.Values(), func(v config.Value) bool { return v.Name == "SECRET" })
			if want := (config.Value{Name: "SECRET", Value: "(set, hidden)", Source: "SECRET_FILE"}); c.Values()[i] != want {
				t.Errorf("got %+v, want %+v", c.Values()[i], want)
			}
		}
	})
	t.Run("a flag wins over NAME_FILE", func(t *testing.T) {
		t.Chdir(t.TempDir())
		c, err := config.Load(config.Input{Flags: map[string]string{"HOST": "::1"}, Environ: []string{"HOST_FILE=nowhere"}})
		if err != nil || c.Server.Host != "::1" {
			t.Errorf("got %q, error %v", c.Server.Host, err)
		}
	})
	t.Run("CONFIG_PATH names another .env file, and a flag another still", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, ".env", "PORT=1\n")
		write(t, "settings", "PORT=2\n")
		write(t, "more", "PORT=3\n")
		for want, in := range map[int]config.Input{
			1: {},
			2: {Environ: []string{"CONFIG_PATH=settings"}},
			3: {Environ: []string{"CONFIG_PATH=settings"}, Flags: map[string]string{"CONFIG_PATH": "more"}},
		} {
			if c, err := config.Load(in); err != nil || c.Server.Port != want {
				t.Errorf("got %d, error %v, want %d", c.Server.Port, err, want)
			}
		}
	})
}

func TestWarnings(t *testing.T) {
	for name, test := range map[string]struct {
		environ []string
		dotenv  string
		named   string // of my.env
		want    []string
	}{
		"a slip in the environment":        {environ: []string{"ACCES_TOKEN_TTL=15m"}, want: []string{"ACCES_TOKEN_TTL is no setting; did you mean ACCESS_TOKEN_TTL?"}},
		"tokens without a session":         {environ: []string{"ACCEPT_SESSIONLESS_TOKENS=true"}, want: []string{"ACCEPT_SESSIONLESS_TOKENS is true: tokens that others sign with SECRET are good until they expire, and no logout ends them"}},
		"the same with key pairs":          {environ: []string{"ACCEPT_SESSIONLESS_TOKENS=true", "ACCESS_TOKEN_ALGORITHM=ES256"}, want: []string{"ACCEPT_SESSIONLESS_TOKENS has no effect with ACCESS_TOKEN_ALGORITHM ES256: nobody but this service can sign"}},
		"a slip in the name of a file":     {environ: []string{"SECRETT_FILE=x"}, want: []string{"SECRETT_FILE is no setting; did you mean SECRET_FILE?"}},
		"names of others":                  {environ: []string{"PATH=/bin", "HOME=/root", "TERM=xterm", "KEY=1", "SMTP_FROM=x", "USER=x", "PWD=/", "HOSTNAME=x", "LANG=C", "=C:=x"}},
		"a slip in the .env file":          {dotenv: "POTR=1\n", want: []string{"POTR in the .env file is no setting; did you mean PORT?"}},
		"strangers in the .env file":       {dotenv: "EMAIL_SES_REGION=x\nAUTH_ALLOWED_PUBLIC_URLS=x\n", want: []string{"AUTH_ALLOWED_PUBLIC_URLS has no effect in this version", "the .env file sets names that are no settings of this version and are ignored: EMAIL_SES_REGION"}},
		"a slip in a file that was named":  {environ: []string{"CONFIG_PATH=my.env"}, named: "POTR=1\nEMAIL_SES_REGION=x\nPORT=1\nPORT=2\n", want: []string{`line 4 of the file "my.env" sets PORT once more; the last one counts`, `POTR in the file "my.env" is no setting; did you mean PORT?`, `the file "my.env" sets names that are no settings of this version and are ignored: EMAIL_SES_REGION`}},
		"a name that is set twice":         {dotenv: "PORT=1\nHOST=::1\n\nPORT=2\n", want: []string{"line 4 of the .env file sets PORT once more; the last one counts"}},
		"limits that are not there":        {environ: []string{"RATE_LIMITER_GLOBAL_ENABLED=true", "IP_CUSTOM_HEADER_FILE=x"}, want: []string{"IP_CUSTOM_HEADER_FILE has no effect in this version", "RATE_LIMITER_GLOBAL_ENABLED has no effect in this version"}},
		"a stall time":                     {environ: []string{"LOGIN_STALL_TIME=500"}, want: []string{"LOGIN_STALL_TIME has no effect"}},
		"cheap hashes":                     {environ: []string{"HASH_MEMORY_COST=64"}, want: []string{"HASH_MEMORY_COST and HASH_TIME_COST are below"}},
		"secure cookies over http":         {environ: []string{"PUBLIC_URL=http://auth.example.com", "EMAIL_TRANSPORT=mailbox"}, want: []string{"PUBLIC_URL is http"}},
		"a public host without its URL":    {environ: []string{"HOST=0.0.0.0", "EMAIL_TRANSPORT=mailbox"}, want: []string{"HOST lets other machines in, and PUBLIC_URL is not set"}},
		"a public host with its URL":       {environ: smtp("HOST=0.0.0.0", "PUBLIC_URL=https://auth.example.com")},
		"a host that is this machine":      {environ: []string{"HOST=localhost"}},
		"secure cookies on this machine":   {environ: []string{"PUBLIC_URL=http://127.0.0.1:8055"}},
		"open cookies over http":           {environ: []string{"PUBLIC_URL=http://a.example.com", "EMAIL_TRANSPORT=mailbox", "SESSION_COOKIE_SECURE=false", "REFRESH_TOKEN_COOKIE_SECURE=false"}},
		"a mail server that is not asked":  {environ: []string{"EMAIL_SMTP_HOST=smtp.example.com"}, want: []string{"EMAIL_SMTP_HOST has no effect"}},
		"mail in the clear":                {environ: smtp("EMAIL_SMTP_IGNORE_TLS=true"), want: []string{"EMAIL_SMTP_IGNORE_TLS sends mail in the clear"}},
		"mail in the clear to itself":      {environ: smtp("EMAIL_SMTP_IGNORE_TLS=true", "EMAIL_SMTP_HOST=127.0.0.1", "EMAIL_SMTP_USER=u", "EMAIL_SMTP_PASSWORD=p")},
		"mail in TLS":                      {environ: smtp("EMAIL_SMTP_SECURE=true", "EMAIL_SMTP_PORT=465", "EMAIL_SMTP_USER=u", "EMAIL_SMTP_PASSWORD=p")},
		"origins for nothing":              {environ: []string{"CORS_ORIGIN=https://app.example.com"}, want: []string{"CORS_ORIGIN has no effect while CORS_ENABLED is false"}},
		"no origins":                       {environ: []string{"CORS_ORIGIN=false"}},
		"origins over http":                {environ: []string{"CORS_ENABLED=true", "CORS_ORIGIN=http://localhost:3000,http://[::1]:3000,https://a.example.com,http://b.example.com"}, want: []string{"entry 4 of CORS_ORIGIN is http"}},
		"a page of invitations over http":  {environ: []string{"USER_INVITE_URL_ALLOW_LIST=http://b.example.com"}, want: []string{"entry 1 of USER_INVITE_URL_ALLOW_LIST is http"}},
		"registration without a mail":      {environ: []string{"PUBLIC_REGISTRATION=true", "PUBLIC_REGISTRATION_VERIFY_EMAIL=false"}, want: []string{"PUBLIC_REGISTRATION_VERIFY_EMAIL is false"}},
		"a role of nobody who registers":   {environ: []string{"PUBLIC_REGISTRATION_ROLE=r1"}, want: []string{"PUBLIC_REGISTRATION_ROLE has no effect"}},
		"a stall time of registrations":    {environ: []string{"REGISTER_STALL_TIME=750"}, want: []string{"REGISTER_STALL_TIME has no effect"}},
		"returns over http":                {environ: []string{"LOGIN_RETURN_ALLOW_LIST=https://a.example.com,http://localhost:3000,http://b.example.com"}, want: []string{"entry 3 of LOGIN_RETURN_ALLOW_LIST is http"}},
		"links over http":                  {environ: []string{"PASSWORD_RESET_URL_ALLOW_LIST=https://a.example.com,http://b.example.com"}, want: []string{"entry 2 of PASSWORD_RESET_URL_ALLOW_LIST is http"}},
		"least cost that is recommended":   {environ: []string{"HASH_MEMORY_COST=7168", "HASH_TIME_COST=5"}},
		"known names, with and without it": {dotenv: "PORT_FILE=\nHASH_HASH_LENGTH=32\nCONFIG_PATH=x\n"},
	} {
		t.Run("for "+name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if test.dotenv != "" {
				write(t, ".env", test.dotenv)
			}
			if test.named != "" {
				write(t, "my.env", test.named)
			}
			c, err := config.Load(config.Input{Environ: test.environ})
			if err != nil {
				t.Fatal(err)
			}
			got := c.Warnings()
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("got %q, want %q", got[i], test.want[i])
				}
			}
		})
	}
}

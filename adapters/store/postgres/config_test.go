package postgres_test

import (
	"crypto/tls"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
)

// fields is a Config that lacks nothing.
var fields = postgres.Config{Host: "db.example", Database: "auth", User: "ann", Password: "p w'd\\"}

func settings(t testing.TB, c postgres.Config) *pgx.ConnConfig {
	t.Helper()
	s, err := postgres.Settings(c)
	must(t, err)
	return s
}

// target is where a connection goes and as whom.
func target(s *pgx.ConnConfig) string {
	encrypted := "plain"
	if s.TLSConfig != nil {
		encrypted = "tls:" + s.TLSConfig.ServerName
	}
	text := fmt.Sprintf("%s:%d/%s %s:%s %s", s.Host, s.Port, s.Database, s.User, s.Password, encrypted)
	for _, f := range s.Fallbacks {
		text += fmt.Sprintf(" %s:%d", f.Host, f.Port)
		if f.TLSConfig != nil {
			text += " tls:" + f.TLSConfig.ServerName
		}
	}
	return text
}

func TestConfig(t *testing.T) {
	t.Run("leads where it says", func(t *testing.T) {
		withTLS := fields
		withTLS.TLS, withTLS.Port = &tls.Config{}, 15432
		socket := fields
		socket.Host, socket.TLS = "/run/postgresql", &tls.Config{}
		named := fields
		named.TLS = &tls.Config{ServerName: "other.example"}
		connect := func(s string) postgres.Config { return postgres.Config{ConnectionString: s} }
		encrypted := connect("postgres://ann:pw@one,two:6543/auth?sslmode=prefer")
		encrypted.TLS = &tls.Config{}
		for _, c := range []struct {
			config postgres.Config
			want   string
		}{
			{fields, `db.example:5432/auth ann:p w'd\ plain`},
			{withTLS, `db.example:15432/auth ann:p w'd\ tls:db.example`},
			{named, `db.example:5432/auth ann:p w'd\ tls:other.example`},
			{socket, `/run/postgresql:5432/auth ann:p w'd\ plain`},
			{connect("postgres://ann:p%20w@db.example/auth?sslmode=disable"), "db.example:5432/auth ann:p w plain"},
			{connect("postgresql://ann:pw@[::1]:6543/auth?sslmode=disable"), "::1:6543/auth ann:pw plain"},
			{connect(`host=db.example port=6543 dbname=auth user=ann password='p w' sslmode=disable`), "db.example:6543/auth ann:p w plain"},
			{connect("postgres://ann:pw@one,two/auth?sslmode=disable"), "one:5432/auth ann:pw plain two:5432"},
			{connect("postgres://ann:pw@db.example/auth?sslmode=verify-full"), "db.example:5432/auth ann:pw tls:db.example"},
			{encrypted, "one:5432/auth ann:pw tls:one two:6543 tls:two"},
		} {
			if got := target(settings(t, c.config)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		}
	})

	t.Run("takes nothing for its fields from the environment", func(t *testing.T) {
		for name, value := range map[string]string{
			"PGHOST": "evil.example", "PGPORT": "1", "PGDATABASE": "evil", "PGUSER": "evil", "PGPASSWORD": "evil",
			"PGSSLMODE": "require", "PGOPTIONS": "-c search_path=evil", "PGAPPNAME": "evil", "PGTZ": "evil",
			"PGCONNECT_TIMEOUT": "1", "PGTARGETSESSIONATTRS": "standby",
			"PGSSLNEGOTIATION": "direct", "PGREQUIREAUTH": "none", "PGCHANNELBINDING": "require", "PGMINPROTOCOLVERSION": "3.2", "PGMAXPROTOCOLVERSION": "3.2",
		} {
			t.Setenv(name, value)
		}
		c := fields
		c.Timeout = time.Minute
		s := settings(t, c)
		if got, want := target(s), `db.example:5432/auth ann:p w'd\ plain`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := [4]string{s.RequireAuth, s.ChannelBinding, s.MinProtocolVersion, s.MaxProtocolVersion}; got != [4]string{"", "prefer", "3.0", "3.0"} {
			t.Errorf("got %q of authentication, its binding and versions, want what the driver has by itself", got)
		}
		if s.ConnectTimeout != time.Minute || s.ValidateConnect != nil || strings.Contains(fmt.Sprint(s.RuntimeParams), "evil") {
			t.Errorf("got %s to connect and parameters %v, want those of the fields", s.ConnectTimeout, s.RuntimeParams)
		}
	})

	t.Run("asks the session for what queries rely on", func(t *testing.T) {
		c := fields
		c.Timeout = 3 * time.Second
		want := map[string]string{
			"application_name": "sallyport", "client_encoding": "UTF8", "default_transaction_isolation": "read committed",
			"statement_timeout": "6000", "idle_in_transaction_session_timeout": "6000",
		}
		if got := settings(t, c).RuntimeParams; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		c = postgres.Config{ConnectionString: "postgres://ann@db.example/auth?default_query_exec_mode=exec&application_name=mine"}
		want = map[string]string{"application_name": "mine", "client_encoding": "UTF8"}
		if got := settings(t, c).RuntimeParams; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("behind a pooler: got %v, want %v", got, want)
		}
	})

	t.Run("shares the time to connect among hosts, and takes the first that writes", func(t *testing.T) {
		s := settings(t, postgres.Config{ConnectionString: "postgres://ann@one,two,three/auth", Timeout: 6 * time.Second})
		if s.ConnectTimeout != 2*time.Second || s.ValidateConnect == nil {
			t.Errorf("got %s and a check %t, want 2s and one", s.ConnectTimeout, s.ValidateConnect != nil)
		}
		s = settings(t, postgres.Config{ConnectionString: "postgres://ann@one/auth?connect_timeout=2", Timeout: time.Minute})
		if s.ConnectTimeout != 2*time.Second {
			t.Errorf("got %s, want the 2s of the connection string", s.ConnectTimeout)
		}
	})

	t.Run("that means nothing is refused without being repeated", func(t *testing.T) {
		for name, change := range map[string]func(*postgres.Config){
			"no host":             func(c *postgres.Config) { c.Host = "" },
			"no database":         func(c *postgres.Config) { c.Database = "" },
			"no user":             func(c *postgres.Config) { c.User = "" },
			"a NUL":               func(c *postgres.Config) { c.Password = "a\x00b" },
			"both forms":          func(c *postgres.Config) { c.ConnectionString = "postgres://ann@db.example/auth" },
			"no port":             func(c *postgres.Config) { c.Port = 70000 },
			"a negative timeout":  func(c *postgres.Config) { c.Timeout = -time.Second },
			"too few connections": func(c *postgres.Config) { c.MaxConnections = -1 },
			"more than the most":  func(c *postgres.Config) { c.MinConnections, c.MaxConnections = 3, 2 },
			"a broken URL": func(c *postgres.Config) {
				*c = postgres.Config{ConnectionString: "postgres://ann:p/w:secret@db.example:x/auth"}
			},
			"a URL of another": func(c *postgres.Config) { *c = postgres.Config{ConnectionString: "mysql://ann:secret@db.example/auth"} },
			"a broken pair":    func(c *postgres.Config) { *c = postgres.Config{ConnectionString: "host=db.example password='secret"} },
			"an unknown sslmode": func(c *postgres.Config) {
				*c = postgres.Config{ConnectionString: "postgres://ann:secret@db.example/auth?sslmode=secret"}
			},
			"a missing root": func(c *postgres.Config) {
				*c = postgres.Config{ConnectionString: "postgres://ann:secret@db.example/auth?sslmode=verify-full&sslrootcert=/secret"}
			},
			"an unknown exec mode": func(c *postgres.Config) {
				*c = postgres.Config{ConnectionString: "postgres://ann:secret@db.example/auth?default_query_exec_mode=secret"}
			},
		} {
			c := fields
			change(&c)
			_, err := postgres.Open(t.Context(), c)
			if err == nil {
				t.Errorf("%s: got no error, want one", name)
				continue
			}
			if c.Check() == nil {
				t.Errorf("%s: Check finds nothing, want what Open says", name)
			}
			for _, secret := range []string{"secret", "example", "p w", "ann"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s: got error %v, want one without %q", name, err, secret)
				}
			}
		}
	})
}

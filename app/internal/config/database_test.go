package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// certificate is of an authority that nothing trusts and whose key nobody has kept.
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUYMXF5XWJxQTirPghXP/hnhR1zUEwCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYU2FsbHlwb3J0IHRlc3QgYXV0aG9yaXR5MB4XDTI2MTEyMzEz
MDU1NloXDTM2MTEyMDEzMDU1NlowIzEhMB8GA1UEAwwYU2FsbHlwb3J0IHRlc3Qg
YXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFmzzv+HheVGp9r5a
DualD6TJ2lav9qnCzFBDZycyzJzd+1WvsOOjdZKgVCVl4FjnPxVNQqB3BB8ijoLA
kE/sPKNTMFEwHQYDVR0OBBYEFHhiWONUn6PB1i732XPpidCacM04MB8GA1UdIwQY
MBaAFHhiWONUn6PB1i732XPpidCacM04MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSAAwRQIgUi6fFOvv8KOe66a4E7fQYxfwBfBBCNtB/kLYScTdNAoCIQD9
XH/xXV3fGGdgurMt9x4GUvspde3fZz8OKum27sY5bg==
-----END CERTIFICATE-----
`

// server returns what a PostgreSQL server needs at least, and more; of two entries for one
// name the first counts.
func server(more ...string) []string {
	more = append(more, "DB_CLIENT=pg", "DB_DATABASE=sallyport", "DB_USER=sallyport")
	if !slices.ContainsFunc(more, func(entry string) bool { return strings.HasPrefix(entry, "DB_HOST=") }) {
		more = append(more, "DB_HOST=127.0.0.1")
	}
	return more
}

func TestDatabaseClient(t *testing.T) {
	fields := []string{"DB_HOST=db", "DB_DATABASE=x", "DB_USER=u", "DB_SSL=false"}
	for name, test := range map[string]struct {
		environ []string
		want    string
	}{
		"is SQLite where nothing is said":                      {nil, config.SQLite},
		"is what DB_CLIENT says":                               {append(fields, "DB_CLIENT=MySQL"), config.MySQL},
		"may be called mariadb":                                {append(fields, "DB_CLIENT=mariadb"), config.MySQL},
		"may be called postgres":                               {append(fields, "DB_CLIENT=Postgres"), config.PostgreSQL},
		"may be called postgresql":                             {append(fields, "DB_CLIENT=postgresql"), config.PostgreSQL},
		"may be called sqlite":                                 {[]string{"DB_CLIENT=sqlite"}, config.SQLite},
		"follows the scheme of a mysql URL":                    {[]string{"DB_CONNECTION_STRING=mysql://u:p@db/x"}, config.MySQL},
		"follows the scheme of a mariadb URL":                  {[]string{"DB_CONNECTION_STRING=MariaDB://u:p@db/x"}, config.MySQL},
		"follows the scheme of a postgres URL":                 {[]string{"DB_CONNECTION_STRING=postgres://u:p@db/x"}, config.PostgreSQL},
		"follows the scheme of a postgresql URL":               {[]string{"DB_CONNECTION_STRING=postgresql:///x?host=/run"}, config.PostgreSQL},
		"takes the driver's form of PostgreSQL":                {[]string{"DB_CLIENT=pg", "DB_CONNECTION_STRING=host=db user=u password=a://b"}, config.PostgreSQL},
		"takes the driver's form of MySQL":                     {[]string{"DB_CLIENT=mysql", "DB_CONNECTION_STRING=u:a://b@tcp(db:3306)/x"}, config.MySQL},
		"is SQLite though a port is set, which containers set": {[]string{"DB_PORT=3306"}, config.SQLite},
	} {
		t.Run(name, func(t *testing.T) {
			c := mustLoad(t, test.environ...)
			if c.Database.Client != test.want {
				t.Errorf("got %s, want %s", c.Database.Client, test.want)
			}
			i := slices.IndexFunc(c.Values(), func(v config.Value) bool { return v.Name == "DB_CLIENT" })
			if shown := c.Values()[i]; !c.IsSet("DB_CLIENT") && shown.Value != test.want {
				t.Errorf("shown as %s, want %s", shown.Value, test.want)
			}
		})
	}
}

func TestDatabaseServer(t *testing.T) {
	t.Run("is read from the fields", func(t *testing.T) {
		got := mustLoad(t, "DB_CLIENT=mysql", "DB_HOST=db.example.com", "DB_PORT=3307", "DB_DATABASE=login", "DB_USER=ann",
			"DB_PASSWORD= "+goodSecret, "DB_SSL=true", "DB_POOL__MIN=2", "DB_POOL__MAX=32", "DB_TIMEOUT=3s", "DB_CONNECT_TIMEOUT=0", "DB_MIGRATE=false").Database
		want := config.Database{
			Client: config.MySQL, Filename: got.Filename, Host: "db.example.com", Port: 3307, Database: "login", User: "ann", Password: " " + goodSecret,
			SSL: true, RejectUnauthorized: true, PoolMin: 2, PoolMax: 32, Synchronous: "FULL", Timeout: 3e9,
		}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("has no password where it trusts the socket", func(t *testing.T) {
		c := mustLoad(t, "DB_CLIENT=pg", "DB_SOCKET_PATH=/run/postgresql", "DB_DATABASE=x", "DB_USER=u")
		if c.Database.SocketPath != "/run/postgresql" || len(c.Warnings()) > 0 {
			t.Errorf("got %+v, %q", c.Database, c.Warnings())
		}
	})
	t.Run("gets TLS with an authority, from a file of several lines", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "ca.pem", certificate)
		c, err := config.Load(config.Input{Environ: server("DB_SSL__CA_FILE=ca.pem")})
		if err != nil || !c.Database.SSL || c.Database.SSLCA+"\n" != certificate {
			t.Errorf("got %v, %+v", err, c.Database)
		}
		var b strings.Builder
		if err := c.Print(&b); err != nil || strings.Contains(b.String(), "BEGIN") || !strings.Contains(b.String(), "(set, PEM text)") {
			t.Errorf("got %v, %s", err, b.String())
		}
	})
	t.Run("shows no secret of its own", func(t *testing.T) {
		for _, environ := range [][]string{
			server("DB_PASSWORD=" + goodSecret),
			{"DB_CONNECTION_STRING=postgres://u:" + goodSecret + "@db/x", "REDIS=redis://:" + goodSecret + "@db", "SESSIONS_URL=redis://:" + goodSecret + "@db"},
			{"REDIS=redis://db", "REDIS_PASSWORD=" + goodSecret},
		} {
			var b strings.Builder
			if err := mustLoad(t, environ...).Print(&b); err != nil || strings.Contains(b.String(), goodSecret) {
				t.Errorf("got %v, %s", err, b.String())
			}
		}
	})
}

func TestServeDemandsKeysOfAServer(t *testing.T) {
	for name, test := range map[string]struct {
		environ []string
		serve   bool
		want    []string
	}{
		"for the service":                   {server(), true, []string{"SECRET", "DATA_KEY"}},
		"the one that is missing":           {server("DATA_KEY=" + goodSecret), true, []string{"SECRET"}},
		"not where they are set":            {server("DATA_KEY="+goodSecret, "SECRET="+anotherSecret), true, nil},
		"no SECRET where it signs nothing":  {server("ACCESS_TOKEN_ALGORITHM=EdDSA"), true, []string{"DATA_KEY"}},
		"not for commands":                  {server(), false, nil},
		"not with SQLite, which keeps them": {nil, true, nil},
		"not in memory":                     {[]string{"DB_CLIENT=memory"}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			_, err := config.Load(config.Input{Environ: test.environ, Serve: test.serve})
			mistakes, _ := errors.AsType[config.Mistakes](err)
			var got []string
			for _, m := range mistakes {
				got = append(got, m.Name)
				if !strings.Contains(m.Fix, "openssl rand -base64 32") {
					t.Errorf("got fix %q", m.Fix)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestDatabaseWarnings(t *testing.T) {
	for name, test := range map[string]struct {
		environ []string
		want    []string // a part of each
	}{
		"none of a server on this machine": {server(), nil},
		"of the open network":              {server("DB_HOST=db.example.com"), []string{"DB_SSL"}},
		"none of a choice":                 {server("DB_HOST=db.example.com", "DB_SSL=false"), nil},
		"of a URL to another machine":      {[]string{"DB_CONNECTION_STRING=postgres://u:p@db.example.com/x"}, []string{"DB_CONNECTION_STRING may not be encrypted"}},
		"of a URL that gives TLS up":       {[]string{"DB_CONNECTION_STRING=postgres://u:p@db.example.com/x?sslmode=prefer"}, []string{"DB_CONNECTION_STRING may not be encrypted"}},
		"none of a URL with TLS":           {[]string{"DB_CONNECTION_STRING=mysql://u:p@db.example.com/x?tls=true"}, nil},
		"none of a URL that wants none":    {[]string{"DB_CONNECTION_STRING=postgres://u:p@db.example.com/x?sslmode=disable"}, nil},
		"none of a URL to this machine":    {[]string{"DB_CONNECTION_STRING=mysql://u:p@127.0.0.1/x"}, nil},
		"of Redis on the open network":     {[]string{"REDIS=redis://:p@cache.example.com"}, []string{"REDIS is not encrypted"}},
		"none of Redis with TLS":           {[]string{"REDIS=rediss://:p@cache.example.com"}, nil},
		"none of Redis at home":            {[]string{"REDIS=redis://10.1.2.3:6379", "SESSIONS_URL=redis://localhost"}, nil},
		"of certificates that nobody looks at": {
			server("DB_SSL=true", "DB_SSL__REJECT_UNAUTHORIZED=false"),
			[]string{"DB_SSL__REJECT_UNAUTHORIZED is false"},
		},
		"of a database outlasting requests":    {server("DB_TIMEOUT=15s"), []string{"DB_TIMEOUT is not below REQUEST_TIMEOUT"}},
		"none of one just below them":          {server("DB_TIMEOUT=14999ms"), nil},
		"of a check without TLS":               {server("DB_SSL__REJECT_UNAUTHORIZED=true"), []string{"no effect without DB_SSL"}},
		"of a file beside a server":            {server("DB_FILENAME=x", "DB_SQLITE_SYNCHRONOUS=FULL"), []string{"DB_FILENAME has no effect with DB_CLIENT pg", "DB_SQLITE_SYNCHRONOUS has no effect"}},
		"of a server beside SQLite":            {[]string{"DB_CLIENT=sqlite3", "DB_HOST=db", "DB_PASSWORD=x", "DB_POOL__MAX=1"}, []string{"DB_HOST has no effect with DB_CLIENT sqlite3", "DB_PASSWORD", "DB_POOL__MAX"}},
		"of what memory needs not":             {[]string{"DB_CLIENT=memory", "DB_FILENAME=x", "DB_MIGRATE=true", "DB_SSL=true"}, []string{"DB_SSL", "DB_FILENAME", "DB_MIGRATE"}},
		"of names of Directus":                 {server("DB_SEARCH_PATH=x", "DB_POOL__IDLE_TIMEOUT_MILLIS=1", "REDIS_HOST=x"), []string{"DB_POOL__IDLE_TIMEOUT_MILLIS has no effect", "DB_SEARCH_PATH has no effect", "REDIS_HOST has no effect"}},
		"of Redis for nothing":                 {[]string{"REDIS=redis://db", "RATE_LIMITER_STORE=database"}, []string{"REDIS has no effect"}},
		"of a password for nothing":            {[]string{"REDIS_PASSWORD=x", "REDIS_POOL__MAX=1"}, []string{"REDIS_PASSWORD has no effect", "REDIS_POOL__MAX has no effect"}},
		"of counts that each keeps for itself": {[]string{"RATE_LIMITER_STORE=memory"}, []string{"read as database"}},
		"none of Redis in use":                 {[]string{"REDIS=redis://db", "SESSIONS_URL=rediss://u:p@db:6380/1", "REDIS_PASSWORD=x", "REDIS_PREFIX=a:"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustLoad(t, test.environ...).Warnings()
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.Contains(got[i], test.want[i]) {
					t.Errorf("got %q, want %q in it", got[i], test.want[i])
				}
			}
		})
	}
}

func TestRedis(t *testing.T) {
	const url = "redis://db.example.com:6379/1"
	for name, test := range map[string]struct {
		environ  []string
		limiter  string
		sessions config.Secret
	}{
		"keeps nothing unless it is asked to": {nil, config.InDatabase, ""},
		"keeps limits where it is named":      {[]string{"REDIS=" + url}, config.InRedis, ""},
		"keeps none where the store is named": {[]string{"REDIS=" + url, "RATE_LIMITER_STORE=database"}, config.InDatabase, ""},
		"keeps limits by the store's name":    {[]string{"REDIS=" + url, "RATE_LIMITER_STORE=redis"}, config.InRedis, ""},
		"keeps sessions only":                 {[]string{"SESSIONS_URL=" + url}, config.InDatabase, url},
		"keeps both":                          {[]string{"SESSIONS_URL=" + url, "REDIS=unix:///run/redis.sock"}, config.InRedis, url},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustLoad(t, test.environ...).Redis
			if got.LimiterStore != test.limiter || got.SessionsURL != test.sessions {
				t.Errorf("got %+v, sessions at %q", got, string(got.SessionsURL))
			}
		})
	}
}

package wiring

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/core/auth"
)

func load(t *testing.T, environ ...string) config.Config {
	t.Helper()
	t.Chdir(t.TempDir())
	c, err := config.Load(config.Input{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryDatabaseIsAssembled(t *testing.T) {
	i := slices.IndexFunc(config.Settings(), func(s config.Setting) bool { return s.Name == "DB_CLIENT" })
	clients := strings.Split(strings.TrimPrefix(config.Settings()[i].Type, "one of "), ", ")
	if len(clients) != len(injectors()) {
		t.Errorf("DB_CLIENT may be one of %q, and there are %d injectors", clients, len(injectors()))
	}
	for _, client := range clients {
		if injectors()[client] == nil {
			t.Errorf("%s has no injector", client)
		}
		if (migrators()[client] == nil) != (client == config.Memory) {
			t.Errorf("%s: has a migrator: %t", client, migrators()[client] != nil)
		}
	}
}

func TestDatabaseConfig(t *testing.T) {
	fields := []string{
		"DB_PORT=1234", "DB_DATABASE=login", "DB_USER=ann", "DB_PASSWORD=secret", "DB_POOL__MIN=2", "DB_POOL__MAX=3", "DB_TIMEOUT=4s", "DB_MIGRATE=false",
	}
	const url = "postgres://ann:secret@db.example.com/login"
	for name, test := range map[string]struct {
		environ []string
		want    any
	}{
		"of MySQL takes the fields": {
			append(fields, "DB_CLIENT=mysql", "DB_HOST=db.example.com"),
			mysql.Config{Host: "db.example.com", Port: 1234, Database: "login", User: "ann", Password: "secret", MinConnections: 2, MaxConnections: 3, Timeout: 4 * time.Second},
		},
		"of MySQL takes a socket": {
			[]string{"DB_CLIENT=mysql", "DB_SOCKET_PATH=/run/mysqld.sock", "DB_DATABASE=login", "DB_USER=ann"},
			mysql.Config{Socket: "/run/mysqld.sock", Database: "login", User: "ann", MaxConnections: 16, Timeout: 5 * time.Second, Migrate: true},
		},
		"of PostgreSQL takes the fields": {
			append(fields, "DB_CLIENT=pg", "DB_HOST=db.example.com"),
			postgres.Config{Host: "db.example.com", Port: 1234, Database: "login", User: "ann", Password: "secret", MinConnections: 2, MaxConnections: 3, Timeout: 4 * time.Second},
		},
		"of PostgreSQL takes the folder of a socket": {
			[]string{"DB_CLIENT=pg", "DB_SOCKET_PATH=/run/postgresql", "DB_DATABASE=login", "DB_USER=ann"},
			postgres.Config{Host: "/run/postgresql", Database: "login", User: "ann", MaxConnections: 16, Timeout: 5 * time.Second, Migrate: true},
		},
		"takes a connection string and nothing beside it": {
			[]string{"DB_CONNECTION_STRING=" + url},
			postgres.Config{ConnectionString: url, MaxConnections: 16, Timeout: 5 * time.Second, Migrate: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := load(t, test.environ...).Database
			var got any
			var err error
			if d.Client == config.MySQL {
				got, err = MySQLConfig(d)
			} else {
				got, err = PostgresConfig(d)
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestDatabaseTLS(t *testing.T) {
	certificate, key := selfSigned(t)
	sound := config.Database{SSL: true, RejectUnauthorized: true}

	t.Run("is none unless it is asked for", func(t *testing.T) {
		if got, err := databaseTLS(config.Database{RejectUnauthorized: true}); got != nil || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("trusts whom the machine trusts", func(t *testing.T) {
		got, err := databaseTLS(sound)
		if err != nil || got.RootCAs != nil || got.InsecureSkipVerify || got.Certificates != nil || got.MinVersion != tls.VersionTLS12 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("trusts the authority that is named alone, and shows its own certificate", func(t *testing.T) {
		d := sound
		d.SSLCA, d.SSLCert, d.SSLKey = certificate, certificate, config.Secret(key)
		got, err := databaseTLS(d)
		if err != nil {
			t.Fatal(err)
		}
		only := x509.NewCertPool()
		only.AppendCertsFromPEM([]byte(certificate))
		if !got.RootCAs.Equal(only) || len(got.Certificates) != 1 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("looks at no certificate when it is told so", func(t *testing.T) {
		d := sound
		d.RejectUnauthorized = false
		if got, err := databaseTLS(d); err != nil || !got.InsecureSkipVerify {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("is handed to both adapters", func(t *testing.T) {
		m, mErr := MySQLConfig(sound)
		p, pErr := PostgresConfig(sound)
		if mErr != nil || pErr != nil || m.TLS == nil || p.TLS == nil {
			t.Errorf("got %v, %v; %v, %v", m.TLS, mErr, p.TLS, pErr)
		}
	})
}

// selfSigned returns a certificate and its key in PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func TestServersDemandKeys(t *testing.T) {
	var c config.Config
	c.General.DataDir = t.TempDir()
	for _, client := range []string{config.MySQL, config.PostgreSQL} {
		c.Database.Client = client
		c.Sessions.Algorithm = auth.AlgorithmES256
		_, _, err := LoadKeys(c)
		if !errors.Is(err, keys.ErrConfiguration) || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "DATA_KEY is not set") {
			t.Errorf("%s with ES256, which SECRET does not sign: got %v", client, err)
		}
		c.Sessions.Algorithm = auth.AlgorithmHS256
		_, _, err = LoadKeys(c)
		if !errors.Is(err, keys.ErrConfiguration) || !strings.Contains(err.Error(), "SECRET is not set") || !strings.Contains(err.Error(), "DATA_KEY is not set") {
			t.Errorf("%s: got %v", client, err)
		}
		if _, err := OperatorKeys(c); err != nil {
			t.Errorf("%s, for a command: got %v", client, err)
		}
	}
	if made, err := filepath.Glob(filepath.Join(c.General.DataDir, "*")); err != nil || len(made) > 0 {
		t.Errorf("made %q, %v", made, err)
	}
}

func TestAnOlderSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	open := func(migrate string) error {
		c := load(t, "DB_FILENAME="+filepath.Join(dir, "x.db"), "DB_MIGRATE="+migrate)
		_, cleanup, err := openSQLite(t.Context(), c, slog.Default())
		if err == nil {
			cleanup()
		}
		return err
	}
	if err := open("true"); err != nil {
		t.Fatal(err)
	}
	m, err := OpenMigrator(t.Context(), load(t, "DB_FILENAME="+filepath.Join(dir, "x.db")), slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := m.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := open("false"); !errors.Is(err, migration.ErrSchemaOlder) || !strings.Contains(err.Error(), "sallyport migrate up") {
		t.Errorf("got %v, want what to type", err)
	}
	if err := open("true"); err != nil {
		t.Errorf("with leave to migrate: %v", err)
	}
}

// TestAServerThatIsDown says so in time, and names neither where it is nor the password.
func TestAServerThatIsDown(t *testing.T) {
	folder := t.TempDir() // has no socket in it
	for setting, environ := range map[string][]string{
		"the database that DB_SOCKET_PATH names":       {"DB_CLIENT=mysql", "DB_SOCKET_PATH=" + filepath.Join(folder, "s"), "DB_DATABASE=x", "DB_USER=someone", "DB_PASSWORD=hunter2hunter2"},
		"the database that DB_CONNECTION_STRING names": {"DB_CONNECTION_STRING=postgres://someone:hunter2hunter2@/x?host=" + folder},
		"the Redis that SESSIONS_URL names":            {"SESSIONS_URL=unix://someone:hunter2hunter2@" + filepath.Join(folder, "r")},
	} {
		t.Run(setting, func(t *testing.T) {
			var log bytes.Buffer
			c := load(t, append(environ, "DB_CONNECT_TIMEOUT=1500ms", "DB_TIMEOUT=100ms", "DB_FILENAME="+filepath.Join(folder, "x.db"))...)
			k, err := OperatorKeys(c)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = Assemble(t.Context(), c, k, Environment{Clock: newClock(), Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err == nil || !strings.Contains(err.Error(), setting+" could not be opened within DB_CONNECT_TIMEOUT (1.5s)") {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(log.String(), setting+" cannot be reached yet") {
				t.Errorf("it waits in silence: %s", log.String())
			}
			for _, secret := range []string{"hunter2", "someone", folder} {
				if strings.Contains(err.Error(), secret) || strings.Contains(log.String(), secret) {
					t.Errorf("%s is told: %v\n%s", secret, err, log.String())
				}
			}
		})
	}
}

// TestARedisThatWantsAnotherPassword is not waited for, since no time mends it. Red when
// openRedisServer takes every failure for one that passes.
func TestARedisThatWantsAnotherPassword(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "hunter2hunter2")
	c := load(t, "REDIS="+server.URL(), "REDIS_PASSWORD=hunter3hunter3", "DB_CONNECT_TIMEOUT=10m", "DB_FILENAME="+filepath.Join(t.TempDir(), "x.db"))
	k, err := OperatorKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // passes only where the test fails
	defer cancel()
	_, _, err = Assemble(ctx, c, k, Environment{Clock: newClock(), Log: slog.Default()})
	if err == nil || !strings.Contains(err.Error(), "open the Redis that REDIS names: ") || !strings.Contains(err.Error(), "WRONGPASS") {
		t.Errorf("got %v, want what the server says", err)
	}
	if err != nil && strings.Contains(err.Error(), "hunter") {
		t.Errorf("the password is told: %v", err)
	}
}

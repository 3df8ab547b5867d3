package mysql_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
	"github.com/sallyport-auth/sallyport/core/port"
)

func hostPort(c mysql.Config) string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

func TestErrors(t *testing.T) {
	server := plain.Get(t)
	good := server.Database(t)
	good.Timeout = 2 * time.Second

	t.Run("name nobody and nothing", func(t *testing.T) {
		for name, change := range map[string]func(c *mysql.Config){
			"wrong password":   func(c *mysql.Config) { c.Password = "another p@ssword" },
			"wrong user":       func(c *mysql.Config) { c.User = "somebody" },
			"no such database": func(c *mysql.Config) { c.Database = "nothing" },
			"nobody listens":   func(c *mysql.Config) { c.Port = testserver.FreePort(t) },
			"no such host":     func(c *mysql.Config) { c.Host = "db.invalid" },
			"no such socket":   func(c *mysql.Config) { c.Host, c.Port, c.Socket = "", 0, "/tmp/no-such-socket" },
			"no TLS there":     func(c *mysql.Config) { c.TLS = &tls.Config{} },
			"silence":          func(c *mysql.Config) { c.Port = mute(t) },
		} {
			t.Run(name, func(t *testing.T) {
				c := good
				change(&c)
				begun := time.Now()
				_, opening := mysql.Open(t.Context(), c)
				_, migrating := mysql.OpenMigrator(t.Context(), c)
				if took := time.Since(begun); took > 8*time.Second {
					t.Errorf("took %v, want the timeout of %v twice at most", took, c.Timeout)
				}
				for _, err := range []error{opening, migrating} {
					wantNoNames(t, err, c.Password, c.User, c.Database, c.Host, strconv.Itoa(c.Port), c.Socket, "using password")
				}
			})
		}
	})

	t.Run("end the connecting for a migration, too", func(t *testing.T) {
		c := good
		c.Port = mute(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := mysql.ConnectForMigration(ctx, c); err == nil || ctx.Err() != nil {
			t.Errorf("got error %v and %v of the context, want the timeout of %v", err, ctx.Err(), c.Timeout)
		}
	})

	t.Run("repeat no value", func(t *testing.T) {
		s := open(t, good)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		err := s.Repos().Users.Create(t.Context(), user("ann"))
		if !errors.Is(err, port.ErrConflict) {
			t.Errorf("got error %v, want %v", err, port.ErrConflict)
		}
		wantNoNames(t, err, "ann")

		db := mysql.Raw(t, good)
		for _, query := range []string{
			`SELEC ?`, `INSERT INTO roles (id, name, app_access, admin_access) VALUES ('1', 'x', ?, 0)`,
			`INSERT INTO users (id) VALUES (?)`, `SELECT id FROM users WHERE id = ? AND nothing = 1`,
		} {
			_, err := db.ExecContext(t.Context(), query, "the value")
			wantNoNames(t, err, "the value", "users", "sallyport")
		}
	})

	t.Run("are the port's for a context that is done", func(t *testing.T) {
		s := open(t, good)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Repos().Users.ByID(ctx, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
	})
}

// wantNoNames wants an error without any of words.
func wantNoNames(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Error("got no error, want one")
		return
	}
	text := fmt.Sprintf("%v %+v", err, err)
	for _, word := range words {
		if word != "" && word != "0" && strings.Contains(text, word) {
			t.Errorf("got error %q, which has %q in it", err, word)
		}
	}
}

// mute listens, takes what comes and says nothing.
func mute(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

package mysql_test

import (
	"context"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
)

// databases gives each case of a kit a migrated database without rows. One whose case is over
// is emptied and given to another, since a new one takes longer than most cases.
type databases struct {
	server *mysqltest.Server

	mu   sync.Mutex
	free []mysql.Config
}

// take returns a database until the test ends.
func (d *databases) take(t testing.TB) mysql.Config {
	t.Helper()
	c, ok := d.pop()
	if !ok {
		var err error
		c, err = d.server.NewDatabase(t.Context())
		must(t, err)
	}
	t.Cleanup(func() {
		d.empty(t, c)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.free = append(d.free, c)
	})
	return c
}

func (d *databases) pop() (mysql.Config, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.free) == 0 {
		return mysql.Config{}, false
	}
	c := d.free[len(d.free)-1]
	d.free = d.free[:len(d.free)-1]
	return c, true
}

func (d *databases) empty(t testing.TB, c mysql.Config) {
	t.Helper()
	for _, table := range tables() {
		if err := d.server.Exec(context.Background(), `DELETE FROM `+c.Database+`.`+table); err != nil {
			t.Error(err)
		}
	}
}

// tables are those of the newest schema.
func tables() []string {
	return []string{"events", "identities", "letters", "one_time_tokens", "permissions", "rate_limits", "roles", "sessions", "signing_keys", "users"}
}

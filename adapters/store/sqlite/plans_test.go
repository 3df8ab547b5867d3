package sqlite_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// countOfRole is what a change asks that must leave an administrator.
const countOfRole = `SELECT COUNT(*) FROM users WHERE role_id = ? AND status = ?`

// readsInOrder says which of the queries may read a table from end to end: they want all of it,
// or as much of it as they are limited to.
func readsInOrder(query string) bool {
	return strings.Contains(query, "FROM signing_keys ORDER BY") ||
		strings.Contains(query, "FROM roles ORDER BY") ||
		strings.Contains(query, "FROM permissions ORDER BY") ||
		strings.Contains(query, "FROM letters WHERE kind = ? LIMIT ?) AS waiting") ||
		strings.Contains(query, "FROM events ORDER BY id DESC LIMIT")
}

// scans returns each step of the plans that reads a table from end to end.
func scans(t testing.TB, db *sql.DB) []string {
	t.Helper()
	var found []string
	for _, query := range append(sqlstore.Queries(), countOfRole) {
		for _, step := range plan(t, db, query) {
			if isScan(step) && !readsInOrder(query) {
				found = append(found, fmt.Sprintf("%s: %s", query, step))
			}
		}
	}
	return found
}

// isScan reports whether a step reads a table of the schema from end to end, or so many rows of
// it that SQLite makes an index for the query alone.
func isScan(step string) bool {
	if strings.Contains(step, " AUTOMATIC ") {
		return true
	}
	table, ok := strings.CutPrefix(step, "SCAN ")
	if !ok {
		return false
	}
	table, _, _ = strings.Cut(table, " ")
	switch table {
	case "users", "roles", "sessions", "rate_limits", "events", "one_time_tokens", "letters", "signing_keys", "permissions":
		return true
	}
	return false
}

func plan(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, make([]any, strings.Count(query, "?"))...)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		must(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	must(t, rows.Err())
	return steps
}

// fill puts n rows into the tables that grow.
func fill(t testing.TB, db *sql.DB, n int) {
	t.Helper()
	for _, insert := range []string{
		`INSERT INTO users (id, email, email_key, password, status, role_id, first_name, last_name, language,
			static_token, epoch, version, created_at, last_access)
			SELECT hex(id), '', hex(id), '', 'active', 'role', '', '', '', id, 1, 1, 1, 1`,
		`INSERT INTO sessions SELECT hex(id), 'user', 'json', 1, 1, id, 1, 1, 1, 1, '', '', ''`,
		`INSERT INTO events SELECT hex(id), 1, 'login', 'success', 'user', 'user', '', '', ''`,
		`INSERT INTO letters SELECT hex(id), '', '', '', '', '', '', '', 1, 1, 0, '', 0`,
		`INSERT INTO one_time_tokens SELECT id, 'purpose', 'user', NULL, 1, 0`,
		`INSERT INTO rate_limits SELECT hex(id), 1`,
	} {
		_, err := db.ExecContext(t.Context(), `WITH RECURSIVE
			count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?),
			fresh (id) AS (SELECT randomblob(16) FROM count) `+insert+` FROM fresh`, n)
		must(t, err)
	}
}

func TestPlans(t *testing.T) {
	t.Run("find rows by an index", func(t *testing.T) {
		path := newPath(t)
		open(t, path)
		for _, scan := range scans(t, raw(t, path)) {
			t.Error(scan)
		}
	})

	t.Run("stay the same when a small database becomes a large one after a stop", func(t *testing.T) {
		path := newPath(t)
		s, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, Migrate: true})
		must(t, err)
		db := raw(t, path)
		fill(t, db, 2)
		for range 500 { // SQLite keeps statistics of what has been asked for
			must(t, s.Repos().Users.Touch(t.Context(), "nobody", t0))
			must(t, s.Sessions().Delete(t.Context(), "nothing"))
			must(t, s.Sessions().DeleteUser(t.Context(), "nobody", ""))
		}
		must(t, s.Close())
		fill(t, db, 2000)
		for _, scan := range scans(t, raw(t, path)) {
			t.Error(scan)
		}
	})

	t.Run("heed no statistics that another has left", func(t *testing.T) {
		path := newPath(t)
		open(t, path)
		db := raw(t, path)
		fill(t, db, 2)
		_, err := db.ExecContext(t.Context(), `ANALYZE`)
		must(t, err)
		if len(scans(t, db)) == 0 {
			t.Fatal("got no scan with statistics of small tables, want one, or this test proves nothing")
		}
		open(t, path)
		// An explanation alone does not look whether the schema of an open connection is the latest.
		must(t, db.QueryRowContext(t.Context(), countOfRole, "", "").Scan(new(int)))
		for _, scan := range scans(t, db) {
			t.Error(scan)
		}
	})
}

package mysql_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// queryWith returns the one statement of the store that holds part.
func queryWith(t testing.TB, part string) string {
	t.Helper()
	found := slices.DeleteFunc(sqlstore.Queries(), func(q string) bool { return !strings.Contains(q, part) })
	if len(found) != 1 {
		t.Fatalf("got %d statements with %q, want 1", len(found), part)
	}
	return found[0]
}

// access is how a plan reads a table: "ALL" and "index" read it from end to end.
type access struct {
	table, kind, key string
}

// plan returns how each table that is in the schema is read.
func plan(t testing.TB, db *sql.DB, query string, args ...any) []access {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `EXPLAIN `+query, args...)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	columns, err := rows.Columns()
	must(t, err)
	var all []access
	for rows.Next() {
		values, places := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		must(t, rows.Scan(places...))
		value := func(column string) string { return values[slices.Index(columns, column)].String }
		if table := value("table"); table != "" && !strings.HasPrefix(table, "<") {
			all = append(all, access{table, value("type"), value("key")})
		}
	}
	must(t, rows.Err())
	return all
}

func TestPlans(t *testing.T) {
	c := plain.Get(t).Database(t)
	open(t, c)
	run(t, c,
		`INSERT INTO events SELECT CONCAT('common ', seq), seq, 'login', 'success', 'bob', 'bob', '', '', '' FROM seq_1_to_20000`,
		`INSERT INTO events VALUES ('rare', 1, 'rare', 'success', 'ann', 'ann', '', '', '')`,
		`INSERT INTO users (id, email, email_key, password, status, role_id, first_name, last_name, language,
			epoch, version, created_at, last_access)
			SELECT seq, '', seq, '', 'active', IF(seq = 1, 'administrators', 'people'), '', '', '', 1, 1, 1, 1 FROM seq_1_to_20000`,
		`ANALYZE TABLE events, users`,
	)
	countUsers := `SELECT COUNT(*) FROM users WHERE role_id = ? AND ` + mysql.Dialect().Bytewise("status") + ` = ?`
	for name, p := range map[string]struct {
		query string
		args  []any
		keys  []string // that read the tables
	}{
		"events of a rare kind":   {queryWith(t, `WHERE kind = ? ORDER BY`), []any{"rare", 50, 0}, []string{"events_kind"}},
		"events of a user":        {queryWith(t, `AS done_by`), []any{"ann", 50, "ann", 50, 50, 0}, []string{"PRIMARY", "events_actor", "events_subject"}},
		"events of a user's kind": {queryWith(t, `AND kind = ?`), []any{"ann", "ann", "login", 50, 0}, []string{"PRIMARY", "events_actor", "events_subject"}},
		"users of a role":         {countUsers, []any{"administrators", "active"}, []string{"users_role"}},
	} {
		t.Run("find the "+name+" by an index", func(t *testing.T) {
			var keys []string
			for _, a := range plan(t, mysql.Raw(t, c), p.query, p.args...) {
				if a.kind != "ref" && a.kind != "eq_ref" && a.kind != "range" {
					t.Errorf("got %s read by %q, want an index", a.table, a.kind)
				}
				keys = append(keys, a.key)
			}
			slices.Sort(keys)
			if !slices.Equal(keys, p.keys) {
				t.Errorf("got keys %q, want %q", keys, p.keys)
			}
		})
	}
}

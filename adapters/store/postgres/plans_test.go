package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// queryWith returns the one statement of the store that holds part, with values, which are
// written as SQL, for its arguments.
func queryWith(t testing.TB, part string, values ...string) string {
	t.Helper()
	found := slices.DeleteFunc(sqlstore.Queries(), func(q string) bool { return !strings.Contains(q, part) })
	if len(found) != 1 {
		t.Fatalf("got %d statements with %q, want 1", len(found), part)
	}
	for _, value := range values {
		found[0] = strings.Replace(found[0], "?", value, 1)
	}
	return found[0]
}

func TestPlans(t *testing.T) {
	s := server.Get(t)
	database := s.Migrated(t)
	for _, statement := range []string{
		`INSERT INTO events SELECT 'common ' || n, n, 'login', 'success', 'bob', 'bob', '', '', '' FROM generate_series(1, 20000) AS n`,
		`INSERT INTO events VALUES ('rare', 1, 'rare', 'success', 'ann', 'ann', '', '', '')`,
		`INSERT INTO users (id, email, email_key, password, status, role_id, first_name, last_name, language,
			epoch, version, created_at, last_access)
			SELECT n, '', n, '', 'active', CASE n WHEN 1 THEN 'administrators' ELSE 'people' END, '', '', '', 1, 1, 1, 1
			FROM generate_series(1, 20000) AS n`,
		`ANALYZE`,
	} {
		s.Execute(t, database, statement)
	}
	for name, p := range map[string]struct {
		query string
		keys  []string // that the plan reads by
	}{
		"events of a rare kind": {queryWith(t, `WHERE kind = ? ORDER BY`, `'rare'`, `50`, `0`), []string{"events_kind"}},
		"events of a user":      {queryWith(t, `AS done_by`, `'ann'`, `50`, `'ann'`, `50`, `50`, `0`), []string{"events_actor", "events_subject", "events_pkey"}},
		"events of a user's kind": {
			queryWith(t, `AND kind = ?`, `'ann'`, `'ann'`, `'login'`, `50`, `0`),
			[]string{"events_actor", "events_subject"},
		},
		"users of a role": {
			`SELECT COUNT(*) FROM users WHERE role_id = 'administrators' AND ` + postgres.Dialect().Bytewise("status") + ` = 'active'`,
			[]string{"(role_id = 'administrators'::text) AND (status = 'active'::text)"},
		},
	} {
		t.Run("find the "+name+" by an index", func(t *testing.T) {
			plan := strings.Join(queryTexts(t, s.Config(database), `EXPLAIN `+p.query), "\n")
			if strings.Contains(plan, "Seq Scan") {
				t.Errorf("got a table read from end to end, want an index:\n%s", plan)
			}
			for _, key := range p.keys {
				if !strings.Contains(plan, key) {
					t.Errorf("got no use of %s, want it:\n%s", key, plan)
				}
			}
		})
	}
}

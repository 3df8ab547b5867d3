package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
)

// The questions that tell a schema. Their answers are lines, the same on every database: a column
// with whether it may be NULL, or an index with its columns, whether it is unique, and its name.
// The name of a primary key is its server's own, and so is that of a UNIQUE of SQLite, whose
// indexes have names only where they are made by themselves. The tables are those of the service:
// the tool that migrates has one of its own, and that of MySQL another.
const (
	sqliteColumns = `SELECT t.name || '.' || c.name || CASE c."notnull" WHEN 1 THEN '' ELSE ' NULL' END
		FROM sqlite_schema t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT IN ('goose_db_version', 'sqlite_sequence')`
	mysqlColumns = `SELECT CONCAT(table_name, '.', column_name, CASE is_nullable WHEN 'NO' THEN '' ELSE ' NULL' END)
		FROM information_schema.columns
		WHERE table_schema = DATABASE() AND table_name NOT IN ('goose_db_version', 'migration_lease')`
	postgresColumns = `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE ' NULL' END
		FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'`

	sqliteIndexes = `SELECT t.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' ||
			CASE i.origin WHEN 'pk' THEN ' PRIMARY KEY' WHEN 'u' THEN ' UNIQUE ' || t.name || '_' ||
				(SELECT group_concat(name, '_') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
			ELSE CASE i."unique" WHEN 1 THEN ' UNIQUE ' ELSE ' ' END || i.name END
		FROM sqlite_schema t JOIN pragma_index_list(t.name) i
		WHERE t.type = 'table' AND t.name <> 'goose_db_version'`
	mysqlIndexes = `SELECT CONCAT(table_name, ' (', GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ', '), ')',
			CASE WHEN index_name = 'PRIMARY' THEN ' PRIMARY KEY' ELSE CONCAT(CASE non_unique WHEN 0 THEN ' UNIQUE ' ELSE ' ' END, index_name) END)
		FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name NOT IN ('goose_db_version', 'migration_lease')
		GROUP BY table_name, index_name, non_unique`
	postgresIndexes = `SELECT t.relname || ' (' || string_agg(a.attname, ', ' ORDER BY k.place) || ')' ||
			CASE WHEN i.indisprimary THEN ' PRIMARY KEY' ELSE CASE WHEN i.indisunique THEN ' UNIQUE ' ELSE ' ' END || x.relname END
		FROM pg_index i
		JOIN pg_class t ON t.oid = i.indrelid
		JOIN pg_class x ON x.oid = i.indexrelid
		CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(attnum, place)
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> 'goose_db_version'
		GROUP BY t.relname, x.relname, i.indisprimary, i.indisunique`
)

// TestEveryDatabaseHasTheSameSchema compares what the migrations of each have made. Red when one of
// them has a table, a column, a NULL or an index more, fewer, or by another name.
func TestEveryDatabaseHasTheSameSchema(t *testing.T) {
	t.Parallel()
	want := sqliteSchema(t)
	if len(want) < 50 {
		t.Fatalf("got %d lines of SQLite, want all of it: %q", len(want), want)
	}
	t.Run("mysql", func(t *testing.T) { wantSameSchema(t, mariadbSchema(t), want) })
	t.Run("pg", func(t *testing.T) { wantSameSchema(t, postgresqlSchema(t), want) })
}

func wantSameSchema(t *testing.T, got, want []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("it has %s, and SQLite has not", line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("it lacks %s, which SQLite has", line)
		}
	}
}

func sqliteSchema(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	command(t, cheap(dir), "", "migrate", "up")
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "sallyport.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	return schema(t, db, sqliteColumns, sqliteIndexes)
}

func mariadbSchema(t *testing.T) []string {
	t.Helper()
	c := mariadb.Get(t).Database(t)
	command(t, onServer(t, "mysql", c.Host, c.Port, c.Database, c.User, c.Password), "", "migrate", "up")
	settings := mysqldriver.NewConfig()
	settings.Net, settings.Addr, settings.DBName = "tcp", fmt.Sprintf("%s:%d", c.Host, c.Port), c.Database
	settings.User, settings.Passwd = mysqltest.User, mysqltest.Password
	connector, err := mysqldriver.NewConnector(settings)
	if err != nil {
		t.Fatal(err)
	}
	return schema(t, sql.OpenDB(connector), mysqlColumns, mysqlIndexes)
}

func postgresqlSchema(t *testing.T) []string {
	t.Helper()
	server := postgresql.Get(t)
	c := server.Config(server.Create(t, ""))
	command(t, onServer(t, "pg", c.Host, c.Port, c.Database, c.User, c.Password), "", "migrate", "up")
	db, err := sql.Open("pgx", server.ConnectionString(c.Database))
	if err != nil {
		t.Fatal(err)
	}
	return schema(t, db, postgresColumns, postgresIndexes)
}

// schema returns the lines that the questions are answered with, and closes db.
func schema(t *testing.T, db *sql.DB, questions ...string) (lines []string) {
	t.Helper()
	defer db.Close()
	for _, question := range questions {
		rows, err := db.QueryContext(t.Context(), question)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, strings.ToLower(line))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

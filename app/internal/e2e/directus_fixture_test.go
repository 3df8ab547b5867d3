package e2e

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// directusTables are those of a Directus of today, as far as accounts go. What databases write
// differently is in braces.
const directusTables = `
CREATE TABLE directus_roles (
	id {uuid} NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, icon VARCHAR(64) NOT NULL DEFAULT 'supervised_user_circle', description TEXT, parent {uuid}
);
CREATE TABLE directus_policies (
	id {uuid} NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, icon VARCHAR(64) NOT NULL DEFAULT 'badge', description TEXT, ip_access TEXT,
	enforce_tfa {flag} NOT NULL, admin_access {flag} NOT NULL, app_access {flag} NOT NULL
);
CREATE TABLE directus_access (
	id {uuid} NOT NULL PRIMARY KEY, role {uuid}, {user} {uuid}, policy {uuid} NOT NULL, sort INTEGER
);
CREATE TABLE directus_users (
	id {uuid} NOT NULL PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50), email VARCHAR(128) UNIQUE, password VARCHAR(255),
	location VARCHAR(255), title VARCHAR(50), description TEXT, tags {json}, avatar {uuid}, language VARCHAR(255), tfa_secret VARCHAR(255),
	status VARCHAR(16) NOT NULL DEFAULT 'active', role {uuid}, token VARCHAR(255) UNIQUE, last_access {time} NULL, last_page VARCHAR(255),
	provider VARCHAR(128) NOT NULL DEFAULT 'default', external_identifier VARCHAR(255) UNIQUE, auth_data {json}, email_notifications {flag} DEFAULT {true},
	appearance VARCHAR(255), theme_dark VARCHAR(255), theme_light VARCHAR(255), theme_light_overrides {json}, theme_dark_overrides {json},
	text_direction VARCHAR(255) NOT NULL DEFAULT 'auto'
);
CREATE TABLE directus_sessions (
	token VARCHAR(64) NOT NULL PRIMARY KEY, {user} {uuid}, expires {time} NOT NULL, ip VARCHAR(255), user_agent TEXT, share {uuid}, origin VARCHAR(255),
	next_token VARCHAR(64), oauth_client VARCHAR(255)
);
INSERT INTO directus_roles (id, name) VALUES ('{role}', 'Administrator');
INSERT INTO directus_policies (id, name, enforce_tfa, admin_access, app_access) VALUES ('{policy}', 'Administrator', {false}, {true}, {true});
INSERT INTO directus_access (id, role, policy) VALUES ('{access}', '{role}', '{policy}')`

// olderTables are those of a Directus of 2021.
const olderTables = `
CREATE TABLE directus_roles (
	id {uuid} NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, icon VARCHAR(30) NOT NULL DEFAULT 'supervised_user_circle', description TEXT, ip_access TEXT,
	enforce_tfa {flag} NOT NULL DEFAULT {false}, module_list {json}, collection_list {json}, admin_access {flag} NOT NULL DEFAULT {false}, app_access {flag} DEFAULT {true}
);
CREATE TABLE directus_users (
	id {uuid} NOT NULL PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50), email VARCHAR(128) NOT NULL UNIQUE, password VARCHAR(255),
	location VARCHAR(255), title VARCHAR(50), description TEXT, tags {json}, avatar {uuid}, language VARCHAR(8) DEFAULT 'en-US', theme VARCHAR(20) DEFAULT 'auto',
	tfa_secret VARCHAR(255), status VARCHAR(16) NOT NULL DEFAULT 'active', role {uuid}, token VARCHAR(255), last_access {time} NULL, last_page VARCHAR(255)
);
CREATE TABLE directus_sessions (
	token VARCHAR(64) NOT NULL PRIMARY KEY, {user} {uuid} NOT NULL, expires {time} NOT NULL, ip VARCHAR(255), user_agent VARCHAR(255)
);
INSERT INTO directus_roles (id, name, admin_access) VALUES ('{role}', 'Administrator', {true})`

// directusHome is a database that a Directus may have made.
type directusHome struct {
	db      *sql.DB
	address string
	words   *strings.Replacer // what the database writes in its own way
	at      func(time.Time) string
}

const (
	directusRole   = "0f3f2a6e-5d0c-4a52-9c1c-6c7a3f0e8a01"
	directusPolicy = "0f3f2a6e-5d0c-4a52-9c1c-6c7a3f0e8a02"
	directusAccess = "0f3f2a6e-5d0c-4a52-9c1c-6c7a3f0e8a03"
)

func replacer(own ...string) *strings.Replacer {
	return strings.NewReplacer(append(own, "{role}", directusRole, "{policy}", directusPolicy, "{access}", directusAccess)...)
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func directusInSQLite(t *testing.T) directusHome {
	t.Helper()
	file := filepath.Join(t.TempDir(), "data.db")
	return directusHome{
		openDirectus(t, "sqlite", file), file,
		replacer("{uuid}", "CHAR(36)", "{flag}", "BOOLEAN", "{true}", "1", "{false}", "0", "{time}", "DATETIME", "{json}", "JSON", "{user}", "`user`"), millis,
	}
}

func directusInMariaDB(t *testing.T) directusHome {
	t.Helper()
	server := mariadb.Get(t)
	c := server.Database(t)
	own := mysql.NewConfig()
	own.Net, own.Addr, own.User, own.Passwd, own.DBName = "tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), c.User, c.Password, c.Database
	return directusHome{
		openDirectus(t, "mysql", own.FormatDSN()), server.URL(c),
		replacer("{uuid}", "CHAR(36)", "{flag}", "TINYINT(1)", "{true}", "1", "{false}", "0", "{time}", "TIMESTAMP", "{json}", "JSON", "{user}", "`user`"),
		func(at time.Time) string { return "FROM_UNIXTIME(" + millis(at) + "/1000)" },
	}
}

func directusInPostgreSQL(t *testing.T) directusHome {
	t.Helper()
	server := postgresql.Get(t)
	address := server.ConnectionString(server.Create(t, ""))
	return directusHome{
		openDirectus(t, "pgx", address), address,
		replacer("{uuid}", "UUID", "{flag}", "BOOLEAN", "{true}", "true", "{false}", "false", "{time}", "TIMESTAMPTZ", "{json}", "JSON", "{user}", `"user"`),
		func(at time.Time) string { return "to_timestamp(" + millis(at) + "/1000.0)" },
	}
}

func openDirectus(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// run carries out statements, whose times are arguments as {0}, {1} and so on.
func (h directusHome) run(t *testing.T, statements string, times ...time.Time) {
	t.Helper()
	for i, at := range times {
		statements = strings.ReplaceAll(statements, "{"+strconv.Itoa(i)+"}", h.at(at))
	}
	for statement := range strings.SplitSeq(h.words.Replace(statements), ";\n") {
		if _, err := h.db.ExecContext(context.Background(), statement); err != nil {
			t.Fatal(errors.Join(errors.New(statement), err))
		}
	}
}

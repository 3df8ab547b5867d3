// Package migration keeps the schema of a SQL database at the version that a program
// expects. A module per database brings the files and says how a migrator shuts others out;
// what happens to them is the same everywhere.
//
// A file NNNNN_name.sql is one version and is written as goose wants it
// (https://pressly.github.io/goose/documentation/annotations/). Once released it never
// changes: a database that has it would not get the change.
package migration

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

var (
	// ErrSchemaOlder says that migrations are pending.
	ErrSchemaOlder = errors.New("the schema is older than this program")
	// ErrSchemaNewer says that a newer program has migrated the database.
	ErrSchemaNewer = errors.New("the schema is newer than this program")
	// ErrNoMigration says that there is nothing to undo.
	ErrNoMigration = errors.New("no migration is applied")
	// ErrLockLost says that a migration was ended, since the lock against others could not be
	// kept and another may be at work.
	ErrLockLost = errors.New("the lock against other migrations is lost")
)

// Migration is one step of the schema.
type Migration struct {
	Version int64
	Name    string // such as "users"; empty for one that only a newer program knows
	Applied bool
}

// Script is a migration with what it would run.
type Script struct {
	Migration
	SQL string // the statements of the way up, as they are in the file
}

// current returns nil when exactly the migrations that the program knows are applied.
func current(status []Migration) error {
	for _, m := range status {
		if m.Name == "" {
			return fmt.Errorf("%w: it has version %d, which is unknown here; start a newer release",
				ErrSchemaNewer, m.Version)
		}
	}
	for _, m := range status {
		if !m.Applied {
			return fmt.Errorf("%w: version %d is not applied; migrate up first", ErrSchemaOlder, m.Version)
		}
	}
	return nil
}

// name is "users" for "00001_users.sql".
func name(file string) string {
	_, name, _ := strings.Cut(path.Base(file), "_")
	return strings.TrimSuffix(name, ".sql")
}

// annotation begins a line that is for goose and not for the database.
const annotation = "-- +goose "

// wayUp returns the statements of a file that apply it.
func wayUp(file string) string {
	var up strings.Builder
	inside := false
	for line := range strings.Lines(file) {
		if rest, ok := strings.CutPrefix(line, annotation); ok {
			switch strings.TrimSpace(rest) {
			case "Up":
				inside = true
			case "Down":
				inside = false
			}
			continue
		}
		if inside {
			up.WriteString(line)
		}
	}
	return strings.TrimSpace(up.String())
}

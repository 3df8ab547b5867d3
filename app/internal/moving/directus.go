package moving

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// ColumnType is how a column is read.
type ColumnType int

// The types of columns.
const (
	Text ColumnType = iota // also of an ID or of JSON
	Time
	Flag
)

// Column is one that is wanted of a table.
type Column struct {
	Name string
	Type ColumnType
}

// Row has a string, a time.Time or a bool for each column, and nothing for one that is NULL or that
// the table has not.
type Row map[string]any

func (r Row) text(column string) string {
	text, _ := r[column].(string)
	return text
}

func (r Row) has(column string) bool { return r[column] != nil && r[column] != "" }

func (r Row) time(column string) time.Time {
	at, _ := r[column].(time.Time)
	return micros(at)
}

func (r Row) flag(column string) bool {
	flag, _ := r[column].(bool)
	return flag
}

// Tables is the database of another service.
type Tables interface {
	// Read returns all rows of a table with these columns, or false where there is no such
	// table.
	Read(ctx context.Context, table string, columns []Column) ([]Row, bool, error)
}

// ErrNoDirectus says that a database is none of a Directus.
var ErrNoDirectus = errors.New("the database has no tables of Directus, or they are not in its default schema")

// ImportDirectus stores the users, roles and live sessions of a Directus, of version 9 or newer. IDs
// stay as they are, and by them it knows what is there already. The rows of directus_permissions are
// not read. Errors are as those of Import.
func ImportDirectus(ctx context.Context, p Place, tables Tables, o Options) (Summary, error) {
	k, err := newKeeper(ctx, p, o)
	if err != nil {
		return Summary{}, fmt.Errorf("import from Directus: %w", err)
	}
	d := &directus{keeper: k, tables: tables, active: map[domain.UserID]bool{}}
	for _, part := range []func(context.Context) error{d.roles, d.users, d.sessions} {
		if err := part(ctx); err != nil {
			return k.summary, fmt.Errorf("import from Directus, which can be run again: %w", err)
		}
	}
	return k.summary, nil
}

type directus struct {
	*keeper
	tables Tables
	active map[domain.UserID]bool
	access accessTable
}

// read returns the rows of a table, none where there is no such table.
func (d *directus) read(ctx context.Context, table string, columns []Column) ([]Row, bool, error) {
	rows, found, err := d.tables.Read(ctx, table, columns)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", table, err)
	}
	return rows, found, ctx.Err()
}

// part tells that something of a row is not kept.
func (d *directus) part(kind Kind, name, why string) {
	d.options.Tell(Note{Kind: kind, Name: name, Why: why})
}

package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// ForeignType is how a column of another program's table is read.
type ForeignType int

// The types of columns: what comes of them is a string, a time.Time in UTC or a bool. Whatever the
// database can write as text is text.
const (
	ForeignText ForeignType = iota
	ForeignTime
	ForeignFlag
)

// ForeignColumn is a column that is wanted.
type ForeignColumn struct {
	Name string
	Type ForeignType
}

// ForeignDialect is how a database writes what ForeignTables asks for. In Text and Micros each
// {column} stands for a column.
type ForeignDialect struct {
	Columns string             // the names of the columns of the table that is the argument
	Text    string             // as text
	Micros  string             // a time, as whole microseconds since 1970
	Shown   func(error) string // what may be shown of an error; nil: nothing of it
}

// ForeignTables reads tables of another program, whatever columns they have. It writes nothing, and
// is safe for concurrent use.
type ForeignTables struct {
	db      *sqlx.DB
	dialect ForeignDialect
}

// NewForeignTables returns tables that own db.
func NewForeignTables(db *sqlx.DB, d ForeignDialect) *ForeignTables { return &ForeignTables{db, d} }

// Close lets go of the database.
func (f *ForeignTables) Close() error { return f.db.Close() }

// Read returns all rows of a table, in no order, or false where there is no such table. A row has
// no value where there is NULL, and where the table has no such column. A name that is not of small
// letters and underscores is an error.
func (f *ForeignTables) Read(ctx context.Context, table string, columns []ForeignColumn) ([]map[string]any, bool, error) {
	for _, name := range append(namesOf(columns), table) {
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return nil, false, errors.New("a table or column of another program has a name of small letters")
		}
	}
	var there []string
	if err := f.db.SelectContext(ctx, &there, f.db.Rebind(f.dialect.Columns), table); err != nil {
		return nil, false, f.described(err)
	}
	if len(there) == 0 {
		return nil, false, nil
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(c ForeignColumn) bool { return !slices.Contains(there, c.Name) })
	if len(columns) == 0 {
		return nil, false, errors.New("the table has none of the columns that are looked for")
	}
	rows, err := f.db.QueryContext(ctx, f.query(table, columns))
	if err != nil {
		return nil, false, f.described(err)
	}
	defer rows.Close()
	var list []map[string]any
	for rows.Next() {
		row, err := scanForeign(rows, columns)
		if err != nil {
			return nil, false, f.described(err)
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		return nil, false, f.described(err)
	}
	return list, true, nil
}

func namesOf(columns []ForeignColumn) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// query names each column behind that of its table, where no word means anything else.
func (f *ForeignTables) query(table string, columns []ForeignColumn) string {
	var expressions []string
	for _, c := range columns {
		name := "t." + c.Name
		switch c.Type {
		case ForeignTime:
			expressions = append(expressions, strings.ReplaceAll(f.dialect.Micros, "{column}", name))
		case ForeignFlag:
			expressions = append(expressions, fmt.Sprintf("CASE WHEN %[1]s IS NULL THEN NULL WHEN %[1]s THEN 1 ELSE 0 END", name))
		default:
			expressions = append(expressions, strings.ReplaceAll(f.dialect.Text, "{column}", name))
		}
	}
	return "SELECT " + strings.Join(expressions, ", ") + " FROM " + table + " t"
}

func scanForeign(rows *sql.Rows, columns []ForeignColumn) (map[string]any, error) {
	texts, numbers := make([]sql.NullString, len(columns)), make([]sql.NullInt64, len(columns))
	into := make([]any, len(columns))
	for i, c := range columns {
		into[i] = &numbers[i]
		if c.Type == ForeignText {
			into[i] = &texts[i]
		}
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	row := map[string]any{}
	for i, c := range columns {
		switch {
		case c.Type == ForeignText && texts[i].Valid:
			row[c.Name] = texts[i].String
		case c.Type == ForeignTime && numbers[i].Valid:
			row[c.Name] = time.UnixMicro(numbers[i].Int64).UTC()
		case c.Type == ForeignFlag && numbers[i].Valid:
			row[c.Name] = numbers[i].Int64 != 0
		}
	}
	return row, nil
}

func (f *ForeignTables) described(err error) error {
	text := "the database has not answered as it should"
	if f.dialect.Shown != nil {
		text = f.dialect.Shown(err)
	}
	return Described(err, text)
}

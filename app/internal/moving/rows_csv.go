package moving

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// csvRows reads CSV (RFC 4180) whose first row names the columns.
func csvRows(in io.Reader) (func() (int, row, error), error) {
	text := bufio.NewReader(in)
	skipMark(text)
	limited := &boundedRows{in: text}
	reader := csv.NewReader(limited)
	reader.FieldsPerRecord = -1
	names, err := reader.Read()
	if err != nil {
		return nil, errors.New("the first row, which names the columns, cannot be read")
	}
	for i, name := range names {
		if known := (&row{}).columns(); known[name] == nil || slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("column %d of the first row is none of those that there are, or is there twice; there are %s, with commas between them",
				i+1, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	if !slices.Contains(names, "email") {
		return nil, errors.New("the first row names no column email")
	}
	return func() (int, row, error) {
		limited.taken = reader.InputOffset()
		fields, err := reader.Read()
		line := 0
		if len(fields) > 0 {
			line, _ = reader.FieldPos(0)
		}
		if failure, ok := errors.AsType[*csv.ParseError](err); ok {
			return failure.StartLine, row{}, wrongQuotes(failure)
		}
		if err != nil {
			return line, row{}, err
		}
		r, err := rowOf(names, fields)
		return line, r, err
	}, nil
}

// wrongQuotes tells how far the row went, since a quote without its partner takes lines along that
// were rows.
func wrongQuotes(failure *csv.ParseError) error {
	if failure.Line > failure.StartLine {
		return refuse("its quotes are wrong, so that the lines up to %d are left out with it", failure.Line)
	}
	return refusal("its quotes are wrong")
}

var errLongRow = fmt.Errorf("a row is longer than %d bytes; it may have a quote without its partner", maxLine)

// boundedRows ends a text in which a row is too long to be held in memory.
type boundedRows struct {
	in    io.Reader
	read  int64
	taken int64 // up to where rows were returned
}

func (b *boundedRows) Read(p []byte) (int, error) {
	if b.read-b.taken > maxLine {
		return 0, errLongRow
	}
	n, err := b.in.Read(p)
	b.read += int64(n)
	return n, err
}

func rowOf(names, fields []string) (row, error) {
	if len(fields) != len(names) {
		return row{}, refuse("it has %d columns, and the first row names %d", len(fields), len(names))
	}
	var r row
	columns := r.columns()
	for i, name := range names {
		if !utf8.ValidString(fields[i]) {
			return row{}, refusal("it is not in UTF-8")
		}
		if fields[i] == "" {
			continue
		}
		switch into := columns[name].(type) {
		case *string:
			*into = fields[i]
		case *time.Time:
			at, err := time.Parse(time.RFC3339, fields[i])
			if err != nil {
				return row{}, refuse("its %s is not of the form 2006-01-02T15:04:05Z", name)
			}
			*into = at
		case *bool:
			if *into = fields[i] == "true"; !*into && fields[i] != "false" {
				return row{}, refuse("its %s is neither true nor false", name)
			}
		}
	}
	return r, nil
}

// columns are the fields of r by the names of their columns.
func (r *row) columns() map[string]any {
	return map[string]any{
		"id": &r.ID, "email": &r.Email, "email_proven": &r.EmailProven, "status": &r.Status, "role": &r.Role, "first_name": &r.FirstName, "last_name": &r.LastName,
		"language": &r.Language, "password_hash": &r.PasswordHash, "created_at": &r.CreatedAt, "last_access": &r.LastAccess,
	}
}

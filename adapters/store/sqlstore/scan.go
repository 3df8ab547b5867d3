package sqlstore

import "github.com/jmoiron/sqlx"

// record is a row that tells where its values go, in the order of the columns that its query
// names. The rows that requests wait for are read so: to find the fields by reflection takes
// as long as the query itself.
type record interface{ columns() []any }

// Scan reads one row into dest, which is a record, or a pointer to the value of a single
// column. No row is sql.ErrNoRows. It is for those who implement Tx.
func Scan(row *sqlx.Row, dest any) error {
	if r, ok := dest.(record); ok {
		return row.Scan(r.columns()...)
	}
	return row.Scan(dest)
}

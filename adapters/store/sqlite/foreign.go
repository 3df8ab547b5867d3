package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// OpenForeign opens the file of another program, in order to read it. One that is missing is an
// error that matches fs.ErrNotExist. No error names the path: it may be the address of a server,
// with a password, that was written in a form which nobody knows.
func OpenForeign(ctx context.Context, c Config) (*sqlstore.ForeignTables, error) {
	tables, err := openForeign(ctx, c)
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = failure.Err
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: open the other database: %w", err)
	}
	return tables, nil
}

func openForeign(ctx context.Context, c Config) (*sqlstore.ForeignTables, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.Path); err != nil {
		return nil, err
	}
	db, err := connect(c.dsn(url.Values{"_query_only": {"1"}}), c.Readers)
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return sqlstore.NewForeignTables(db, sqlstore.ForeignDialect{
		Columns: `SELECT name FROM pragma_table_info(?)`,
		Text:    `CAST({column} AS TEXT)`,
		// Programs of Node.js keep milliseconds, with and without a fraction, others text.
		Micros: `CASE typeof({column}) WHEN 'text' THEN CAST(strftime('%s', {column}) AS INTEGER) * 1000000 ELSE CAST({column} * 1000 AS INTEGER) END`,
		Shown:  error.Error, // which has neither secrets nor values
	}), nil
}

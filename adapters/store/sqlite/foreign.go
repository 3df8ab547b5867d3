package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// OpenForeign opens the file of another program, in order to read it. One that is missing is an
// error that matches fs.ErrNotExist.
func OpenForeign(ctx context.Context, c Config) (*sqlstore.ForeignTables, error) {
	tables, err := openForeign(ctx, c)
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
		// Programs of Node.js keep milliseconds, others text.
		Micros: `CASE typeof({column}) WHEN 'text' THEN CAST(strftime('%s', {column}) AS INTEGER) * 1000000 ELSE {column} * 1000 END`,
		Shown:  error.Error, // which has neither secrets nor values
	}), nil
}

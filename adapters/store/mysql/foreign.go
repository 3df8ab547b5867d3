package mysql

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// OpenForeign connects to the database of another program, in order to read it. Its errors are as
// those of Open.
func OpenForeign(ctx context.Context, c Config) (*sqlstore.ForeignTables, error) {
	tables, err := openForeign(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("mysql: open the other database: %w", err)
	}
	return tables, nil
}

func openForeign(ctx context.Context, c Config) (*sqlstore.ForeignTables, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	connector, err := c.connector(c.Timeout)
	if err != nil {
		return nil, err
	}
	db := c.pool(connector)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return sqlstore.NewForeignTables(sqlx.NewDb(db, "mysql"), sqlstore.ForeignDialect{
		Columns: `SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?`,
		Text:    `CAST({column} AS CHAR)`,
		Micros:  `CAST(UNIX_TIMESTAMP({column}) * 1000000 AS SIGNED)`,
		Shown:   error.Error, // the connections have taken the names out
	}), nil
}

package postgres

import (
	"context"
	"fmt"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// OpenForeign connects to the database of another program, in order to read it.
func OpenForeign(ctx context.Context, c Config) (*sqlstore.ForeignTables, error) {
	c, err := c.complete()
	if err != nil {
		return nil, fmt.Errorf("postgres: open the other database: %w", err)
	}
	db, err := connect(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("postgres: open the other database: %w", err)
	}
	return sqlstore.NewForeignTables(db, sqlstore.ForeignDialect{
		Columns: `SELECT CAST(column_name AS TEXT) FROM information_schema.columns
			WHERE CAST(table_schema AS TEXT) = ANY (CAST(current_schemas(false) AS TEXT[])) AND table_name = ?`,
		Text:   `CAST({column} AS TEXT)`,
		Micros: `CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS BIGINT)`,
		Shown:  describe,
	}), nil
}

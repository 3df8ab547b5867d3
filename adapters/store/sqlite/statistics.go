package sqlite

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// SQLite keeps what ANALYZE has found in two tables; which of them there are depends on the
// program that ran it.
const (
	countStatistics = `SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')`
	dropStatistics1 = `DROP TABLE IF EXISTS sqlite_stat1`
	dropStatistics4 = `DROP TABLE IF EXISTS sqlite_stat4`
)

// removeStatistics makes the indexes alone decide how rows are found, also on connections that
// are open. It writes only where there is something to remove.
func removeStatistics(ctx context.Context, db *sqlx.DB) error {
	var found int
	if err := db.GetContext(ctx, &found, countStatistics); err != nil {
		return fmt.Errorf("look for statistics: %w", err)
	}
	if found == 0 {
		return nil
	}
	if _, err := db.ExecContext(ctx, dropStatistics1); err != nil {
		return fmt.Errorf("remove statistics: %w", err)
	}
	if _, err := db.ExecContext(ctx, dropStatistics4); err != nil {
		return fmt.Errorf("remove statistics: %w", err)
	}
	return nil
}

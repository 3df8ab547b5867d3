package sqlite

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// statistics are the tables in which SQLite keeps what ANALYZE has found; which of them there
// are depends on the program that ran it.
func statistics() []string { return []string{"sqlite_stat1", "sqlite_stat4"} }

// removeStatistics makes the indexes alone decide how rows are found, also on connections that
// are open. It writes only where there is something to remove.
func removeStatistics(ctx context.Context, db *sqlx.DB) error {
	for _, table := range statistics() {
		var found int
		if err := db.GetContext(ctx, &found, `SELECT COUNT(*) FROM sqlite_schema WHERE name = ?`, table); err != nil {
			return fmt.Errorf("look for statistics: %w", err)
		}
		if found == 0 {
			continue
		}
		if _, err := db.ExecContext(ctx, `DROP TABLE IF EXISTS `+table); err != nil {
			return fmt.Errorf("remove statistics: %w", err)
		}
	}
	return nil
}

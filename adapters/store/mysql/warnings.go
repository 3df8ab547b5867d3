package mysql

import (
	"context"
	"fmt"
)

// Warnings returns what an operator should know about how the server is set up, each with what
// to do about it: that it may lose what it has acknowledged. It ends after Config.Timeout at
// the latest.
func (s *Store) Warnings(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var flush string
	if err := s.db.QueryRowContext(ctx, `SELECT @@GLOBAL.innodb_flush_log_at_trx_commit`).Scan(&flush); err != nil {
		return nil, fmt.Errorf("mysql: look at the server's settings: %w", err)
	}
	if flush == "1" {
		return nil, nil
	}
	return []string{fmt.Sprintf("the server acknowledges before it has written to its disk (innodb_flush_log_at_trx_commit %s): "+
		"a power cut loses what was acknowledged last, and may bring spent tokens back; set innodb_flush_log_at_trx_commit=1", flush)}, nil
}

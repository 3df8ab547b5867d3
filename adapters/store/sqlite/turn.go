package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

var _ sqlstore.Tx = (*turn)(nil)

var (
	// errOver is the answer to a statement that comes after its transaction.
	errOver = errors.New("the transaction is over")
	// errSlow is the answer to a member that has used its time up.
	errSlow = errors.New("the time for one write is over")
)

// turn is the time in which one member may use the transaction of its group.
type turn struct {
	group *group
	ctx   context.Context // ends with the member's time, not with its caller

	mu   sync.Mutex
	over error // why no more statements run
}

// end lets no more statements run. It waits for the one under way.
func (t *turn) end(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over == nil {
		t.over = why
	}
}

// run runs one statement. After one that failed there is no other: SQLite may have ended the
// transaction with it, and would commit the next by itself.
func (t *turn) run(query string, use func(*sqlx.Stmt) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil {
		return t.over
	}
	statement, err := t.group.prepared(query)
	if err == nil {
		err = use(statement)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.over = err
	}
	return err
}

// Exec runs a statement. Like those of Get and Select its context is not looked at here: an
// interrupted statement would take the other members' with it.
func (t *turn) Exec(_ context.Context, query string, args ...any) (rows int64, err error) {
	err = t.run(query, func(s *sqlx.Stmt) error {
		result, err := s.ExecContext(t.ctx, args...)
		if err != nil {
			return err
		}
		rows, err = result.RowsAffected()
		return err
	})
	return rows, err
}

// Get reads one row.
func (t *turn) Get(_ context.Context, dest any, query string, args ...any) error {
	return t.run(query, func(s *sqlx.Stmt) error { return sqlstore.Scan(s.QueryRowxContext(t.ctx, args...), dest) })
}

// Select reads all rows.
func (t *turn) Select(_ context.Context, dest any, query string, args ...any) error {
	return t.run(query, func(s *sqlx.Stmt) error { return s.SelectContext(t.ctx, dest, args...) })
}

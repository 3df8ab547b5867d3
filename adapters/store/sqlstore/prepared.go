package sqlstore

import (
	"context"
	"sync"

	"github.com/jmoiron/sqlx"
)

// Option changes how a Store works.
type Option func(*Store)

// PreparedReads keeps each query that reads one row prepared, on each connection of the
// reader, and lets it run to its end once it has begun. It is for databases in this process,
// which compile a query each time anew and find a row by its key without waiting for anybody:
// there the watch over a context costs more than the read that it could cut short. The store
// knows its queries, so that there are never many.
func PreparedReads() Option {
	return func(s *Store) { s.prepared = &prepared{db: s.reader, statements: map[string]*sqlx.Stmt{}} }
}

// prepared are statements by their query. It is safe for concurrent use. Closing db closes
// them.
type prepared struct {
	db *sqlx.DB

	mu         sync.RWMutex
	statements map[string]*sqlx.Stmt
}

// get reads one row into dest; see Scan.
func (p *prepared) get(ctx context.Context, dest any, query string, args ...any) error {
	statement, err := p.statement(ctx, query)
	if err != nil {
		return err
	}
	// Whoever called has looked at ctx. Without an end it needs no goroutine to wait for it.
	return Scan(statement.QueryRowxContext(context.WithoutCancel(ctx), args...), dest)
}

func (p *prepared) statement(ctx context.Context, query string) (*sqlx.Stmt, error) {
	p.mu.RLock()
	statement, ok := p.statements[query]
	p.mu.RUnlock()
	if ok {
		return statement, nil
	}
	// Without the lock: there may be no connection free, and ctx bounds the wait.
	statement, err := p.db.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first, ok := p.statements[query]; ok {
		return first, statement.Close()
	}
	p.statements[query] = statement
	return statement, nil
}

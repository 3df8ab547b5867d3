package sqlstore

import (
	"context"
	"sync"

	"github.com/jmoiron/sqlx"
)

// Option changes how a Store works.
type Option func(*Store)

// PreparedReads keeps each query that reads one row by its key prepared, on each connection of
// the reader, and lets it run to its end once it has a connection; the wait for one ends with
// its context. It is for databases in this process, which compile a query each time anew and
// find a row by its key without waiting for anybody: there the watch over a context costs more
// than the read that it could cut short. The store knows its queries, so that there are never
// many. Nobody else may use the reader, and its connections are bounded before New is called.
func PreparedReads() Option {
	return func(s *Store) {
		p := &prepared{db: s.reader, statements: map[string]*sqlx.Stmt{}}
		if n := s.reader.Stats().MaxOpenConnections; n > 0 {
			p.places = make(chan struct{}, n)
		}
		s.prepared = p
	}
}

// prepared are statements by their query. It is safe for concurrent use. Closing db closes
// them.
type prepared struct {
	db *sqlx.DB

	// places has room for as many reads as there are connections, so that whoever is in it
	// finds one free. It is nil where they are not bounded.
	places chan struct{}

	mu         sync.RWMutex
	statements map[string]*sqlx.Stmt
}

// enter waits until a connection is free. Every read leaves when it is over.
func (p *prepared) enter(ctx context.Context) error {
	if p.places == nil {
		return nil
	}
	select {
	case p.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *prepared) leave() {
	if p.places != nil {
		<-p.places
	}
}

// get reads one row into dest; see Scan.
func (p *prepared) get(ctx context.Context, dest any, query string, args ...any) error {
	if err := p.enter(ctx); err != nil {
		return err
	}
	defer p.leave()
	statement, err := p.statement(ctx, query)
	if err != nil {
		return err
	}
	// A context that can end takes a goroutine to wait for it, and nothing waits from here on.
	return Scan(statement.QueryRowxContext(context.WithoutCancel(ctx), args...), dest)
}

func (p *prepared) statement(ctx context.Context, query string) (*sqlx.Stmt, error) {
	p.mu.RLock()
	statement, ok := p.statements[query]
	p.mu.RUnlock()
	if ok {
		return statement, nil
	}
	// Without the lock, which would keep those from reading whose statement is there.
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

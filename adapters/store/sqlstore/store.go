package sqlstore

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// errClosed is the answer of a store after Close. It is no sentinel of the port.
var errClosed = errors.New("store is closed")

// Store is a port.Store on a SQL database.
type Store struct {
	reader, writer *sqlx.DB
	dialect        Dialect
	bound          map[string]string // queries as written to as the driver wants them
	closed         atomic.Bool
}

// New returns a store on two pools of connections to one database whose schema is in
// place. Whatever writes, and every unit of work, goes to writer; single reads go to
// reader. reader must see each write as soon as writer has acknowledged it, so a replica
// that follows behind will not do. Both may be the same pool. The sqlx driver name of
// writer decides how arguments are written. The store owns the pools: Close closes them.
func New(reader, writer *sqlx.DB, d Dialect) *Store {
	s := &Store{reader: reader, writer: writer, dialect: d, bound: map[string]string{}}
	for _, queries := range [][]string{
		storeQueries(), userQueries(), roleQueries(), sessionQueries(), limiterQueries(), eventQueries(),
		oneTimeTokenQueries(), mailQueueQueries(),
	} {
		for _, q := range queries {
			s.bound[q] = writer.Rebind(q)
		}
	}
	return s
}

// Repos returns repositories that commit each call by itself.
func (s *Store) Repos() port.Repos { return s.repos(nil) }

// Sessions returns the sessions of this database.
func (s *Store) Sessions() port.Sessions { return &sessions{repo{store: s}} }

// Limiter returns a rate limiter that all users of this database share.
func (s *Store) Limiter() port.RateLimiter { return &limiter{repo{store: s}} }

// Events returns the audit trail of this database.
func (s *Store) Events() port.Events { return &events{repo{store: s}} }

func (s *Store) repos(u *unit) port.Repos {
	r := repo{store: s, unit: u}
	return port.Repos{
		Users: &users{r}, Roles: &roles{r}, OneTimeTokens: &oneTimeTokens{r}, MailQueue: &mailQueue{r},
	}
}

const (
	pingRead = `SELECT COUNT(*) FROM roles WHERE id = ?`

	// Matches no row, yet needs the right and the lock to write.
	pingWrite = `UPDATE rate_limits SET tat = 0 WHERE bucket = ? AND tat < 0 AND tat > 0`
)

func storeQueries() []string { return []string{pingRead, pingWrite} }

// Ping returns nil when the database answers a read and would take a write. It changes
// nothing.
func (s *Store) Ping(ctx context.Context) error {
	r := repo{store: s}
	return r.call(ctx, "ping", func() error {
		var n int
		if err := r.get(ctx, &n, pingRead, ""); err != nil {
			return err
		}
		_, err := r.exec(ctx, pingWrite, "")
		return err
	})
}

// Close closes both pools once their statements under way are done. Calls that come later
// fail; closing twice is no error.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	err := s.reader.Close()
	if s.writer != s.reader {
		err = errors.Join(err, s.writer.Close())
	}
	return s.failed(context.Background(), "close", err)
}

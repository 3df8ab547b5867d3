package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// errClosed is the answer of a store after Close. It is no sentinel of the port.
var errClosed = errors.New("store is closed")

// Store is a port.Store on a SQL database.
type Store struct {
	reader  *sqlx.DB
	writer  Writer
	dialect Dialect
	bound   map[string]string // queries as written to as the driver wants them
	closed  atomic.Bool

	prepared *prepared          // nil where reads are not prepared
	timeout  time.Duration      // 0: none
	describe func(error) string // nil: the driver's own texts
}

// New returns a store on two ways to one database whose schema is in place. Whatever writes,
// and every unit of work, goes to writer; single reads go to reader. reader must see each
// write as soon as writer has acknowledged it, so a replica that follows behind will not do.
// Both may use the same connections: see Pool. The sqlx driver name of reader decides how
// arguments are written. The store owns both: Close closes them.
func New(reader *sqlx.DB, writer Writer, d Dialect, options ...Option) *Store {
	s := &Store{reader: reader, writer: writer, dialect: d, bound: map[string]string{}}
	for _, q := range Queries() {
		s.bound[q] = reader.Rebind(q)
	}
	for _, option := range options {
		option(s)
	}
	return s
}

// Queries returns every statement of a store whose text is always the same, with ? for each
// argument. A database tests with them how it finds the rows.
func Queries() []string {
	return slices.Concat(
		storeQueries(), userQueries(), roleQueries(), permissionQueries(), identityQueries(), sessionQueries(), limiterQueries(), eventQueries(),
		oneTimeTokenQueries(), mailQueueQueries(), signingKeyQueries(),
	)
}

// Repos returns repositories that commit each call by itself.
func (s *Store) Repos() port.Repos { return s.repos(nil) }

// Sessions returns the sessions of this database.
func (s *Store) Sessions() port.Sessions { return &sessions{repo{store: s}} }

// Limiter returns a rate limiter that all users of this database share.
func (s *Store) Limiter() port.RateLimiter { return &limiter{repo{store: s}} }

// Events returns the audit trail of this database.
func (s *Store) Events() port.Events { return &events{repo{store: s}} }

// SigningKeys returns the keys of access tokens, which all users of this database share.
func (s *Store) SigningKeys() port.SigningKeys { return &signingKeys{repo{store: s}} }

func (s *Store) repos(u *unit) port.Repos {
	r := repo{store: s, unit: u}
	return port.Repos{
		Users: &users{r}, Roles: &roles{r}, Permissions: &permissions{r}, Identities: &identities{r},
		OneTimeTokens: &oneTimeTokens{r}, MailQueue: &mailQueue{r},
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

// Close closes reader and writer once their work under way is done. Calls that come later
// fail; closing twice is no error.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	err := errors.Join(s.writer.Close(), s.reader.Close())
	return s.failed(context.Background(), "close", s.described(err))
}

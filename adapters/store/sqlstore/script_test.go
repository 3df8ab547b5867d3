package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

var (
	errDuplicate = errors.New("duplicate entry 'ann@example.com'")
	errDeadlock  = errors.New("deadlock")
	errLost      = errors.New("connection lost")
)

// script is a driver that writes down what it is asked to do and fails as it is told. It
// answers each write with one row and each read with none, unless told otherwise.
type script struct {
	before func()                // called before each statement, if set
	ctx    func(context.Context) // called with the context of each statement and BEGIN, if set
	fails  map[string][]error    // by first word, in order; nil is success
	rows   map[string][]int64    // by first word, in order: how many rows a write changes
	reads  [][]driver.Value      // the one row of each read, in order
	full   []driver.Value        // if set, the row that each read returns as often as its last argument says

	mu      sync.Mutex
	log     []string
	endable []bool // of each read: whether its context can end
}

// newStore returns a store on the script.
func newStore(t testing.TB, s *script, options ...sqlstore.Option) *sqlstore.Store {
	t.Helper()
	db := sqlx.NewDb(sql.OpenDB(s), "pgx") // whose arguments are $1, $2 and so on
	store := sqlstore.New(db, sqlstore.Pool(db, dialect{}.TxOptions()), dialect{}, options...)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

type dialect struct{}

func (dialect) Name() string               { return "script" }
func (dialect) IsDuplicate(err error) bool { return errors.Is(err, errDuplicate) }
func (dialect) IsRetryable(err error) bool { return errors.Is(err, errDeadlock) }
func (dialect) Bytewise(c string) string   { return c }
func (dialect) TxOptions() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

// words returns the first word of each thing asked for, such as "BEGIN INSERT COMMIT".
func (s *script) words() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	words := make([]string, len(s.log))
	for i, statement := range s.log {
		words[i] = strings.Fields(statement)[0]
	}
	return strings.Join(words, " ")
}

func (s *script) do(statement string) error {
	if s.before != nil {
		s.before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, statement)
	word := strings.Fields(statement)[0]
	if len(s.fails[word]) == 0 {
		return nil
	}
	err := s.fails[word][0]
	s.fails[word] = s.fails[word][1:]
	return err
}

func (s *script) show(ctx context.Context) {
	if s.ctx != nil {
		s.ctx(ctx)
	}
}

func (s *script) Connect(context.Context) (driver.Conn, error) { return conn{s}, nil }
func (s *script) Driver() driver.Driver                        { return nil }

type conn struct{ *script }

func (c conn) Prepare(query string) (driver.Stmt, error) { return statement{c, query}, nil }
func (c conn) Close() error                              { return nil }
func (c conn) Begin() (driver.Tx, error)                 { return nil, errors.New("not in the script") }

func (c conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.show(ctx)
	if opts.Isolation != driver.IsolationLevel(sql.LevelReadCommitted) {
		return nil, errors.New("not the isolation of the dialect")
	}
	return c, c.do("BEGIN")
}

func (c conn) Commit() error   { return c.do("COMMIT") }
func (c conn) Rollback() error { return c.do("ROLLBACK") }

func (c conn) ExecContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	c.show(ctx)
	if err := c.do(query); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	word := strings.Fields(query)[0]
	if len(c.rows[word]) == 0 {
		return driver.RowsAffected(1), nil
	}
	n := c.rows[word][0]
	c.rows[word] = c.rows[word][1:]
	return driver.RowsAffected(n), nil
}

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.show(ctx)
	if err := c.do(query); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endable = append(c.endable, ctx.Done() != nil)
	columns, _, _ := strings.Cut(strings.TrimPrefix(query, "SELECT "), " FROM ")
	columns, _, _ = strings.Cut(columns, "\n\tFROM ")
	r := &rows{}
	for column := range strings.SplitSeq(columns, ",") {
		words := strings.Fields(column) // the last is the name, also after AS
		r.columns = append(r.columns, words[len(words)-1])
	}
	if len(c.reads) > 0 {
		r.row, r.left, c.reads = c.reads[0], 1, c.reads[1:]
	}
	if c.full != nil {
		if limit, ok := args[len(args)-1].Value.(int64); ok {
			r.row, r.left = c.full, limit
		}
	}
	return r, nil
}

// statement is one that is prepared. Only reads are.
type statement struct {
	conn
	query string
}

func (s statement) NumInput() int { return -1 }

func (s statement) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("not in the script")
}

func (s statement) Query([]driver.Value) (driver.Rows, error) {
	return nil, errors.New("not in the script")
}

func (s statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

type rows struct {
	columns []string
	row     []driver.Value
	left    int64 // how often it is still to be returned
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(dest []driver.Value) error {
	if r.row == nil || r.left == 0 {
		return io.EOF
	}
	r.left--
	copy(dest, r.row)
	return nil
}

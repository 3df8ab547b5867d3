package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-sql-driver/mysql"
)

// connector makes connections that are all set up alike, whatever the server's settings are.
type connector struct {
	driver   driver.Connector
	timeout  time.Duration // for the connecting as a whole
	lockWait time.Duration // how long a statement waits for a lock of another, in whole seconds
	again    time.Duration // what has to be left of the time for another try
	ended    time.Duration // how long a statement may take, 0 for ever
	standing time.Duration // how long a transaction may stand still
}

// connector returns one whose connections wait for an answer as long as patience; 0 is for
// ever.
func (c Config) connector(patience time.Duration) (*connector, error) {
	d, err := c.driverConfig(patience)
	if err != nil {
		return nil, err
	}
	made, err := mysql.NewConnector(d)
	if err != nil {
		return nil, errors.New("the configuration is not one that the driver takes") // its error has values
	}
	connector := &connector{driver: made, timeout: c.Timeout}
	// Longer than a unit of work may take, so that it is we who give up first.
	connector.standing = 2 * c.Timeout
	if patience == 0 {
		connector.lockWait = migrationLockWait
		return connector, nil
	}
	connector.lockWait = max(time.Second, (c.Timeout / lockWaits).Truncate(time.Second))
	connector.again = connector.lockWait + lockLate
	if c.Timeout < connector.again {
		connector.ended = c.Timeout / 2
	}
	return connector, nil
}

const (
	// lockWaits is how often a statement can wait for a lock within the timeout, as it is
	// tried anew that often. It has to be told by the server that the wait is over: a
	// connection given up in the middle of a write leaves its outcome unknown.
	lockWaits = 4

	// lockLate is by how much the server may be late to say so: MySQL looks once a second.
	lockLate = time.Second

	// migrationLockWait is how long a migration waits for those who use a table, and lets
	// all others wait behind it.
	migrationLockWait = 10 * time.Second

	// sessionIdle is when the server closes a connection that says nothing. Those of a
	// machine that is gone would stay for hours, with their locks. The pool closes its own
	// before: see idleTime.
	sessionIdle = 10 * time.Minute
)

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	made, err := c.driver.Connect(limited)
	if err != nil {
		return nil, unintroduced(withoutNames(err))
	}
	whole, ok := made.(wholeConn)
	if !ok {
		return nil, errors.Join(errors.New("the driver's connection lacks a method"), made.Close())
	}
	if err := c.setUp(limited, whole); err != nil {
		return nil, errors.Join(withoutNames(err), made.Close())
	}
	return &conn{wholeConn: whole, again: c.again}, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.driver.Driver() }

// session is what holds on each connection.
//
//   - The character set makes what the driver writes into a statement safe to read, and
//     keeps every character.
//   - The strict SQL mode refuses a value that does not fit instead of cutting it.
//   - Each statement outside of a transaction commits by itself, and no transaction begins
//     by the end of another.
//   - A reading statement sees what was committed before it began.
const session = `SET NAMES utf8mb4 COLLATE utf8mb4_bin,
	SESSION sql_mode = 'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
	SESSION autocommit = 1,
	SESSION completion_type = 0,
	SESSION sql_safe_updates = 0,
	SESSION sql_select_limit = 18446744073709551615,
	SESSION innodb_lock_wait_timeout = %d,
	SESSION lock_wait_timeout = %[1]d,
	SESSION wait_timeout = %[2]d,
	SESSION %[3]s = 'READ-COMMITTED'`

// waitForCluster lets each statement wait until its node has all that other nodes had
// committed before, for reads (1) and for updates and deletions (2). A node that is behind
// would take a rotated secret for a wrong one.
const waitForCluster = `, SESSION wsrep_sync_wait = 3`

// endStanding lets the server roll back a transaction that stands still, since whoever began
// it must be gone, and close its connection. MariaDB can do so.
const endStanding = `, SESSION idle_transaction_timeout = %d`

// endStatement is for a timeout that is shorter than a lock is waited for: the server has to
// end the statement before it is given up. MariaDB can do so for writes.
const endStatement = `, SESSION max_statement_time = %f`

// knownVariables asks for those that not all servers have. MySQL 8 calls the isolation
// transaction_isolation and MariaDB before 11.1 tx_isolation.
const knownVariables = `SHOW VARIABLES WHERE Variable_name IN
	('wsrep_sync_wait', 'idle_transaction_timeout', 'max_statement_time', 'transaction_isolation')`

func (c *connector) setUp(ctx context.Context, made wholeConn) error {
	known, err := names(ctx, made, knownVariables)
	if err != nil {
		return err
	}
	isolation := "tx_isolation"
	if known["transaction_isolation"] {
		isolation = "transaction_isolation"
	}
	query := fmt.Sprintf(session, seconds(c.lockWait), seconds(sessionIdle), isolation)
	if known["wsrep_sync_wait"] {
		query += waitForCluster
	}
	if known["idle_transaction_timeout"] {
		query += fmt.Sprintf(endStanding, seconds(c.standing))
	}
	if known["max_statement_time"] {
		query += fmt.Sprintf(endStatement, c.ended.Seconds())
	}
	_, err = made.ExecContext(ctx, query, nil)
	return err
}

// seconds returns d in whole seconds, one at least: 0 would be for ever.
func seconds(d time.Duration) int { return max(1, int(d/time.Second)) }

// names returns the first column of what query finds.
func names(ctx context.Context, made wholeConn, query string) (found map[string]bool, err error) {
	rows, err := made.QueryContext(ctx, query, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found = map[string]bool{}
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		switch name := row[0].(type) {
		case []byte:
			found[string(name)] = true
		case string:
			found[name] = true
		}
	}
}

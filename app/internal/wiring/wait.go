package wiring

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// askAgain is how long a start rests between two attempts to reach a server.
	askAgain = 500 * time.Millisecond
	// tellAgain is how often it says that it is still waiting.
	tellAgain = 10 * time.Second
)

// patience is how a start treats a server that is not there yet, as where a machine starts
// both at once.
type patience struct {
	limit time.Duration // DB_CONNECT_TIMEOUT
	log   *slog.Logger
}

// await returns what open returns as soon as it succeeds, or fails with an error that does
// not pass by itself. what names the server, for the log and in errors, by the setting that
// says where it is.
func await[T any](ctx context.Context, p patience, what string, open func(context.Context) (T, error), passes func(error) bool) (T, error) {
	began, told := time.Now(), time.Time{}
	for {
		opened, err := open(ctx)
		switch {
		case err == nil, ctx.Err() != nil:
			return opened, err
		case !passes(err), p.limit == 0:
			return opened, fmt.Errorf("open %s: %w", what, err)
		case time.Since(began)+askAgain > p.limit:
			return opened, fmt.Errorf("%s was not reached within DB_CONNECT_TIMEOUT (%s): %w", what, p.limit, err)
		}
		if time.Since(told) >= tellAgain {
			told = time.Now()
			p.log.Warn(what+" cannot be reached yet; it is tried again", "error", err, "for_at_most", p.limit-time.Since(began))
		}
		if err := rest(ctx, askAgain); err != nil {
			return opened, err
		}
	}
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// isPassing reports whether err is what a server that is starting, or is on its way back,
// gives: no answer, or one that says so. A wrong password is none, and nor is a schema that
// does not fit.
func isPassing(err error) bool {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		return isPassingState(answer.Code)
	}
	if answer, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
		return isPassingNumber(answer.Number)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, lost := range []error{
		context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, mysqldriver.ErrInvalidConn,
	} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return false
}

// isPassingState is about the codes of PostgreSQL, appendix A.
func isPassingState(code string) bool {
	switch code {
	case "53300", // too many connections
		"57P01", "57P02", // the server is stopped
		"57P03": // the server is starting
		return true
	}
	return false
}

// isPassingNumber is about the codes of MySQL and MariaDB.
func isPassingNumber(number uint16) bool {
	switch number {
	case 1040, // too many connections
		1047, // a node of a cluster that has not joined it yet
		1053, // the server is stopped
		1205: // another starter has a lock
		return true
	}
	return false
}

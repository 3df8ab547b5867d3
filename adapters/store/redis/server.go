package redis

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// errClosed is the answer of a store after Close. It is no sentinel of the port.
var errClosed = errors.New("store is closed")

// server runs scripts on the keys of one prefix.
type server struct {
	client  *goredis.Client
	prefix  string
	timeout time.Duration
	closed  atomic.Bool
}

// call runs fn as the body of a method, until ctx is done or the timeout is over.
func (s *server) call(ctx context.Context, what string, fn func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := s.usable(ctx)
	if err == nil {
		err = fn(bounded)
	}
	if isTimeout(err) {
		err = ended(ctx)
		if err == nil {
			err = passing{fmt.Errorf("no answer within %s", s.timeout)}
		}
	}
	if err != nil {
		return fmt.Errorf("redis: %s: %w", what, err)
	}
	return nil
}

// usable returns the error of a method that must not do anything.
func (s *server) usable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return errClosed
	}
	return nil
}

func (s *server) close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.client.Close()
}

// count runs a script that answers with a number.
func (s *server) count(ctx context.Context, script script, args ...any) (int, error) {
	return await(ctx, func(ctx context.Context) (int, error) { return s.run(ctx, script, args).Int() })
}

// text runs a script that answers with a text.
func (s *server) text(ctx context.Context, script script, args ...any) (string, error) {
	return await(ctx, func(ctx context.Context) (string, error) { return s.run(ctx, script, args).Text() })
}

// texts runs a script that answers with a list of texts.
func (s *server) texts(ctx context.Context, script script, args ...any) ([]string, error) {
	return await(ctx, func(ctx context.Context) ([]string, error) { return s.run(ctx, script, args).StringSlice() })
}

// run sends a script by its hash, and with its text only to a server that does not know it:
// one that has not done anything yet.
func (s *server) run(ctx context.Context, script script, args []any) *goredis.Cmd {
	return script.Run(ctx, s.client, nil, append([]any{s.prefix}, args...)...)
}

// await returns the answer of ask, or the error of ctx as soon as ctx is done. What the server
// has been sent may be done all the same.
//
// The driver minds the deadline of a context, but not that it is cancelled while it waits for
// an answer. It is left behind with its question then, until the deadline.
func await[T any](ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		answer T
		err    error
	}
	outcomes := make(chan outcome, 1)
	go func() {
		answer, err := ask(ctx)
		outcomes <- outcome{answer, plain(err)}
	}()
	select {
	case o := <-outcomes:
		return o.answer, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// ended is ctx.Err, but a moment ahead of the timer of ctx, as the deadline of a connection
// may be.
func ended(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

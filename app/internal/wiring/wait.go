package wiring

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/config"
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
			return opened, fmt.Errorf("%s could not be opened within DB_CONNECT_TIMEOUT (%s): %w", what, p.limit, err)
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

// openServer opens something on the database server that c names, as soon as it is there.
func openServer[C, T any](
	ctx context.Context, c config.Config, log *slog.Logger,
	configure func(config.Database) (C, error), open func(context.Context, C) (T, error), passes func(error) bool,
) (opened T, err error) {
	settings, err := configure(c.Database)
	if err != nil {
		return opened, err
	}
	return await(ctx, patience{c.Database.ConnectTimeout, log}, serverName(c.Database), func(ctx context.Context) (T, error) {
		return open(ctx, settings)
	}, passes)
}

package server

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// sweepEvery is how long a sweeper rests when there is nothing left to do. Every instance
// sweeps, so each adds up to half of it again, lest all come at once.
const (
	sweepEvery = time.Minute
	sweepAgain = 100 * time.Millisecond
)

// sweep removes what is over, a small batch at a time, until ctx is done.
func sweep(ctx context.Context, worker auth.Worker, log *slog.Logger) {
	timer := time.NewTimer(jittered(sweepEvery))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		swept, err := worker.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Warn("sweeping failed and is tried again", "error", err)
		case swept.Sessions+swept.LimiterKeys > 0:
			log.Info("swept", "sessions", swept.Sessions, "limiter_keys", swept.LimiterKeys)
		}
		if swept.More {
			timer.Reset(sweepAgain)
		} else {
			timer.Reset(jittered(sweepEvery))
		}
	}
}

func jittered(d time.Duration) time.Duration {
	return d + rand.N(d/2)
}

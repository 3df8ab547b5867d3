package sqlstore

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	maxRetries = 3
	firstPause = 10 * time.Millisecond // the longest before the first retry; doubled for each more
)

// retry runs fn until it wants no more, at most 1 + maxRetries times, and returns its last
// error. The pauses are random, so that those who met once do not meet again.
func retry(ctx context.Context, fn func() (again bool, err error)) error {
	for n := 0; ; n++ {
		again, err := fn()
		if !again || n == maxRetries {
			return err
		}
		pause := time.NewTimer(rand.N(firstPause << n))
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
}

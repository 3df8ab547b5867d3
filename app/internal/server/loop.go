package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// loop is work that every instance does beside answering requests, without a leader: each
// step is small, and does no harm where another instance has been faster.
type loop struct {
	what string
	rest time.Duration // between steps with nothing left to do, and up to half as much again
	step func(ctx context.Context) (more bool, err error)
}

// again is the rest between steps while there is more to do.
const again = 10 * time.Millisecond

// run takes steps until ctx is done.
func (l loop) run(ctx context.Context, log *slog.Logger) {
	timer := time.NewTimer(jittered(l.rest))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		more, err := l.stepSafely(ctx, log)
		if err != nil && ctx.Err() == nil {
			log.Warn(l.what+" failed and is tried again", described(err)...)
		}
		if more && err == nil {
			timer.Reset(again)
		} else {
			timer.Reset(jittered(l.rest))
		}
	}
}

// described are the attributes of a failure: beside it what it came from, as in the line of a
// request, since a failure of the domain shows its code alone.
func described(err error) []any {
	attributes := []any{"error", err}
	if failure, ok := errors.AsType[*domain.Error](err); ok && failure.Err != nil {
		attributes = append(attributes, "cause", failure.Err)
	}
	return attributes
}

// stepSafely makes a failure of a panic: one letter must not end the service.
func (l loop) stepSafely(ctx context.Context, log *slog.Logger) (more bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			log.Error("panic", "loop", l.what, "value", fmt.Sprint(r), "stack", string(debug.Stack()))
			more, err = false, errors.New("panic")
		}
	}()
	return l.step(ctx)
}

// jittered is d and up to half of it, so that instances that started together part.
func jittered(d time.Duration) time.Duration { return d + rand.N(d/2) }

// loops are what runs beside the transports.
func loops(worker auth.Worker, log *slog.Logger) []loop {
	return []loop{
		{"sweeping", time.Minute, func(ctx context.Context) (bool, error) {
			swept, err := worker.Sweep(ctx)
			if swept.Sessions+swept.LimiterKeys+swept.Tokens+swept.Events+swept.Accounts > 0 {
				log.Info("swept", "sessions", swept.Sessions, "limiter_keys", swept.LimiterKeys, "tokens", swept.Tokens, "events", swept.Events, "accounts", swept.Accounts)
			}
			if swept.Letters > 0 {
				log.Warn("letters have expired unsent; some people may wait for a mail", "letters", swept.Letters)
			}
			return swept.More, err
		}},
		{"delivering mail", time.Second, func(ctx context.Context) (bool, error) {
			done, err := worker.DeliverMail(ctx)
			if done.Sent+done.Dropped+done.Failed > 0 {
				log.Info("mail", "sent", done.Sent, "dropped", done.Dropped, "failed", done.Failed)
			}
			return done.More, err
		}},
	}
}

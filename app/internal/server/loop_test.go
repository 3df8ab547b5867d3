package server

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

func TestLoop(t *testing.T) {
	t.Run("goes on after a panic", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			steps := 0
			l := loop{"testing", time.Second, func(context.Context) (bool, error) {
				steps++
				if steps == 1 {
					panic("one letter")
				}
				stop()
				return false, nil
			}}
			l.run(ctx, slog.New(slog.DiscardHandler))
			if steps != 2 {
				t.Errorf("got %d steps, want another one after the panic", steps)
			}
		})
	})
	t.Run("does not rest while there is more", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			begun := time.Now()
			steps := 0
			l := loop{"testing", time.Hour, func(context.Context) (bool, error) {
				steps++
				if steps == 10 {
					stop()
				}
				return true, nil
			}}
			l.run(ctx, slog.New(slog.DiscardHandler))
			if took := time.Since(begun); took > 2*time.Hour {
				t.Errorf("ten steps took %v, want one rest at the most", took)
			}
		})
	})
}

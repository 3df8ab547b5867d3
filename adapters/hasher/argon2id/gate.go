package argon2id

import (
	"container/list"
	"context"
	"fmt"
	"sync"

	"github.com/sallyport-auth/sallyport/core/port"
)

// gate lets callers in while their weights together stay within its capacity. The others
// wait in the order they came, up to a number; the rest is turned away. Nobody overtakes,
// so that a heavy one gets its turn.
type gate struct {
	mu       sync.Mutex
	free     uint64
	waiting  list.List // of *waiter, the first in line at the front
	maxQueue int
}

type waiter struct {
	weight uint64
	in     chan struct{} // closed when the waiter has been let in
}

func newGate(capacity uint64, maxQueue int) *gate {
	return &gate{free: capacity, maxQueue: maxQueue}
}

// enter returns nil once weight, which is not above the capacity, is taken; each such call
// is followed by one of leave. It returns port.ErrBusy at once when the queue is full, and
// ctx.Err() when ctx is done before the caller is let in.
func (g *gate) enter(ctx context.Context, weight uint64) error {
	g.mu.Lock()
	if g.waiting.Len() == 0 && weight <= g.free {
		g.free -= weight
		g.mu.Unlock()
		return nil
	}
	if g.waiting.Len() >= g.maxQueue {
		g.mu.Unlock()
		return fmt.Errorf("all slots taken and the queue is full: %w", port.ErrBusy)
	}
	w := &waiter{weight: weight, in: make(chan struct{})}
	place := g.waiting.PushBack(w)
	g.mu.Unlock()

	select {
	case <-w.in:
		return nil
	case <-ctx.Done():
		return g.giveUp(ctx, w, place)
	}
}

// giveUp takes w out of the line, or gives back its weight when it was let in meanwhile.
func (g *gate) giveUp(ctx context.Context, w *waiter, place *list.Element) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.in:
		g.free += w.weight
	default:
		g.waiting.Remove(place)
	}
	// Whoever stood behind a heavy one that left may fit now.
	g.admit()
	return fmt.Errorf("waiting for a slot: %w", ctx.Err())
}

// leave gives weight back.
func (g *gate) leave(weight uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free += weight
	g.admit()
}

// admit lets in who fits, from the front. The caller holds mu.
func (g *gate) admit() {
	for front := g.waiting.Front(); front != nil; front = g.waiting.Front() {
		w := front.Value.(*waiter)
		if w.weight > g.free {
			return
		}
		g.free -= w.weight
		g.waiting.Remove(front)
		close(w.in)
	}
}

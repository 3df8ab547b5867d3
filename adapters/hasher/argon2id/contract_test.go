package argon2id

import (
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
)

func TestContract(t *testing.T) {
	contract.RunHasher(t, openWorld, contract.Expect(23))
}

// openWorld returns a Hasher that hashes for real and counts the blocks that it fills.
func openWorld(t testing.TB) contract.HasherWorld {
	t.Helper()
	h := newHasher(t, Config{MemoryKiB: 128, Iterations: 2, Parallelism: 1, Slots: 2, Queue: 16})
	var blocks atomic.Int64
	compute := h.derive
	h.derive = func(v variant, password, salt []byte, c cost, length uint32) []byte {
		blocks.Add(int64(c.blocks()))
		return compute(v, password, salt, c, length)
	}
	return contract.HasherWorld{
		Hasher: h,
		Weaker: newHasher(t, Config{MemoryKiB: 64, Iterations: 1, Parallelism: 1, Slots: 2}),
		Work:   blocks.Load,
		Fill:   func(t testing.TB) func() { return fill(t, h.gate, h.budget) },
	}
}

// fill takes the whole gate and every place in its queue.
func fill(t testing.TB, g *gate, capacity uint64) (release func()) {
	t.Helper()
	if err := g.enter(t.Context(), capacity); err != nil {
		t.Fatalf("the gate is not free: %v", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var queue []*waiter
	for range g.maxQueue {
		w := &waiter{weight: capacity, in: make(chan struct{})}
		g.waiting.PushBack(w)
		queue = append(queue, w)
	}
	return func() {
		g.leave(capacity)
		for _, w := range queue {
			<-w.in
			g.leave(w.weight)
		}
	}
}

package argon2id

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-auth/sallyport/core/port"
)

func TestSecurity14PasswordsAreComparedWholeAndUnchanged(t *testing.T) {
	h := newHasher(t, cheap())
	long := strings.Repeat("0123456789", 9)

	for name, pair := range map[string][2]string{
		"beyond 72 bytes":         {long, long[:72] + "something else"},
		"cut at 72 bytes":         {long, long[:72]},
		"one byte more":           {long[:72], long[:73]},
		"beyond 1000 bytes":       {strings.Repeat(long, 12), strings.Repeat(long, 12) + "x"},
		"after a NUL":             {"pass\x00word", "pass\x00other"},
		"cut at a NUL":            {"pass\x00word", "pass"},
		"a NUL at the end":        {"password", "password\x00"},
		"repeated after a NUL":    {"password", "password\x00password"},
		"a blank before":          {" password", "password"},
		"a blank after":           {"password ", "password"},
		"a line break after":      {"password\n", "password"},
		"case":                    {"Password", "password"},
		"another Unicode form":    {"caf\u00e9", "cafe\u0301"},
		"bytes that are no UTF-8": {"\xff\xfe", "\xff\xfd"},
	} {
		t.Run(name, func(t *testing.T) {
			encoded := hash(t, h, pair[0])
			verifies(t, h, encoded, pair[0], true)
			verifies(t, h, encoded, pair[1], false)

			t.Run("in the other direction", func(t *testing.T) {
				encoded := hash(t, h, pair[1])
				verifies(t, h, encoded, pair[1], true)
				verifies(t, h, encoded, pair[0], false)
			})
		})
	}

	// bcrypt itself cannot tell these apart, which the first check of each shows.
	t.Run("against bcrypt", func(t *testing.T) {
		for name, pair := range map[string][2]string{
			"beyond 72 bytes":      {long[:72], long[:72] + "something else"},
			"repeated after a NUL": {"password", "password\x00password"},
			"a NUL at the end":     {long[:71], long[:71] + "\x00"},
		} {
			t.Run(name, func(t *testing.T) {
				encoded, err := bcrypt.GenerateFromPassword([]byte(pair[0]), bcrypt.MinCost)
				if err != nil {
					t.Fatalf("bcrypt: %v", err)
				}
				if err := bcrypt.CompareHashAndPassword(encoded, []byte(pair[1])); err != nil {
					t.Fatalf("bcrypt tells them apart itself: %v", err)
				}
				verifies(t, h, string(encoded), pair[0], true)
				verifies(t, h, string(encoded), pair[1], false)
			})
		}
	})
}

func TestSecurity15LongPasswordsCostNoMoreHashes(t *testing.T) {
	h, work := metered(t, Config{})
	if _, _, err := h.Verify(t.Context(), phcOf(argon2id, 65536, 3, 4), strings.Repeat("x", 1<<20)); err != nil {
		t.Fatalf("Verify: %v", err)
	}
	if work.blocks != h.current.blocks() {
		t.Errorf("%d blocks for 1 MB, want %d", work.blocks, h.current.blocks())
	}
}

// pool is a Hasher whose hashes last until the test lets them end, and which counts how
// many run, and how much memory they would hold.
type pool struct {
	*Hasher
	end chan struct{}

	mu               sync.Mutex
	running          int
	memoryKiB, peak  uint32
	mostRunning, all int
}

func newPool(t testing.TB, c Config) *pool {
	t.Helper()
	p := &pool{Hasher: newHasher(t, c), end: make(chan struct{})}
	p.derive = func(_ variant, _, _ []byte, c cost, length uint32) []byte {
		p.count(1, c.memoryKiB)
		<-p.end
		p.count(-1, -c.memoryKiB)
		return make([]byte, length)
	}
	return p
}

func (p *pool) count(n int, memoryKiB uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running += n
	p.memoryKiB += memoryKiB
	p.peak = max(p.peak, p.memoryKiB)
	p.mostRunning = max(p.mostRunning, p.running)
	p.all += max(n, 0)
}

// outcomes of calls that run side by side, by kind.
type outcomes struct {
	mu              sync.Mutex
	ok, busy, other int
}

func (o *outcomes) add(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err == nil:
		o.ok++
	case errors.Is(err, port.ErrBusy):
		o.busy++
	default:
		o.other++
	}
}

func TestSecurity16ParallelHashingIsBounded(t *testing.T) {
	t.Run("runs the slots, queues the queue, turns the rest away at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 3, Queue: 5})
			var got outcomes
			for i := range 300 {
				go func() {
					if i%2 == 0 {
						_, err := p.Hash(t.Context(), "password")
						got.add(err)
						return
					}
					_, _, err := p.Verify(t.Context(), "", "password")
					got.add(err)
				}()
			}
			synctest.Wait()
			if p.running != 3 || got.busy != 292 || got.ok != 0 {
				t.Errorf("%d running, %d busy, %d done; want 3, 292, 0", p.running, got.busy, got.ok)
			}
			close(p.end)
			synctest.Wait()
			if got.ok != 8 || got.busy != 292 || got.other != 0 {
				t.Errorf("%d done, %d busy, %d other; want 8, 292, 0", got.ok, got.busy, got.other)
			}
			if p.mostRunning != 3 || p.all != 8 {
				t.Errorf("%d at once and %d in all, want 3 and 8", p.mostRunning, p.all)
			}
		})
	})

	t.Run("lets nobody wait where the queue is off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 1, Queue: -1})
			go func() { _, _ = p.Hash(t.Context(), "password") }()
			synctest.Wait()
			if _, err := p.Hash(t.Context(), "password"); !errors.Is(err, port.ErrBusy) {
				t.Errorf("error %v, want ErrBusy", err)
			}
			close(p.end)
		})
	})

	t.Run("holds no more memory whatever is stored", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 4, Queue: 100})
			close(p.end)
			var got outcomes
			for i := range 100 {
				encoded := phcOf(argon2id, []uint32{512, 1024, 2000, 4096}[i%4], 1, 1)
				go func() {
					_, _, err := p.Verify(t.Context(), encoded, "password")
					got.add(err)
				}()
			}
			synctest.Wait()
			if got.ok != 100 {
				t.Errorf("%d verified, want 100", got.ok)
			}
			if p.peak > 4096 {
				t.Errorf("%d KiB at once, want 4096 at most", p.peak)
			}
		})
	})

	t.Run("runs what is larger than all slots alone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 2, Queue: 10})
			var got outcomes
			for _, encoded := range []string{phcOf(argon2id, 1024, 3, 4), phcOf(argon2id, MaxMemoryKiB, 1, 4), phcOf(argon2id, 1024, 3, 4)} {
				go func() {
					_, _, err := p.Verify(t.Context(), encoded, "password")
					got.add(err)
				}()
				synctest.Wait()
			}
			// The third would fit, but the second came first.
			if p.running != 1 {
				t.Errorf("%d running, want 1", p.running)
			}
			close(p.end)
			synctest.Wait()
			if got.ok != 3 || p.peak != MaxMemoryKiB {
				t.Errorf("%d verified and %d KiB at once, want 3 and %d", got.ok, p.peak, MaxMemoryKiB)
			}
		})
	})

	t.Run("forgets who stops waiting", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 1, Queue: 2})
			var first, last outcomes
			go func() { _, err := p.Hash(t.Context(), "password"); first.add(err) }()
			synctest.Wait()

			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			left := make(chan error, 2)
			for range 2 {
				go func() { _, err := p.Hash(ctx, "password"); left <- err }()
			}
			synctest.Wait()
			// Everybody waits, so the bubble's clock moves on to the deadline.
			for range 2 {
				if err := <-left; !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v, want context.DeadlineExceeded", err)
				}
			}

			// Their places are free again, and so is the slot after the first.
			go func() { _, err := p.Hash(t.Context(), "password"); last.add(err) }()
			synctest.Wait()
			close(p.end)
			synctest.Wait()
			if first.ok != 1 || last.ok != 1 || p.all != 2 {
				t.Errorf("first %d, last %d, hashes %d; want 1, 1, 2", first.ok, last.ok, p.all)
			}
			if p.gate.free != p.budget || p.gate.waiting.Len() != 0 {
				t.Errorf("%d of %d KiB free, %d waiting; want all and none", p.gate.free, p.budget, p.gate.waiting.Len())
			}
		})
	})

	t.Run("lets the next in when a heavy one stops waiting", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 2, Queue: 2})
			var got outcomes
			go func() { _, err := p.Hash(t.Context(), "password"); got.add(err) }()
			synctest.Wait()
			ctx, cancel := context.WithCancel(t.Context())
			go func() { _, _, _ = p.Verify(ctx, phcOf(argon2id, 2048, 1, 1), "password") }()
			synctest.Wait()
			go func() { _, err := p.Hash(t.Context(), "password"); got.add(err) }()
			synctest.Wait()
			cancel()
			synctest.Wait()
			if p.running != 2 {
				t.Errorf("%d running, want 2", p.running)
			}
			close(p.end)
			synctest.Wait()
			if got.ok != 2 {
				t.Errorf("%d done, want 2", got.ok)
			}
		})
	})

	t.Run("finishes a hash that is under way", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(t, Config{MemoryKiB: 1024, Slots: 1})
			ctx, cancel := context.WithCancel(t.Context())
			var got outcomes
			go func() { _, err := p.Hash(ctx, "password"); got.add(err) }()
			synctest.Wait()
			cancel()
			synctest.Wait()
			close(p.end)
			synctest.Wait()
			if got.ok != 1 {
				t.Errorf("%d done, %d other; want it done", got.ok, got.other)
			}
		})
	})
}

func verifies(t testing.TB, h *Hasher, encoded, password string, want bool) {
	t.Helper()
	ok, _, err := h.Verify(t.Context(), encoded, password)
	if ok != want || err != nil {
		t.Errorf("Verify: ok %v, error %v; want %v", ok, err, want)
	}
}

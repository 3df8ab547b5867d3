package argon2id

import (
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
)

func TestMemoryOfEarlierHashesIsCollected(t *testing.T) {
	percent := debug.SetGCPercent(-1) // so that nobody else collects it
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	const memory = 32 << 20

	// grown is how much more memory is taken after some hashes.
	grown := func(t *testing.T) uint64 {
		t.Helper()
		h := newHasher(t, Config{MemoryKiB: memory >> 10, Iterations: 1, Slots: 1})
		runtime.GC()
		before := heap()
		for range 5 {
			hash(t, h, "correct horse battery staple")
		}
		return heap() - before
	}

	t.Run("before the next", func(t *testing.T) {
		if got, want := grown(t), uint64(memory*3/2); got > want {
			t.Errorf("5 hashes hold %d bytes, want %d at most", got, want)
		}
	})

	t.Run("later where that takes long", func(t *testing.T) {
		pointers := make([]*int, memory/4) // twice the memory of a hash, all of it to be looked through
		if got, want := grown(t), uint64(memory*7/2); got < want {
			t.Errorf("5 hashes hold %d bytes, want %d at least", got, want)
		}
		runtime.KeepAlive(pointers)
	})

	t.Run("later where there are many stacks", func(t *testing.T) {
		const depth = 32 << 10
		leave := standAround(2*memory/depth, func(wait func()) {
			var frame [depth]byte
			wait()
			runtime.KeepAlive(&frame)
		})
		defer leave()
		if got, want := grown(t), uint64(memory*7/2); got < want {
			t.Errorf("5 hashes hold %d bytes, want %d at least", got, want)
		}
	})
}

// standAround runs n goroutines, each of which is in stand until leave is called.
func standAround(n int, stand func(wait func())) (leave func()) {
	over := make(chan struct{})
	var begun, running sync.WaitGroup
	begun.Add(n)
	for range n {
		running.Go(func() {
			stand(func() {
				begun.Done()
				<-over
			})
		})
	}
	begun.Wait()
	return func() {
		close(over)
		running.Wait()
	}
}

func TestLeftovers(t *testing.T) {
	const MiB = 1 << 20
	for name, test := range map[string]struct {
		left, scanned uint64
		want          int
	}{
		"nothing":                         {0, 0, 0},
		"a little less than 32 MiB":       {32*MiB - 1, 0, 0},
		"32 MiB":                          {32 * MiB, 0, 1},
		"less than 4 times the scanned":   {40*MiB - 1, 10 * MiB, 0},
		"4 times the scanned":             {40 * MiB, 10 * MiB, 1},
		"4 times the scanned, but little": {31 * MiB, MiB, 0},
	} {
		t.Run("that are "+name, func(t *testing.T) {
			got := 0
			l := leftovers{scanned: func() uint64 { return test.scanned }, collect: func() { got++ }}
			l.add(test.left)
			l.clear()
			if got != test.want {
				t.Errorf("got %d collections, want %d", got, test.want)
			}
		})
	}

	t.Run("are counted anew after a collection", func(t *testing.T) {
		got := 0
		l := leftovers{scanned: func() uint64 { return 0 }, collect: func() { got++ }}
		for i, want := range []int{0, 1, 1, 2, 2} {
			l.add(16 * MiB)
			l.clear()
			if got != want {
				t.Errorf("hash %d: got %d collections, want %d", i, got, want)
			}
		}
	})
}

// heap returns how many bytes are in use or not collected yet.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

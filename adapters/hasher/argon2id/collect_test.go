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
	grown := func(t *testing.T) int64 {
		t.Helper()
		h := newHasher(t, Config{MemoryKiB: memory >> 10, Iterations: 1, Slots: 1})
		runtime.GC()
		before := heap()
		for range 5 {
			hash(t, h, "correct horse battery staple")
		}
		return int64(heap()) - int64(before)
	}

	t.Run("when they are over", func(t *testing.T) {
		if got, want := grown(t), int64(memory*3/2); got > want {
			t.Errorf("5 hashes hold %d bytes, want %d at most", got, want)
		}
	})

	t.Run("later where that takes long", func(t *testing.T) {
		pointers := make([]*int, memory/4) // twice the memory of a hash, all of it to be looked through
		if got, want := grown(t), int64(memory*7/2); got < want {
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
		if got, want := grown(t), int64(memory*7/2); got < want {
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
		left, live uint64
		want       int
	}{
		"nothing":                     {0, 0, 0},
		"a little less than 32 MiB":   {32*MiB - 1, 0, 0},
		"32 MiB":                      {32 * MiB, 0, 1},
		"less than 4 times the live":  {40*MiB - 1, 10 * MiB, 0},
		"4 times the live":            {40 * MiB, 10 * MiB, 1},
		"4 times the live, but small": {31 * MiB, MiB, 0},
	} {
		t.Run("that are "+name, func(t *testing.T) {
			got := 0
			l := leftovers{scanned: func() uint64 { return test.live }, collect: func() { got++ }}
			l.live.Store(test.live)
			l.add(test.left)
			l.clear()
			if got != test.want {
				t.Errorf("got %d collections, want %d", got, test.want)
			}
		})
	}

	t.Run("are counted anew after a collection", func(t *testing.T) {
		wantCollections(t, func() uint64 { return 0 }, 16*MiB, []int{0, 1, 1, 2, 2})
	})

	t.Run("are measured by what the last collection looked through", func(t *testing.T) {
		scanned := []uint64{16 * MiB, 4 * MiB, 0}
		wantCollections(t, func() uint64 {
			now := scanned[0]
			scanned = scanned[1:]
			return now
		}, 32*MiB, []int{1, 1, 2, 3})
	})
}

// wantCollections leaves so many bytes time and again, and wants so many collections after each time.
func wantCollections(t *testing.T, scanned func() uint64, bytes uint64, want []int) {
	t.Helper()
	got := 0
	l := leftovers{scanned: scanned, collect: func() { got++ }}
	for i, want := range want {
		l.add(bytes)
		l.clear()
		if got != want {
			t.Errorf("hash %d: got %d collections, want %d", i, got, want)
		}
	}
}

// heap returns how many bytes are in use or not collected yet.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

package argon2id

import (
	"runtime"
	"runtime/debug"
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
}

// heap returns how many bytes are in use or not collected yet.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

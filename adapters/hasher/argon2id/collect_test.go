package argon2id

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestMemoryOfEarlierHashesIsCollected(t *testing.T) {
	percent := debug.SetGCPercent(-1) // so that nobody else collects it
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	const memory = 32 << 10 // KiB
	h := newHasher(t, Config{MemoryKiB: memory, Iterations: 1, Slots: 1})
	runtime.GC()
	before := heap()
	for range 5 {
		hash(t, h, "correct horse battery staple")
	}
	if got, want := heap()-before, uint64(memory<<10)*3/2; got > want {
		t.Errorf("5 hashes hold %d bytes, want %d at most", got, want)
	}
}

// heap returns how many bytes are in use or not collected yet.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

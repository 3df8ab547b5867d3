package argon2id

import (
	"runtime"
	"sync/atomic"
)

// worthCollecting is how much memory hashes have left behind, in KiB, when the next one has
// it collected first.
const worthCollecting = 32 << 10

// collecting returns derive for a process that is to hold no more memory than the hashes
// under way. The library takes memory anew for each of them, and the collector by itself
// begins only when twice as much is taken as is in use, by which time several hashes have
// come and gone. A collection finds nothing to look through in that memory, so that it
// takes little beside a hash that is as large.
func collecting(derive deriveFunc) deriveFunc {
	var left atomic.Uint64 // KiB since the last collection
	return func(v variant, password, salt []byte, c cost, length uint32) []byte {
		if n := left.Load(); n >= worthCollecting && left.CompareAndSwap(n, 0) {
			runtime.GC()
		}
		defer left.Add(uint64(c.memoryKiB))
		return derive(v, password, salt, c, length)
	}
}

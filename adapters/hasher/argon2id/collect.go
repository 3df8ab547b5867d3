package argon2id

import (
	"runtime"
	"runtime/metrics"
	"sync/atomic"
)

// collecting returns derive for a process that is to hold little more memory than the hashes
// under way. The library takes memory anew for each of them, and the collector by itself
// begins only when twice as much is taken as is in use, by which time several hashes have
// come and gone.
func collecting(derive deriveFunc) deriveFunc {
	var left atomic.Uint64 // bytes that hashes have left behind since the last collection
	return func(v variant, password, salt []byte, c cost, length uint32) []byte {
		if n := left.Load(); isWorthCollecting(n) && left.CompareAndSwap(n, 0) {
			runtime.GC()
		}
		defer left.Add(uint64(c.memoryKiB) << 10)
		return derive(v, password, salt, c, length)
	}
}

const (
	leastCollected = 32 << 20 // bytes
	perScanned     = 4        // bytes to collect for each that is looked through
)

// isWorthCollecting reports whether a collection of left bytes takes little beside the hash
// that left them. What takes time is to look through memory with pointers, of which that of
// a hash has none: where there is much of it, the collector is left to its own pace.
func isWorthCollecting(left uint64) bool {
	if left < leastCollected {
		return false
	}
	scanned := []metrics.Sample{{Name: "/gc/scan/heap:bytes"}}
	metrics.Read(scanned)
	return left >= perScanned*scanned[0].Value.Uint64()
}

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
	left := &leftovers{scanned: scannedBytes, collect: runtime.GC}
	return func(v variant, password, salt []byte, c cost, length uint32) []byte {
		left.clear()
		defer left.add(uint64(c.memoryKiB) << 10)
		return derive(v, password, salt, c, length)
	}
}

const (
	leastCollected = 32 << 20 // bytes
	perScanned     = 4        // bytes to collect for each that is looked through
)

// leftovers counts what hashes have left behind since it was last collected. It is safe for
// concurrent use.
type leftovers struct {
	bytes   atomic.Uint64
	scanned func() uint64 // bytes that a collection looks through
	collect func()
}

func (l *leftovers) add(bytes uint64) { l.bytes.Add(bytes) }

// clear collects what there is if that takes little beside the hash that left it. What takes
// time is to look through memory with pointers, of which that of a hash has none: where there
// is much of it, in the heap, on stacks or elsewhere, the collector is left to its own pace.
func (l *leftovers) clear() {
	bytes := l.bytes.Load()
	if bytes < leastCollected || bytes < perScanned*l.scanned() {
		return
	}
	if l.bytes.CompareAndSwap(bytes, 0) { // or somebody else is about to
		l.collect()
	}
}

// scannedBytes is what the last collection looked through, and what was added since.
func scannedBytes() uint64 {
	scanned := []metrics.Sample{{Name: "/gc/scan/total:bytes"}}
	metrics.Read(scanned)
	return scanned[0].Value.Uint64()
}

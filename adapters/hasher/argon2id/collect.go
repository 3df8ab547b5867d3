package argon2id

import (
	"runtime"
	"runtime/metrics"
	"sync/atomic"
)

// workspace keeps a process from holding much more memory than the hashes under way. The
// libraries take memory anew for each of them, and the collector by itself begins only when twice
// as much is taken as is in use, by which time several hashes have come and gone, and whoever else
// takes memory has taken as much. It is safe for concurrent use.
type workspace struct {
	left *leftovers
	top  *ceiling
}

func newWorkspace() *workspace {
	return &workspace{&leftovers{scanned: scannedBytes, collect: runtime.GC}, newCeiling()}
}

// during runs work, which takes so many bytes.
func (w *workspace) during(bytes uint64, work func()) {
	if w.left.areCheap(bytes) {
		w.top.lower(bytes)
		defer w.top.raise()
	}
	defer w.left.clear()
	defer w.left.add(bytes)
	work()
}

// collecting returns derive within the workspace.
func (w *workspace) collecting(derive deriveFunc) deriveFunc {
	return func(v variant, password, salt []byte, c cost, length uint32) (tag []byte) {
		w.during(uint64(c.memoryKiB)<<10, func() { tag = derive(v, password, salt, c, length) })
		return tag
	}
}

// matching returns whether a password fits the encoding of another service, found out within the
// workspace.
func (w *workspace) matching(f foreign, password []byte) (matches bool, err error) {
	w.during(uint64(f.memoryKiB())<<10, func() { matches, err = f.matches(password) })
	return matches, err
}

const (
	leastCollected = 32 << 20 // bytes
	perScanned     = 4        // bytes to collect for each that is looked through
)

// leftovers counts what hashes have left behind since it was last collected. It is safe for
// concurrent use.
type leftovers struct {
	bytes   atomic.Uint64
	live    atomic.Uint64 // bytes that a collection looked through, the last time
	scanned func() uint64 // the same now, and what has been taken since and may be free again
	collect func()
}

func (l *leftovers) add(bytes uint64) { l.bytes.Add(bytes) }

// clear collects what there is if that takes little beside the hash that left it. What takes
// time is to look through memory with pointers, of which that of a hash has none: where there
// was much of it the last time, in the heap, on stacks or elsewhere, more has to come together.
func (l *leftovers) clear() {
	bytes := l.bytes.Load()
	if bytes < leastCollected || !l.areCheap(bytes) {
		return
	}
	if l.bytes.CompareAndSwap(bytes, 0) { // or somebody else is about to
		l.collect()
		l.live.Store(l.scanned())
	}
}

// areCheap reports whether so many bytes take little to collect beside the hash that left them.
func (l *leftovers) areCheap(bytes uint64) bool { return bytes >= perScanned*l.live.Load() }

// scannedBytes is what the last collection looked through, and what was added since.
func scannedBytes() uint64 {
	scanned := []metrics.Sample{{Name: "/gc/scan/total:bytes"}}
	metrics.Read(scanned)
	return scanned[0].Value.Uint64()
}

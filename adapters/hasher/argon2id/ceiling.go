package argon2id

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// slack is how much more than a hash the process may take before what is free goes back to
// the operating system.
const slack = 16 << 20 // bytes

// ceiling makes a hash take the memory that an earlier one has left, and not fresh memory
// beside it, which is what the runtime does where small objects were put into the middle of
// what is free: memory that is not taken again, and not given back until much later. For as
// long as hashes are under way it gives the runtime a memory limit that is what is in use
// and the memory of the hash: at such a limit what is free goes back before anything fresh
// is taken. It follows what is in use, so that those who have nothing to do with hashes have
// little to do with it, and is for processes that are quickly collected, since the collector
// works more at a limit. It is safe for concurrent use.
type ceiling struct {
	inUse func() uint64     // bytes
	set   func(bytes int64) // the memory limit of the process

	mu       sync.Mutex
	underWay int
}

// newCeiling returns nil where the operator has set a memory limit, which is then kept as it is.
func newCeiling() *ceiling {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return nil
	}
	return &ceiling{inUse: bytesInUse, set: func(bytes int64) { debug.SetMemoryLimit(bytes) }}
}

// lower is called before a hash of so many bytes begins.
func (c *ceiling) lower(bytes uint64) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.underWay++
	c.set(int64(c.inUse() + bytes + slack))
}

// raise is called after it.
func (c *ceiling) raise() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.underWay--; c.underWay == 0 {
		c.set(math.MaxInt64)
	}
}

// bytesInUse is what the runtime has from the operating system, without what it is free to
// give back.
func bytesInUse() uint64 {
	m := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(m)
	return m[0].Value.Uint64() - m[1].Value.Uint64() - m[2].Value.Uint64()
}

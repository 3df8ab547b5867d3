package argon2id

// syncPoints is how many slices Argon2 cuts each lane into (RFC 9106, section 3.4).
const syncPoints = 4

// cost is what one Argon2 hash takes.
type cost struct {
	memoryKiB  uint32
	iterations uint32
	lanes      uint8
	tagLength  uint32
}

// slice is the least by which memory can grow: Argon2 rounds it down to a block for each
// slice of each lane.
func (c cost) slice() uint64 { return syncPoints * uint64(c.lanes) }

// blocks is the work of c: how many blocks of 1 KiB are filled. Lanes share the work and
// do not add to it.
func (c cost) blocks() uint64 {
	memory := uint64(c.memoryKiB)
	return (memory - memory%c.slice()) * uint64(c.iterations)
}

// weakerThan reports whether any parameter of c is below that of other.
func (c cost) weakerThan(other cost) bool {
	return c.memoryKiB < other.memoryKiB || c.iterations < other.iterations ||
		c.lanes < other.lanes || c.tagLength < other.tagLength
}

// without returns what is left of c to do when spent has been done: as many passes over
// less memory, so that it never needs more memory than c. ok is false when nothing is left.
func (c cost) without(spent cost) (rest cost, ok bool) {
	if spent.blocks() >= c.blocks() {
		return cost{}, false
	}
	// Rounded up twice: to whole passes, and to what Argon2 does not round down.
	perPass := ceil(c.blocks()-spent.blocks(), uint64(c.iterations))
	memory := max(ceil(perPass, c.slice()), 2) * c.slice()
	rest = c
	rest.memoryKiB = uint32(min(memory, uint64(c.memoryKiB)))
	return rest, true
}

func ceil(a, b uint64) uint64 { return (a + b - 1) / b }

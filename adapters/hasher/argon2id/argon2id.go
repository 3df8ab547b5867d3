// Package argon2id hashes passwords with Argon2id (RFC 9106) and keeps them as PHC strings:
//
//	$argon2id$v=19$m=65536,t=3,p=4$<salt>$<tag>
//
// It verifies argon2i, bcrypt, scrypt and PBKDF2 as well, so that accounts can be moved here with
// their passwords, and says that those are to be hashed anew.
//
// Hashing is slow and takes much memory on purpose. A Hasher therefore runs a few hashes at
// a time, lets a few more wait, and turns the rest away with port.ErrBusy.
package argon2id

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-auth/sallyport/core/port"
)

// The ceilings: for what New accepts, and for what Verify is ready to compute because a
// stored encoding says so.
const (
	MaxMemoryKiB   = 256 << 10
	MaxIterations  = 10
	MaxParallelism = 16
	MaxBcryptCost  = 15
)

const (
	saltLength = 16 // RFC 9106, section 3.1, recommends 128 bits

	minTagLength    = 16
	maxConfigLength = 64
	maxTagLength    = 128 // of a stored encoding
	minSaltLength   = 8   // RFC 9106, section 3.1
	maxSaltLength   = 64

	defaultMemoryKiB   = 64 << 10
	defaultIterations  = 3
	defaultParallelism = 4
	defaultHashLength  = 32

	defaultBudgetKiB   = 256 << 10
	defaultQueueFactor = 32
)

// Config says how hard a hash is and how many run at once. The zero Config is the second
// recommendation of RFC 9106, section 4: 64 MiB, 3 passes, 4 lanes, a tag of 32 bytes.
type Config struct {
	// MemoryKiB is the memory of one hash, from 8 KiB per lane to MaxMemoryKiB; 0 means
	// 65536 (64 MiB).
	MemoryKiB uint32

	// Iterations is the number of passes over that memory, up to MaxIterations; 0 means 3.
	Iterations uint32

	// Parallelism is the number of lanes, up to MaxParallelism; 0 means 4.
	Parallelism uint8

	// HashLength is the size of the tag in bytes, from 16 to 64; 0 means 32.
	HashLength uint32

	// Slots is how many hashes run at once; together they hold Slots times MemoryKiB.
	// A stored encoding that needs more memory than MemoryKiB takes several slots, or
	// waits until it is alone. 0 means as many as occupy with their lanes the processors
	// that Go uses, but no more than fit into 256 MiB, and at least one. On two
	// processors more of them got no more done, and kept everybody else waiting.
	Slots int

	// Queue is how many calls may wait for a slot; 0 means 32 for each slot, which is one
	// to three seconds of waiting at the default cost. Below 0 none may wait.
	Queue int
}

// Hasher is a port.PasswordHasher. It is safe for concurrent use.
type Hasher struct {
	current cost
	budget  uint64
	gate    *gate
	derive  deriveFunc
	bcrypt  func(hash, password []byte) error
	foreign func(f foreign, password []byte) (bool, error)
}

var _ port.PasswordHasher = (*Hasher)(nil)

// deriveFunc computes an Argon2 tag of length bytes. Tests count the work through it.
type deriveFunc func(v variant, password, salt []byte, c cost, length uint32) []byte

// New returns a Hasher, or an error that names every setting out of bounds.
func New(c Config) (*Hasher, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("argon2id: %w", err)
	}
	budget := uint64(c.Slots) * uint64(c.MemoryKiB)
	work := newWorkspace()
	return &Hasher{
		current: cost{memoryKiB: c.MemoryKiB, iterations: c.Iterations, lanes: c.Parallelism, tagLength: c.HashLength},
		budget:  budget,
		gate:    newGate(budget, max(c.Queue, 0)),
		derive:  work.collecting(derive),
		bcrypt:  bcrypt.CompareHashAndPassword,
		foreign: work.matching,
	}, nil
}

func (c Config) withDefaults() Config {
	if c.MemoryKiB == 0 {
		c.MemoryKiB = defaultMemoryKiB
	}
	if c.Iterations == 0 {
		c.Iterations = defaultIterations
	}
	if c.Parallelism == 0 {
		c.Parallelism = defaultParallelism
	}
	if c.HashLength == 0 {
		c.HashLength = defaultHashLength
	}
	if c.Slots == 0 {
		occupying := ceil(uint64(runtime.GOMAXPROCS(0)), uint64(c.Parallelism))
		c.Slots = int(max(1, min(occupying, uint64(defaultBudgetKiB/c.MemoryKiB))))
	}
	if c.Queue == 0 {
		c.Queue = defaultQueueFactor * c.Slots
	}
	return c
}

func (c Config) check() error {
	var errs []error
	if least := 8 * uint32(c.Parallelism); c.MemoryKiB < least || c.MemoryKiB > MaxMemoryKiB {
		errs = append(errs, fmt.Errorf("memory of %d KiB, want %d to %d", c.MemoryKiB, least, MaxMemoryKiB))
	}
	if c.Iterations > MaxIterations {
		errs = append(errs, fmt.Errorf("%d iterations, want 1 to %d", c.Iterations, MaxIterations))
	}
	if c.Parallelism > MaxParallelism {
		errs = append(errs, fmt.Errorf("parallelism %d, want 1 to %d", c.Parallelism, MaxParallelism))
	}
	if c.HashLength < minTagLength || c.HashLength > maxConfigLength {
		errs = append(errs, fmt.Errorf("hash of %d bytes, want %d to %d", c.HashLength, minTagLength, maxConfigLength))
	}
	if c.Slots < 0 {
		errs = append(errs, fmt.Errorf("%d slots, want at least 1", c.Slots))
	}
	return errors.Join(errs...)
}

func derive(v variant, password, salt []byte, c cost, length uint32) []byte {
	if v == argon2i {
		return argon2.Key(password, salt, c.iterations, c.memoryKiB, c.lanes, length)
	}
	return argon2.IDKey(password, salt, c.iterations, c.memoryKiB, c.lanes, length)
}

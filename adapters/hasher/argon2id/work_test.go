package argon2id

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-auth/sallyport/core/port"
)

// meter stands in for the functions that do the work and writes down what was asked of
// them, so that cost is compared exactly and without a clock.
type meter struct {
	mu     sync.Mutex
	blocks uint64
	bcrypt int
	peak   uint32
	calls  []cost
}

// metered returns a Hasher of c that computes nothing: every tag is zero.
func metered(t testing.TB, c Config) (*Hasher, *meter) {
	t.Helper()
	h, m := newHasher(t, c), &meter{}
	h.derive = func(_ variant, _, _ []byte, c cost, length uint32) []byte {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.blocks += c.blocks()
		m.peak = max(m.peak, c.memoryKiB)
		m.calls = append(m.calls, c)
		return make([]byte, length)
	}
	h.bcrypt = func(_, _ []byte) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.bcrypt++
		return bcrypt.ErrMismatchedHashAndPassword
	}
	return h, m
}

// TestVerifyIsNeverCheaper compares the blocks that Verify fills with those of Hash.
func TestVerifyIsNeverCheaper(t *testing.T) {
	encodings := map[string]struct {
		encoded string
		want    error
	}{
		"empty":     {"", nil},
		"malformed": {"*", port.ErrInvalid},
		"beyond":    {phcOf("argon2id", MaxMemoryKiB+1, 1, 1), port.ErrInvalid},
		"bcrypt":    {"$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", nil},
	}
	for _, v := range []variant{argon2id, argon2i} {
		for _, memory := range []uint32{8, 9, 127, 128, 4096, 19456, 65535, 65536, 65537, 65599, 131072, MaxMemoryKiB} {
			for _, iterations := range []uint32{1, 2, 3, 4, 10} {
				for _, lanes := range []uint8{1, 3, 4, 16} {
					if memory < 8*uint32(lanes) {
						continue
					}
					encoded := phcOf(v, memory, iterations, lanes)
					encodings[encoded] = struct {
						encoded string
						want    error
					}{encoded, nil}
				}
			}
		}
	}
	for _, config := range []Config{
		{},
		{MemoryKiB: 19457, Iterations: 2, Parallelism: 1},
		{MemoryKiB: 65550, Iterations: 7, Parallelism: 16},
		{MemoryKiB: 32, Iterations: 1},
	} {
		t.Run(fmt.Sprintf("%+v", config), func(t *testing.T) {
			h, work := metered(t, config)
			if _, err := h.Hash(t.Context(), "password"); err != nil {
				t.Fatalf("Hash: %v", err)
			}
			least := work.blocks
			for name, test := range encodings {
				h, work := metered(t, config)
				if _, _, err := h.Verify(t.Context(), test.encoded, "password"); !errors.Is(err, test.want) {
					t.Errorf("%s: error %v, want %v", name, err, test.want)
				}
				if work.blocks < least {
					t.Errorf("%s: %d blocks, want %d at least: %v", name, work.blocks, least, work.calls)
				}
			}
		})
	}
}

func TestVerifyTopsUpNoMoreThanNeeded(t *testing.T) {
	t.Run("within a slice of each lane and pass", func(t *testing.T) {
		for _, encoded := range []string{
			phcOf(argon2id, 4096, 3, 1), phcOf(argon2i, 19456, 2, 1), phcOf(argon2id, 65536, 2, 4),
			phcOf(argon2id, 65536, 3, 4), phcOf(argon2id, 8, 1, 1), "",
		} {
			h, work := metered(t, Config{})
			if _, _, err := h.Verify(t.Context(), encoded, "password"); err != nil {
				t.Fatalf("Verify: %v", err)
			}
			least := h.current.blocks()
			if most := least + 2*h.current.slice()*uint64(h.current.iterations); work.blocks > most {
				t.Errorf("%q: %d blocks, want %d to %d: %v", encoded, work.blocks, least, most, work.calls)
			}
		}
	})

	t.Run("not at all where the encoding is harder", func(t *testing.T) {
		h, work := metered(t, Config{})
		if _, _, err := h.Verify(t.Context(), phcOf(argon2id, 131072, 3, 4), "password"); err != nil {
			t.Fatalf("Verify: %v", err)
		}
		if len(work.calls) != 1 {
			t.Errorf("%d hashes, want 1: %v", len(work.calls), work.calls)
		}
	})

	t.Run("in no more memory than either", func(t *testing.T) {
		for _, memory := range []uint32{8, 4096, 65536, 131072} {
			h, work := metered(t, Config{})
			if _, _, err := h.Verify(t.Context(), phcOf(argon2id, memory, 1, 1), "password"); err != nil {
				t.Fatalf("Verify: %v", err)
			}
			if want := max(memory, 65536); work.peak > want {
				t.Errorf("%d KiB stored: a hash of %d KiB, want %d at most", memory, work.peak, want)
			}
		}
	})
}

func TestVerifyRunsBcryptWhateverThePassword(t *testing.T) {
	for _, password := range []string{"short", string(make([]byte, 100)), ""} {
		h, work := metered(t, Config{})
		ok, rehash, err := h.Verify(t.Context(), "$2y$15$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", password)
		if ok || !rehash || err != nil {
			t.Errorf("ok %v, rehash %v, error %v; want false, true, none", ok, rehash, err)
		}
		if work.bcrypt != 1 {
			t.Errorf("bcrypt ran %d times for %d bytes, want once", work.bcrypt, len(password))
		}
	}
}

func phcOf(v variant, memory, iterations uint32, lanes uint8) string {
	return fmt.Sprintf("$%s$v=19$m=%d,t=%d,p=%d$%s$%s", v, memory, iterations, lanes, saltText, tagText)
}

package argon2id

import (
	"runtime"
	"strings"
	"testing"
)

// cheap is the least that New accepts, for tests that hash for real.
func cheap() Config {
	return Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1, Slots: 2}
}

func newHasher(t testing.TB, c Config) *Hasher {
	t.Helper()
	h, err := New(c)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return h
}

func TestNew(t *testing.T) {
	t.Run("takes the documented defaults", func(t *testing.T) {
		h := newHasher(t, Config{})
		if want := (cost{memoryKiB: 65536, iterations: 3, lanes: 4, tagLength: 32}); h.current != want {
			t.Errorf("cost %+v, want %+v", h.current, want)
		}
		slots := min((runtime.GOMAXPROCS(0)+3)/4, 4) // of four lanes each
		if want := uint64(slots) * 65536; h.budget != want {
			t.Errorf("budget %d KiB, want %d", h.budget, want)
		}
		if want := 32 * slots; h.gate.maxQueue != want {
			t.Errorf("queue of %d, want %d", h.gate.maxQueue, want)
		}
	})

	t.Run("occupies the processors with lanes, within 256 MiB", func(t *testing.T) {
		processors := runtime.GOMAXPROCS(0)
		t.Cleanup(func() { runtime.GOMAXPROCS(processors) })
		for _, test := range []struct {
			processors int
			lanes      uint8
			want       uint64 // slots
		}{
			{1, 1, 1},
			{2, 1, 2},
			{4, 1, 4},
			{16, 1, 4},
			{1, 4, 1},
			{4, 4, 1},
			{5, 4, 2},
			{64, 4, 4},
		} {
			runtime.GOMAXPROCS(test.processors)
			h := newHasher(t, Config{Parallelism: test.lanes})
			if got := h.budget / defaultMemoryKiB; got != test.want {
				t.Errorf("%d processors, %d lanes: %d slots, want %d", test.processors, test.lanes, got, test.want)
			}
		}
	})

	t.Run("has one slot at least", func(t *testing.T) {
		h := newHasher(t, Config{MemoryKiB: MaxMemoryKiB})
		if h.budget != MaxMemoryKiB {
			t.Errorf("budget %d KiB, want %d", h.budget, MaxMemoryKiB)
		}
	})

	t.Run("names every setting out of bounds", func(t *testing.T) {
		for name, test := range map[string]struct {
			config Config
			want   []string
		}{
			"too much":          {Config{MemoryKiB: MaxMemoryKiB + 1, Iterations: 11, Parallelism: 17, HashLength: 65}, []string{"memory", "iterations", "parallelism", "hash of 65"}},
			"too little memory": {Config{MemoryKiB: 31}, []string{"memory of 31 KiB, want 32"}},
			"too short a hash":  {Config{HashLength: 15}, []string{"hash of 15 bytes"}},
			"negative slots":    {Config{Slots: -1}, []string{"slots"}},
		} {
			t.Run(name, func(t *testing.T) {
				h, err := New(test.config)
				if err == nil || h != nil {
					t.Fatalf("Hasher %v, error %v; want an error", h, err)
				}
				for _, want := range test.want {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("error %q does not name %q", err, want)
					}
				}
			})
		}
	})
}

package argon2id

import (
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
)

func TestCeiling(t *testing.T) {
	const MiB = 1 << 20
	var inUse uint64
	var limits []int64
	c := &ceiling{inUse: func() uint64 { return inUse }, set: func(bytes int64) { limits = append(limits, bytes) }}
	expect := func(t *testing.T, what string, want ...int64) {
		t.Helper()
		if !slices.Equal(limits, want) {
			t.Errorf("%s: got limits %d, want %d", what, limits, want)
		}
		limits = nil
	}

	inUse = 10 * MiB
	c.lower(64 * MiB)
	expect(t, "a hash begins", 90*MiB)
	inUse = 500 * MiB
	c.lower(64 * MiB)
	expect(t, "another begins when more is in use", 580*MiB)
	c.raise()
	expect(t, "one ends")
	c.raise()
	expect(t, "the last one ends", math.MaxInt64)
}

func TestCeilingWhileAHashIsUnderWay(t *testing.T) {
	during := func() int64 {
		var limit int64
		newWorkspace().collecting(func(variant, []byte, []byte, cost, uint32) []byte {
			limit = debug.SetMemoryLimit(-1)
			return nil
		})(argon2id, nil, nil, cost{memoryKiB: 64 << 10}, 32)
		return limit
	}

	t.Run("leaves room for it and little more, and none is there afterwards", func(t *testing.T) {
		runtime.GC() // or what earlier tests have left is in use
		got, room := during(), int64(bytesInUse())+64<<20
		if got < room || got > room+2*slack {
			t.Errorf("during a hash: got a limit of %d, want %d and a little", got, room)
		}
		if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
			t.Errorf("after a hash: got a limit of %d, want none", got)
		}
	})
	t.Run("is that of the operator where there is one", func(t *testing.T) {
		const theirs = 1 << 40
		debug.SetMemoryLimit(theirs)
		t.Cleanup(func() { debug.SetMemoryLimit(math.MaxInt64) })
		if got := during(); got != theirs {
			t.Errorf("during a hash: got a limit of %d, want %d", got, int64(theirs))
		}
		if got := debug.SetMemoryLimit(-1); got != theirs {
			t.Errorf("after a hash: got a limit of %d, want %d", got, int64(theirs))
		}
	})
}

package faulty

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// driverError is what a driver says and what no caller can tell from anything else.
func driverError() error { return errors.New("driver: error 1062") }

// replaceError returns with instead of an err that matches target, and err otherwise.
func replaceError(err, target, with error) error {
	if errors.Is(err, target) {
		return with
	}
	return err
}

// elsewhere is a time zone that is not UTC.
func elsewhere() *time.Location { return time.FixedZone("elsewhere", -3*60*60) }

// cutAt64K returns what a column of 64 KiB has room for.
func cutAt64K(s string) string { return s[:min(len(s), 1<<16-1)] }

// withoutAccents folds e with an acute accent, in either normal form, to e.
func withoutAccents(s string) string {
	return strings.NewReplacer("\u00e9", "e", "e\u0301", "e").Replace(s)
}

// patience is how often a call that leaves a window open gives way to others.
const patience = 1000

// overlap finds out whether calls run at the same time, and makes them do so if it can.
type overlap struct{ inside atomic.Int64 }

// during calls f with whether another call was inside at the same time.
func (o *overlap) during(f func(shared bool) error) error {
	o.inside.Add(1)
	defer o.inside.Add(-1)
	for range patience {
		if o.inside.Load() > 1 {
			return f(true)
		}
		runtime.Gosched()
	}
	return f(false)
}

// unnoticed calls f, whose conflict goes unnoticed where another call was inside at the same time.
func (o *overlap) unnoticed(f func() error) error {
	return o.during(func(shared bool) error {
		err := f()
		if shared {
			return replaceError(err, port.ErrConflict, nil)
		}
		return err
	})
}

// once is true for the first caller of take.
type once struct{ taken atomic.Bool }

func (o *once) take() bool { return !o.taken.Swap(true) }

// memo remembers what a fault has seen. It is safe for concurrent use.
type memo[K comparable, V any] struct {
	mu sync.Mutex
	m  map[K]V
}

func (m *memo[K, V]) get(k K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.m[k]
	return v, ok
}

func (m *memo[K, V]) set(k K, v V) {
	m.change(k, func(V) V { return v })
}

// change sets k to what f makes of the value so far, and returns it.
func (m *memo[K, V]) change(k K, f func(V) V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[K]V{}
	}
	m.m[k] = f(m.m[k])
	return m.m[k]
}

func (m *memo[K, V]) drop(k K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.m, k)
}

// keys returns the keys, in no order.
func (m *memo[K, V]) keys() []K {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []K
	for k := range m.m {
		list = append(list, k)
	}
	return list
}

package intercept

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// Recorder collects the names of the methods called, in order. The zero value is ready for
// use, and safe for concurrent use.
type Recorder struct {
	mu    sync.Mutex
	calls []string
}

// Hook is for Hooks.Before. It never fails.
func (r *Recorder) Hook(_ context.Context, method string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, method)
	return nil
}

// Calls returns the names so far, in order.
func (r *Recorder) Calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Reset forgets the names so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

// Nth fails one call of many. It is safe for concurrent use.
type Nth struct {
	n     int64
	err   error
	count atomic.Int64
}

// FailNth returns a hook that fails the n-th call that it is told of, the first being 1,
// with err, and no other. A test walks n upward until Fired says that the flow was over
// before its n-th call: then every call has failed once.
func FailNth(n int, err error) *Nth { return &Nth{n: int64(n), err: err} }

// Hook is for Hooks.Before or Hooks.After.
func (f *Nth) Hook(context.Context, string) error {
	if f.count.Add(1) == f.n {
		return f.err
	}
	return nil
}

// Fired reports whether the n-th call has come.
func (f *Nth) Fired() bool { return f.count.Load() >= f.n }

// FailMethod returns a hook that fails every call of method with err.
func FailMethod(method string, err error) Hook {
	return func(_ context.Context, called string) error {
		if called == method {
			return err
		}
		return nil
	}
}

// Chain returns a hook that asks each of hooks in turn until one of them fails.
func Chain(hooks ...Hook) Hook {
	return func(ctx context.Context, method string) error {
		for _, h := range hooks {
			if err := h(ctx, method); err != nil {
				return err
			}
		}
		return nil
	}
}

// Switch is a hook that a test changes while the service runs. The zero value lets
// everything through. It is safe for concurrent use.
type Switch struct {
	mu   sync.Mutex
	hook Hook
}

// Set replaces what the switch does; nil stands for nothing.
func (s *Switch) Set(hook Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// Hook is for Hooks.Before or Hooks.After.
func (s *Switch) Hook(ctx context.Context, method string) error {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(ctx, method)
}

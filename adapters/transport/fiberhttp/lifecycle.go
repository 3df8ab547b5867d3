package fiberhttp

import (
	"errors"
	"net"
	"sync"
)

// lifecycle knows the listener that is served from, and whether that is over. Make one with
// newLifecycle. It is safe for concurrent use.
type lifecycle struct {
	mu       sync.Mutex
	listener net.Listener
	ended    chan struct{} // closed by the first end
}

func newLifecycle() *lifecycle { return &lifecycle{ended: make(chan struct{})} }

// begin reports whether the listener may be served from.
func (l *lifecycle) begin(listener net.Listener) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listener = listener
	return !l.over()
}

// end closes the listener, if there is one yet. To end twice is no error.
func (l *lifecycle) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over() {
		close(l.ended)
	}
	if l.listener == nil {
		return nil
	}
	if err := l.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (l *lifecycle) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

package fiberhttp

import (
	"errors"
	"net"
	"sync"
)

// lifecycle knows the listener that is served from, and whether that is over. It is safe
// for concurrent use.
type lifecycle struct {
	mu       sync.Mutex
	listener net.Listener
	ended    bool
}

// begin reports whether the listener may be served from.
func (l *lifecycle) begin(listener net.Listener) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listener = listener
	return !l.ended
}

// end closes the listener, if there is one yet. To end twice is no error.
func (l *lifecycle) end() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.listener == nil {
		return nil
	}
	if err := l.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (l *lifecycle) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}

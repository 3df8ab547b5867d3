package testserver

import "sync"

// tailSize is how many bytes of a server's output are kept.
const tailSize = 16 << 10

// tail is a writer that keeps the end of what it is given. Its methods are safe for
// concurrent use.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, p...)
	if over := len(l.kept) - tailSize; over > 0 {
		l.kept = append(l.kept[:0], l.kept[over:]...)
	}
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.kept)
}

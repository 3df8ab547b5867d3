package wiring

import (
	"context"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/port"
)

// probeFor is how long one look at a dependency answers for all who ask. Anybody may ask for
// the health of the service, and a look takes the database's write lock.
const probeFor = time.Second

// sharedProbe tries a dependency at most once in probeFor. It is safe for concurrent use:
// who asks while another is trying waits for that answer.
type sharedProbe struct {
	ping  func(ctx context.Context) error
	clock port.Clock

	mu    sync.Mutex
	tried time.Time
	err   error
}

// Ping returns the latest answer, of this call or of one shortly before.
func (p *sharedProbe) Ping(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if age := now.Sub(p.tried); p.tried.IsZero() || age < 0 || age >= probeFor {
		p.err = p.ping(ctx)
		p.tried = now
	}
	return p.err
}

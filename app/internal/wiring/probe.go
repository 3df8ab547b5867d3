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
// who asks while it is being tried waits for that answer, so that many who ask for a silent
// server do not queue up behind each other.
type sharedProbe struct {
	ping  func(ctx context.Context) error
	clock port.Clock
	limit time.Duration // of one try

	mu     sync.Mutex
	trying chan struct{} // closed when the try under way has ended; nil without one
	tried  time.Time
	err    error
}

// Ping returns the latest answer, of this call or of one shortly before, or the error of ctx
// where that ends first.
func (p *sharedProbe) Ping(ctx context.Context) error {
	p.mu.Lock()
	if age := p.clock.Now().Sub(p.tried); p.trying == nil && !p.tried.IsZero() && age >= 0 && age < probeFor {
		defer p.mu.Unlock()
		return p.err
	}
	if p.trying == nil {
		p.trying = make(chan struct{})
		go p.try(context.WithoutCancel(ctx), p.trying) // others may wait for it, too
	}
	ended := p.trying
	p.mu.Unlock()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-ended:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

func (p *sharedProbe) try(ctx context.Context, ended chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	err := p.ping(ctx)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.err, p.tried, p.trying = err, p.clock.Now(), nil
	close(ended)
}

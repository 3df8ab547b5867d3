package oidc

import (
	"context"
	"time"
)

// How long what a provider says of itself is good for, and how long it is left alone after it
// has given no answer.
const (
	descriptionTTL = 24 * time.Hour
	retryAfter     = 5 * time.Second
)

// question is one call for the description, which all wait for who need it.
type question struct {
	done  chan struct{} // closed at its end
	found *description
	err   error
	ended time.Time
}

// describe returns the description. The provider is asked by one caller at a time, for all of
// them; who has waited for no answer, or comes soon after, gets the error without a call. A
// description that is older than descriptionTTL is good until there is a newer one.
func (p *Provider) describe(ctx context.Context) (*description, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !p.OpenID() {
		return p.configured(), nil
	}
	known, q := p.knownOrAsked(ctx)
	if known != nil {
		return known, nil
	}
	select {
	case <-q.done:
		return q.found, q.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// knownOrAsked returns the description, or what the caller has to wait for.
func (p *Provider) knownOrAsked(ctx context.Context) (*description, *question) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.config.Clock.Now()
	if p.known != nil && isWithin(now.Sub(p.since), descriptionTTL) {
		return p.known, nil
	}
	switch {
	case p.asking != nil:
	case p.failed != nil && isWithin(now.Sub(p.failed.ended), retryAfter):
		return p.known, p.failed
	default:
		p.asking = &question{done: make(chan struct{})}
		go p.put(context.WithoutCancel(ctx), p.asking)
	}
	return p.known, p.asking
}

// put asks q of the provider. It goes on when the caller who began has gone: others wait for it.
func (p *Provider) put(ctx context.Context, q *question) {
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	found, err := p.discover(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	q.found, q.err, q.ended = found, err, p.config.Clock.Now()
	p.asking, p.failed = nil, nil
	if err != nil {
		p.failed = q
	} else {
		p.known, p.since = found, q.ended
	}
	close(q.done)
}

// isWithin reports whether that long ago is less than the limit. What is yet to come is not: the
// clock has been put back, and would keep what it says until it has caught up.
func isWithin(ago, limit time.Duration) bool { return ago >= 0 && ago < limit }

package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// rush is what 64 clients who log in without pause do to the service and to others.
type rush struct {
	what            string
	idle, peak      int64 // bytes of memory
	quiet, loud     sample
	logins, refused int64
	took            time.Duration
}

const (
	readers   = 4                     // others, who read /users/me
	pause     = 10 * time.Millisecond // of each of them between two requests
	untilIdle = 2 * time.Second       // after the start, before memory is looked at
)

// measureMemory has them log in twice: to a service that has room for all of them to wait,
// and to one as it comes, which turns some away, who then come back at once.
func (w *world) measureMemory(ctx context.Context, r *report) error {
	for _, way := range []struct {
		what string
		env  []string
	}{
		{"all of them wait their turn", []string{"HASH_QUEUE=" + strconv.Itoa(most)}},
		{"some are turned away (503) and come back at once", nil},
	} {
		w.say("64 clients log in without pause: %s", way.what)
		if err := w.serving(ctx, func(p *process) error {
			seen, err := w.rush(ctx, p)
			seen.what = way.what
			r.rushes = append(r.rushes, seen)
			return err
		}, way.env...); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) rush(ctx context.Context, p *process) (rush, error) {
	var seen rush
	time.Sleep(untilIdle)
	before, err := p.counters()
	if err != nil {
		return seen, err
	}
	seen.idle = before.Resident

	connections, got, err := w.logIn(p, readers, most)
	if err != nil {
		return seen, err
	}
	defer closeAll(connections)
	others := make([]client, readers)
	for i, c := range connections {
		c.getAs("/users/me", got[i].Access)
		others[i] = func() error { return c.do() }
	}
	if seen.quiet, err = driveGently(ctx, 2*w.time, others); err != nil {
		return seen, err
	}

	crowd, err := w.crowd(p)
	if err != nil {
		return seen, err
	}
	began := time.Now()
	crowd.begin()
	seen.loud, err = driveGently(ctx, 2*w.time, others)
	seen.logins, seen.refused = crowd.end()
	seen.took = time.Since(began)
	if err := errors.Join(err, crowd.err); err != nil {
		return seen, err
	}
	after, err := p.counters()
	seen.peak = after.MostResident
	return seen, err
}

// driveGently is drive with a pause before each request, which counts for nothing.
func driveGently(ctx context.Context, d time.Duration, clients []client) (sample, error) {
	var mu sync.Mutex
	var took []time.Duration
	gentle := make([]client, len(clients))
	for i, request := range clients {
		gentle[i] = func() error {
			time.Sleep(pause)
			sent := time.Now()
			err := request()
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(sent))
			return err
		}
	}
	s, err := drive(ctx, d, gentle)
	s.sorted = sorted(took)
	return s, err
}

// crowd logs in without pause from begin to end.
type crowd struct {
	connections     []*connection
	over            atomic.Bool
	logins, refused atomic.Int64
	all             sync.WaitGroup
	once            sync.Once
	err             error // of the first that failed
}

func (w *world) crowd(p *process) (*crowd, error) {
	connections, err := dialMany(p.address, most)
	for i, c := range connections {
		c.post("/auth/login", loginBody(email(i), password))
	}
	return &crowd{connections: connections}, err
}

func (c *crowd) begin() {
	for _, one := range c.connections {
		c.all.Go(func() {
			for !c.over.Load() {
				if err := one.do(fasthttp.StatusServiceUnavailable); err != nil {
					c.once.Do(func() { c.err = err })
					return
				}
				if one.response.StatusCode() == fasthttp.StatusOK {
					c.logins.Add(1)
				} else {
					c.refused.Add(1)
				}
			}
		})
	}
}

func (c *crowd) end() (logins, refused int64) {
	c.over.Store(true)
	c.all.Wait()
	closeAll(c.connections)
	return c.logins.Load(), c.refused.Load()
}

package main

import (
	"context"
	"slices"
	"sync"
	"time"
)

// client does one request after the other, each when it is called.
type client func() error

// sample is what clients saw.
type sample struct {
	sorted  []time.Duration // how long each request took
	elapsed time.Duration   // from the first request to the last answer
}

// drive lets all clients work for d, or until ctx is done or one fails, and waits for the
// answers that are under way.
func drive(ctx context.Context, d time.Duration, clients []client) (sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	began := time.Now()
	took := make([][]time.Duration, len(clients))
	var all sync.WaitGroup
	for i, request := range clients {
		all.Go(func() {
			for ctx.Err() == nil && time.Since(began) < d {
				sent := time.Now()
				if err := request(); err != nil {
					cancel(err)
					return
				}
				took[i] = append(took[i], time.Since(sent))
			}
		})
	}
	all.Wait()
	return sample{elapsed: time.Since(began), sorted: sorted(slices.Concat(took...))}, context.Cause(ctx)
}

func sorted(times []time.Duration) []time.Duration {
	slices.Sort(times)
	return times
}

// measurement is a line of the report.
type measurement struct {
	what        string
	clients     int
	perSecond   float64
	cpu         time.Duration // of the measured process, for each request
	allocations float64       // likewise
	allocatedB  float64
	p50, p99    time.Duration
}

// measureLoad drives clients, after a while that does not count, and sets what they saw
// beside what the measured process used.
func measureLoad(ctx context.Context, what string, d time.Duration, used func() (counters, error), clients []client) (measurement, error) {
	if _, err := drive(ctx, d/4, clients); err != nil {
		return measurement{}, err
	}
	before, err := used()
	if err != nil {
		return measurement{}, err
	}
	s, err := drive(ctx, d, clients)
	if err != nil {
		return measurement{}, err
	}
	after, err := used()
	if err != nil {
		return measurement{}, err
	}
	spent, n := after.since(before), len(s.sorted)
	return measurement{
		what: what, clients: len(clients),
		perSecond:   float64(n) / s.elapsed.Seconds(),
		cpu:         spent.CPU / time.Duration(n),
		allocations: float64(spent.Allocations) / float64(n),
		allocatedB:  float64(spent.AllocatedB) / float64(n),
		p50:         percentile(s.sorted, 0.50),
		p99:         percentile(s.sorted, 0.99),
	}, nil
}

// own are the counters of this process, where the work is done in it.
func own() (counters, error) { return readCounters(), nil }

// readWith measures a request that is the same each time, at these numbers of connections.
func (w *world) readWith(ctx context.Context, r *report, p *process, what string, at []int, prepare func(c *connection, i int)) error {
	for _, n := range at {
		if err := w.ask(ctx, r, p, what, n, func(c *connection, i int) client {
			prepare(c, i)
			return func() error { return c.do() }
		}); err != nil {
			return err
		}
	}
	return nil
}

// requestWith measures a request that is prepared each time anew.
func (w *world) requestWith(ctx context.Context, r *report, p *process, what string, n int, prepare func(c *connection, i int)) error {
	return w.ask(ctx, r, p, what, n, func(c *connection, i int) client {
		return func() error {
			prepare(c, i)
			return c.do()
		}
	})
}

// ask measures n clients with a connection each.
func (w *world) ask(ctx context.Context, r *report, p *process, what string, n int, of func(c *connection, i int) client) error {
	connections, err := dialMany(p.address, n)
	if err != nil {
		return err
	}
	defer closeAll(connections)
	clients := make([]client, n)
	for i, c := range connections {
		clients[i] = of(c, i)
	}
	m, err := w.load(ctx, p, what, w.time, clients)
	if err != nil {
		return err
	}
	r.lines = append(r.lines, m)
	return nil
}

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

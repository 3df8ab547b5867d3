package main

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"
)

// rush is what clients who log in do to the service and to others.
type rush struct {
	manner
	idle, peak      int64 // bytes of memory
	quiet, loud     sample
	logins, refused int64
	took            time.Duration
}

// manner is how they go about it.
type manner struct {
	what       string
	clients    int
	patient    bool          // who is turned away comes back when the service says so, and not at once
	halfOpen   int           // how many others begin a request meanwhile that they never end
	lasting    time.Duration // how long
	allowed    int64         // bytes of memory, beside that of hashes
	besideIdle bool          // and beside what the service takes when it is idle
	aim        string        // what is allowed, in words
	settings   []string
}

const (
	readers   = 4                     // others, who read /users/me
	pause     = 10 * time.Millisecond // of each of them between two requests
	untilIdle = 2 * time.Second       // after the start, before memory is looked at
)

// measureMemory has 64 clients log in without pause twice: to a service that has room for all
// of them to wait, and to one as it comes, which turns some away, who then come back at once.
func (w *world) measureMemory(ctx context.Context, r *report) error {
	all := manner{
		what: "64 clients log in without pause, and all of them wait their turn", clients: most, lasting: 2 * w.time,
		allowed: headroom, besideIdle: true, aim: "idle + %d × 64 + 24 MB", settings: []string{"HASH_QUEUE=" + strconv.Itoa(most)},
	}
	refused := all
	refused.what, refused.settings = "64 clients log in without pause, some are turned away (503) and come back at once", nil
	return errors.Join(w.measureRush(ctx, r, all), w.measureRush(ctx, r, refused))
}

// measureAssault has 300 clients log in at once, time and again, to a service as it comes,
// beside 200 who begin a request and never end it.
func (w *world) measureAssault(ctx context.Context, r *report) error {
	return w.measureRush(ctx, r, manner{
		what: "300 clients log in at once and as often as they may, and 200 begin a request that they never end", clients: 300,
		patient: true, halfOpen: 200, lasting: 20 * time.Second, allowed: 64 * mebibyte, aim: "%d × 64 + 64 MB",
	})
}

func (w *world) measureRush(ctx context.Context, r *report, m manner) error {
	w.say("%s", m.what)
	return w.serving(ctx, func(p *process) error {
		seen, err := w.rush(ctx, p, m)
		r.rushes = append(r.rushes, seen)
		return err
	}, m.settings...)
}

func (w *world) rush(ctx context.Context, p *process, m manner) (rush, error) {
	seen := rush{manner: m}
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

	crowd, err := w.crowd(p, m)
	if err != nil {
		return seen, err
	}
	began := time.Now()
	crowd.begin()
	seen.loud, err = driveGently(ctx, m.lasting, others)
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

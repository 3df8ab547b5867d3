package history

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Recorder lets clients use their sessions and takes down what they are told. Its fields are set
// before the first call. It may be used for one load after another, and is safe for concurrent use.
type Recorder struct {
	// Services are the instances. Successive uses of a session go to successive instances that
	// are ready.
	Services []Service
	// LogoutEvery makes each so manieth use of a client a logout, but for its last session, so
	// that the client goes on however long a fault takes. 0: there are none.
	LogoutEvery int
	// Pause is how long a client waits while no instance is ready.
	Pause time.Duration
	// Now tells the time of answers.
	Now func() time.Time

	mu      sync.Mutex
	figures Figures
	last    time.Time // of the last acknowledgement, or of the beginning
	goals   map[int]chan struct{}
}

// Run lets one client for each group of sessions use them until ctx is done, or until all its
// sessions have ended. Uses that have begun by then are awaited.
func (r *Recorder) Run(ctx context.Context, groups [][]*Session) {
	r.mu.Lock()
	r.last = r.Now()
	r.mu.Unlock()
	var running sync.WaitGroup
	for i, sessions := range groups {
		running.Go(func() {
			c := &client{recorder: r, sessions: sessions, out: make([]bool, len(r.Services)), first: i}
			c.run(ctx)
		})
	}
	running.Wait()
}

// Figures returns what was counted so far.
func (r *Recorder) Figures() Figures {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.figures
}

// After returns a channel that is closed when so many further uses have been acknowledged.
func (r *Recorder) After(uses int) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.goals == nil {
		r.goals = map[int]chan struct{}{}
	}
	goal := r.figures.uses() + uses
	if r.goals[goal] == nil {
		r.goals[goal] = make(chan struct{})
	}
	return r.goals[goal]
}

// count takes down one answer.
func (r *Recorder) count(logout bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.figures.Errors++
		if !errors.Is(err, ErrUnsent) && !errors.Is(err, ErrRefused) {
			r.figures.Unknown++
		}
		return
	}
	if logout {
		r.figures.Logouts++
	} else {
		r.figures.Rotations++
	}
	now := r.Now()
	r.figures.LongestOutage = max(r.figures.LongestOutage, now.Sub(r.last))
	r.last = now
	if goal := r.goals[r.figures.uses()]; goal != nil {
		close(goal)
		delete(r.goals, r.figures.uses())
	}
}

// client is who uses some sessions in turn.
type client struct {
	recorder *Recorder
	sessions []*Session
	out      []bool // by instance: it failed and has to say first that it is ready
	first    int    // the instance that it begins with
}

func (c *client) run(ctx context.Context) {
	for uses := 1; ctx.Err() == nil; uses++ {
		session := c.session(uses)
		if session == nil {
			return
		}
		instance, ok := c.instance(ctx, session)
		if !ok {
			c.pause(ctx)
			continue
		}
		logout := c.recorder.LogoutEvery > 0 && uses%c.recorder.LogoutEvery == 0 && c.open() > 1
		// Nobody hangs up on a use that has begun: that would only make outcomes unknown.
		err := session.use(context.WithoutCancel(ctx), c.recorder.Services[instance], logout)
		c.recorder.count(logout, err)
		c.out[instance] = err != nil
	}
}

// session returns the next one that may be used, or nil if there is none.
func (c *client) session(turn int) *Session {
	for i := range c.sessions {
		if s := c.sessions[(turn+i)%len(c.sessions)]; s.End == Open {
			return s
		}
	}
	return nil
}

// open returns how many sessions may be used.
func (c *client) open() int {
	n := 0
	for _, s := range c.sessions {
		if s.End == Open {
			n++
		}
	}
	return n
}

// instance returns one that is ready: another than for the last use of the session, if it can.
func (c *client) instance(ctx context.Context, session *Session) (i int, ok bool) {
	services := c.recorder.Services
	for turn := range services {
		i = (c.first + len(session.Tokens) + turn) % len(services)
		if !c.out[i] || services[i].Ready(ctx) {
			c.out[i] = false
			return i, true
		}
	}
	return 0, false
}

func (c *client) pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(c.recorder.Pause):
	}
}

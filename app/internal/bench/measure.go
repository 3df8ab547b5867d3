package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// The numbers of connections that are measured.
const (
	one  = 1
	some = 16
	most = 64
)

// starts is how often the service is started to see how long that takes.
const starts = 11

// step is a part of the run.
type step struct {
	name string
	take func(*world, context.Context, *report) error

	// differs says that the step is worth taking on each database: the others show the
	// same on all of them, and are taken on the default one.
	differs bool
}

// steps begins with what a machine that has just been busy would spoil.
func steps() []step {
	return []step{
		{"start", (*world).measureStart, false},
		{"memory", (*world).measureMemory, false},
		{"assault", (*world).measureAssault, false},
		{"hash", (*world).measureHash, false},
		{"route", (*world).measureRoute, false},
		{"commit", (*world).measureCommit, false},
		{"turns", (*world).measureTurns, false},
		{"login", (*world).measureLogin, false},
		{"update", (*world).measureUpdate, true},
		{"refresh", (*world).measureRefresh, true},
		{"me", (*world).measureMe, true},
		{"graphql", (*world).measureGraphQL, false},
		{"verify", (*world).measureVerify, false},
		{"silent", (*world).measureSilentMe, false},
	}
}

func stepNames() (names []string) {
	for _, s := range steps() {
		names = append(names, s.name)
	}
	return names
}

// measure takes all measurements, or one step of them, one after the other.
func (w *world) measure(ctx context.Context) (report, error) {
	r := report{embedded: w.name == onSQLite}
	for _, s := range steps() {
		if w.only != "" && w.only != s.name || w.only == "" && w.name != onSQLite && !s.differs {
			continue
		}
		if err := s.take(w, ctx, &r); err != nil {
			return report{}, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return r, nil
}

// serving runs use with the service in a process of its own.
func (w *world) serving(ctx context.Context, use func(*process) error, env ...string) error {
	p, err := w.serve(ctx, env...)
	if err != nil {
		return err
	}
	return errors.Join(use(p), p.stop())
}

func (w *world) measureStart(ctx context.Context, r *report) error {
	w.say("starts")
	for range starts {
		if err := w.serving(ctx, func(p *process) error {
			r.starts = append(r.starts, p.started)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) measureHash(ctx context.Context, r *report) error {
	for _, n := range []int{some, most} {
		w.say("argon2id alone, %d callers", n)
		clients := make([]client, n)
		for i := range clients {
			clients[i] = func() error { return w.hash(ctx) }
		}
		m, err := measureLoad(ctx, "argon2id alone", w.time, own, clients)
		if err != nil {
			return err
		}
		r.lines = append(r.lines, m)
	}
	return nil
}

// hash does what a login does besides everything else.
func (w *world) hash(ctx context.Context) error {
	ok, _, err := w.hasher.Verify(ctx, w.encoded, password)
	if err == nil && !ok {
		err = errors.New("the right password is taken for a wrong one")
	}
	return err
}

func (w *world) measureRoute(ctx context.Context, r *report) error {
	p, err := start(ctx, asRoute, w.folder)
	if err != nil {
		return err
	}
	return errors.Join(w.readWith(ctx, r, p, "a bare Fiber route", []int{some, most}, func(c *connection, _ int) { c.get("/") }), p.stop())
}

// measureCommit rotates a session in the store, one rotation after the other: each commit
// waits for the disk, and nobody is there to share it.
func (w *world) measureCommit(ctx context.Context, r *report) (err error) {
	w.say("one commit at a time")
	store, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(w.folder, "commits.db"), Migrate: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	now := clock.System{}.Now()
	s := domain.Session{
		ID: "session", UserID: "user", Mode: domain.ModeJSON, Secret: domain.HashSecret("0"),
		CreatedAt: now, RotatedAt: now, ExpiresAt: now.Add(time.Hour), EndsAt: now.Add(time.Hour),
	}
	if err := store.Sessions().Create(ctx, s); err != nil {
		return err
	}
	secret, n := s.Secret, 0
	m, err := measureLoad(ctx, "one commit at a time", w.time, own, []client{func() error {
		n++
		next := domain.HashSecret(strconv.Itoa(n))
		_, err := store.Sessions().Rotate(ctx, port.Rotation{ID: s.ID, Old: secret, Next: next, Now: now, ExpiresAt: s.ExpiresAt})
		secret = next
		return err
	}})
	r.lines = append(r.lines, m)
	return err
}

// measureTurns measures what only a comparison one by one can tell.
func (w *world) measureTurns(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		return errors.Join(w.compareLoginWithHash(ctx, r, p), w.compareRefusals(r, p))
	})
}

func (w *world) measureLogin(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		for _, n := range []int{some, most} {
			connections, err := dialMany(p.address, n)
			if err != nil {
				return err
			}
			clients := make([]client, n)
			for i, c := range connections {
				c.post("/auth/login", loginBody(email(i), password))
				clients[i] = func() error { return c.do() }
			}
			m, err := w.load(ctx, p, "login", w.time, clients)
			closeAll(connections)
			if err != nil {
				return err
			}
			r.lines = append(r.lines, m)
		}
		return nil
	}, "HASH_QUEUE="+strconv.Itoa(most)) // so that nobody is turned away
}

// compareLoginWithHash takes turns, so that whatever else the machine does slows both.
func (w *world) compareLoginWithHash(ctx context.Context, r *report, p *process) error {
	w.say("logins and hashes in turn")
	c, err := dial(p.address)
	if err != nil {
		return err
	}
	defer closeAll([]*connection{c})
	for range w.pairs / 4 {
		before, began := readCounters(), time.Now()
		if err := w.hash(ctx); err != nil {
			return err
		}
		r.hashTime = append(r.hashTime, time.Since(began))
		r.hashCPU = append(r.hashCPU, readCounters().since(before).CPU)

		if before, err = p.counters(); err != nil {
			return err
		}
		began = time.Now()
		if _, err := c.login(email(0), password); err != nil {
			return err
		}
		r.loginTime = append(r.loginTime, time.Since(began))
		after, err := p.counters()
		if err != nil {
			return err
		}
		r.loginCPU = append(r.loginCPU, after.since(before).CPU)
	}
	return nil
}

// compareRefusals asks whether the time of a refusal tells if there is such an account.
// Which of a pair comes first changes with each pair.
func (w *world) compareRefusals(r *report, p *process) error {
	w.say("%d pairs of refused logins", w.pairs)
	c, err := dial(p.address)
	if err != nil {
		return err
	}
	defer closeAll([]*connection{c})
	refused := func(address string) (time.Duration, error) {
		c.post("/auth/login", loginBody(address, "no "+password))
		began := time.Now()
		err := c.do(401)
		if err == nil && c.response.StatusCode() != 401 {
			err = fmt.Errorf("a wrong password is answered with status %d", c.response.StatusCode())
		}
		return time.Since(began), err
	}
	for n := range w.pairs {
		first, second := nobody(n), email(n%w.users)
		if n%2 == 1 {
			first, second = second, first
		}
		for _, address := range []string{first, second} {
			took, err := refused(address)
			if err != nil {
				return err
			}
			if strings.HasPrefix(address, "nobody") {
				r.unknown = append(r.unknown, took)
			} else {
				r.wrong = append(r.wrong, took)
			}
		}
	}
	return nil
}

func (w *world) measureRefresh(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		connections, got, err := w.logIn(p, most, 0)
		if err != nil {
			return err
		}
		defer closeAll(connections)
		clients := make([]client, most)
		for i, c := range connections {
			token := got[i].Refresh
			clients[i] = func() error {
				var err error
				token, err = c.refresh(token)
				return err
			}
		}
		for _, n := range []int{one, some, most} {
			m, err := w.load(ctx, p, "refresh", w.time, clients[:n])
			if err != nil {
				return err
			}
			r.lines = append(r.lines, m)
		}
		return nil
	})
}

func (w *world) measureMe(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error { return w.readMe(ctx, r, p, "GET /users/me", []int{one, some, most}) })
}

// measureSilentMe shows what the line costs that is logged for each request.
func (w *world) measureSilentMe(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		return w.readMe(ctx, r, p, "GET /users/me, LOG_LEVEL=warn", []int{some, most})
	}, "LOG_LEVEL=warn")
}

func (w *world) readMe(ctx context.Context, r *report, p *process, what string, at []int) error {
	connections, got, err := w.logIn(p, most, 0)
	if err != nil {
		return err
	}
	closeAll(connections)
	return w.readWith(ctx, r, p, what, at, func(c *connection, i int) { c.getAs("/users/me", got[i].Access) })
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const password = "correct horse battery staple"

// world is a database full of accounts, and everything else that measurements share.
type world struct {
	options
	database database
	progress io.Writer
	hasher   *argon2id.Hasher
	encoded  string // the hash of password, which is everybody's
}

func newWorld(ctx context.Context, o options, db database, progress io.Writer) (*world, error) {
	// Nobody is turned away: how the gate does that is measured apart.
	hasher, err := argon2id.New(argon2id.Config{Queue: most})
	if err != nil {
		return nil, err
	}
	w := &world{options: o, database: db, progress: progress, hasher: hasher}
	if w.encoded, err = hasher.Hash(ctx, password); err != nil {
		return nil, err
	}
	if w.profiles != "" {
		if w.profiles, err = filepath.Abs(w.profiles); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(w.profiles, 0o755); err != nil {
			return nil, err
		}
	}
	if err := w.populate(ctx); err != nil {
		return nil, err
	}
	// The first start makes keys, which is no part of any measurement.
	p, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	return w, p.stop()
}

func (w *world) say(format string, values ...any) {
	fmt.Fprintf(w.progress, format+"\n", values...)
}

// email is the address of account n, and as long as that of nobody n.
func email(n int) string { return fmt.Sprintf("person-%06d@example.com", n) }

func nobody(n int) string { return fmt.Sprintf("nobody-%06d@example.com", n) }

// populate makes the database and its accounts.
func (w *world) populate(ctx context.Context) (err error) {
	w.say("making %d accounts", w.users)
	store, err := w.database.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	now := clock.System{}.Now()
	var next atomic.Int64
	failed := make(chan error, most)
	var all sync.WaitGroup
	for range most {
		all.Go(func() {
			for n := int(next.Add(1) - 1); n < w.users; n = int(next.Add(1) - 1) {
				if err := store.Repos().Users.Create(ctx, domain.User{
					ID: domain.UserID(domain.NewUUID(now)), Email: domain.Email(email(n)), Password: w.encoded,
					Status: domain.StatusActive, FirstName: "Ada", LastName: "Lovelace", CreatedAt: now, LastAccess: now,
				}); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-failed:
		return fmt.Errorf("make accounts: %w", err)
	default:
		return nil
	}
}

// serve starts the service as it comes, but for env and for the number of attempts from one
// address, which all clients here share.
func (w *world) serve(ctx context.Context, env ...string) (*process, error) {
	return start(ctx, asService, w.folder, slices.Concat([]string{"LIMIT_LOGIN_ADDRESS=1000000/15m"}, w.database.settings, env, w.settings)...)
}

// logIn opens n connections and logs each in to an account of its own, the first to that
// of number first, a few at a time.
func (w *world) logIn(p *process, n, first int) ([]*connection, []tokens, error) {
	var connections []*connection
	got := make([]tokens, n)
	for i := range got {
		// Each dials when it has something to say: a connection that does not is closed.
		c, err := dial(p.address)
		if err == nil {
			connections = append(connections, c)
			got[i], err = c.login(email(first+i), password)
		}
		if err != nil {
			closeAll(connections)
			return nil, nil, err
		}
	}
	return connections, got, nil
}

// load measures clients of p under a name that is also that of its profile.
func (w *world) load(ctx context.Context, p *process, what string, d time.Duration, clients []client) (m measurement, err error) {
	w.say("%s, %d connections", what, len(clients))
	m, err = measureLoad(ctx, what, d, p.counters, clients)
	if err != nil || w.profiles == "" {
		return m, err
	}
	// Apart from the measurement, since profiling costs processor time.
	end, err := p.profile(filepath.Join(w.profiles, fmt.Sprintf("%s-%d.pprof", fileName(what), len(clients))))
	if err != nil {
		return m, err
	}
	_, err = drive(ctx, d, clients)
	return m, errors.Join(err, end())
}

// fileName keeps the letters of a name.
func fileName(what string) string {
	return strings.Join(strings.FieldsFunc(what, func(r rune) bool { return !unicode.IsLetter(r) }), "-")
}

package sqlite_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/core/port"
)

// groupCase is one rule of commits in groups. Its ID is permanent.
type groupCase struct {
	id   string
	rule string
	run  func(t *testing.T, l *lab)
}

// TestGroup runs each case in a bubble of its own: "everybody waits" is something that it
// can wait for, and time passes only then.
func TestGroup(t *testing.T) {
	for _, c := range slices.Concat(groupAnswerCases(), groupNeighbourCases(), groupLossCases(), groupBoundCases()) {
		t.Run(c.id, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				c.run(t, l)
				if t.Failed() {
					t.Logf("rule: %s", c.rule)
				}
			})
		})
	}
}

// lab is a store whose commits are counted.
type lab struct {
	*sqlite.Store
	commits atomic.Int64
	refuse  atomic.Bool // whether the next COMMIT fails
}

func newLab(t testing.TB) *lab {
	t.Helper()
	l := &lab{Store: open(t, newPath(t))}
	sqlite.OnCommit(t, l.Store, func() bool {
		l.commits.Add(1)
		return !l.refuse.Swap(false)
	})
	l.commits.Store(0)
	return l
}

// call is a write under way on a goroutine of its own.
type call struct {
	done chan struct{}
	err  error
}

// begin starts f and returns once it waits for something.
func begin(f func() error) *call {
	c := &call{done: make(chan struct{})}
	go func() {
		defer close(c.done)
		c.err = errors.New("ended without an answer")
		c.err = f()
	}()
	synctest.Wait()
	return c
}

// wait returns the answer. Time passes if nobody else has anything to do.
func (c *call) wait() error {
	<-c.done
	return c.err
}

func (c *call) answered() bool {
	synctest.Wait()
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// unit begins a unit of work that has the writer until its gate is closed, and then does fn.
func (l *lab) unit(ctx context.Context, fn func(context.Context, port.Repos) error) (c *call, gate chan struct{}) {
	gate = make(chan struct{})
	c = begin(func() error {
		return l.Do(ctx, func(ctx context.Context, r port.Repos) error {
			<-gate
			return fn(ctx, r)
		})
	})
	return c, gate
}

// occupy makes all others wait until release is called.
func (l *lab) occupy(t testing.TB) (release func()) {
	t.Helper()
	c, gate := l.unit(t.Context(), func(context.Context, port.Repos) error { return nil })
	return func() {
		t.Helper()
		close(gate)
		must(t, c.wait())
	}
}

func (l *lab) create(ctx context.Context, name string) *call {
	return begin(func() error { return l.Repos().Users.Create(ctx, user(name)) })
}

// creates is a unit of work that creates a user.
func creates(name string) func(context.Context, port.Repos) error {
	return func(ctx context.Context, r port.Repos) error { return r.Users.Create(ctx, user(name)) }
}

func (l *lab) wantUsers(t testing.TB, names ...string) {
	t.Helper()
	list, err := l.Repos().Users.List(t.Context(), "", 1000)
	must(t, err)
	var got []string
	for _, u := range list {
		got = append(got, string(u.ID[len("id-of-"):]))
	}
	if !slices.Equal(got, names) {
		t.Errorf("got users %v, want %v", got, names)
	}
}

func (l *lab) wantCommits(t testing.TB, want int64) {
	t.Helper()
	if got := l.commits.Load(); got != want {
		t.Errorf("got %d commits, want %d", got, want)
	}
}

func wantError(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got error %v, want one that matches %q", err, target)
	}
}

// wantNoAnswer wants an error that nobody reads as an answer.
func wantNoAnswer(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		t.Error("got no error, want one")
	}
	for _, sentinel := range []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid} {
		if errors.Is(err, sentinel) {
			t.Errorf("got error %v, want no answer", err)
		}
	}
}

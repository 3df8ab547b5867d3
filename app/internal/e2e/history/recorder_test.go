package history_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
)

// scripted answers each use with the next of its answers, and ends the load after the last.
type scripted struct {
	answers []answer
	done    context.CancelFunc
	clock   *clock
	unready int // how many times it is asked in vain whether it is ready
	used    int
	shown   []string
}

type answer struct {
	after time.Duration
	err   error
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (s *scripted) Refresh(_ context.Context, token string) (string, error) {
	s.shown = append(s.shown, token)
	return token + "'", s.answer()
}

func (s *scripted) Logout(_ context.Context, token string) error {
	s.shown = append(s.shown, "logout "+token)
	return s.answer()
}

func (s *scripted) answer() error {
	a := s.answers[s.used]
	s.used++
	s.clock.advance(a.after)
	if s.used == len(s.answers) {
		s.done()
	}
	return a.err
}

func (s *scripted) Ready(context.Context) bool {
	s.unready--
	return s.unready < 0
}

// played runs one client against the script.
func played(t *testing.T, sessions []*history.Session, logoutEvery int, s *scripted) history.Figures {
	t.Helper()
	ctx, done := context.WithCancel(t.Context())
	defer done()
	s.done, s.clock = done, &clock{now: time.Unix(1_800_000_000, 0)}
	r := &history.Recorder{Services: []history.Service{s}, LogoutEvery: logoutEvery, Pause: time.Microsecond, Now: s.clock.Now}
	r.Run(ctx, [][]*history.Session{sessions})
	return r.Figures()
}

func TestRecorderUsesTheNewestTokenInTurn(t *testing.T) {
	one, other := history.NewSession("one", "a"), history.NewSession("other", "b")
	s := &scripted{answers: make([]answer, 6)}
	f := played(t, []*history.Session{one, other}, 5, s)
	if got, want := strings.Join(s.shown, " "), "b a b' a' logout b'' a''"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if one.End != history.Open || other.End != history.LoggedOut {
		t.Errorf("got %q and %q", one.End, other.End)
	}
	if f.Rotations != 5 || f.Logouts != 1 || f.Errors != 0 {
		t.Errorf("got %v", f)
	}
}

func TestRecorderKeepsItsLastSession(t *testing.T) {
	last := history.NewSession("last", "a")
	f := played(t, []*history.Session{last}, 2, &scripted{answers: make([]answer, 4)})
	if last.End != history.Open || f.Rotations != 4 || f.Logouts != 0 {
		t.Errorf("got %q and %v", last.End, f)
	}
}

func TestRecorderLeavesASessionAloneWithoutAnAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		want    history.End
		unknown int
	}{
		"no answer": {errNoAnswer, history.Unknown, 1},
		"refused":   {history.ErrRefused, history.Refused, 0},
	} {
		t.Run(name, func(t *testing.T) {
			one, other := history.NewSession("one", "a"), history.NewSession("other", "b")
			s := &scripted{answers: []answer{{}, {}, {err: c.err}, {}, {}}}
			f := played(t, []*history.Session{one, other}, 0, s)
			if got, want := strings.Join(s.shown, " "), "b a b' a' a''"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if other.End != c.want || len(other.Tokens) != 2 || f.Errors != 1 || f.Unknown != c.unknown {
				t.Errorf("got %+v and %v, want %q", other, f, c.want)
			}
		})
	}
}

func TestRecorderRepeatsWhatWasNotSentOnceTheInstanceIsReady(t *testing.T) {
	session := history.NewSession("only", "a")
	s := &scripted{answers: []answer{{}, {err: history.ErrUnsent}, {}}, unready: 3}
	f := played(t, []*history.Session{session}, 0, s)
	if got, want := strings.Join(s.shown, " "), "a a' a'"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if f.Errors != 1 || f.Rotations != 2 || s.unready != -1 {
		t.Errorf("got %v after %d questions too many, want one error and the instance asked until it was ready", f, s.unready)
	}
}

func TestRecorderMeasuresTheLongestOutage(t *testing.T) {
	s := &scripted{answers: []answer{
		{after: time.Second},
		{after: 2 * time.Second, err: history.ErrUnsent},
		{after: 3 * time.Second},
		{after: 4 * time.Second},
		{after: 9 * time.Second, err: history.ErrUnsent}, // from which nobody has recovered yet
	}}
	f := played(t, []*history.Session{history.NewSession("only", "a")}, 0, s)
	if f.LongestOutage != 5*time.Second {
		t.Errorf("got %v, want 5s", f.LongestOutage)
	}
}

func TestRecorderHopsBetweenInstancesThatAreReady(t *testing.T) {
	ctx, done := context.WithCancel(t.Context())
	defer done()
	moving := &clock{}
	services := make([]history.Service, 3)
	instances := make([]*scripted, 3)
	for i := range instances {
		instances[i] = &scripted{answers: make([]answer, 5), done: done, clock: moving}
		services[i] = instances[i]
	}
	// The second fails at its first use, and is not ready ever after.
	instances[1].answers, instances[1].unready = []answer{{err: history.ErrUnsent}, {}}, 1000
	r := &history.Recorder{Services: services, Pause: time.Microsecond, Now: moving.Now}
	r.Run(ctx, [][]*history.Session{{history.NewSession("only", "a")}})
	if got := instances[0].used + instances[2].used; instances[1].used != 1 || got < 7 {
		t.Errorf("got %d uses of the failed instance and %d of the others, want 1 and the rest", instances[1].used, got)
	}
	if instances[0].used == 0 || instances[2].used == 0 {
		t.Error("an instance that is ready was left out")
	}
}

func TestWriteHasOneLineForEachSession(t *testing.T) {
	var out strings.Builder
	one, other := history.NewSession("one", "a"), history.NewSession("other", "b")
	one.Tokens, other.End = append(one.Tokens, "c"), history.LoggedOut
	if err := history.Write(&out, []*history.Session{one, other}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var back history.Session
	if err := json.Unmarshal([]byte(lines[0]), &back); err != nil || len(lines) != 2 {
		t.Fatalf("got %q, %v", lines, err)
	}
	if back.Name != "one" || back.Newest() != "c" || len(back.Tokens) != 2 || back.End != history.Open {
		t.Errorf("got %+v", back)
	}
}

func TestFiguresAddUp(t *testing.T) {
	one := history.Figures{Rotations: 1, Logouts: 2, Errors: 3, Unknown: 1, LongestOutage: 2 * time.Second}.
		Judged(history.Verdict{Lost: []string{"x"}, Resurrected: []string{"y", "z"}})
	got := one.Add(history.Figures{Rotations: 10, Logouts: 20, Lost: 30, Resurrected: 40, Errors: 50, Unknown: 60, LongestOutage: time.Second})
	want := history.Figures{Rotations: 11, Logouts: 22, Lost: 31, Resurrected: 42, Errors: 53, Unknown: 61, LongestOutage: 2 * time.Second}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

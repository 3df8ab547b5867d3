package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// withFaults are the settings of a service whose clients' history is judged: a spent token is
// never good again, and nobody is locked out.
func withFaults(env []string) []string {
	return append(slices.Clone(env), "REFRESH_TOKEN_GRACE_PERIOD=0s", "LIMIT_LOGIN_ACCOUNT=off", "LIMIT_LOGIN_ADDRESS=off")
}

// seedVariable names the variable that repeats a test with random faults.
const seedVariable = "SALLYPORT_E2E_SEED"

// random returns the source of a test's random faults, and says how to get the same again. When
// a process is killed in relation to what it does is not in its hands.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if value := os.Getenv(seedVariable); value != "" {
		var err error
		if seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("%s=%d repeats the faults", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// wait lets a short and random time pass. Counts are those of acknowledgements, and a fault is to
// come at any time after one.
func wait(chance *rand.Rand) {
	<-time.After(time.Duration(chance.IntN(5000)) * time.Microsecond)
}

// load is what clients do to some instances while a test makes faults, and afterwards.
type load struct {
	recorder *history.Recorder
	sessions []*history.Session // of the clients, and then those of another account that nobody uses
	stop     context.CancelFunc
	stopped  chan struct{}
}

const (
	bystander         = "bystander@example.com"
	bystanderPassword = "staple battery horse"
)

// createBystander makes the account whose sessions nobody uses.
func createBystander(t *testing.T, env []string) {
	t.Helper()
	command(t, env, bystanderPassword+"\n", "users", "create", bystander, "--password-stdin")
}

// clients says how many there are, how many sessions each has, and which of its uses are logouts.
type clients struct{ count, sessionsEach, logoutEvery int }

// startLoad logs in and lets the clients begin.
func startLoad(t *testing.T, c clients, instances ...*instance) *load {
	t.Helper()
	l := &load{
		recorder: &history.Recorder{LogoutEvery: c.logoutEvery, Pause: 5 * time.Millisecond, Now: time.Now},
		stopped:  make(chan struct{}),
	}
	for _, i := range instances {
		l.recorder.Services = append(l.recorder.Services, i)
	}
	var groups [][]*history.Session
	for client := range c.count {
		var mine []*history.Session
		for i := range c.sessionsEach {
			token := login(t, instances[i%len(instances)].client(), domain.ModeJSON).Token
			mine = append(mine, history.NewSession(fmt.Sprintf("%d-%d", client, i), token))
		}
		groups, l.sessions = append(groups, mine), append(l.sessions, mine...)
	}
	for range 2 {
		reply, err := instances[0].client().Login(t.Context(), auth.LoginInput{Email: bystander, Password: bystanderPassword, Mode: domain.ModeJSON})
		if err != nil {
			t.Fatalf("log in the bystander: %v", err)
		}
		l.sessions = append(l.sessions, history.NewSession("bystander", reply.Token))
	}
	ctx, stop := context.WithCancel(t.Context())
	l.stop = sync.OnceFunc(func() {
		stop()
		<-l.stopped
	})
	t.Cleanup(l.stop)
	go func() {
		defer close(l.stopped)
		l.recorder.Run(ctx, groups)
	}()
	return l
}

// awaitUses waits until so many further uses are acknowledged.
func (l *load) awaitUses(t *testing.T, uses int) {
	t.Helper()
	select {
	case <-l.recorder.After(uses):
	case <-l.stopped:
		for _, s := range l.sessions {
			if s.End == history.Refused {
				t.Errorf("session %s: the newest of %d tokens was refused under way: %s", s.Name, len(s.Tokens), s.Cause)
			}
		}
		t.Fatalf("all sessions have ended: %v", l.recorder.Figures())
	case <-time.After(patience):
		t.Fatalf("%d uses took longer than %v: %v", uses, patience, l.recorder.Figures())
	}
}

// judge ends the load and compares what the instances know with what the clients were told.
func (l *load) judge(t *testing.T, instances ...*instance) history.Figures {
	t.Helper()
	l.stop()
	var services []history.Service
	for _, i := range instances {
		services = append(services, i)
	}
	verdict, err := history.Check(t.Context(), services, l.sessions)
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range slices.Concat(verdict.Lost, verdict.Resurrected) {
		t.Error(violation)
	}
	if verdict.Newest < 3 || verdict.Superseded == 0 {
		t.Errorf("checked %d newest and %d superseded tokens: want some of each", verdict.Newest, verdict.Superseded)
	}
	if t.Failed() {
		l.keep(t)
	}
	return l.recorder.Figures().Judged(verdict)
}

// keep leaves the history of a failed test for a closer look (go test -artifacts).
func (l *load) keep(t *testing.T) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.ArtifactDir(), "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := history.Write(file, l.sessions); err != nil {
		t.Error(err)
	}
}

package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
)

// loaded lets clients use sessions of the server, one after the other so that each run is the
// same, and then makes the fault. The last two sessions are used by nobody.
func loaded(t *testing.T, s *server) []*history.Session {
	t.Helper()
	r := &history.Recorder{Services: []history.Service{s}, LogoutEvery: 31, Pause: time.Millisecond, Now: time.Now}
	var all []*history.Session
	for client := range 4 {
		var mine []*history.Session
		for i := range 8 {
			mine = append(mine, s.login(fmt.Sprintf("%d-%d", client, i)))
		}
		ctx, stop := context.WithCancel(t.Context())
		s.stop, s.stopAt = stop, s.calls+60
		r.Run(ctx, [][]*history.Session{mine})
		all = append(all, mine...)
	}
	s.fault()
	return append(all, s.login("idle-1"), s.login("idle-2"))
}

func TestCheckFindsEveryLie(t *testing.T) {
	for name, c := range map[string]struct {
		lies        lies
		lost, alive string // what the sentences must say; empty: there are none
	}{
		"an honest service": {},
		"a rotation is forgotten": {
			lies{forgets: true},
			"does not work", "it was superseded",
		},
		"the token before the newest works": {
			lies{takes: func(generation, current int) bool { return generation == current-1 }},
			"", "it was superseded",
		},
		"the first token works": {
			lies{takes: func(generation, current int) bool { return generation == 0 && current > 1 }},
			"", "token 1 of",
		},
		"a token from the middle works": {
			lies{takes: func(generation, current int) bool { return generation > 0 && generation < current-1 }},
			"", "it was superseded",
		},
		"the newest token works twice": {
			lies{keepsSpent: true},
			"", "it has just been spent",
		},
		"a logout is forgotten": {
			lies{revives: true},
			"", "its logout was acknowledged",
		},
		"the predecessor of a use without an answer works": {
			lies{takesBeforeLost: true},
			"", "it was superseded before the use without an answer",
		},
		"a use without an answer can be repeated for ever": {
			lies{takesLostTwice: true},
			"", "it has been shown twice",
		},
		"a reuse ends the sessions of others": {
			lies{endsNeighbours: true},
			"session idle-", "",
		},
		"an honest use is refused under way": {
			lies{refusesTheHonest: true},
			"refused under way", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(c.lies)
			sessions := loaded(t, s)
			v, err := history.Check(t.Context(), []history.Service{s}, sessions)
			if err != nil {
				t.Fatal(err)
			}
			wantSentence(t, "lost", v.Lost, c.lost)
			wantSentence(t, "resurrected", v.Resurrected, c.alive)
			if v.Newest == 0 || v.Superseded < 3 || v.LoggedOut == 0 || v.Unknown < 2 {
				t.Errorf("got %d newest, %d superseded, %d logged out, %d unknown: want some of each", v.Newest, v.Superseded, v.LoggedOut, v.Unknown)
			}
		})
	}
}

func wantSentence(t *testing.T, what string, got []string, want string) {
	t.Helper()
	all := strings.Join(got, "\n")
	if want == "" && len(got) > 0 || !strings.Contains(all, want) {
		t.Errorf("%s: got %q, want what says %q", what, got, want)
	}
}

func TestCheckEndsWithoutADefiniteAnswer(t *testing.T) {
	s := newServer(lies{isUnclear: true})
	sessions := loaded(t, s)
	if v, err := history.Check(t.Context(), []history.Service{s}, sessions); err == nil {
		t.Errorf("got %+v, want an error", v)
	}
}

func TestCheckAsksTheServicesInTurn(t *testing.T) {
	// They share no memory, so that a token which one has spent is still good at the other.
	one, other := newServer(lies{}), newServer(lies{})
	session := one.login("only")
	other.login("only")
	v, err := history.Check(t.Context(), []history.Service{one, other}, []*history.Session{session})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Resurrected) != 1 {
		t.Errorf("got %+v, want the newest token to work at both", v)
	}
}

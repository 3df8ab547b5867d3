package history_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
)

var errNoAnswer = errors.New("the connection broke")

// server is an in-memory service that keeps its word, but for what its lies say. Its tokens are
// the name of the session, a dot and the generation.
type server struct {
	lies lies

	mu       sync.Mutex
	sessions map[string]*state
	calls    int
	faulted  bool
	stopAt   int // the call with which the load ends
	stop     func()
}

type state struct {
	current      int
	dead, logout bool
	unknown      bool // its last use got no answer
}

// lies are the ways to break the word; each begins with the fault, unless it says otherwise.
type lies struct {
	forgets          bool                               // the newest rotation of each session
	takes            func(generation, current int) bool // superseded tokens as well
	keepsSpent       bool                               // the newest token good after its use
	revives          bool                               // sessions that were logged out
	takesBeforeLost  bool                               // the predecessor of a token whose use got no answer
	takesLostTwice   bool                               // such a token, however often
	endsNeighbours   bool                               // all sessions of everybody on a reuse
	refusesTheHonest bool                               // every twentieth use, before the fault
	isUnclear        bool                               // answers nothing definite
}

func newServer(l lies) *server {
	return &server{lies: l, sessions: map[string]*state{}}
}

func (s *server) login(name string) *history.Session {
	s.sessions[name] = &state{}
	return history.NewSession(name, name+".0")
}

// fault is what a restart is to a service that forgets.
func (s *server) fault() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faulted = true
	for _, session := range s.sessions {
		if s.lies.forgets && session.current > 0 {
			session.current--
		}
		if s.lies.revives && session.logout {
			session.dead = false
		}
	}
}

func (s *server) Refresh(_ context.Context, token string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.calls == s.stopAt {
		s.stop()
	}
	if s.faulted && s.lies.isUnclear {
		return "", errNoAnswer
	}
	name, generation := parse(token)
	session := s.sessions[name]
	loses := !s.faulted && s.calls%25 == 0
	switch {
	case session.dead:
		return "", history.ErrRefused
	case !s.faulted && s.lies.refusesTheHonest && s.calls%20 == 0:
		return "", history.ErrRefused
	case s.faulted && s.liesAbout(session, generation):
		return "anything", nil
	case generation != session.current:
		s.reused(session)
		return "", history.ErrRefused
	case loses && s.calls%2 == 0: // and it has not happened
		session.unknown = true
		return "", errNoAnswer
	}
	session.current++
	if loses {
		session.unknown = true
		return "", errNoAnswer
	}
	return fmt.Sprintf("%s.%d", name, session.current), nil
}

func (s *server) liesAbout(session *state, generation int) bool {
	switch {
	case s.lies.takes != nil && generation < session.current && !session.unknown:
		return s.lies.takes(generation, session.current)
	case s.lies.keepsSpent && !session.unknown:
		return generation >= session.current
	case s.lies.takesBeforeLost && session.unknown:
		return generation < session.current
	case s.lies.takesLostTwice && session.unknown:
		return generation >= session.current-1
	}
	return false
}

func (s *server) reused(session *state) {
	session.dead = true
	if s.faulted && s.lies.endsNeighbours {
		for _, other := range s.sessions {
			other.dead = true
		}
	}
}

func (s *server) Logout(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, _ := parse(token)
	s.sessions[name].dead, s.sessions[name].logout = true, true
	return nil
}

func (s *server) Ready(context.Context) bool { return true }

func parse(token string) (name string, generation int) {
	name, digits, _ := strings.Cut(token, ".")
	generation, err := strconv.Atoi(digits)
	if err != nil {
		panic(err)
	}
	return name, generation
}

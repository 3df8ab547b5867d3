package testserver

import (
	"errors"
	"sync"
	"testing"
)

// Shared is one server for all tests of a binary. The first test that asks starts it, and
// TestMain stops it:
//
//	var database = testserver.NewShared(startDatabase)
//
//	func TestMain(m *testing.M) {
//		code := m.Run()
//		if err := database.Stop(); err != nil { … }
//		os.Exit(code)
//	}
//
// It is safe for concurrent use.
type Shared[S interface{ Stop() error }] struct {
	start func() (S, error)

	mu      sync.Mutex
	asked   bool
	server  S
	failure error
}

// NewShared returns a server that is not started yet. start is called once at most.
func NewShared[S interface{ Stop() error }](start func() (S, error)) *Shared[S] {
	return &Shared[S]{start: start}
}

// Get returns the server. When it could not be started every test fails; when a program is
// missing (a *MissingError) it is skipped, as by Find.
func (s *Shared[S]) Get(t testing.TB) S {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked {
		s.asked = true
		s.server, s.failure = s.start()
	}
	if _, ok := errors.AsType[*MissingError](s.failure); ok {
		missing(t, s.failure)
	}
	if s.failure != nil {
		t.Fatal(s.failure)
	}
	return s.server
}

// Stop stops the server if it was started.
func (s *Shared[S]) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked || s.failure != nil {
		return nil
	}
	s.asked = false
	return s.server.Stop()
}

// Package history records what the clients of a service are told while faults are made, and
// judges the service by it afterwards.
//
// One client uses a session strictly in turn: it rotates the refresh token, or logs out, and
// begins nothing before it has the answer. So the history of a session is a line, and what must
// hold in the end is a comparison and no search:
//
//   - the newest token that was acknowledged works, exactly once;
//   - no superseded token works, neither the one just before nor an old one;
//   - a session whose logout was acknowledged is dead;
//   - a token whose use got no answer works at most once, and its predecessors not at all;
//   - nothing else has changed: sessions that nobody used live on.
//
// After a use without an answer a session is left alone, since nobody can say how it stands.
package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrRefused is the definite answer that a token is no good.
	ErrRefused = errors.New("refused")
	// ErrUnsent says that a request reached no service, so that nothing has happened.
	ErrUnsent = errors.New("not sent")
)

// Service is one instance of the service, as its clients reach it. Errors of Refresh and Logout
// match ErrRefused or ErrUnsent where that is certain; any other leaves open whether the call has
// happened. A Service is safe for concurrent use.
type Service interface {
	// Refresh trades a token for its successor.
	Refresh(ctx context.Context, token string) (successor string, err error)
	// Logout ends the session of a token.
	Logout(ctx context.Context, token string) error
	// Ready reports whether the instance wants requests, as a load balancer asks.
	Ready(ctx context.Context) bool
}

// End says how the history of a session ended.
type End string

const (
	// Open is a session that may be used on.
	Open End = "open"
	// LoggedOut is a session whose logout was acknowledged.
	LoggedOut End = "logged out"
	// Unknown is a session whose newest token was used, and no answer said with what outcome.
	Unknown End = "unknown"
	// Refused is a session whose newest token was refused though all before was acknowledged.
	// The service has forgotten an acknowledged rotation, or ended a session of an honest client.
	Refused End = "refused"
)

// Session is what one client was told about one session, in order. Tokens holds every token that
// was acknowledged, the first from the login; the last is the newest.
type Session struct {
	Name   string   `json:"session"`
	Tokens []string `json:"tokens"`
	End    End      `json:"end"`
	Cause  string   `json:"cause,omitempty"` // the error that ended it
}

// NewSession returns the history of a session that begins with a login.
func NewSession(name, token string) *Session {
	return &Session{Name: name, Tokens: []string{token}, End: Open}
}

// Newest returns the last token that was acknowledged.
func (s *Session) Newest() string { return s.Tokens[len(s.Tokens)-1] }

// use rotates the newest token, or logs out with it, and records the answer. It returns what the
// client was told. A request that was not sent changes nothing.
func (s *Session) use(ctx context.Context, service Service, logout bool) error {
	var successor string
	var err error
	if logout {
		err = service.Logout(ctx, s.Newest())
	} else {
		successor, err = service.Refresh(ctx, s.Newest())
	}
	switch {
	case errors.Is(err, ErrUnsent):
		return err
	case errors.Is(err, ErrRefused):
		s.End, s.Cause = Refused, err.Error()
	case err != nil:
		s.End, s.Cause = Unknown, err.Error()
	case logout:
		s.End = LoggedOut
	default:
		s.Tokens = append(s.Tokens, successor)
	}
	return err
}

// Write writes one line of JSON for each session: all its tokens, and how it ended.
func Write(w io.Writer, sessions []*Session) error {
	lines := json.NewEncoder(w)
	for _, s := range sessions {
		if err := lines.Encode(s); err != nil {
			return fmt.Errorf("write the history of %s: %w", s.Name, err)
		}
	}
	return nil
}

package history

import (
	"context"
	"errors"
	"fmt"
)

// Verdict is what Check found. Lost and Resurrected have a sentence for each violation; a service
// that kept its word has none.
type Verdict struct {
	Lost        []string // acknowledged, and forgotten
	Resurrected []string // spent or ended, and good again

	// How many sessions showed what, so that a test can see that each was tried.
	Newest, Superseded, LoggedOut, Unknown int
}

// Check compares what the services know with what clients were told. The faults are over: an
// answer that is not definite ends it with an error. The grace period of spent tokens has to be
// off, or over for all of them. Successive uses go to successive services.
//
// The check spends the sessions: whoever shows a spent token ends its session. So one session can
// prove either that the newest token works or that a superseded one does not; they take turns.
func Check(ctx context.Context, services []Service, sessions []*Session) (Verdict, error) {
	c := &check{services: services}
	for _, s := range sessions {
		if err := c.session(ctx, s); err != nil {
			return Verdict{}, fmt.Errorf("session %s: %w", s.Name, err)
		}
	}
	return c.verdict, nil
}

type check struct {
	services []Service
	uses     int
	verdict  Verdict
}

func (c *check) session(ctx context.Context, s *Session) error {
	switch {
	case s.End == LoggedOut:
		c.verdict.LoggedOut++
		return c.mustBeDead(ctx, s, len(s.Tokens)-1, "its logout was acknowledged")
	case s.End == Refused:
		c.lost(s, "the newest of %d tokens was refused under way: %s", len(s.Tokens), s.Cause)
		return nil
	case s.End == Unknown:
		c.verdict.Unknown++
		return c.unknown(ctx, s)
	case c.verdict.Newest <= c.verdict.Superseded || len(s.Tokens) == 1:
		c.verdict.Newest++
		return c.newest(ctx, s)
	}
	c.verdict.Superseded++
	return c.mustBeDead(ctx, s, superseded(s, c.verdict.Superseded), "it was superseded")
}

// newest tries the newest token, which must work exactly once.
func (c *check) newest(ctx context.Context, s *Session) error {
	works, err := c.works(ctx, s.Newest())
	if err != nil {
		return err
	}
	if !works {
		c.lost(s, "the newest of %d tokens does not work", len(s.Tokens))
		return nil
	}
	return c.mustBeDead(ctx, s, len(s.Tokens)-1, "it has just been spent")
}

// unknown tries a session whose last use got no answer: first a predecessor, in half of them, and
// else the newest token, which may work once.
func (c *check) unknown(ctx context.Context, s *Session) error {
	if c.verdict.Unknown%2 == 0 && len(s.Tokens) > 1 {
		return c.mustBeDead(ctx, s, superseded(s, c.verdict.Unknown/2), "it was superseded before the use without an answer")
	}
	if _, err := c.works(ctx, s.Newest()); err != nil {
		return err
	}
	return c.mustBeDead(ctx, s, len(s.Tokens)-1, "it has been shown twice since the use without an answer")
}

// superseded picks the token just before the newest, the first one and one from the middle in
// turn.
func superseded(s *Session, turn int) int {
	return []int{len(s.Tokens) - 2, 0, (len(s.Tokens) - 1) / 2}[turn%3]
}

func (c *check) mustBeDead(ctx context.Context, s *Session, token int, why string) error {
	works, err := c.works(ctx, s.Tokens[token])
	if works {
		c.verdict.Resurrected = append(c.verdict.Resurrected, fmt.Sprintf("session %s: token %d of %d works, though %s", s.Name, token+1, len(s.Tokens), why))
	}
	return err
}

func (c *check) lost(s *Session, format string, args ...any) {
	c.verdict.Lost = append(c.verdict.Lost, fmt.Sprintf("session %s: "+format, append([]any{s.Name}, args...)...))
}

// works shows a token, and reports whether it was taken.
func (c *check) works(ctx context.Context, token string) (bool, error) {
	service := c.services[c.uses%len(c.services)]
	c.uses++
	_, err := service.Refresh(ctx, token)
	if errors.Is(err, ErrRefused) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("no definite answer to a use of its token: %w", err)
	}
	return true, nil
}

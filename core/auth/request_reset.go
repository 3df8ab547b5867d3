package auth

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RequestReset implements PasswordAPI. It never looks the account up: known, unknown and
// malformed addresses cost the same calls, and the worker finds out.
func (s *Service) RequestReset(ctx context.Context, in ResetRequest) error {
	page, err := s.pageFor(ctx, s.linkUseOf(domain.LetterPasswordReset), in.URL)
	if err != nil {
		return err
	}
	if err := s.wantRoomForMail(ctx, domain.LetterPasswordReset); err != nil {
		return err
	}
	if err := s.beginReset(ctx, in); err != nil {
		return err
	}
	// What is no address goes to nobody, which the worker drops as it drops the unknown.
	to, _ := domain.ParseEmail(in.Email)
	letter := s.newLetter(domain.LetterPasswordReset, to, page, in.Language, in.Client)
	if err := s.Repos.MailQueue.Put(ctx, letter); err != nil {
		return unavailable(fmt.Errorf("queue letter: %w", err))
	}
	s.record(ctx, domain.Event{Kind: domain.EventResetRequested, Outcome: domain.OutcomeSuccess, Client: in.Client})
	return nil
}

const (
	// fullFor is how long a queue that was full is taken for full without another look: what
	// strangers ask for in vain is to cost nothing.
	fullFor = time.Second

	// retryMail is when to ask again. A mail server that is down is not up a second later.
	retryMail = time.Minute
)

// wantRoomForMail refuses everybody alike while too many letters of that kind wait, as they do when the
// mail server is down and strangers keep asking, so that nobody can fill the store. Nothing
// is counted against who is refused. Letters that tell about changes take no room: nobody keeps
// others from a reset by changing their own account.
func (s *Service) wantRoomForMail(ctx context.Context, kind domain.LetterKind) error {
	bound := s.settings.MailQueue
	if bound == 0 {
		return nil
	}
	now := s.Clock.Now()
	if s.fullOf(kind).at(now) {
		return mailQueueIsFull()
	}
	waiting, err := s.Repos.MailQueue.Waiting(ctx, kind, bound)
	if err != nil {
		return unavailable(fmt.Errorf("count letters: %w", err))
	}
	if waiting >= bound {
		s.fullOf(kind).note(now)
		return mailQueueIsFull()
	}
	return nil
}

// fullOf returns what is remembered of letters of a kind that strangers ask for. They take no
// room from each other.
func (s *Service) fullOf(kind domain.LetterKind) *fullQueue {
	if kind == domain.LetterRegistration {
		return &s.registrationsFull
	}
	return &s.mailFull
}

func mailQueueIsFull() error {
	e := domain.NewError(domain.ServiceUnavailable, fmt.Errorf("the mail queue is full: %w", port.ErrBusy))
	e.RetryAfter = retryMail
	return e
}

// fullQueue remembers when the mail queue was last seen full. It is safe for concurrent use.
type fullQueue struct{ seen atomic.Pointer[time.Time] }

func (q *fullQueue) note(now time.Time) { q.seen.Store(&now) }

// at reports whether the queue was full a moment before now. A clock that was set back has
// seen nothing.
func (q *fullQueue) at(now time.Time) bool {
	seen := q.seen.Load()
	return seen != nil && !now.Before(*seen) && now.Sub(*seen) < fullFor
}

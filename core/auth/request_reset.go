package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RequestReset implements PasswordAPI. It never looks the account up: known, unknown and
// malformed addresses cost the same calls, and the worker finds out.
func (s *Service) RequestReset(ctx context.Context, in ResetRequest) error {
	page, err := s.resetPage(in.URL)
	if err != nil {
		s.Log.InfoContext(ctx, "a page for the link of a mail was refused", "reason", errors.Unwrap(err))
		return err
	}
	if err := s.wantRoomForMail(ctx); err != nil {
		return err
	}
	if err := s.beginReset(ctx, in); err != nil {
		return err
	}
	// What is no address goes to nobody, which the worker drops as it drops the unknown.
	to, _ := domain.ParseEmail(in.Email)
	now := s.Clock.Now()
	letter := domain.Letter{
		ID:        domain.NewUUID(now),
		Kind:      domain.LetterPasswordReset,
		To:        to,
		URL:       page,
		Language:  in.Language,
		Client:    in.Client.Bounded(),
		Due:       now,
		ExpiresAt: now.Add(s.settings.ResetTTL),
	}
	if err := s.Repos.MailQueue.Put(ctx, letter); err != nil {
		return unavailable(fmt.Errorf("queue letter: %w", err))
	}
	s.record(ctx, domain.Event{Kind: domain.EventResetRequested, Outcome: domain.OutcomeSuccess, Client: in.Client})
	return nil
}

// wantRoomForMail refuses everybody alike while too many letters wait, as they do when the
// mail server is down and strangers keep asking, so that nobody can fill the store. Nothing
// is counted against who is refused.
func (s *Service) wantRoomForMail(ctx context.Context) error {
	bound := s.settings.MailQueue
	if bound == 0 {
		return nil
	}
	waiting, err := s.Repos.MailQueue.Waiting(ctx, bound)
	if err != nil {
		return unavailable(fmt.Errorf("count letters: %w", err))
	}
	if waiting >= bound {
		return unavailable(fmt.Errorf("the mail queue is full: %w", port.ErrBusy))
	}
	return nil
}

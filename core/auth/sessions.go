package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxListedSessions is how many sessions ListSessions shows at most: the newest.
const MaxListedSessions = 200

// ListSessions implements SessionsAPI.
func (s *Service) ListSessions(ctx context.Context, p Principal, user domain.UserID) ([]SessionInfo, error) {
	owner, err := s.ownerOfSessions(ctx, p, user)
	if err != nil {
		return nil, err
	}
	sessions, err := s.Sessions.List(ctx, owner.ID, s.Clock.Now(), MaxListedSessions)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list sessions: %w", err))
	}
	var shown []SessionInfo
	for _, session := range sessions {
		if session.Epoch == owner.Epoch { // or it is over, and only not removed yet
			shown = append(shown, newSessionInfo(session, p))
		}
	}
	return shown, nil
}

func newSessionInfo(session domain.Session, p Principal) SessionInfo {
	return SessionInfo{
		ID:         session.ID,
		User:       session.UserID,
		Mode:       session.Mode,
		CreatedAt:  session.CreatedAt,
		LastUsedAt: session.RotatedAt,
		EndsAt:     earlier(session.ExpiresAt, session.EndsAt),
		Client:     session.Client,
		Current:    session.ID == p.Session.ID,
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// ownerOfSessions returns the account whose sessions the caller may see and end: its own, and
// for an administrator everybody's.
func (s *Service) ownerOfSessions(ctx context.Context, p Principal, user domain.UserID) (domain.User, error) {
	switch {
	case p.Anonymous():
		return domain.User{}, invalidCredentials(nil)
	case user == "" || user == p.User.ID:
		return p.User, nil
	}
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return domain.User{}, err
	}
	return s.findUser(ctx, user)
}

// EndSession implements SessionsAPI.
func (s *Service) EndSession(ctx context.Context, p Principal, id domain.SessionID, from domain.Client) error {
	if p.Anonymous() {
		return invalidCredentials(nil)
	}
	session, err := s.Sessions.Get(ctx, id, s.Clock.Now())
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		return forbidden(err) // as another's, so that nobody can find out which IDs there are
	case err != nil:
		return unavailable(fmt.Errorf("find session: %w", err))
	}
	if session.UserID != p.User.ID {
		if err := s.RequireAdministrator(ctx, p); err != nil {
			return err
		}
	}
	if err := s.Sessions.Delete(ctx, id); err != nil {
		s.recordUnknown(ctx, revocation(p, session.UserID, from))
		return unavailable(fmt.Errorf("end session: %w", err))
	}
	s.record(ctx, revocation(p, session.UserID, from))
	return nil
}

// EndSessions implements SessionsAPI.
func (s *Service) EndSessions(ctx context.Context, p Principal, user domain.UserID, from domain.Client) error {
	owner, err := s.ownerOfSessions(ctx, p, user)
	if err != nil {
		return err
	}
	// A code for an app is a session that is still to begin.
	if err := s.Repos.OneTimeTokens.SpendUser(ctx, owner.ID, domain.PurposeOAuthCode); err != nil {
		return unavailable(fmt.Errorf("end codes for apps: %w", err))
	}
	if err := s.Sessions.DeleteUser(ctx, owner.ID, p.Session.ID); err != nil {
		s.recordUnknown(ctx, revocation(p, owner.ID, from))
		return unavailable(fmt.Errorf("end sessions: %w", err))
	}
	s.record(ctx, revocation(p, owner.ID, from))
	return nil
}

func revocation(p Principal, of domain.UserID, from domain.Client) domain.Event {
	return domain.Event{Kind: domain.EventSessionsEnded, Outcome: domain.OutcomeSuccess, Actor: p.User.ID, Subject: of, Client: from}
}

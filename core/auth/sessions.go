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
	owner, a, err := s.ownerOfSessions(ctx, p, user, domain.ActionRead)
	if err != nil {
		return nil, err
	}
	sessions, err := s.Sessions.List(ctx, owner.ID, s.Clock.Now(), MaxListedSessions)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list sessions: %w", err))
	}
	var shown []SessionInfo
	for _, session := range sessions {
		if session.Epoch != owner.Epoch {
			continue // it is over, and only not removed yet
		}
		info := newSessionInfo(session, p)
		if owner.ID != p.User.ID {
			fields, err := a.may(domain.CollectionSessions, domain.ActionRead, sessionRecord(session))
			if err != nil {
				continue
			}
			info = info.only(fields)
		}
		shown = append(shown, info)
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
		Fields:     domain.AdministratorAccess().Fields(domain.CollectionSessions, domain.ActionRead),
	}
}

// only returns the session without what the caller may not read.
func (i SessionInfo) only(fields domain.Fields) SessionInfo {
	if fields.HasAll() {
		return i
	}
	shown := SessionInfo{ID: i.ID, User: i.User, Fields: fields} // whose it is the caller has said
	for name, show := range map[string]func(){
		"mode":       func() { shown.Mode = i.Mode },
		"created_at": func() { shown.CreatedAt = i.CreatedAt },
		"last_used":  func() { shown.LastUsedAt = i.LastUsedAt },
		"expires":    func() { shown.EndsAt = i.EndsAt },
		"ip":         func() { shown.Client.IP = i.Client.IP },
		"user_agent": func() { shown.Client.UserAgent = i.Client.UserAgent },
		"origin":     func() { shown.Client.Origin = i.Client.Origin },
		"current":    func() { shown.Current = i.Current },
	} {
		if fields.Has(name) {
			show()
		}
	}
	return shown
}

// sessionRecord shows a session to filters.
func sessionRecord(session domain.Session) domain.Record {
	return func(field string) (string, bool) {
		switch field {
		case "id":
			return string(session.ID), true
		case "user":
			return string(session.UserID), true
		case "mode":
			return string(session.Mode), true
		case "ip":
			return session.Client.IP, true
		case "user_agent":
			return session.Client.UserAgent, true
		case "origin":
			return session.Client.Origin, true
		}
		return "", false
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// ownerOfSessions returns the account whose sessions the caller may see or end: its own, and
// another's where a permission lets it. Which of them is left to ask of each.
func (s *Service) ownerOfSessions(ctx context.Context, p Principal, user domain.UserID, action domain.Action) (domain.User, asker, error) {
	switch {
	case p.Anonymous():
		return domain.User{}, asker{}, invalidCredentials(nil)
	case user == "" || user == p.User.ID:
		return p.User, asker{}, nil
	}
	a, err := s.who(ctx, p, domain.CollectionSessions, action)
	if err != nil {
		return domain.User{}, asker{}, err
	}
	owner, err := s.findUser(ctx, user)
	return owner, a, err
}

// mayEnd refuses to end a session of another that the asker may not.
func (s *Service) mayEnd(ctx context.Context, a asker, session domain.Session) error {
	if a.access.IsAdmin() {
		return nil
	}
	if _, err := a.may(domain.CollectionSessions, domain.ActionDelete, sessionRecord(session)); err != nil {
		return err
	}
	owner, err := s.findUser(ctx, session.UserID)
	if err != nil {
		return err
	}
	return s.leaveToAdministrators(ctx, owner)
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
		a, err := s.who(ctx, p, domain.CollectionSessions, domain.ActionDelete)
		if err != nil {
			return err
		}
		if err := s.mayEnd(ctx, a, session); err != nil {
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
	owner, a, err := s.ownerOfSessions(ctx, p, user, domain.ActionDelete)
	if err != nil {
		return err
	}
	if owner.ID != p.User.ID {
		if err := s.mayEndAll(ctx, a, owner); err != nil {
			return err
		}
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

// mayEndAll refuses to end the sessions of another unless the asker may end each of them.
func (s *Service) mayEndAll(ctx context.Context, a asker, owner domain.User) error {
	if a.access.IsAdmin() {
		return nil
	}
	if err := s.leaveToAdministrators(ctx, owner); err != nil {
		return err
	}
	if !a.access.IsConditional(domain.CollectionSessions, domain.ActionDelete) {
		return nil
	}
	sessions, err := s.Sessions.List(ctx, owner.ID, s.Clock.Now(), MaxListedSessions)
	if err != nil {
		return unavailable(fmt.Errorf("list sessions: %w", err))
	}
	for _, session := range sessions {
		if _, err := a.may(domain.CollectionSessions, domain.ActionDelete, sessionRecord(session)); err != nil {
			return err
		}
	}
	if len(sessions) == MaxListedSessions {
		return forbidden(nil) // there may be more of them, and nobody has looked at those
	}
	return nil
}

func revocation(p Principal, of domain.UserID, from domain.Client) domain.Event {
	return domain.Event{Kind: domain.EventSessionsEnded, Outcome: domain.OutcomeSuccess, Actor: p.User.ID, Subject: of, Client: from}
}

package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Logout implements SessionAPI.
func (s *Service) Logout(ctx context.Context, in RefreshInput) error {
	if err := checkMode(in.Mode); err != nil {
		return err
	}
	id, claims, err := s.sessionToEnd(ctx, in)
	if err != nil || id == "" {
		return err
	}
	session, err := s.Sessions.Get(ctx, id, s.Clock.Now())
	if isNotFound(err) || errors.Is(err, port.ErrInvalid) { // the ID may come from a token that another issuer signed
		return nil
	}
	if err != nil {
		return unavailable(fmt.Errorf("find session: %w", err))
	}
	mode, err := s.modeBy(claims, session)
	if err != nil || (mode == domain.ModeSession) != (in.Mode == domain.ModeSession) {
		return nil // an access token in place of a session cookie
	}
	// By its ID alone, whatever its secret is by now: a refresh that runs beside this
	// finds no session to rotate, or loses the one that it has rotated.
	logout := domain.Event{
		Kind: domain.EventLogout, Outcome: domain.OutcomeSuccess,
		Actor: session.UserID, Subject: session.UserID, Client: in.Client,
	}
	if err := s.Sessions.Delete(ctx, id); err != nil {
		s.recordUnknown(ctx, logout)
		return unavailable(fmt.Errorf("end session: %w", err))
	}
	s.record(ctx, logout)
	return nil
}

// sessionToEnd returns the session that the token belongs to, spent or not, with the claims of a
// cookie, and none for a token that is not ours or over.
func (s *Service) sessionToEnd(ctx context.Context, in RefreshInput) (domain.SessionID, domain.Claims, error) {
	if in.Mode != domain.ModeSession {
		token, ok := parseRefreshToken(in.Token)
		if !ok {
			return "", domain.Claims{}, nil
		}
		return token.sessionID(), domain.Claims{}, nil
	}
	claims, err := s.Verifier.Verify(ctx, in.Token, s.Clock.Now())
	switch {
	case isRefusal(err):
		return "", domain.Claims{}, nil
	case err != nil:
		return "", domain.Claims{}, unavailable(fmt.Errorf("verify session cookie: %w", err))
	}
	return sessionIDOf(claims), claims, nil
}

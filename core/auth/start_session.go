package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const touchEvery = time.Minute

// startSession makes a fresh session for the user, whatever the caller carried before, and
// hands out its tokens.
func (s *Service) startSession(ctx context.Context, user domain.User, mode domain.Mode, from domain.Client) (Tokens, error) {
	role, err := s.claimedRole(ctx, user)
	if err != nil {
		return Tokens{}, err
	}
	token := newRefreshToken()
	refresh := token.String()
	now := s.Clock.Now()
	session := domain.Session{
		ID:        token.sessionID(),
		UserID:    user.ID,
		Mode:      mode,
		Epoch:     user.Epoch,
		Secret:    token.hash(),
		CreatedAt: now,
		RotatedAt: now,
		EndsAt:    now.Add(s.settings.AbsoluteTTL),
		Client:    from.Bounded(),
	}
	session.ExpiresAt = s.idleEnd(mode, now, session.EndsAt)
	if mode == domain.ModeSession {
		session.Secret, refresh = s.keys.generationSecret(0, session.ID, 0), ""
	}
	tokens, err := s.issue(ctx, user, role, session, mode, refresh, now) // first, so that no session is left of a failure
	if err != nil {
		return Tokens{}, err
	}
	if err := s.Sessions.Create(ctx, session); err != nil {
		return Tokens{}, unavailable(fmt.Errorf("start session: %w", err))
	}
	return tokens, nil
}

// claimedRole returns what the user's tokens say of its role.
func (s *Service) claimedRole(ctx context.Context, user domain.User) (domain.Role, error) {
	role, err := s.roleOf(ctx, user)
	if err != nil {
		return domain.Role{}, unavailable(fmt.Errorf("find role: %w", err))
	}
	return role, nil
}

// idleEnd is when a session of that mode that is used at now ends unless it is used again.
func (s *Service) idleEnd(mode domain.Mode, now, endsAt time.Time) time.Time {
	ttl := s.settings.RefreshTTL
	if mode == domain.ModeSession {
		ttl = s.settings.SessionTTL
	}
	if end := now.Add(ttl); end.Before(endsAt) {
		return end
	}
	return endsAt
}

// issue signs an access token for the session as it is given and puts refresh, which is
// empty in session mode, beside it. It counts from now, which is the time of the login or
// rotation where there was one, so that lifetimes come out as they were configured.
func (s *Service) issue(ctx context.Context, user domain.User, role domain.Role, session domain.Session, mode domain.Mode, refresh string, now time.Time) (Tokens, error) {
	ttl := s.settings.AccessTTL
	claims := domain.Claims{
		Subject: user.ID,
		Role:    user.Role,
		App:     role.App,
		Admin:   role.Admin,
		Session: session.ID,
	}
	if mustEnrol(user, role) {
		// Whoever reads the token without asking here takes it for nobody's in particular.
		claims.Role, claims.App, claims.Admin, claims.EnforceTFA = "", false, false, true
	}
	if mode == domain.ModeSession {
		ttl = session.ExpiresAt.Sub(now)
		claims.Generation = session.Generation
	}
	ttl = min(ttl, session.EndsAt.Sub(now)).Truncate(time.Second)
	claims.IssuedAt = now.Truncate(time.Second)
	claims.ExpiresAt = claims.IssuedAt.Add(ttl)

	access, err := s.Issuer.Issue(ctx, claims)
	if err != nil {
		return Tokens{}, unavailable(fmt.Errorf("sign access token: %w", err))
	}
	return Tokens{
		Mode:       mode,
		Access:     access,
		Refresh:    refresh,
		TTL:        ttl,
		RefreshTTL: session.ExpiresAt.Sub(now).Truncate(time.Second),
	}, nil
}

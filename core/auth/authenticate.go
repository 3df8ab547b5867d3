package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Authenticate implements SessionAPI. It never trusts a token alone: the account and the
// session are read each time, so that logout, suspension and a new password take effect at
// once.
func (s *Service) Authenticate(ctx context.Context, c Credential) (Principal, error) {
	token, isCookie, err := c.token()
	if err != nil || token == "" {
		return Principal{}, err
	}
	claims, err := s.Verifier.Verify(ctx, token, s.Clock.Now())
	if err != nil && isCookie && !errors.Is(err, port.ErrExpired) {
		return Principal{}, refusedCookie(err)
	}
	if isUnknownToken(err) {
		return s.authenticateStatic(ctx, token, err)
	}
	if err != nil {
		return Principal{}, refusedToken(err)
	}
	if claims.Session == "" {
		if isCookie {
			return Principal{}, invalidCredentials(nil)
		}
		return s.authenticateSessionless(ctx, claims)
	}
	session, user, err := s.sessionOf(ctx, claims)
	if err != nil {
		return Principal{}, err
	}
	if session.UserID != claims.Subject {
		return Principal{}, domain.NewError(domain.InvalidToken, errors.New("subject is not the session's user"))
	}
	if isCookie && session.Mode != domain.ModeSession {
		return Principal{}, invalidCredentials(nil) // an access token is no session cookie
	}
	if session.Mode == domain.ModeSession && !s.isCurrent(claims, session) {
		return Principal{}, invalidCredentials(nil)
	}
	return s.confined(ctx, Principal{User: user, Session: session})
}

// confined returns p as it may act: who has no second factor in a role that asks for one may
// set it up and no more.
func (s *Service) confined(ctx context.Context, p Principal) (Principal, error) {
	if p.User.TOTP != nil || p.User.Role == "" {
		return p, nil
	}
	role, err := s.roleOf(ctx, p.User)
	if err != nil {
		return Principal{}, unavailable(fmt.Errorf("find role: %w", err))
	}
	if mustEnrol(p.User, role) {
		return Principal{Session: p.Session, Enrolling: p.User}, nil
	}
	return p, nil
}

// mustEnrol reports whether the role asks the user for a second factor that is not there.
func mustEnrol(user domain.User, role domain.Role) bool { return role.EnforceTFA && user.TOTP == nil }

// token returns the one token that the request shows. Two are an error, since parties on
// the way may each have looked at another one (RFC 6750, section 2).
func (c Credential) token() (token string, isCookie bool, err error) {
	switch {
	case c.Bearer != "" && c.Query != "":
		return "", false, domain.InvalidPayloadError("access_token", "The request uses more than one method for including an access token")
	case c.Bearer != "":
		return c.Bearer, false, nil
	case c.Query != "":
		return c.Query, false, nil
	}
	return c.Cookie, true, nil
}

// isCurrent reports whether a token of session mode is of the session's generation, or of
// the one before while its holder may not have heard of the next.
func (s *Service) isCurrent(claims domain.Claims, session domain.Session) bool {
	if token, isWhole := parseRefreshToken(string(claims.Session)); isWhole {
		return s.isImportedCurrent(token, session)
	}
	return claims.Generation == session.Generation ||
		claims.Generation == session.Generation-1 && s.withinGrace(session, s.settings.SessionGrace)
}

// authenticateSessionless takes a token that another issuer signed with our secret, where
// the operator has said so.
func (s *Service) authenticateSessionless(ctx context.Context, claims domain.Claims) (Principal, error) {
	if !s.settings.AcceptSessionless {
		return Principal{}, domain.NewError(domain.InvalidToken, errors.New("token without a session"))
	}
	user, err := s.Repos.Users.ByID(ctx, claims.Subject)
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		return Principal{}, invalidCredentials(nil)
	case err != nil:
		return Principal{}, unavailable(fmt.Errorf("find account: %w", err))
	case user.Status != domain.StatusActive:
		return Principal{}, invalidCredentials(nil)
	}
	return Principal{User: user}, nil
}

// refusedToken gives each answer of the verifier its code.
func refusedToken(err error) error {
	switch {
	case errors.Is(err, port.ErrNotFound):
		return invalidCredentials(err) // no token of ours, and no account has it as its static token
	case errors.Is(err, port.ErrExpired):
		return domain.NewError(domain.TokenExpired, err)
	case errors.Is(err, port.ErrInvalid):
		return domain.NewError(domain.InvalidToken, err)
	}
	return unavailable(fmt.Errorf("verify access token: %w", err))
}

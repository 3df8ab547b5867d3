package auth

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// SplitRefreshToken returns what is kept of a refresh token: the ID of its session, and the hash
// of its secret. It reports false for a text that cannot be one. Those of Directus, which are 64
// random characters, are split like ours, so that their sessions can be moved here and go on.
func SplitRefreshToken(token string) (id domain.SessionID, secret domain.SecretHash, ok bool) {
	t, ok := parseRefreshToken(token)
	if !ok {
		return "", domain.SecretHash{}, false
	}
	return t.sessionID(), t.hash(), true
}

// sessionIDOf returns the ID of the session that the claims name. The cookie of Directus, which
// is signed with the same secret, names its session by the whole refresh token.
func sessionIDOf(claims domain.Claims) domain.SessionID {
	if token, isWhole := parseRefreshToken(string(claims.Session)); isWhole {
		return token.sessionID()
	}
	return claims.Session
}

// sessionOf returns the live session that the claims name, in the mode in which they hold it,
// and the account that it belongs to.
func (s *Service) sessionOf(ctx context.Context, claims domain.Claims) (domain.Session, domain.User, error) {
	session, user, err := s.sessionAndUser(ctx, sessionIDOf(claims))
	if err != nil {
		return domain.Session{}, domain.User{}, err
	}
	if session.Mode, err = s.modeBy(claims, session); err != nil {
		return domain.Session{}, domain.User{}, err
	}
	return session, user, nil
}

// modeBy returns the mode in which the claims hold the session. One that was moved here is held in
// a cookie of the service that it comes from, which names the whole token, or in one of ours, of
// which its secret is; or else by a refresh token, with which our access tokens go.
func (s *Service) modeBy(claims domain.Claims, session domain.Session) (domain.Mode, error) {
	_, isWhole := parseRefreshToken(string(claims.Session))
	switch {
	case session.Mode != domain.ModeImported && isWhole:
		return "", invalidCredentials(nil) // no cookie of ours has the form
	case session.Mode != domain.ModeImported:
		return session.Mode, nil
	case isWhole, claims.Generation > 0 && s.keys.madeSecretOf(session):
		return domain.ModeSession, nil
	}
	return domain.ModeJSON, nil
}

// secretBy returns the secret that the session has where the cookie with these claims is its
// current one.
func (s *Service) secretBy(claims domain.Claims, session domain.Session) domain.SecretHash {
	if token, isWhole := parseRefreshToken(string(claims.Session)); isWhole {
		return token.hash()
	}
	return s.keys.generationSecretLike(session.Secret, session.ID, claims.Generation)
}

// isImportedCurrent is isCurrent for a cookie of the service that the session comes from. It is
// good until a cookie of ours takes its place, and a moment longer.
func (s *Service) isImportedCurrent(token refreshToken, session domain.Session) bool {
	return session.Secret == token.hash() ||
		session.Generation == 1 && s.keys.madeSecretOf(session) && s.withinGrace(session, s.settings.SessionGrace)
}

package domain

import "time"

// Mode says how the caller keeps its tokens: both in the answer (json), the refresh token
// in a cookie (cookie), or one session cookie and nothing else (session).
type Mode string

// The modes of a session.
const (
	ModeJSON    Mode = "json"
	ModeCookie  Mode = "cookie"
	ModeSession Mode = "session"
)

// ModeImported is that of a session which another service began and which was moved here: nobody
// said how its holder keeps the token, so that it is taken as a refresh token and in a session
// cookie, and goes on as what it is first renewed as. Nobody can ask for it.
const ModeImported Mode = "imported"

// Valid reports whether m is one of the modes that can be asked for.
func (m Mode) Valid() bool { return m == ModeJSON || m == ModeCookie || m == ModeSession }

// Session is one login of one user on one client.
type Session struct {
	ID         SessionID // SHA-256 of the token's selector, never the selector: see SessionIDOf
	UserID     UserID
	Mode       Mode
	Epoch      int64      // User.Epoch at login
	Generation int64      // raised by each rotation
	Secret     SecretHash // of the current secret; no history is kept
	CreatedAt  time.Time
	RotatedAt  time.Time
	ExpiresAt  time.Time // idle end, moved by each rotation
	EndsAt     time.Time // absolute end, never moved
	Client     Client    // as of the last use
}

// LiveAt reports whether the session has not ended at now. At the very instant of
// ExpiresAt or EndsAt it has.
func (s Session) LiveAt(now time.Time) bool {
	return now.Before(s.ExpiresAt) && now.Before(s.EndsAt)
}

package domain

import "time"

// Claims is the content of an access token. Times are whole seconds.
type Claims struct {
	Subject    UserID
	Role       RoleID
	App, Admin bool
	EnforceTFA bool      // the caller may set up a second factor and do nothing else
	Session    SessionID // empty in tokens of another issuer's making
	Generation int64     // session mode only
	IssuedAt   time.Time
	ExpiresAt  time.Time
}

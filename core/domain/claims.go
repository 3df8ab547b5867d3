package domain

import "time"

// Claims is the content of an access token. Times are whole seconds.
type Claims struct {
	Subject    UserID
	Role       RoleID
	App, Admin bool
	Session    SessionID // empty in tokens of another issuer's making
	Generation int64     // session mode only
	IssuedAt   time.Time
	ExpiresAt  time.Time
}

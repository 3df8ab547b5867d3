package domain

import "time"

// Assertion is what the service says to another application about who has sent a request there.
// It gives no access here. Times are whole seconds.
type Assertion struct {
	Audience  string // the application that is meant to believe it
	Subject   UserID
	Email     Email // empty: the account has none that is proved
	Role      RoleID
	IssuedAt  time.Time
	ExpiresAt time.Time
}

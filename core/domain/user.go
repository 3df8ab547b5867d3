package domain

import "time"

// User is an account. Preferences holds what clients store with a user and we do not
// interpret: one JSON object of at most MaxPreferencesBytes, or nil for none.
type User struct {
	ID                            UserID
	Email                         Email
	EmailProven                   bool   // the address is known to be the user's own, and not only what they say
	Password                      string // encoded hash; empty for accounts without one
	Status                        Status
	Role                          RoleID // empty: none
	FirstName, LastName, Language string
	StaticToken                   *SecretHash
	TOTP                          []byte       // sealed secret; nil while TOTP is off
	RecoveryCodes                 []SecretHash // of those left; each works once in place of a code
	Epoch                         int64        // sessions of an older epoch are dead
	Version                       int64        // set by the store; see port.Users.Update
	CreatedAt, LastAccess         time.Time
	Preferences                   []byte
}

// MaxPreferencesBytes bounds User.Preferences.
const MaxPreferencesBytes = 16 << 10

// Status says what an account may do.
type Status string

// Only an active account logs in; the others differ in how they became so.
const (
	StatusDraft      Status = "draft"
	StatusInvited    Status = "invited"
	StatusUnverified Status = "unverified"
	StatusActive     Status = "active"
	StatusSuspended  Status = "suspended"
	StatusArchived   Status = "archived"
)

// Statuses returns all of them.
func Statuses() []Status {
	return []Status{StatusDraft, StatusInvited, StatusUnverified, StatusActive, StatusSuspended, StatusArchived}
}

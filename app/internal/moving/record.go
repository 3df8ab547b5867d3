package moving

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Version is that of the format which Export writes. Import reads no other.
const Version = 1

// record is one line. Exactly one of its members is there.
type record struct {
	Header     *headerRecord     `json:"sallyport_export,omitempty"`
	Role       *roleRecord       `json:"role,omitempty"`
	Permission *permissionRecord `json:"permission,omitempty"`
	SigningKey *signingKeyRecord `json:"signing_key,omitempty"`
	User       *userRecord       `json:"user,omitempty"`
	Session    *sessionRecord    `json:"session,omitempty"`
	Event      *eventRecord      `json:"event,omitempty"`
	End        *endRecord        `json:"end,omitempty"`
}

type headerRecord struct {
	Version int       `json:"version"`
	MadeAt  time.Time `json:"made_at"`
}

// endRecord is the last line, so that an export that was cut off can be told.
type endRecord struct {
	Lines int `json:"lines"` // those before it, the header among them
}

type roleRecord struct {
	ID         domain.RoleID `json:"id"`
	Name       string        `json:"name"`
	App        bool          `json:"app_access,omitempty"`
	Admin      bool          `json:"admin_access,omitempty"`
	EnforceTFA bool          `json:"enforce_tfa,omitempty"`
}

type permissionRecord struct {
	ID         domain.PermissionID `json:"id"`
	Role       domain.RoleID       `json:"role"`
	Collection string              `json:"collection"`
	Action     domain.Action       `json:"action"`
	Fields     []string            `json:"fields"`
	Filter     string              `json:"filter,omitempty"`
}

type signingKeyRecord struct {
	ID        string    `json:"id"`
	Algorithm string    `json:"algorithm"`
	Number    int64     `json:"number"`
	Sealed    string    `json:"sealed"`
	CreatedAt time.Time `json:"created_at"`
	SignsFrom time.Time `json:"signs_from"`
}

type userRecord struct {
	ID            domain.UserID    `json:"id"`
	Email         domain.Email     `json:"email"`
	EmailProven   bool             `json:"email_proven,omitempty"`
	Password      string           `json:"password_hash,omitempty"`
	Status        domain.Status    `json:"status"`
	Role          domain.RoleID    `json:"role,omitempty"`
	FirstName     string           `json:"first_name,omitempty"`
	LastName      string           `json:"last_name,omitempty"`
	Language      string           `json:"language,omitempty"`
	StaticToken   *hashText        `json:"static_token_hash,omitempty"`
	TOTP          []byte           `json:"totp_sealed,omitempty"`
	RecoveryCodes []hashText       `json:"recovery_code_hashes,omitempty"`
	Epoch         int64            `json:"epoch,omitempty"`
	CreatedAt     time.Time        `json:"created_at,omitzero"`
	LastAccess    time.Time        `json:"last_access,omitzero"`
	Preferences   json.RawMessage  `json:"preferences,omitempty"`
	Identities    []identityRecord `json:"identities,omitempty"`
}

type identityRecord struct {
	Provider string `json:"provider"`
	Subject  string `json:"subject"`
}

type sessionRecord struct {
	ID         domain.SessionID `json:"id"`
	User       domain.UserID    `json:"user"`
	Mode       domain.Mode      `json:"mode"`
	Epoch      int64            `json:"epoch,omitempty"`
	Generation int64            `json:"generation,omitempty"`
	Secret     hashText         `json:"secret_hash"`
	CreatedAt  time.Time        `json:"created_at"`
	RotatedAt  time.Time        `json:"rotated_at"`
	ExpiresAt  time.Time        `json:"expires_at"`
	EndsAt     time.Time        `json:"ends_at"`
	IP         string           `json:"ip,omitempty"`
	UserAgent  string           `json:"user_agent,omitempty"`
	Origin     string           `json:"origin,omitempty"`
}

type eventRecord struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"`
	Kind      string        `json:"kind"`
	Outcome   string        `json:"outcome"`
	Actor     domain.UserID `json:"actor,omitempty"`
	Subject   domain.UserID `json:"subject,omitempty"`
	IP        string        `json:"ip,omitempty"`
	UserAgent string        `json:"user_agent,omitempty"`
	Origin    string        `json:"origin,omitempty"`
}

// hashText is a SecretHash in base64 (RFC 4648, section 5) without padding.
type hashText domain.SecretHash

// MarshalText implements encoding.TextMarshaler.
func (h hashText) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, h[:]), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *hashText) UnmarshalText(text []byte) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != len(h) {
		return refusal("a hash is not 32 bytes in base64")
	}
	copy(h[:], raw)
	return nil
}

func recordOfRole(r domain.Role) *roleRecord {
	return &roleRecord{r.ID, r.Name, r.App, r.Admin, r.EnforceTFA}
}

func (r roleRecord) role() domain.Role {
	return domain.Role{ID: r.ID, Name: r.Name, App: r.App, Admin: r.Admin, EnforceTFA: r.EnforceTFA}
}

func recordOfPermission(p domain.Permission) *permissionRecord {
	return &permissionRecord{p.ID, p.Role, p.Collection, p.Action, p.Fields, p.Filter}
}

func (r permissionRecord) permission() domain.Permission {
	return domain.Permission{ID: r.ID, Role: r.Role, Collection: r.Collection, Action: r.Action, Fields: r.Fields, Filter: r.Filter}
}

func recordOfSigningKey(k domain.SigningKey) *signingKeyRecord {
	return &signingKeyRecord{k.ID, k.Algorithm, k.Number, k.Sealed, k.CreatedAt, k.SignsFrom}
}

func (r signingKeyRecord) signingKey() domain.SigningKey {
	return domain.SigningKey{
		ID: r.ID, Algorithm: r.Algorithm, Number: r.Number, Sealed: r.Sealed,
		CreatedAt: micros(r.CreatedAt), SignsFrom: micros(r.SignsFrom),
	}
}

func recordOfUser(u domain.User, identities []domain.Identity) *userRecord {
	r := &userRecord{
		ID: u.ID, Email: u.Email, EmailProven: u.EmailProven, Password: u.Password, Status: u.Status, Role: u.Role,
		FirstName: u.FirstName, LastName: u.LastName, Language: u.Language,
		StaticToken: (*hashText)(u.StaticToken), TOTP: u.TOTP, Epoch: u.Epoch,
		CreatedAt: u.CreatedAt, LastAccess: u.LastAccess, Preferences: u.Preferences,
	}
	for _, code := range u.RecoveryCodes {
		r.RecoveryCodes = append(r.RecoveryCodes, hashText(code))
	}
	for _, i := range identities {
		r.Identities = append(r.Identities, identityRecord{i.Provider, i.Subject})
	}
	return r
}

func (r userRecord) user() domain.User {
	u := domain.User{
		ID: r.ID, Email: r.Email, EmailProven: r.EmailProven, Password: r.Password, Status: r.Status, Role: r.Role,
		FirstName: r.FirstName, LastName: r.LastName, Language: r.Language,
		StaticToken: (*domain.SecretHash)(r.StaticToken), TOTP: r.TOTP, Epoch: r.Epoch,
		Version: 1, CreatedAt: micros(r.CreatedAt), LastAccess: micros(r.LastAccess), Preferences: r.Preferences,
	}
	for _, code := range r.RecoveryCodes {
		u.RecoveryCodes = append(u.RecoveryCodes, domain.SecretHash(code))
	}
	return u
}

func (r userRecord) identities() []domain.Identity {
	var list []domain.Identity
	for _, i := range r.Identities {
		list = append(list, domain.Identity{Provider: i.Provider, Subject: i.Subject, UserID: r.ID})
	}
	return list
}

func recordOfSession(s domain.Session) *sessionRecord {
	return &sessionRecord{
		s.ID, s.UserID, s.Mode, s.Epoch, s.Generation, hashText(s.Secret),
		s.CreatedAt, s.RotatedAt, s.ExpiresAt, s.EndsAt, s.Client.IP, s.Client.UserAgent, s.Client.Origin,
	}
}

func (r sessionRecord) session() domain.Session {
	return domain.Session{
		ID: r.ID, UserID: r.User, Mode: r.Mode, Epoch: r.Epoch, Generation: r.Generation, Secret: domain.SecretHash(r.Secret),
		CreatedAt: micros(r.CreatedAt), RotatedAt: micros(r.RotatedAt), ExpiresAt: micros(r.ExpiresAt), EndsAt: micros(r.EndsAt),
		Client: domain.Client{IP: r.IP, UserAgent: r.UserAgent, Origin: r.Origin},
	}
}

func recordOfEvent(e domain.Event) *eventRecord {
	return &eventRecord{e.ID, e.At, e.Kind, e.Outcome, e.Actor, e.Subject, e.Client.IP, e.Client.UserAgent, e.Client.Origin}
}

func (r eventRecord) event() domain.Event {
	return domain.Event{
		ID: r.ID, At: micros(r.At), Kind: r.Kind, Outcome: r.Outcome, Actor: r.Actor, Subject: r.Subject,
		Client: domain.Client{IP: r.IP, UserAgent: r.UserAgent, Origin: r.Origin},
	}
}

// micros is t as stores keep it.
func micros(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

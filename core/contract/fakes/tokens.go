package fakes

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var (
	_ port.TokenIssuer   = (*Tokens)(nil)
	_ port.TokenVerifier = (*Tokens)(nil)
)

// Tokens issues and verifies tokens "fake.<algorithm>.<content>.<signature>", signed with
// HMAC-SHA-256. It is safe for concurrent use.
type Tokens struct {
	key    []byte
	issuer string
}

// Algorithm is the only algorithm that Tokens accepts.
const Algorithm = "hs256"

// NewTokens returns Tokens that sign with key in the name of issuer.
func NewTokens(key, issuer string) *Tokens {
	return &Tokens{key: []byte(key), issuer: issuer}
}

// content is what a token carries.
type content struct {
	Issuer    string           `json:"issuer"`
	Subject   domain.UserID    `json:"subject"`
	Role      domain.RoleID    `json:"role"`
	App       bool             `json:"app"`
	Admin     bool             `json:"admin"`
	Enforce   bool             `json:"enforce_tfa"`
	Session   domain.SessionID `json:"session"`
	Gen       int64            `json:"generation"`
	IssuedAt  int64            `json:"issued_at"` // seconds
	ExpiresAt int64            `json:"expires_at"`
}

// Issue returns a token of c.
func (s *Tokens) Issue(ctx context.Context, c domain.Claims) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("fakes: issue: %w", err)
	}
	if err := port.CheckKey(string(c.Subject), string(c.Role), string(c.Session)); err != nil {
		return "", fmt.Errorf("fakes: issue: %w", err)
	}
	return s.Signed(Algorithm, c), nil
}

// Signed returns a token of c that names algorithm and is signed with the right key
// whatever it names: a lever for tests of forged tokens.
func (s *Tokens) Signed(algorithm string, c domain.Claims) string {
	head := s.head(algorithm, c)
	return head + "." + s.sign(head)
}

// Unsigned returns a token of c that says that it needs no signature and has none.
func (s *Tokens) Unsigned(c domain.Claims) string { return s.head("none", c) + "." }

// Verify returns the claims of token.
func (s *Tokens) Verify(ctx context.Context, token string, now time.Time) (domain.Claims, error) {
	if err := ctx.Err(); err != nil {
		return domain.Claims{}, fmt.Errorf("fakes: verify: %w", err)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[0] != "fake" {
		return domain.Claims{}, fmt.Errorf("fakes: verify: not one of these tokens: %w", port.ErrNotFound)
	}
	var c content
	text, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || json.Unmarshal(text, &c) != nil || c.Issuer != s.issuer {
		return domain.Claims{}, fmt.Errorf("fakes: verify: of another issuer: %w", port.ErrNotFound)
	}
	head := strings.Join(parts[:3], ".")
	if parts[1] != Algorithm || !hmac.Equal([]byte(parts[3]), []byte(s.sign(head))) {
		return domain.Claims{}, fmt.Errorf("fakes: verify: forged: %w", port.ErrInvalid)
	}
	expires := time.Unix(c.ExpiresAt, 0).UTC()
	if !now.Before(expires) {
		return domain.Claims{}, fmt.Errorf("fakes: verify: %w", port.ErrExpired)
	}
	return domain.Claims{
		Subject: c.Subject, Role: c.Role, App: c.App, Admin: c.Admin, EnforceTFA: c.Enforce,
		Session: c.Session, Generation: c.Gen,
		IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), ExpiresAt: expires,
	}, nil
}

// head returns the token without its signature.
func (s *Tokens) head(algorithm string, c domain.Claims) string {
	text, err := json.Marshal(content{
		Issuer: s.issuer, Subject: c.Subject, Role: c.Role, App: c.App, Admin: c.Admin, Enforce: c.EnforceTFA,
		Session: c.Session, Gen: c.Generation,
		IssuedAt: c.IssuedAt.Unix(), ExpiresAt: c.ExpiresAt.Unix(),
	})
	if err != nil {
		panic("fakes: claims are strings, numbers and booleans: " + err.Error())
	}
	return "fake." + algorithm + "." + base64.RawURLEncoding.EncodeToString(text)
}

func (s *Tokens) sign(head string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(head))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

package fakes

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.AssertionIssuer = (*Tokens)(nil)

// AssertionAlgorithm is what assertions of Tokens say instead of Algorithm.
const AssertionAlgorithm = "assertion"

// assertion is what one carries. Its first members are those of an access token.
type assertion struct {
	Issuer    string        `json:"issuer"`
	Subject   domain.UserID `json:"subject"`
	IssuedAt  int64         `json:"issued_at"` // seconds
	ExpiresAt int64         `json:"expires_at"`
	Role      domain.RoleID `json:"role"`
	Email     domain.Email  `json:"email"`
	Audience  string        `json:"audience"`
}

// Assert returns a token of a.
func (s *Tokens) Assert(ctx context.Context, a domain.Assertion) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("fakes: assert: %w", err)
	}
	if err := port.CheckKey(a.Audience, string(a.Subject), string(a.Email), string(a.Role)); err != nil {
		return "", fmt.Errorf("fakes: assert: %w", err)
	}
	if a.Subject == "" || a.Audience == "" {
		return "", fmt.Errorf("fakes: assert: %w", port.ErrInvalid)
	}
	text, err := json.Marshal(assertion{
		s.issuer, a.Subject, a.IssuedAt.Unix(), a.ExpiresAt.Unix(), a.Role, a.Email, a.Audience,
	})
	if err != nil {
		panic("fakes: assertions are strings and numbers: " + err.Error())
	}
	head := "fake." + AssertionAlgorithm + "." + base64.RawURLEncoding.EncodeToString(text)
	return head + "." + s.sign(head), nil
}

// ReadAssertion is what the application of that audience does with a token.
func (s *Tokens) ReadAssertion(token, audience string, now time.Time) (domain.Assertion, error) {
	head, ok := strings.CutPrefix(token, "fake."+AssertionAlgorithm+".")
	text, signature, _ := strings.Cut(head, ".")
	if !ok || !hmac.Equal([]byte(signature), []byte(s.sign(strings.TrimSuffix(token, "."+signature)))) {
		return domain.Assertion{}, fmt.Errorf("fakes: read assertion: %w", port.ErrInvalid)
	}
	var a assertion
	content, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(content, &a) != nil || a.Issuer != s.issuer || a.Audience != audience {
		return domain.Assertion{}, fmt.Errorf("fakes: read assertion: %w", port.ErrInvalid)
	}
	issued, expires := time.Unix(a.IssuedAt, 0).UTC(), time.Unix(a.ExpiresAt, 0).UTC()
	if !now.Before(expires) {
		return domain.Assertion{}, fmt.Errorf("fakes: read assertion: %w", port.ErrExpired)
	}
	return domain.Assertion{
		Audience: audience, Subject: a.Subject, Email: a.Email, Role: a.Role, IssuedAt: issued, ExpiresAt: expires,
	}, nil
}

package jwt

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// The names of the claims on the wire.
const (
	claimSubject    = "id"
	claimRole       = "role"
	claimApp        = "app_access"
	claimAdmin      = "admin_access"
	claimEnforceTFA = "enforce_tfa"
	claimSession    = "session"
	claimGeneration = "gen"
	claimIssuedAt   = "iat"
	claimExpiry     = "exp"
	claimNotBefore  = "nbf"
	claimIssuer     = "iss"

	// A token that carries one of these is made for something else: a password reset, an
	// invitation, a look at one shared record.
	claimScope = "scope"
	claimShare = "share"
)

// maxNumericDate is the last second of the year 9999, beyond which times have no text form.
const maxNumericDate = 253402300799

// claimsOf reads what the signature has proven. Expiry is judged last, so that ErrExpired
// means that nothing else was wrong.
func claimsOf(m jwt.MapClaims, now time.Time) (domain.Claims, error) {
	r := reader{claims: m}
	c := domain.Claims{
		Subject:    domain.UserID(r.text(claimSubject)),
		Role:       domain.RoleID(r.text(claimRole)),
		App:        r.flag(claimApp),
		Admin:      r.flag(claimAdmin),
		EnforceTFA: r.flag(claimEnforceTFA),
		Session:    domain.SessionID(r.text(claimSession)),
		Generation: r.number(claimGeneration),
		IssuedAt:   r.time(claimIssuedAt),
		ExpiresAt:  r.time(claimExpiry),
	}
	notBefore := r.time(claimNotBefore)
	switch {
	case r.err != nil:
		return domain.Claims{}, r.err
	case m[claimScope] != nil || m[claimShare] != nil:
		return domain.Claims{}, fmt.Errorf("token for another purpose: %w", port.ErrInvalid)
	case c.Subject == "":
		return domain.Claims{}, fmt.Errorf("no claim %s: %w", claimSubject, port.ErrInvalid)
	case c.ExpiresAt.IsZero():
		return domain.Claims{}, fmt.Errorf("no claim %s: %w", claimExpiry, port.ErrInvalid)
	case now.Before(notBefore):
		return domain.Claims{}, fmt.Errorf("not valid yet: %w", port.ErrInvalid)
	case !now.Before(c.ExpiresAt):
		return domain.Claims{}, port.ErrExpired
	}
	return c, nil
}

// reader reads claims by type and keeps the first failure. A claim that is absent or null
// is the zero value; one of another type, or out of range, is a failure.
type reader struct {
	claims jwt.MapClaims
	err    error
}

func (r *reader) fail(claim string) {
	if r.err == nil {
		r.err = fmt.Errorf("claim %s: %w", claim, port.ErrInvalid)
	}
}

func (r *reader) text(claim string) string {
	v := r.claims[claim]
	s, ok := v.(string)
	if v != nil && !ok || port.CheckKey(s) != nil {
		r.fail(claim)
	}
	return s
}

func (r *reader) flag(claim string) bool {
	v := r.claims[claim]
	b, ok := v.(bool)
	if v != nil && !ok {
		r.fail(claim)
	}
	return b
}

// number takes whole numbers that are not negative: 1.5 and 1e9 are failures.
func (r *reader) number(claim string) int64 {
	v := r.claims[claim]
	if v == nil {
		return 0
	}
	n, _ := v.(json.Number)
	i, err := n.Int64()
	if err != nil || i < 0 {
		r.fail(claim)
		return 0
	}
	return i
}

// time takes a NumericDate (RFC 7519, section 2) after 1970 began.
func (r *reader) time(claim string) time.Time {
	if r.claims[claim] == nil {
		return time.Time{}
	}
	seconds := r.number(claim)
	if seconds < 1 || seconds > maxNumericDate {
		r.fail(claim)
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

package jwt

import (
	"context"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Issue implements port.TokenIssuer. Claims that would not come back equal, or that Verify
// would refuse, are port.ErrInvalid: no subject, no expiry, fractions of a second, a
// negative generation, text that is no UTF-8. A zero IssuedAt is left out.
func (t *Tokens) Issue(ctx context.Context, c domain.Claims) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("jwt: issue: %w", err)
	}
	if err := checkClaims(c); err != nil {
		return "", fmt.Errorf("jwt: issue: %w", err)
	}
	claims := jwt.MapClaims{
		claimSubject: c.Subject,
		claimRole:    nil,
		claimApp:     c.App,
		claimAdmin:   c.Admin,
		claimExpiry:  c.ExpiresAt.Unix(),
		claimIssuer:  t.issuer,
	}
	if c.Role != "" {
		claims[claimRole] = c.Role
	}
	if c.EnforceTFA {
		claims[claimEnforceTFA] = true
	}
	if c.Session != "" {
		claims[claimSession] = c.Session
	}
	if c.Generation != 0 {
		claims[claimGeneration] = c.Generation
	}
	if !c.IssuedAt.IsZero() {
		claims[claimIssuedAt] = c.IssuedAt.Unix()
	}
	token, err := t.sign(ctx, claims)
	if err != nil {
		return "", fmt.Errorf("jwt: issue: %w", err)
	}
	if len(token) > MaxTokenBytes {
		return "", fmt.Errorf("jwt: issue: token of %d bytes: %w", len(token), port.ErrInvalid)
	}
	return token, nil
}

func (t *Tokens) sign(ctx context.Context, claims jwt.MapClaims) (string, error) {
	kid, key, err := t.keys.signing(ctx)
	if err != nil {
		return "", fmt.Errorf("find the signing key: %w", err)
	}
	return t.signed(claims, "JWT", kid, key)
}

func (t *Tokens) signed(claims jwt.MapClaims, typ, kid string, key any) (string, error) {
	token := jwt.NewWithClaims(t.method, claims)
	token.Header["typ"] = typ
	if kid != "" {
		token.Header["kid"] = kid
	}
	return token.SignedString(key)
}

func checkClaims(c domain.Claims) error {
	if err := port.CheckKey(string(c.Subject), string(c.Role), string(c.Session)); err != nil {
		return err
	}
	switch {
	case c.Subject == "":
		return fmt.Errorf("no subject: %w", port.ErrInvalid)
	case c.Generation < 0:
		return fmt.Errorf("negative generation: %w", port.ErrInvalid)
	case !wholeSecond(c.ExpiresAt):
		return fmt.Errorf("expiry that is no whole second: %w", port.ErrInvalid)
	case !c.IssuedAt.IsZero() && !wholeSecond(c.IssuedAt):
		return fmt.Errorf("time of issue that is no whole second: %w", port.ErrInvalid)
	}
	return nil
}

// wholeSecond reports whether t survives the way through a NumericDate (RFC 7519, section 2).
func wholeSecond(t time.Time) bool {
	s := t.Unix()
	return t.Nanosecond() == 0 && s > 0 && s <= maxNumericDate
}

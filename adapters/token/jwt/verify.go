package jwt

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Verify implements port.TokenVerifier. The secrets of Config are tried in their order; the
// header never picks a key: `kid`, `jwk`, `jku`, `x5u` and `x5c` are not looked at. `crit`
// is refused, since no extension is understood here (RFC 7515, section 4.1.11). A token of
// more than MaxTokenBytes is ErrInvalid before a byte of it is read.
func (t *Tokens) Verify(ctx context.Context, token string, now time.Time) (domain.Claims, error) {
	claims, err := t.verify(ctx, token, now)
	if err != nil {
		return domain.Claims{}, fmt.Errorf("jwt: verify: %w", err)
	}
	return claims, nil
}

func (t *Tokens) verify(ctx context.Context, token string, now time.Time) (domain.Claims, error) {
	if err := ctx.Err(); err != nil {
		return domain.Claims{}, err
	}
	if len(token) > MaxTokenBytes {
		return domain.Claims{}, fmt.Errorf("token of %d bytes: %w", len(token), port.ErrInvalid)
	}
	header, err := t.classify(token)
	if err != nil {
		return domain.Claims{}, err
	}
	if err := checkHeader(header); err != nil {
		return domain.Claims{}, err
	}
	// Go's decoder skips line breaks, also when strict: a second spelling of one token.
	if strings.ContainsAny(token, "\r\n") {
		return domain.Claims{}, fmt.Errorf("line break in a token: %w", port.ErrInvalid)
	}

	var verified jwt.MapClaims
	parsed, err := t.parser.ParseWithClaims(token, jwt.MapClaims{}, func(*jwt.Token) (any, error) { return t.keys, nil })
	if err == nil {
		verified, _ = parsed.Claims.(jwt.MapClaims)
	}
	if verified == nil {
		// The library's error may repeat parts of the token, so it goes no further.
		return domain.Claims{}, fmt.Errorf("form or signature: %w", port.ErrInvalid)
	}
	return t.claimsOf(verified, now)
}

// object is a JSON object whose members are still to be read.
type object map[string]json.RawMessage

// classify tells what cannot be ours, which is ErrNotFound, from what must be refused or
// proven, and returns the header of the latter. It reads the payload before the signature
// is verified for this one purpose; nothing of it is passed on. It decodes leniently, so
// that one of our tokens in a wrong spelling is ErrInvalid and not a stranger.
func (t *Tokens) classify(token string) (object, error) {
	first, rest, isJWS := strings.Cut(token, ".")
	if !isJWS {
		return nil, fmt.Errorf("no JWT: %w", port.ErrNotFound)
	}
	second, _, _ := strings.Cut(rest, ".")
	header, headerErr := lenientObject(first)
	payload, payloadErr := lenientObject(second)
	switch {
	case headerErr != nil && payloadErr != nil:
		return nil, fmt.Errorf("no JWT: %w", port.ErrNotFound)
	case payloadErr != nil:
		return nil, fmt.Errorf("payload: %w", port.ErrInvalid)
	}
	var issuer string
	if err := json.Unmarshal(payload[claimIssuer], &issuer); err != nil || issuer != t.issuer {
		return nil, fmt.Errorf("another issuer: %w", port.ErrNotFound)
	}
	if headerErr != nil {
		return nil, fmt.Errorf("header: %w", port.ErrInvalid)
	}
	return header, nil
}

func lenientObject(segment string) (object, error) {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(segment, "="))
	if err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fmt.Errorf("null: %w", port.ErrInvalid)
	}
	return o, nil
}

// checkHeader fixes the algorithm before anything else happens (RFC 8725, section 3.1), and
// the type of token if one is given (section 3.11).
func checkHeader(header object) error {
	var alg string
	if err := json.Unmarshal(header["alg"], &alg); err != nil || alg != jwt.SigningMethodHS256.Alg() {
		return fmt.Errorf("algorithm: %w", port.ErrInvalid)
	}
	if _, ok := header["crit"]; ok {
		return fmt.Errorf("critical extension: %w", port.ErrInvalid)
	}
	if raw, ok := header["typ"]; ok {
		var typ string
		if err := json.Unmarshal(raw, &typ); err != nil || !strings.EqualFold(typ, "JWT") {
			return fmt.Errorf("type of token: %w", port.ErrInvalid)
		}
	}
	return nil
}

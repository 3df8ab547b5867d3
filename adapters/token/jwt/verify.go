package jwt

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Verify implements port.TokenVerifier. With HS256 the secrets of Config are tried in their
// order, and `kid` is not looked at. With EdDSA and ES256 `kid` has to be that of one of our
// keys, byte by byte, and nothing else is tried. `jwk`, `jku`, `x5u` and `x5c` are never looked
// at. `crit` is refused, since no extension is understood here (RFC 7515, section 4.1.11). A
// token of more than MaxTokenBytes is ErrInvalid before a byte of it is read. An error that is
// none of the port's says that the keys could not be read.
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
	header, claims, err := t.proven(ctx, token)
	if errors.Is(err, errUnproven) {
		return domain.Claims{}, t.refusal(token)
	}
	if err != nil {
		return domain.Claims{}, fmt.Errorf("find the key of the token: %w", err)
	}
	if !t.isOwn(claims) {
		return domain.Claims{}, errForeign
	}
	if err := checkHeader(header); err != nil {
		return domain.Claims{}, err
	}
	return claimsOf(claims, now)
}

// errUnproven says that nothing vouches for a token.
var errUnproven = errors.New("unproven")

// errForeign is the answer to a token that somebody else has issued.
var errForeign = fmt.Errorf("another issuer: %w", port.ErrNotFound)

// payload is decoded whole and with numbers as they are written. Names of members are
// matched exactly, which a struct does not do.
type payload struct{ jwt.MapClaims }

// UnmarshalJSON implements json.Unmarshaler.
func (p *payload) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(&p.MapClaims)
}

// proven returns the header and the claims of a token in its one spelling, with the one
// algorithm and under one of our keys, or errUnproven. Any other error says that the keys could
// not be read. The library looks at the algorithm before it takes a key (RFC 8725, section 3.1).
func (t *Tokens) proven(ctx context.Context, token string) (header map[string]any, claims jwt.MapClaims, err error) {
	// Go's decoder skips line breaks, also when strict: a second spelling of one token.
	if strings.ContainsAny(token, "\r\n") {
		return nil, nil, errUnproven
	}
	var (
		p        payload
		lookedUp error
	)
	parsed, err := t.parser.ParseWithClaims(token, &p, func(unproven *jwt.Token) (key any, err error) {
		if !t.isOwn(p.MapClaims) {
			return nil, errForeign // and so no reason to look for a key
		}
		key, lookedUp = t.keys.verifying(ctx, unproven.Header)
		return key, lookedUp
	})
	if lookedUp != nil && !errors.Is(lookedUp, port.ErrNotFound) {
		return nil, nil, lookedUp
	}
	if err != nil || p.MapClaims == nil {
		return nil, nil, errUnproven // the library's error may repeat parts of the token
	}
	return parsed.Header, p.MapClaims, nil
}

// refusal tells what cannot be ours, which is ErrNotFound, from what is ours but not as it
// was issued. It reads a payload that nothing vouches for, for this one purpose; nothing of
// it is passed on. It decodes leniently, so that one of our tokens in a wrong spelling is
// ErrInvalid and not a stranger.
func (t *Tokens) refusal(token string) error {
	first, rest, isJWS := strings.Cut(token, ".")
	if !isJWS {
		return fmt.Errorf("no JWT: %w", port.ErrNotFound)
	}
	second, _, _ := strings.Cut(rest, ".")
	_, headerErr := lenientObject(first)
	claims, payloadErr := lenientObject(second)
	switch {
	case headerErr != nil && payloadErr != nil:
		return fmt.Errorf("no JWT: %w", port.ErrNotFound)
	case payloadErr != nil:
		return fmt.Errorf("payload: %w", port.ErrInvalid)
	case !t.isOwn(claims):
		return errForeign
	}
	return fmt.Errorf("form, algorithm or signature: %w", port.ErrInvalid)
}

// isOwn reports whether the claims name us as who issued them.
func (t *Tokens) isOwn(claims map[string]any) bool {
	issuer, _ := claims[claimIssuer].(string)
	return issuer == t.issuer
}

func lenientObject(segment string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(segment, "="))
	if err != nil {
		return nil, err
	}
	var o map[string]any
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fmt.Errorf("null: %w", port.ErrInvalid)
	}
	return o, nil
}

// checkHeader refuses extensions, since none is understood here (RFC 7515, section 4.1.11),
// and tokens that say they are of another type (RFC 8725, section 3.11).
func checkHeader(header map[string]any) error {
	if _, ok := header["crit"]; ok {
		return fmt.Errorf("critical extension: %w", port.ErrInvalid)
	}
	if value, ok := header["typ"]; ok {
		if typ, _ := value.(string); !strings.EqualFold(typ, "JWT") {
			return fmt.Errorf("type of token: %w", port.ErrInvalid)
		}
	}
	return nil
}

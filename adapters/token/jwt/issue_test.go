package jwt

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestIssue(t *testing.T) {
	tokens := newTokens(t, Config{Secret: testSecret(t)})

	with := func(change func(*domain.Claims)) domain.Claims {
		c := testClaims()
		change(&c)
		return c
	}

	t.Run("comes back equal", func(t *testing.T) {
		for name, c := range map[string]domain.Claims{
			"all fields":           testClaims(),
			"no role":              with(func(c *domain.Claims) { c.Role = "" }),
			"no rights":            with(func(c *domain.Claims) { c.App, c.Admin = false, false }),
			"first generation":     with(func(c *domain.Claims) { c.Generation = 0 }),
			"a great generation":   with(func(c *domain.Claims) { c.Generation = 1<<63 - 1 }),
			"no session":           with(func(c *domain.Claims) { c.Session, c.Generation = "", 0 }),
			"no time of issue":     with(func(c *domain.Claims) { c.IssuedAt = time.Time{} }),
			"text that is escaped": with(func(c *domain.Claims) { c.Subject = "<é\u2028\"\\ " }),
			"least": {
				Subject:   "u",
				ExpiresAt: now.Add(time.Second),
			},
		} {
			t.Run(name, func(t *testing.T) {
				got, err := tokens.Verify(t.Context(), issue(t, tokens, c), now)
				if err != nil {
					t.Fatalf("Verify: %v", err)
				}
				if got != c {
					t.Errorf("claims %+v, want %+v", got, c)
				}
			})
		}
	})

	t.Run("reads times in another zone as the same instant in UTC", func(t *testing.T) {
		c := with(func(c *domain.Claims) {
			c.ExpiresAt = c.ExpiresAt.In(time.FixedZone("", 3600))
		})
		got, err := tokens.Verify(t.Context(), issue(t, tokens, c), now)
		if err != nil {
			t.Fatalf("Verify: %v", err)
		}
		if got != testClaims() {
			t.Errorf("claims %+v, want %+v", got, testClaims())
		}
	})

	t.Run("refuses what would not come back", func(t *testing.T) {
		controls := strings.Repeat("\x01", port.MaxKeyBytes)
		for name, c := range map[string]domain.Claims{
			"no subject":               with(func(c *domain.Claims) { c.Subject = "" }),
			"no expiry":                with(func(c *domain.Claims) { c.ExpiresAt = time.Time{} }),
			"fraction in the expiry":   with(func(c *domain.Claims) { c.ExpiresAt = c.ExpiresAt.Add(time.Microsecond) }),
			"fraction in the issue":    with(func(c *domain.Claims) { c.IssuedAt = c.IssuedAt.Add(time.Microsecond) }),
			"issued before 1970":       with(func(c *domain.Claims) { c.IssuedAt = time.Unix(-1, 0) }),
			"expiry after 9999":        with(func(c *domain.Claims) { c.ExpiresAt = time.Unix(maxNumericDate+1, 0) }),
			"negative generation":      with(func(c *domain.Claims) { c.Generation = -1 }),
			"session that is no UTF-8": with(func(c *domain.Claims) { c.Session = "\xff" }),
			"role with NUL":            with(func(c *domain.Claims) { c.Role = "a\x00" }),
			"long subject":             with(func(c *domain.Claims) { c.Subject = domain.UserID(strings.Repeat("x", port.MaxKeyBytes+1)) }),
		} {
			t.Run(name, func(t *testing.T) {
				token, err := tokens.Issue(t.Context(), c)
				if !errors.Is(err, port.ErrInvalid) || token != "" {
					t.Errorf("token of %d bytes and error %v, want ErrInvalid", len(token), err)
				}
			})
		}
		t.Run("more than Verify looks into", func(t *testing.T) {
			long := newTokens(t, Config{Secret: testSecret(t), Issuer: controls})
			c := with(func(c *domain.Claims) {
				c.Subject, c.Role, c.Session = domain.UserID(controls), domain.RoleID(controls), domain.SessionID(controls)
			})
			if token, err := long.Issue(t.Context(), c); !errors.Is(err, port.ErrInvalid) {
				t.Errorf("token of %d bytes and error %v, want ErrInvalid", len(token), err)
			}
		})
	})

	t.Run("stops for a context that is done", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if token, err := tokens.Issue(ctx, testClaims()); !errors.Is(err, context.Canceled) || token != "" {
			t.Errorf("token %q and error %v, want none and context.Canceled", token, err)
		}
	})
}

func TestSecurity43TokensHoldTheWiresClaimsAndNothingElse(t *testing.T) {
	eachScheme(t, tokensHoldTheWiresClaims)
}

func tokensHoldTheWiresClaims(t *testing.T, s scheme) {
	tokens := s.tokens
	header := map[string]any{"alg": s.algorithm, "typ": "JWT"}
	if s.kid != "" {
		header["kid"] = s.kid
	}
	first := testClaims()
	first.Role, first.Session, first.Generation = "", "", 0

	for name, test := range map[string]struct {
		claims domain.Claims
		want   map[string]any
	}{
		"session mode": {testClaims(), map[string]any{
			"id": "0193a5f0-0000-7000-8000-000000000001", "role": string(domain.AdministratorRole),
			"app_access": true, "admin_access": true, "session": "abcdefghijklmnopqrstuv", "gen": 3.0,
			"iat": float64(now.Unix()), "exp": float64(now.Unix() + 900), "iss": "directus",
		}},
		"neither role nor session": {first, map[string]any{
			"id": "0193a5f0-0000-7000-8000-000000000001", "role": nil,
			"app_access": true, "admin_access": true,
			"iat": float64(now.Unix()), "exp": float64(now.Unix() + 900), "iss": "directus",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			parts := strings.Split(issue(t, tokens, test.claims), ".")
			if got := decodeObject(t, parts[0]); !reflect.DeepEqual(got, header) {
				t.Errorf("header %v", got)
			}
			if got := decodeObject(t, parts[1]); !reflect.DeepEqual(got, test.want) {
				t.Errorf("claims %v, want %v", got, test.want)
			}
		})
	}
}

func decodeObject(t testing.TB, segment string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(decodeText(t, segment)), &object); err != nil {
		t.Fatalf("segment: %v", err)
	}
	return object
}

func decodeText(t testing.TB, segment string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatalf("segment: %v", err)
	}
	return string(text)
}

package auth

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// A refresh token is 64 URL-safe characters: a selector, which finds the session and stays
// the same, and a secret, which each rotation replaces. Both are random at login. Neither
// is ever shown anywhere else, so whoever presents the right selector held a token of that
// session, and a wrong secret beside it is a token that was spent.
const (
	selectorLength = 22
	secretLength   = 42
)

type refreshToken struct{ selector, secret string }

func newRefreshToken() refreshToken {
	return refreshToken{selector: randomText(selectorLength), secret: randomText(secretLength)}
}

// parseRefreshToken splits token, and reports false for a text that cannot be one.
func parseRefreshToken(token string) (refreshToken, bool) {
	if len(token) != selectorLength+secretLength || strings.ContainsFunc(token, notURLSafe) {
		return refreshToken{}, false
	}
	return refreshToken{selector: token[:selectorLength], secret: token[selectorLength:]}, true
}

func (t refreshToken) String() string              { return t.selector + t.secret }
func (t refreshToken) sessionID() domain.SessionID { return domain.SessionIDOf(t.selector) }
func (t refreshToken) hash() domain.SecretHash     { return domain.HashSecret(t.secret) }

func notURLSafe(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// randomText returns n URL-safe characters of six random bits each.
func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}

// successorSteps bounds how far forward lineage looks. A client that is sixteen rotations
// behind within one grace period is no slow tab.
const successorSteps = 16

// lineage says how many rotations lie between the secret presented and the stored one, and
// which secret the stored one is. It reports 0 when the stored one does not descend from
// the one presented within successorSteps. Where the data key has changed on the way,
// older secrets were derived under the older key and newer ones under the newer.
func (k Keys) lineage(id domain.SessionID, presented string, stored domain.SecretHash) (steps int, current string) {
	type descendant struct {
		secret string
		key    int
	}
	oldest := len(k.refresh) - 1
	frontier := []descendant{{presented, oldest}}
	for step := 1; step <= successorSteps; step++ {
		var next []descendant
		for _, d := range frontier {
			for key := d.key; key >= 0; key-- {
				secret := k.successor(key, id, d.secret)
				if domain.HashSecret(secret) == stored {
					return step, secret
				}
				next = append(next, descendant{secret, key})
			}
		}
		frontier = next
	}
	return 0, ""
}

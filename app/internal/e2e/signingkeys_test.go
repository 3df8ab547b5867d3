package e2e

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// publicKey is a member of the key set.
type publicKey struct{ Kid, Kty, Crv, Alg, Use, X, Y string }

// fetchKeys is what a verifier elsewhere does.
func fetchKeys(t *testing.T, p *process) []publicKey {
	t.Helper()
	response, err := p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/.well-known/jwks.json"})
	if err != nil {
		t.Fatal(err)
	}
	var set struct{ Keys []publicKey }
	if err := json.Unmarshal(response.Body, &set); err != nil {
		t.Fatalf("%s: %v", response.Body, err)
	}
	return set.Keys
}

// signed reports whether the key has signed the token, with nothing but the standard library.
func (k publicKey) signed(t *testing.T, token string) bool {
	t.Helper()
	decode := func(text string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	at := strings.LastIndexByte(token, '.')
	signature := decode(token[at+1:])
	if k.Alg == auth.AlgorithmEdDSA {
		return ed25519.Verify(decode(k.X), []byte(token[:at]), signature)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, decode(k.X), decode(k.Y)))
	if err != nil || len(signature) != 64 {
		t.Fatalf("signature of %d bytes, error %v", len(signature), err)
	}
	sum := sha256.Sum256([]byte(token[:at]))
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

// TestSigningKeys goes through the life of a key with the whole program: others verify tokens by
// the published set, a rotation by the command line logs nobody out, and another algorithm
// refuses what there was.
func TestSigningKeys(t *testing.T) {
	for _, algorithm := range []string{auth.AlgorithmEdDSA, auth.AlgorithmES256} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			env := append(cheap(t.TempDir()), "ACCESS_TOKEN_ALGORITHM="+algorithm)
			p := serveAt(t, time.Now(), env)
			me := func(token string) domain.Code {
				_, err := p.Me(t.Context(), auth.Credential{Bearer: token})
				return codeOf(err)
			}
			held, cookie := login(t, p.Client, domain.ModeJSON), login(t, p.Client, domain.ModeSession)
			first := fetchKeys(t, p)
			if len(first) != 1 || first[0].Alg != algorithm || !first[0].signed(t, held.Access) {
				t.Fatalf("got keys %+v, want the one that signed the token", first)
			}

			asserted, err := p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/auth/verify?assertion=wiki", Bearer: held.Access})
			if assertion := asserted.Header.Get("X-User-Assertion"); err != nil || assertion == "" || !first[0].signed(t, assertion) || me(assertion) != domain.InvalidToken {
				t.Errorf("got the assertion %q and %v, want one of the published key that lets nobody in", assertion, err)
			}

			command(t, env, "", "keys", "rotate", "--dry-run")
			command(t, env, "", "keys", "rotate")
			p.clock.Advance(time.Minute)
			if published := fetchKeys(t, p); len(published) != 2 || published[0] != first[0] {
				t.Errorf("got %+v published after a minute, want the first key and the next", published)
			}
			p.clock.Advance(auth.PublicationTime)
			if code := me(held.Access); code != "" {
				t.Errorf("the token of before: %s", code)
			}
			if _, err := p.Me(t.Context(), auth.Credential{Cookie: cookie.Token}); err != nil {
				t.Errorf("the cookie of before: %v", err)
			}
			again := login(t, p.Client, domain.ModeJSON)
			if second := fetchKeys(t, p)[1]; !second.signed(t, again.Access) || me(again.Access) != "" {
				t.Error("the next key does not sign, or its token is refused")
			}
			trail, err := p.Do(t.Context(), restclient.Call{Method: http.MethodGet, Path: "/activity?filter[action][_eq]=" + domain.EventKeyMade, Bearer: again.Access})
			var made []struct{ Outcome string }
			if err == nil {
				err = trail.Data(&made)
			}
			if err != nil || len(made) != 2 {
				t.Errorf("got %+v and %v, want an event of the first key and one of the next", made, err)
			}
			p.stop(t)

			p = serve(t, append(cheap(dataDirOf(env)), "ACCESS_TOKEN_ALGORITHM=HS256"))
			if code := me(again.Access); code != domain.InvalidToken {
				t.Errorf("a token of %s with HS256: got %q, want %s", algorithm, code, domain.InvalidToken)
			}
			if keys := fetchKeys(t, p); len(keys) != 0 {
				t.Errorf("got keys %+v, want none with HS256", keys)
			}
			renewed, err := p.Refresh(t.Context(), domain.ModeJSON, again.Token)
			if err != nil || me(renewed.Access) != "" {
				t.Errorf("a refresh after the change of the algorithm: %v", err)
			}
		})
	}
}

func dataDirOf(env []string) string {
	for _, setting := range env {
		if dir, ok := strings.CutPrefix(setting, "DATA_DIR="); ok {
			return dir
		}
	}
	return ""
}

package jwt

import (
	"context"
	"crypto"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// watchedKeys counts how often a public key is asked for, and fails when it is told to.
type watchedKeys struct {
	heldKeys
	asked int
	fails error
}

func (w *watchedKeys) SigningKey(ctx context.Context) (string, crypto.Signer, error) {
	if w.fails != nil {
		return "", nil, w.fails
	}
	return w.heldKeys.SigningKey(ctx)
}

func (w *watchedKeys) PublicKey(ctx context.Context, kid string) (crypto.PublicKey, error) {
	w.asked++
	if w.fails != nil {
		return nil, w.fails
	}
	return w.heldKeys.PublicKey(ctx, kid)
}

func TestKeysThatCannotBeRead(t *testing.T) {
	for _, algorithm := range []string{EdDSA, ES256} {
		t.Run(algorithm, func(t *testing.T) {
			s := newScheme(t, algorithm)
			keys := &watchedKeys{heldKeys: heldKeys{s.kid, map[string]crypto.Signer{s.kid: s.key}}}
			tokens := newTokens(t, Config{Algorithm: algorithm, Keys: keys})
			good := issue(t, tokens, testClaims())
			keys.fails = errors.New("the store is down")

			if _, err := tokens.Issue(t.Context(), testClaims()); !errors.Is(err, keys.fails) {
				t.Errorf("Issue: error %v, want the store's", err)
			}
			claims, err := tokens.Verify(t.Context(), good, now)
			if !errors.Is(err, keys.fails) || claims != (domain.Claims{}) {
				t.Errorf("Verify: claims %+v, error %v; want the store's", claims, err)
			}
			for _, answer := range []error{port.ErrInvalid, port.ErrNotFound, port.ErrExpired} {
				if errors.Is(err, answer) {
					t.Errorf("Verify: error %v reads as the answer %v", err, answer)
				}
			}
		})
	}
}

func TestKeysAreLookedForOnlyForOurOwnTokens(t *testing.T) {
	s := newScheme(t, EdDSA)
	keys := &watchedKeys{heldKeys: heldKeys{s.kid, map[string]crypto.Signer{s.kid: s.key}}}
	tokens := newTokens(t, Config{Algorithm: EdDSA, Keys: keys})
	refuse(t, tokens, s.forge(s.header(), replaceClaim(t, "iss", `"somebody-else"`)), now, port.ErrNotFound)
	refuse(t, tokens, s.forge(s.headerOf(`"ES256"`), goodPayload(t)), now, port.ErrInvalid)
	if keys.asked != 0 {
		t.Errorf("asked for a key %d times, want none", keys.asked)
	}
}

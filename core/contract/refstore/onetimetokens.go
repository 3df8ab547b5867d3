package refstore

import (
	"bytes"
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type oneTimeTokens struct{ run runner }

// oneTimeToken is a token with what the store knows of it.
type oneTimeToken struct {
	domain.OneTimeToken
	spent bool
}

func (r oneTimeTokens) Put(ctx context.Context, token domain.OneTimeToken) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(token.Purpose), string(token.UserID)); err != nil {
			return err
		}
		if _, taken := t.oneTimeTokens[token.Hash]; taken {
			return port.ErrConflict
		}
		t.oneTimeTokens[token.Hash] = oneTimeToken{OneTimeToken: copyOneTimeToken(token)}
		return nil
	})
	return wrap("put one-time token", err)
}

func (r oneTimeTokens) Get(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	var found domain.OneTimeToken
	err := r.run(ctx, func(t *tables) error {
		token, err := t.unspent(p, h, now)
		found = token
		return err
	})
	return found, wrap("get one-time token", err)
}

func (r oneTimeTokens) Consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	var found domain.OneTimeToken
	err := r.run(ctx, func(t *tables) error {
		token, err := t.unspent(p, h, now)
		if err != nil {
			return err
		}
		t.spend(h)
		found = token
		return nil
	})
	return found, wrap("consume one-time token", err)
}

func (r oneTimeTokens) SpendUser(ctx context.Context, id domain.UserID, p domain.Purpose) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id), string(p)); err != nil {
			return err
		}
		for hash, token := range t.oneTimeTokens {
			if token.UserID == id && token.Purpose == p {
				t.spend(hash)
			}
		}
		return nil
	})
	return wrap("spend one-time tokens of a user", err)
}

func (r oneTimeTokens) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	removed := 0
	err := r.run(ctx, func(t *tables) error {
		for hash, token := range t.oneTimeTokens {
			if removed < limit && token.ExpiresAt.Before(before) {
				delete(t.oneTimeTokens, hash)
				removed++
			}
		}
		return nil
	})
	return removed, wrap("prune one-time tokens", err)
}

// unspent returns the token if it may be spent at now, or says why it may not.
func (t *tables) unspent(p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	if err := port.CheckKey(string(p)); err != nil {
		return domain.OneTimeToken{}, err
	}
	token, ok := t.oneTimeTokens[h]
	switch {
	case !ok || token.Purpose != p:
		return domain.OneTimeToken{}, port.ErrNotFound
	case token.spent:
		return domain.OneTimeToken{}, port.ErrStale
	case !now.Before(token.ExpiresAt):
		return domain.OneTimeToken{}, port.ErrExpired
	}
	return copyOneTimeToken(token.OneTimeToken), nil
}

func (t *tables) spend(h domain.SecretHash) {
	token := t.oneTimeTokens[h]
	token.spent = true
	t.oneTimeTokens[h] = token
}

// copyOneTimeToken returns t without memory in common with it, and with its time in UTC.
func copyOneTimeToken(t domain.OneTimeToken) domain.OneTimeToken {
	t.Payload = bytes.Clone(t.Payload)
	t.ExpiresAt = t.ExpiresAt.UTC()
	return t
}

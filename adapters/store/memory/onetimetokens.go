package memory

import (
	"context"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// tokenRecord is a token and whether it has been spent.
type tokenRecord struct {
	token domain.OneTimeToken
	spent bool
}

// usable returns nil, or why the token of purpose p cannot be spent at now.
func (r tokenRecord) usable(p domain.Purpose, now time.Time) error {
	switch {
	case r.token.Purpose != p:
		return port.ErrNotFound
	case r.spent:
		return port.ErrStale
	case !now.Before(r.token.ExpiresAt):
		return port.ErrExpired
	}
	return nil
}

func cloneToken(t domain.OneTimeToken) domain.OneTimeToken {
	t.Payload = slices.Clone(t.Payload)
	t.ExpiresAt = t.ExpiresAt.UTC()
	return t
}

type oneTimeTokens struct{ access }

func (s *oneTimeTokens) Put(ctx context.Context, t domain.OneTimeToken) error {
	return s.write(ctx, "put one-time token", func(d *draft) error {
		if err := port.CheckKey(string(t.Purpose), string(t.UserID)); err != nil {
			return err
		}
		if _, taken := d.tokens.get(t.Hash); taken {
			return port.ErrConflict
		}
		d.tokens.put(t.Hash, tokenRecord{token: cloneToken(t)})
		return nil
	})
}

func (s *oneTimeTokens) Get(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (found domain.OneTimeToken, err error) {
	err = s.read(ctx, "get one-time token", func(d *draft) error {
		record, err := usableToken(d, p, h, now)
		if err != nil {
			return err
		}
		found = cloneToken(record.token)
		return nil
	})
	return found, err
}

func (s *oneTimeTokens) Consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (consumed domain.OneTimeToken, err error) {
	err = s.write(ctx, "consume one-time token", func(d *draft) error {
		record, err := usableToken(d, p, h, now)
		if err != nil {
			return err
		}
		record.spent = true
		d.tokens.put(h, record)
		consumed = cloneToken(record.token)
		return nil
	})
	return consumed, err
}

func usableToken(d *draft, p domain.Purpose, h domain.SecretHash, now time.Time) (tokenRecord, error) {
	if err := port.CheckKey(string(p)); err != nil {
		return tokenRecord{}, err
	}
	record, known := d.tokens.get(h)
	if !known {
		return tokenRecord{}, port.ErrNotFound
	}
	return record, record.usable(p, now)
}

func (s *oneTimeTokens) SpendUser(ctx context.Context, id domain.UserID, p domain.Purpose) error {
	return s.write(ctx, "spend one-time tokens of user", func(d *draft) error {
		if err := port.CheckKey(string(id), string(p)); err != nil {
			return err
		}
		for h, record := range d.tokens.all() {
			if record.token.UserID == id && record.token.Purpose == p && !record.spent {
				record.spent = true
				d.tokens.put(h, record)
			}
		}
		return nil
	})
}

func (s *oneTimeTokens) Prune(ctx context.Context, before time.Time, limit int) (pruned int, err error) {
	err = s.write(ctx, "prune one-time tokens", func(d *draft) error {
		for h, record := range d.tokens.all() {
			if pruned >= limit {
				break
			}
			if record.token.ExpiresAt.Before(before) {
				d.tokens.remove(h)
				pruned++
			}
		}
		return nil
	})
	return pruned, err
}

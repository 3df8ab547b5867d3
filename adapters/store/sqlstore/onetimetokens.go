package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type oneTimeTokens struct{ repo }

type oneTimeTokenRow struct {
	Purpose, UserID string
	Payload         []byte
	HasPayload      int16
	ExpiresAt       int64
	Spent           int16
}

// columns are those of tokenByHash.
func (r *oneTimeTokenRow) columns() []any {
	return []any{&r.Purpose, &r.UserID, &r.Payload, &r.HasPayload, &r.ExpiresAt, &r.Spent}
}

func (r oneTimeTokenRow) token(h domain.SecretHash) domain.OneTimeToken {
	t := domain.OneTimeToken{
		Hash:      h,
		Purpose:   domain.Purpose(r.Purpose),
		UserID:    domain.UserID(r.UserID),
		Payload:   r.Payload,
		ExpiresAt: fromMicros(r.ExpiresAt),
	}
	if t.Payload == nil && r.HasPayload != 0 {
		t.Payload = []byte{} // SQLite's driver reads no bytes as none at all
	}
	return t
}

// payload is untyped nil, which every driver keeps as NULL, for a token without one.
func payload(t domain.OneTimeToken) any {
	if t.Payload == nil {
		return nil
	}
	return t.Payload
}

const putToken = `INSERT INTO one_time_tokens (hash, purpose, user_id, payload, expires_at, spent)
	VALUES (?, ?, ?, ?, ?, 0)`

func (s *oneTimeTokens) Put(ctx context.Context, t domain.OneTimeToken) error {
	return s.call(ctx, "put one-time token", func() error {
		if err := port.CheckKey(string(t.Purpose), string(t.UserID)); err != nil {
			return err
		}
		_, err := s.exec(ctx, putToken,
			t.Hash[:], string(t.Purpose), string(t.UserID), payload(t), micros(t.ExpiresAt))
		return err
	})
}

func (s *oneTimeTokens) Get(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (found domain.OneTimeToken, err error) {
	err = s.call(ctx, "get one-time token", func() error {
		token, err := s.unspent(ctx, p, h)
		if err != nil {
			return err
		}
		if !now.Before(token.ExpiresAt) {
			return port.ErrExpired
		}
		found = token
		return nil
	})
	return found, err
}

const spendToken = `UPDATE one_time_tokens SET spent = 1
	WHERE hash = ? AND purpose = ? AND spent = 0 AND expires_at > ?`

// Consume lets one guarded statement decide; reads only tell what it has decided.
func (s *oneTimeTokens) Consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (consumed domain.OneTimeToken, err error) {
	err = s.call(ctx, "consume one-time token", func() error {
		if err := port.CheckKey(string(p)); err != nil {
			return err
		}
		var err error
		consumed, err = s.consume(ctx, p, h, now)
		return err
	})
	return consumed, err
}

func (s *oneTimeTokens) consume(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
	for range maxConsumptions {
		spent, err := s.exec(ctx, spendToken, h[:], string(p), micros(now))
		if err != nil {
			return domain.OneTimeToken{}, err
		}
		if spent == 1 {
			row, err := s.row(ctx, p, h)
			if err != nil {
				return domain.OneTimeToken{}, err
			}
			return row.token(h), nil
		}
		token, err := s.unspent(ctx, p, h)
		if err != nil {
			return domain.OneTimeToken{}, err
		}
		if !now.Before(token.ExpiresAt) {
			return domain.OneTimeToken{}, port.ErrExpired
		}
		// The node of a cluster that answered was behind when it ran the update.
	}
	return domain.OneTimeToken{}, errors.New("the unspent token was not taken as such")
}

// maxConsumptions bounds how often a token is tried on a database that contradicts itself.
const maxConsumptions = 3

// unspent returns the token, whether it is expired or not, or port.ErrStale when it is spent.
func (s *oneTimeTokens) unspent(ctx context.Context, p domain.Purpose, h domain.SecretHash) (domain.OneTimeToken, error) {
	if err := port.CheckKey(string(p)); err != nil {
		return domain.OneTimeToken{}, err
	}
	row, err := s.row(ctx, p, h)
	if err != nil {
		return domain.OneTimeToken{}, err
	}
	if row.Spent != 0 {
		return domain.OneTimeToken{}, port.ErrStale
	}
	return row.token(h), nil
}

const tokenByHash = `SELECT purpose, user_id, payload,
	CASE WHEN payload IS NULL THEN 0 ELSE 1 END AS has_payload, expires_at, spent
	FROM one_time_tokens WHERE hash = ? AND purpose = ?`

func (s *oneTimeTokens) row(ctx context.Context, p domain.Purpose, h domain.SecretHash) (row oneTimeTokenRow, err error) {
	err = s.get(ctx, &row, tokenByHash, h[:], string(p))
	return row, err
}

const spendUserTokens = `UPDATE one_time_tokens SET spent = 1
	WHERE user_id = ? AND purpose = ? AND spent = 0`

func (s *oneTimeTokens) SpendUser(ctx context.Context, id domain.UserID, p domain.Purpose) error {
	return s.call(ctx, "spend one-time tokens of user", func() error {
		if err := port.CheckKey(string(id), string(p)); err != nil {
			return err
		}
		_, err := s.exec(ctx, spendUserTokens, string(id), string(p))
		return err
	})
}

// In the form of pruneExpiredSessions, for the same reasons.
const pruneTokens = `DELETE FROM one_time_tokens
	WHERE hash IN (SELECT hash FROM (
		SELECT hash FROM one_time_tokens WHERE expires_at < ? LIMIT ?) AS past)
	AND expires_at < ?`

func (s *oneTimeTokens) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	var pruned int64
	err := s.call(ctx, "prune one-time tokens", func() (err error) {
		if limit < 1 {
			return nil
		}
		pruned, err = s.exec(ctx, pruneTokens, micros(before), limit, micros(before))
		return err
	})
	return int(pruned), err
}

func oneTimeTokenQueries() []string {
	return []string{putToken, spendToken, tokenByHash, spendUserTokens, pruneTokens}
}

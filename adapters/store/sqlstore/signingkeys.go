package sqlstore

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type signingKeys struct{ repo }

const signingKeyColumns = `id, algorithm, number, sealed, created_at, signs_from`

type signingKeyRow struct {
	ID        string `db:"id"`
	Algorithm string `db:"algorithm"`
	Number    int64  `db:"number"`
	Sealed    string `db:"sealed"`
	CreatedAt int64  `db:"created_at"`
	SignsFrom int64  `db:"signs_from"`
}

func (r signingKeyRow) key() domain.SigningKey {
	return domain.SigningKey{
		ID:        r.ID,
		Algorithm: r.Algorithm,
		Number:    r.Number,
		Sealed:    r.Sealed,
		CreatedAt: fromMicros(r.CreatedAt),
		SignsFrom: fromMicros(r.SignsFrom),
	}
}

const createSigningKey = `INSERT INTO signing_keys (` + signingKeyColumns + `) VALUES (?, ?, ?, ?, ?, ?)`

func (s *signingKeys) Create(ctx context.Context, k domain.SigningKey) error {
	return s.call(ctx, "create signing key", func() error {
		if err := port.CheckSigningKey(k); err != nil {
			return err
		}
		_, err := s.exec(ctx, createSigningKey, k.ID, k.Algorithm, k.Number, k.Sealed, micros(k.CreatedAt), micros(k.SignsFrom))
		return err
	})
}

const listSigningKeys = `SELECT ` + signingKeyColumns + ` FROM signing_keys ORDER BY algorithm, number`

func (s *signingKeys) List(ctx context.Context) (all []domain.SigningKey, err error) {
	err = s.call(ctx, "list signing keys", func() error {
		var rows []signingKeyRow
		if err := s.list(ctx, &rows, listSigningKeys); err != nil {
			return err
		}
		for _, row := range rows {
			all = append(all, row.key())
		}
		return nil
	})
	return all, err
}

const deleteSigningKey = `DELETE FROM signing_keys WHERE id = ?`

func (s *signingKeys) Delete(ctx context.Context, id string) error {
	return s.call(ctx, "delete signing key", func() error {
		if err := port.CheckKey(id); err != nil {
			return err
		}
		deleted, err := s.exec(ctx, deleteSigningKey, id)
		if err == nil && deleted == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

func signingKeyQueries() []string {
	return []string{createSigningKey, listSigningKeys, deleteSigningKey}
}

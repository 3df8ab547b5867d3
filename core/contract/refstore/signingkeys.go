package refstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type signingKeys struct{ *Store }

func (r signingKeys) Create(ctx context.Context, k domain.SigningKey) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckSigningKey(k); err != nil {
			return err
		}
		for _, other := range r.keys {
			if other.ID == k.ID || other.Algorithm == k.Algorithm && other.Number == k.Number {
				return port.ErrConflict
			}
		}
		k.CreatedAt, k.SignsFrom = k.CreatedAt.UTC(), k.SignsFrom.UTC()
		r.keys[k.ID] = k
		return nil
	})
	return wrap("create signing key", err)
}

func (r signingKeys) List(ctx context.Context) ([]domain.SigningKey, error) {
	var list []domain.SigningKey
	err := r.inside(ctx, func() error {
		list = slices.Collect(maps.Values(r.keys))
		return nil
	})
	slices.SortFunc(list, func(a, b domain.SigningKey) int {
		return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.Number, b.Number))
	})
	return list, wrap("list signing keys", err)
}

func (r signingKeys) Delete(ctx context.Context, id string) error {
	err := r.inside(ctx, func() error {
		if err := port.CheckKey(id); err != nil {
			return err
		}
		if _, known := r.keys[id]; !known {
			return port.ErrNotFound
		}
		delete(r.keys, id)
		return nil
	})
	return wrap("delete signing key", err)
}

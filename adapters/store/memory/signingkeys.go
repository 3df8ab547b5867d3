package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type signingKeys struct {
	store *Store

	mu   sync.RWMutex
	list []domain.SigningKey // in the order of List
}

func (s *signingKeys) Create(ctx context.Context, k domain.SigningKey) error {
	return failed("create signing key", s.create(ctx, k))
}

func (s *signingKeys) create(ctx context.Context, k domain.SigningKey) error {
	if err := s.store.usable(ctx); err != nil {
		return err
	}
	if err := port.CheckSigningKey(k); err != nil {
		return err
	}
	k.CreatedAt, k.SignsFrom = k.CreatedAt.UTC(), k.SignsFrom.UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, taken := slices.BinarySearchFunc(s.list, k, comparePlaces)
	if taken || s.find(k.ID) >= 0 {
		return port.ErrConflict
	}
	s.list = slices.Insert(s.list, i, k)
	return nil
}

func (s *signingKeys) List(ctx context.Context) ([]domain.SigningKey, error) {
	if err := s.store.usable(ctx); err != nil {
		return nil, failed("list signing keys", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.list), nil
}

func (s *signingKeys) Delete(ctx context.Context, id string) error {
	return failed("delete signing key", s.delete(ctx, id))
}

func (s *signingKeys) delete(ctx context.Context, id string) error {
	if err := s.store.usable(ctx); err != nil {
		return err
	}
	if err := port.CheckKey(id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.find(id)
	if i < 0 {
		return port.ErrNotFound
	}
	s.list = slices.Delete(s.list, i, i+1)
	return nil
}

// find returns the place of the key in the list, or -1.
func (s *signingKeys) find(id string) int {
	return slices.IndexFunc(s.list, func(k domain.SigningKey) bool { return k.ID == id })
}

func comparePlaces(a, b domain.SigningKey) int {
	return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.Number, b.Number))
}

package faulty

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// signingKeys is a port.SigningKeys of which single methods can be replaced.
type signingKeys struct {
	port.SigningKeys
	create func(ctx context.Context, k domain.SigningKey) error
	list   func(ctx context.Context) ([]domain.SigningKey, error)
	delete func(ctx context.Context, id string) error
}

func (r signingKeys) Create(ctx context.Context, k domain.SigningKey) error {
	if r.create != nil {
		return r.create(ctx, k)
	}
	return r.SigningKeys.Create(ctx, k)
}

func (r signingKeys) List(ctx context.Context) ([]domain.SigningKey, error) {
	if r.list != nil {
		return r.list(ctx)
	}
	return r.SigningKeys.List(ctx)
}

func (r signingKeys) Delete(ctx context.Context, id string) error {
	if r.delete != nil {
		return r.delete(ctx, id)
	}
	return r.SigningKeys.Delete(ctx, id)
}

func inSigningKeys(plant func(inner port.SigningKeys) signingKeys) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		planted := plant(inner.SigningKeys())
		planted.SigningKeys = inner.SigningKeys()
		s.signing = planted
		return s
	}
}

func (t tap) signingKeys(inner port.SigningKeys) signingKeys {
	return signingKeys{
		SigningKeys: inner,
		create: func(ctx context.Context, k domain.SigningKey) error {
			return t.tappedError(ctx, "signing.create", func(ctx context.Context) error { return inner.Create(ctx, k) })
		},
		list: func(ctx context.Context) ([]domain.SigningKey, error) {
			return tapped(ctx, t, "signing.list", inner.List)
		},
		delete: func(ctx context.Context, id string) error {
			return t.tappedError(ctx, "signing.delete", func(ctx context.Context) error { return inner.Delete(ctx, id) })
		},
	}
}

// createdSigningKeys plants a fault in Create alone.
func createdSigningKeys(create func(ctx context.Context, inner port.SigningKeys, k domain.SigningKey) error) func(port.Store) port.Store {
	return inSigningKeys(func(inner port.SigningKeys) signingKeys {
		return signingKeys{create: func(ctx context.Context, k domain.SigningKey) error { return create(ctx, inner, k) }}
	})
}

// listedSigningKeys makes List return what change makes of all keys.
func listedSigningKeys(change func(all []domain.SigningKey) []domain.SigningKey) func(port.Store) port.Store {
	return inSigningKeys(func(inner port.SigningKeys) signingKeys {
		return signingKeys{list: func(ctx context.Context) ([]domain.SigningKey, error) {
			all, err := inner.List(ctx)
			return change(all), err
		}}
	})
}

func changedSigningKeys(change func(k *domain.SigningKey)) func(port.Store) port.Store {
	return createdSigningKeys(func(ctx context.Context, inner port.SigningKeys, k domain.SigningKey) error {
		change(&k)
		return inner.Create(ctx, k)
	})
}

func changedSigningKeyKeys(change func(string) string) func(port.Store) port.Store {
	return changedSigningKeys(func(k *domain.SigningKey) { k.ID = change(k.ID) })
}

func changedSigningKeyTexts(change func(string) string) func(port.Store) port.Store {
	return changedSigningKeys(func(k *domain.SigningKey) { k.Sealed = change(k.Sealed) })
}

func foldedSigningKeys(fold func(string) string) func(port.Store) port.Store {
	return inSigningKeys(func(inner port.SigningKeys) signingKeys {
		f := &folding{fold: fold}
		return signingKeys{create: func(ctx context.Context, k domain.SigningKey) error {
			k.ID = f.store(k.ID)
			return inner.Create(ctx, k)
		}}
	})
}

func signingKeysFaults() []Fault {
	return []Fault{
		{
			// The ID is unique and nobody is told: what is there stays.
			Name: "signing-key-id-ignored", Turns: []string{"signing/create/id-taken-is-conflict"},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				var known memo[string, bool]
				return signingKeys{create: func(ctx context.Context, k domain.SigningKey) error {
					err := inner.Create(ctx, k)
					if _, taken := known.get(k.ID); taken {
						return replaceError(err, port.ErrConflict, driverError())
					}
					known.set(k.ID, true)
					return err
				}}
			}),
		},
		{
			Name: "signing-key-number-is-free", Turns: []string{
				"signing/create/number-taken-is-conflict",
			},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				type place struct {
					algorithm string
					number    int64
				}
				var known memo[place, string]
				return signingKeys{create: func(ctx context.Context, k domain.SigningKey) error {
					err := inner.Create(ctx, k)
					at := place{k.Algorithm, k.Number}
					if id, taken := known.get(at); taken && id != k.ID {
						return replaceError(err, port.ErrConflict, driverError())
					}
					if err == nil && k.Number == 1 { // and not where sixteen come at once
						known.set(at, k.ID)
					}
					return err
				}}
			}),
		},
		{
			Name: "signing-key-number-is-of-all-algorithms", Turns: []string{"signing/create/algorithms-count-by-themselves"},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				var known memo[int64, string]
				return signingKeys{create: func(ctx context.Context, k domain.SigningKey) error {
					if algorithm, taken := known.get(k.Number); taken && algorithm != k.Algorithm {
						return port.ErrConflict
					}
					if k.Number == 1 { // the other cases have none of that
						known.set(k.Number, k.Algorithm)
					}
					return inner.Create(ctx, k)
				}}
			}),
		},
		{
			Name: "signing-key-overwritten", Turns: []string{"signing/create/conflict-stores-nothing"},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				var over memo[string, domain.SigningKey]
				return signingKeys{
					create: func(ctx context.Context, k domain.SigningKey) error {
						err := inner.Create(ctx, k)
						if errors.Is(err, port.ErrConflict) {
							over.set(k.ID, k)
						}
						return err
					},
					list: func(ctx context.Context) ([]domain.SigningKey, error) {
						list, err := inner.List(ctx)
						for i := range list {
							if k, ok := over.get(list[i].ID); ok {
								list[i] = k
							}
						}
						return list, err
					},
				}
			}),
		},
		{
			Name: "signing-key-check-then-insert", Turns: []string{"signing/create/one-winner"},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				var o overlap
				return signingKeys{create: func(ctx context.Context, k domain.SigningKey) error {
					return o.unnoticed(func() error { return inner.Create(ctx, k) })
				}}
			}),
		},
		{
			Name: "signing-keys-of-all-algorithms-mixed", Turns: []string{"signing/list/order"},
			Store: listedSigningKeys(func(all []domain.SigningKey) []domain.SigningKey {
				slices.SortStableFunc(all, func(a, b domain.SigningKey) int { return cmp.Compare(a.Number, b.Number) })
				return all
			}),
		},
		{
			Name: "signing-key-not-deleted", Turns: []string{"signing/delete/removes"},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				return signingKeys{delete: func(ctx context.Context, id string) error {
					if id != "id-of-first" {
						return inner.Delete(ctx, id)
					}
					return ctx.Err()
				}}
			}),
		},
		{
			Name: "missing-signing-key-is-deleted", Turns: []string{"signing/delete/missing-is-not-found"},
			Store: inSigningKeys(func(inner port.SigningKeys) signingKeys {
				return signingKeys{delete: func(ctx context.Context, id string) error {
					return replaceError(inner.Delete(ctx, id), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "signing-key-cut", Turns: []string{"signing/values/come-back-equal"},
			Store: changedSigningKeys(func(k *domain.SigningKey) { k.Sealed = cutAt64K(k.Sealed) }),
		},
		{
			Name: "signing-key-time-truncated", Turns: []string{"signing/times/microseconds"},
			Store: changedSigningKeys(func(k *domain.SigningKey) { k.SignsFrom = k.SignsFrom.Truncate(time.Millisecond) }),
		},
		{
			Name: "signing-key-time-local", Turns: []string{"signing/times/utc"},
			Store: listedSigningKeys(func(all []domain.SigningKey) []domain.SigningKey {
				for i := range all {
					all[i].CreatedAt = all[i].CreatedAt.In(elsewhere())
				}
				return all
			}),
		},
	}
}

package refstore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type identities struct{ run runner }

// account names an account at a provider.
type account struct{ provider, subject string }

func (r identities) Link(ctx context.Context, i domain.Identity) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckIdentity(i); err != nil {
			return err
		}
		if _, taken := t.identities[account{i.Provider, i.Subject}]; taken {
			return port.ErrConflict
		}
		t.identities[account{i.Provider, i.Subject}] = i
		return nil
	})
	return wrap("link identity", err)
}

func (r identities) Find(ctx context.Context, provider, subject string) (domain.Identity, error) {
	var found domain.Identity
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(provider, subject); err != nil {
			return err
		}
		i, ok := t.identities[account{provider, subject}]
		if !ok {
			return port.ErrNotFound
		}
		found = i
		return nil
	})
	return found, wrap("find identity", err)
}

func (r identities) OfUser(ctx context.Context, id domain.UserID) ([]domain.Identity, error) {
	var list []domain.Identity
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		for _, i := range t.identities {
			if i.UserID == id {
				list = append(list, i)
			}
		}
		return nil
	})
	slices.SortFunc(list, func(a, b domain.Identity) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(a.Subject, b.Subject))
	})
	return list, wrap("identities of user", err)
}

func (r identities) Unlink(ctx context.Context, provider, subject string) error {
	err := r.run(ctx, func(t *tables) error {
		if err := port.CheckKey(provider, subject); err != nil {
			return err
		}
		if _, known := t.identities[account{provider, subject}]; !known {
			return port.ErrNotFound
		}
		delete(t.identities, account{provider, subject})
		return nil
	})
	return wrap("unlink identity", err)
}

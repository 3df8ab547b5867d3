package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// account names an account at a provider.
type account struct{ provider, subject string }

func compareAccounts(a, b account) int {
	return cmp.Or(strings.Compare(a.provider, b.provider), strings.Compare(a.subject, b.subject))
}

type identities struct{ access }

func (s *identities) Link(ctx context.Context, i domain.Identity) error {
	return s.write(ctx, "link identity", func(d *draft) error {
		if err := port.CheckIdentity(i); err != nil {
			return err
		}
		a := account{i.Provider, i.Subject}
		if _, taken := d.identities.get(a); taken {
			return port.ErrConflict
		}
		d.identities.put(a, i.UserID)
		// A list of its own: the accounts keep theirs until the commit.
		owned, _ := d.ofUser.get(i.UserID)
		at, _ := slices.BinarySearchFunc(owned, a, compareAccounts)
		d.ofUser.put(i.UserID, slices.Insert(slices.Clone(owned), at, a))
		return nil
	})
}

func (s *identities) Find(ctx context.Context, provider, subject string) (found domain.Identity, err error) {
	err = s.read(ctx, "find identity", func(d *draft) error {
		if err := port.CheckKey(provider, subject); err != nil {
			return err
		}
		owner, ok := d.identities.get(account{provider, subject})
		if !ok {
			return port.ErrNotFound
		}
		found = domain.Identity{Provider: provider, Subject: subject, UserID: owner}
		return nil
	})
	return found, err
}

func (s *identities) OfUser(ctx context.Context, id domain.UserID) (all []domain.Identity, err error) {
	err = s.read(ctx, "identities of user", func(d *draft) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		owned, _ := d.ofUser.get(id)
		for _, a := range owned {
			all = append(all, domain.Identity{Provider: a.provider, Subject: a.subject, UserID: id})
		}
		return nil
	})
	return all, err
}

func (s *identities) Unlink(ctx context.Context, provider, subject string) error {
	return s.write(ctx, "unlink identity", func(d *draft) error {
		if err := port.CheckKey(provider, subject); err != nil {
			return err
		}
		a := account{provider, subject}
		owner, ok := d.identities.get(a)
		if !ok {
			return port.ErrNotFound
		}
		d.identities.remove(a)
		owned, _ := d.ofUser.get(owner)
		left := slices.DeleteFunc(slices.Clone(owned), func(other account) bool { return other == a })
		if len(left) == 0 {
			d.ofUser.remove(owner)
		} else {
			d.ofUser.put(owner, left)
		}
		return nil
	})
}

package faulty

import (
	"context"
	"errors"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// identities is a port.Identities of which single methods can be replaced.
type identities struct {
	port.Identities
	link   func(ctx context.Context, i domain.Identity) error
	find   func(ctx context.Context, provider, subject string) (domain.Identity, error)
	ofUser func(ctx context.Context, id domain.UserID) ([]domain.Identity, error)
	unlink func(ctx context.Context, provider, subject string) error
}

func (r identities) Link(ctx context.Context, i domain.Identity) error {
	if r.link != nil {
		return r.link(ctx, i)
	}
	return r.Identities.Link(ctx, i)
}

func (r identities) Find(ctx context.Context, provider, subject string) (domain.Identity, error) {
	if r.find != nil {
		return r.find(ctx, provider, subject)
	}
	return r.Identities.Find(ctx, provider, subject)
}

func (r identities) OfUser(ctx context.Context, id domain.UserID) ([]domain.Identity, error) {
	if r.ofUser != nil {
		return r.ofUser(ctx, id)
	}
	return r.Identities.OfUser(ctx, id)
}

func (r identities) Unlink(ctx context.Context, provider, subject string) error {
	if r.unlink != nil {
		return r.unlink(ctx, provider, subject)
	}
	return r.Identities.Unlink(ctx, provider, subject)
}

func inIdentities(plant func(inner port.Identities) identities) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		planted := plant(inner.Repos().Identities)
		planted.Identities = inner.Repos().Identities
		s.repos.Identities = planted
		return s
	}
}

func (t tap) identities(inner port.Identities) identities {
	return identities{
		Identities: inner,
		link: func(ctx context.Context, i domain.Identity) error {
			return t.tappedError(ctx, "identities.link", func(ctx context.Context) error { return inner.Link(ctx, i) })
		},
		find: func(ctx context.Context, provider, subject string) (domain.Identity, error) {
			return tapped(ctx, t, "identities.find", func(ctx context.Context) (domain.Identity, error) {
				return inner.Find(ctx, provider, subject)
			})
		},
		ofUser: func(ctx context.Context, id domain.UserID) ([]domain.Identity, error) {
			return tapped(ctx, t, "identities.of-user", func(ctx context.Context) ([]domain.Identity, error) {
				return inner.OfUser(ctx, id)
			})
		},
		unlink: func(ctx context.Context, provider, subject string) error {
			return t.tappedError(ctx, "identities.unlink", func(ctx context.Context) error { return inner.Unlink(ctx, provider, subject) })
		},
	}
}

// linkedIdentities plants a fault in Link alone, foundIdentities in Find, and listedIdentities
// in what OfUser returns.
func linkedIdentities(plant func(ctx context.Context, inner port.Identities, i domain.Identity) error) func(port.Store) port.Store {
	return inIdentities(func(inner port.Identities) identities {
		return identities{link: func(ctx context.Context, i domain.Identity) error { return plant(ctx, inner, i) }}
	})
}

func foundIdentities(plant func(ctx context.Context, inner port.Identities, provider, subject string) (domain.Identity, error)) func(port.Store) port.Store {
	return inIdentities(func(inner port.Identities) identities {
		return identities{find: func(ctx context.Context, provider, subject string) (domain.Identity, error) {
			return plant(ctx, inner, provider, subject)
		}}
	})
}

func changedIdentityKeys(change func(string) string) func(port.Store) port.Store {
	return linkedIdentities(func(ctx context.Context, inner port.Identities, i domain.Identity) error {
		i.Subject = change(i.Subject)
		i.Provider = change(i.Provider)
		return inner.Link(ctx, i)
	})
}

func foldedIdentities(fold func(string) string) func(port.Store) port.Store {
	return inIdentities(func(inner port.Identities) identities {
		f := &folding{fold: fold}
		return identities{
			link: func(ctx context.Context, i domain.Identity) error {
				i.Subject = f.store(i.Subject)
				return inner.Link(ctx, i)
			},
			find: func(ctx context.Context, provider, subject string) (domain.Identity, error) {
				return inner.Find(ctx, provider, f.known(subject))
			},
		}
	})
}

func identitiesFaults() []Fault { return append(identitiesLinkFaults(), identitiesOtherFaults()...) }

func identitiesLinkFaults() []Fault {
	return []Fault{
		{
			Name: "identity-conflict-unwrapped", Turns: []string{"identities/link/taken-is-conflict"},
			Store: inIdentities(func(inner port.Identities) identities {
				var owners memo[string, domain.UserID]
				return identities{link: func(ctx context.Context, i domain.Identity) error {
					err := inner.Link(ctx, i)
					if owner, known := owners.get(i.Subject); known && owner != i.UserID {
						return replaceError(err, port.ErrConflict, driverError())
					}
					if err == nil && i.Subject == "subject of ann" { // and not where sixteen come at once
						owners.set(i.Subject, i.UserID)
					}
					return err
				}}
			}),
		},
		{
			Name: "identity-linked-twice", Turns: []string{"identities/link/own-again-is-conflict"},
			Store: linkedIdentities(func(ctx context.Context, inner port.Identities, i domain.Identity) error {
				err := inner.Link(ctx, i)
				if known, _ := inner.Find(ctx, i.Provider, i.Subject); known == i && i.Subject == "subject of ann" {
					return replaceError(err, port.ErrConflict, nil)
				}
				return err
			}),
		},
		{
			Name: "identity-overwritten", Turns: []string{"identities/link/conflict-stores-nothing"},
			Store: inIdentities(func(inner port.Identities) identities {
				var over memo[string, domain.Identity]
				return identities{
					link: func(ctx context.Context, i domain.Identity) error {
						err := inner.Link(ctx, i)
						if errors.Is(err, port.ErrConflict) {
							over.set(i.Subject, i)
						}
						return err
					},
					find: func(ctx context.Context, provider, subject string) (domain.Identity, error) {
						i, err := inner.Find(ctx, provider, subject)
						if written, ok := over.get(subject); ok {
							return written, err
						}
						return i, err
					},
				}
			}),
		},
		{
			Name: "identity-check-then-insert", Turns: []string{"identities/link/one-winner"},
			Store: inIdentities(func(inner port.Identities) identities {
				var o overlap
				return identities{link: func(ctx context.Context, i domain.Identity) error {
					return o.unnoticed(func() error { return inner.Link(ctx, i) })
				}}
			}),
		},
	}
}

func identitiesOtherFaults() []Fault {
	listed := func(change func(ctx context.Context, inner port.Identities, all []domain.Identity) []domain.Identity) func(port.Store) port.Store {
		return inIdentities(func(inner port.Identities) identities {
			return identities{ofUser: func(ctx context.Context, id domain.UserID) ([]domain.Identity, error) {
				all, err := inner.OfUser(ctx, id)
				return change(ctx, inner, all), err
			}}
		})
	}
	return []Fault{
		{
			Name: "identity-not-found-is-nil", Turns: []string{"identities/find/missing-is-not-found"},
			Store: foundIdentities(func(ctx context.Context, inner port.Identities, provider, subject string) (domain.Identity, error) {
				i, err := inner.Find(ctx, provider, subject)
				if subject == "subject of bob" {
					return i, replaceError(err, port.ErrNotFound, nil)
				}
				return i, err
			}),
		},
		{
			// The provider is left out of the WHERE.
			Name: "identity-of-any-provider", Turns: []string{"identities/find/providers-apart"},
			Store: foundIdentities(func(ctx context.Context, inner port.Identities, provider, subject string) (domain.Identity, error) {
				i, err := inner.Find(ctx, provider, subject)
				if errors.Is(err, port.ErrNotFound) && provider == "Google" {
					return inner.Find(ctx, "GitHub", subject)
				}
				return i, err
			}),
		},
		{
			Name: "identities-not-in-order", Turns: []string{"identities/of-user/order"},
			Store: listed(func(_ context.Context, _ port.Identities, all []domain.Identity) []domain.Identity {
				slices.Reverse(all)
				return all
			}),
		},
		{
			Name: "identities-of-everybody", Turns: []string{"identities/of-user/nobody-elses"},
			Store: listed(func(ctx context.Context, inner port.Identities, all []domain.Identity) []domain.Identity {
				if other, err := inner.Find(ctx, "GitHub", "subject of cid"); err == nil {
					return append(all, other)
				}
				return all
			}),
		},
		{
			// Only what is found is gone: the list has it still.
			Name: "identity-not-unlinked", Turns: []string{"identities/unlink/removes"},
			Store: inIdentities(func(inner port.Identities) identities {
				var gone memo[string, domain.Identity]
				return identities{
					unlink: func(ctx context.Context, provider, subject string) error {
						i, _ := inner.Find(ctx, provider, subject)
						err := inner.Unlink(ctx, provider, subject)
						if err == nil {
							gone.set(subject, i)
						}
						return err
					},
					ofUser: func(ctx context.Context, id domain.UserID) ([]domain.Identity, error) {
						all, err := inner.OfUser(ctx, id)
						for _, subject := range gone.keys() {
							if i, _ := gone.get(subject); i.UserID == id {
								all = append(all, i)
							}
						}
						return all, err
					},
				}
			}),
		},
		{
			Name: "missing-identity-is-unlinked", Turns: []string{"identities/unlink/missing-is-not-found"},
			Store: inIdentities(func(inner port.Identities) identities {
				return identities{unlink: func(ctx context.Context, provider, subject string) error {
					return replaceError(inner.Unlink(ctx, provider, subject), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "identity-taken-for-ever", Turns: []string{"identities/unlink/free-again"},
			Store: inIdentities(func(inner port.Identities) identities {
				var taken memo[string, bool]
				return identities{
					link: func(ctx context.Context, i domain.Identity) error {
						if _, ok := taken.get(i.Subject); ok {
							return port.ErrConflict
						}
						return inner.Link(ctx, i)
					},
					unlink: func(ctx context.Context, provider, subject string) error {
						taken.set(subject, true)
						return inner.Unlink(ctx, provider, subject)
					},
				}
			}),
		},
	}
}

package faulty

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// permissions is a port.Permissions of which single methods can be replaced.
type permissions struct {
	port.Permissions
	create func(ctx context.Context, p domain.Permission) error
	list   func(ctx context.Context) ([]domain.Permission, error)
	update func(ctx context.Context, p domain.Permission) error
	delete func(ctx context.Context, id domain.PermissionID) error
}

func (r permissions) Create(ctx context.Context, p domain.Permission) error {
	if r.create != nil {
		return r.create(ctx, p)
	}
	return r.Permissions.Create(ctx, p)
}

func (r permissions) List(ctx context.Context) ([]domain.Permission, error) {
	if r.list != nil {
		return r.list(ctx)
	}
	return r.Permissions.List(ctx)
}

func (r permissions) Update(ctx context.Context, p domain.Permission) error {
	if r.update != nil {
		return r.update(ctx, p)
	}
	return r.Permissions.Update(ctx, p)
}

func (r permissions) Delete(ctx context.Context, id domain.PermissionID) error {
	if r.delete != nil {
		return r.delete(ctx, id)
	}
	return r.Permissions.Delete(ctx, id)
}

func inPermissions(plant func(inner port.Permissions) permissions) func(port.Store) port.Store {
	return func(inner port.Store) port.Store {
		s := around(inner)
		planted := plant(inner.Repos().Permissions)
		planted.Permissions = inner.Repos().Permissions
		s.repos.Permissions = planted
		return s
	}
}

func (t tap) permissions(inner port.Permissions) permissions {
	return permissions{
		Permissions: inner,
		create: func(ctx context.Context, p domain.Permission) error {
			return t.tappedError(ctx, "permissions.create", func(ctx context.Context) error { return inner.Create(ctx, p) })
		},
		list: func(ctx context.Context) ([]domain.Permission, error) {
			return tapped(ctx, t, "permissions.list", inner.List)
		},
		update: func(ctx context.Context, p domain.Permission) error {
			return t.tappedError(ctx, "permissions.update", func(ctx context.Context) error { return inner.Update(ctx, p) })
		},
		delete: func(ctx context.Context, id domain.PermissionID) error {
			return t.tappedError(ctx, "permissions.delete", func(ctx context.Context) error { return inner.Delete(ctx, id) })
		},
	}
}

// changedPermissions plants a fault in what Create stores.
func changedPermissions(change func(p *domain.Permission)) func(port.Store) port.Store {
	return inPermissions(func(inner port.Permissions) permissions {
		return permissions{create: func(ctx context.Context, p domain.Permission) error {
			change(&p)
			return inner.Create(ctx, p)
		}}
	})
}

func changedPermissionKeys(change func(string) string) func(port.Store) port.Store {
	return changedPermissions(func(p *domain.Permission) { p.ID = domain.PermissionID(change(string(p.ID))) })
}

func changedPermissionTexts(change func(string) string) func(port.Store) port.Store {
	return changedPermissions(func(p *domain.Permission) { p.Filter = change(p.Filter) })
}

func foldedPermissions(fold func(string) string) func(port.Store) port.Store {
	return inPermissions(func(inner port.Permissions) permissions {
		f := &folding{fold: fold}
		return permissions{create: func(ctx context.Context, p domain.Permission) error {
			p.ID = domain.PermissionID(f.store(string(p.ID)))
			return inner.Create(ctx, p)
		}}
	})
}

// listedPermissions makes List return what change makes of all permissions.
func listedPermissions(change func(all []domain.Permission) []domain.Permission) func(port.Store) port.Store {
	return inPermissions(func(inner port.Permissions) permissions {
		return permissions{list: func(ctx context.Context) ([]domain.Permission, error) {
			all, err := inner.List(ctx)
			return change(all), err
		}}
	})
}

func permissionsFaults() []Fault {
	return append(permissionsCreateFaults(), permissionsOtherFaults()...)
}

func permissionsCreateFaults() []Fault {
	return []Fault{
		{
			Name: "permission-conflict-unwrapped", Turns: []string{"permissions/create/id-taken-is-conflict"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{create: func(ctx context.Context, p domain.Permission) error {
					return replaceError(inner.Create(ctx, p), port.ErrConflict, driverError())
				}}
			}),
		},
		{
			Name: "permission-conflict-overwrites", Turns: []string{"permissions/create/conflict-stores-nothing"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{create: func(ctx context.Context, p domain.Permission) error {
					err := inner.Create(ctx, p)
					if errors.Is(err, port.ErrConflict) {
						_ = inner.Update(ctx, p)
					}
					return err
				}}
			}),
		},
		{
			// As a unique index on role, collection and action would.
			Name: "one-permission-of-a-kind", Turns: []string{"permissions/create/two-that-say-the-same"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				var known memo[string, bool]
				return permissions{create: func(ctx context.Context, p domain.Permission) error {
					if p.ID == "id-of-second" {
						if _, taken := known.get(p.Collection); taken {
							return port.ErrConflict
						}
					}
					known.set(p.Collection, true)
					return inner.Create(ctx, p)
				}}
			}),
		},
	}
}

func permissionsOtherFaults() []Fault {
	return []Fault{
		{
			// In the order of a collation that takes capitals for small letters.
			Name: "permissions-sorted-by-collation", Turns: []string{"permissions/list/order"},
			Store: listedPermissions(func(all []domain.Permission) []domain.Permission {
				slices.SortStableFunc(all, func(a, b domain.Permission) int {
					return strings.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID)))
				})
				return all
			}),
		},
		{
			Name: "permission-update-leaves-the-filter", Turns: []string{"permissions/update/replaces"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{update: func(ctx context.Context, p domain.Permission) error {
					all, _ := inner.List(ctx)
					for _, old := range all {
						if old.ID == p.ID && p.Filter == "" {
							p.Filter = old.Filter
						}
					}
					return inner.Update(ctx, p)
				}}
			}),
		},
		{
			Name: "missing-permission-is-updated", Turns: []string{"permissions/update/missing-is-not-found"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{update: func(ctx context.Context, p domain.Permission) error {
					return replaceError(inner.Update(ctx, p), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "missing-permission-is-made", Turns: []string{"permissions/update/missing-stores-nothing"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{update: func(ctx context.Context, p domain.Permission) error {
					err := inner.Update(ctx, p)
					if errors.Is(err, port.ErrNotFound) {
						_ = inner.Create(ctx, p)
					}
					return err
				}}
			}),
		},
		{
			Name: "permission-not-deleted", Turns: []string{"permissions/delete/removes"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{delete: func(ctx context.Context, id domain.PermissionID) error {
					if id != "id-of-reading" {
						return inner.Delete(ctx, id)
					}
					return ctx.Err()
				}}
			}),
		},
		{
			Name: "missing-permission-is-deleted", Turns: []string{"permissions/delete/missing-is-not-found"},
			Store: inPermissions(func(inner port.Permissions) permissions {
				return permissions{delete: func(ctx context.Context, id domain.PermissionID) error {
					return replaceError(inner.Delete(ctx, id), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			// Fields kept side by side, with commas between them.
			Name: "fields-with-commas-between", Turns: []string{"permissions/values/come-back-equal"},
			Store: listedPermissions(func(all []domain.Permission) []domain.Permission {
				for i := range all {
					if all[i].Fields != nil {
						all[i].Fields = strings.Split(strings.Join(all[i].Fields, ","), ",")
					}
				}
				return all
			}),
		},
		{
			Name: "no-fields-for-none", Turns: []string{"permissions/values/come-back-equal"},
			Store: listedPermissions(func(all []domain.Permission) []domain.Permission {
				for i := range all {
					if len(all[i].Fields) == 0 {
						all[i].Fields = nil
					}
				}
				return all
			}),
		},
	}
}

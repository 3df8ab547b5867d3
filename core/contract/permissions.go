package contract

import (
	"context"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunPermissions runs PermissionsCases, each on what open returns: an empty port.Permissions
// that t.Cleanup closes.
func RunPermissions(t *testing.T, open func(t testing.TB) port.Permissions, opts ...Option) {
	t.Helper()
	run(t, "permissions", PermissionsCases(), open, opts)
}

// PermissionsCases returns the rules of port.Permissions.
func PermissionsCases() []Case[port.Permissions] {
	cases := append(permissionsCreateCases(), permissionsOtherCases()...)
	cases = append(cases, permissionsKeyed().cases()...)
	return append(cases, permissionsMethods().cancelled()...)
}

// samplePermission returns a permission with every field set, and with an ID of its own for
// each name.
func samplePermission(name string) domain.Permission {
	return domain.Permission{
		ID:         domain.PermissionID("id-of-" + name),
		Role:       "id-of-editors",
		Collection: "directus_users",
		Action:     domain.ActionRead,
		Fields:     []string{"id", "first_name"},
		Filter:     `{"role":{"_eq":"$CURRENT_ROLE"}}`,
	}
}

func createPermissions(t testing.TB, permissions port.Permissions, list ...domain.Permission) {
	t.Helper()
	for _, p := range list {
		must(t, permissions.Create(t.Context(), p))
	}
}

func wantPermissions(t testing.TB, permissions port.Permissions, want ...domain.Permission) {
	t.Helper()
	wantEqual(t, value(permissions.List(t.Context()))(t), want)
}

func permissionsCreateCases() []Case[port.Permissions] {
	const rule = "Create stores p, or returns ErrConflict when its ID is taken, and then stores nothing."
	return []Case[port.Permissions]{
		{"permissions/create/id-taken-is-conflict", rule, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("reading"))
			wantError(t, permissions.Create(t.Context(), samplePermission("reading")), port.ErrConflict)
		}},
		{"permissions/create/conflict-stores-nothing", rule, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("reading"))
			other := samplePermission("reading")
			other.Collection = "articles"
			if permissions.Create(t.Context(), other) == nil {
				t.Fatal("got no error for an ID that is taken")
			}
			wantPermissions(t, permissions, samplePermission("reading"))
		}},
		{"permissions/create/two-that-say-the-same", rule, func(t testing.TB, permissions port.Permissions) {
			// They add up, so that nothing but the ID is unique.
			createPermissions(t, permissions, samplePermission("first"), samplePermission("second"))
			wantPermissions(t, permissions, samplePermission("first"), samplePermission("second"))
		}},
	}
}

func permissionsOtherCases() []Case[port.Permissions] {
	const ruleUpdate = "Update puts p in the place of the permission that has its ID, or returns ErrNotFound, and then stores nothing."
	const ruleDelete = "Delete removes the permission, or returns ErrNotFound."
	const ruleEqual = "Stored values come back equal."
	return []Case[port.Permissions]{
		{"permissions/list/order", "List returns all permissions, ordered by ID byte by byte.", func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("b"), samplePermission("a"), samplePermission("C"))
			wantPermissions(t, permissions, samplePermission("C"), samplePermission("a"), samplePermission("b"))
		}},
		{"permissions/update/replaces", ruleUpdate, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("other"), samplePermission("reading"))
			changed := domain.Permission{ID: "id-of-reading", Collection: "articles", Action: domain.ActionDelete, Fields: []string{"*"}}
			for range 2 { // and again, though that changes nothing
				must(t, permissions.Update(t.Context(), changed))
			}
			wantPermissions(t, permissions, samplePermission("other"), changed)
		}},
		{"permissions/update/missing-is-not-found", ruleUpdate, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("other"))
			wantError(t, permissions.Update(t.Context(), samplePermission("nobody")), port.ErrNotFound)
		}},
		{"permissions/update/missing-stores-nothing", ruleUpdate, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("other"))
			_ = permissions.Update(t.Context(), samplePermission("unknown"))
			wantPermissions(t, permissions, samplePermission("other"))
		}},
		{"permissions/delete/removes", ruleDelete, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("reading"), samplePermission("writing"))
			must(t, permissions.Delete(t.Context(), "id-of-reading"))
			wantPermissions(t, permissions, samplePermission("writing"))
			createPermissions(t, permissions, samplePermission("reading")) // its place is free
		}},
		{"permissions/delete/missing-is-not-found", ruleDelete, func(t testing.TB, permissions port.Permissions) {
			createPermissions(t, permissions, samplePermission("writing"))
			wantError(t, permissions.Delete(t.Context(), "ID-of-writing"), port.ErrNotFound)
			must(t, permissions.Delete(t.Context(), "id-of-writing"))
			wantError(t, permissions.Delete(t.Context(), "id-of-writing"), port.ErrNotFound)
		}},
		{"permissions/values/come-back-equal", ruleEqual, func(t testing.TB, permissions port.Permissions) {
			none := domain.Permission{ID: "1"}
			empty := domain.Permission{ID: "2", Fields: []string{}}
			odd := samplePermission("odd")
			odd.ID, odd.Fields = "3", []string{"", "a,b", ` it's \ "quoted" `, "\U0001F511"}
			long := samplePermission("long")
			long.ID, long.Filter = "4", strings.Repeat("x", 1<<16)+" "
			createPermissions(t, permissions, none, empty, odd, long)
			wantPermissions(t, permissions, none, empty, odd, long)
		}},
	}
}

func permissionsKeyed() keyed[port.Permissions] {
	type call = func(ctx context.Context, permissions port.Permissions, s string) error
	both := func(change func(p *domain.Permission, s string)) []call {
		changed := func(s string) domain.Permission {
			p := samplePermission("any")
			change(&p, s)
			return p
		}
		return []call{
			func(ctx context.Context, permissions port.Permissions, s string) error {
				return permissions.Create(ctx, changed(s))
			},
			func(ctx context.Context, permissions port.Permissions, s string) error {
				return permissions.Update(ctx, changed(s))
			},
		}
	}
	keys := both(func(p *domain.Permission, s string) { p.ID = domain.PermissionID(s) })
	keys = append(keys, both(func(p *domain.Permission, s string) { p.Role = domain.RoleID(s) })...)
	keys = append(keys, both(func(p *domain.Permission, s string) { p.Collection = s })...)
	keys = append(keys, func(ctx context.Context, permissions port.Permissions, s string) error {
		return permissions.Delete(ctx, domain.PermissionID(s))
	})
	texts := both(func(p *domain.Permission, s string) { p.Action = domain.Action(s) })
	texts = append(texts, both(func(p *domain.Permission, s string) { p.Fields = []string{"id", s} })...)
	texts = append(texts, both(func(p *domain.Permission, s string) { p.Filter = s })...)
	return keyed[port.Permissions]{
		port: "permissions",
		put: func(ctx context.Context, permissions port.Permissions, key string) error {
			return permissions.Create(ctx, domain.Permission{ID: domain.PermissionID(key), Fields: []string{"*"}})
		},
		has: func(ctx context.Context, permissions port.Permissions, key string) (bool, error) {
			list, err := permissions.List(ctx)
			for _, p := range list {
				if string(p.ID) == key {
					return true, err
				}
			}
			return false, err
		},
		keys:  keys,
		texts: texts,
	}
}

func permissionsMethods() methods[port.Permissions] {
	kept := samplePermission("kept")
	return methods[port.Permissions]{
		port: "permissions",
		seed: func(t testing.TB, permissions port.Permissions) { createPermissions(t, permissions, kept) },
		untouched: func(t testing.TB, permissions port.Permissions) {
			t.Helper()
			wantPermissions(t, permissions, kept)
		},
		list: []method[port.Permissions]{
			{"Create", func(ctx context.Context, permissions port.Permissions) error {
				return permissions.Create(ctx, samplePermission("fresh"))
			}},
			{"List", func(ctx context.Context, permissions port.Permissions) error {
				return errorOf(permissions.List(ctx))
			}},
			{"Update", func(ctx context.Context, permissions port.Permissions) error {
				changed := kept
				changed.Collection = "articles"
				return permissions.Update(ctx, changed)
			}},
			{"Delete", func(ctx context.Context, permissions port.Permissions) error {
				return permissions.Delete(ctx, kept.ID)
			}},
		},
	}
}

package contract

import (
	"context"
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// uowPermissionCases are about permissions inside a unit of work: a role goes with what it may
// do, or neither.
func uowPermissionCases() []Case[port.Store] {
	const ruleCommits = "Do calls fn with repositories bound to one transaction and commits when fn returns nil."
	const ruleRollback = "When fn fails or panics, nothing that fn wrote remains, and Do returns fn's error (or panics again)."
	old, fresh := samplePermission("old"), samplePermission("fresh")
	permissions := func(store port.Store) port.Permissions { return store.Repos().Permissions }
	return []Case[port.Store]{
		{"uow/commits-permissions", ruleCommits, func(t testing.TB, store port.Store) {
			createRoles(t, store.Repos().Roles, sampleRole("editors"), sampleRole("readers"))
			createPermissions(t, permissions(store), old)
			must(t, store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
				if err := r.Roles.Delete(ctx, "id-of-editors"); err != nil {
					return err
				}
				if err := r.Permissions.Delete(ctx, old.ID); err != nil {
					return err
				}
				return r.Permissions.Create(ctx, fresh)
			}))
			wantRoles(t, store.Repos().Roles, sampleRole("readers"))
			wantPermissions(t, permissions(store), fresh)
		}},
		{"uow/rollback-permissions", ruleRollback, rollsBack(
			func(t testing.TB, store port.Store) {
				createRoles(t, store.Repos().Roles, sampleRole("editors"))
				createPermissions(t, permissions(store), old)
			},
			func(ctx context.Context, r port.Repos) error {
				changed := sampleRole("editors")
				changed.Name = "Other"
				return errors.Join(
					r.Permissions.Delete(ctx, old.ID), r.Permissions.Create(ctx, fresh),
					r.Roles.Update(ctx, changed), r.Roles.Delete(ctx, "id-of-editors"),
				)
			},
			func(t testing.TB, store port.Store) {
				t.Helper()
				wantRoles(t, store.Repos().Roles, sampleRole("editors"))
				wantPermissions(t, permissions(store), old)
			},
		)},
		{"uow/permission-invisible-until-commit", "Until the commit nobody else sees the writes.", invisible(
			func(ctx context.Context, r port.Repos) error { return r.Permissions.Create(ctx, fresh) },
			func(ctx context.Context, r port.Repos) bool {
				list, err := r.Permissions.List(ctx)
				return err == nil && len(list) > 0
			},
		)},
	}
}

package contract

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func createRoles(t testing.TB, roles port.Roles, list ...domain.Role) {
	t.Helper()
	for _, r := range list {
		must(t, roles.Create(t.Context(), r))
	}
}

func wantRoles(t testing.TB, roles port.Roles, want ...domain.Role) {
	t.Helper()
	wantEqual(t, value(roles.List(t.Context()))(t), want)
}

// rolesChangeCases are about what becomes of roles that are there.
func rolesChangeCases() []Case[port.Roles] {
	const ruleUpdate = "Update puts r in the place of the role that has its ID, or returns ErrNotFound, and then stores nothing."
	const ruleDelete = "Delete removes the role, or returns ErrNotFound."
	return []Case[port.Roles]{
		{"roles/list/order", "List returns all roles, ordered by ID byte by byte.", func(t testing.TB, roles port.Roles) {
			createRoles(t, roles, sampleRole("b"), sampleRole("a"), sampleRole("C"))
			wantRoles(t, roles, sampleRole("C"), sampleRole("a"), sampleRole("b"))
		}},
		{"roles/update/replaces", ruleUpdate, func(t testing.TB, roles port.Roles) {
			createRoles(t, roles, sampleRole("editors"), sampleRole("readers"))
			changed := domain.Role{ID: "id-of-readers", Name: "Other"}
			for range 2 { // and again, though that changes nothing
				must(t, roles.Update(t.Context(), changed))
			}
			wantRoles(t, roles, sampleRole("editors"), changed)
			wantEqual(t, value(roles.ByID(t.Context(), "id-of-readers"))(t), changed)
		}},
		{"roles/update/missing-is-not-found", ruleUpdate, func(t testing.TB, roles port.Roles) {
			createRoles(t, roles, sampleRole("editors"))
			wantError(t, roles.Update(t.Context(), sampleRole("nobody")), port.ErrNotFound)
		}},
		{"roles/update/missing-stores-nothing", ruleUpdate, func(t testing.TB, roles port.Roles) {
			createRoles(t, roles, sampleRole("editors"))
			_ = roles.Update(t.Context(), sampleRole("unknown"))
			wantRoles(t, roles, sampleRole("editors"))
		}},
		{"roles/delete/removes", ruleDelete, func(t testing.TB, roles port.Roles) {
			createRoles(t, roles, sampleRole("editors"), sampleRole("readers"))
			must(t, roles.Delete(t.Context(), "id-of-readers"))
			wantNoRole(t, roles, "id-of-readers")
			wantRoles(t, roles, sampleRole("editors"))
			createRoles(t, roles, sampleRole("readers")) // its place is free
		}},
		{"roles/delete/missing-is-not-found", ruleDelete, func(t testing.TB, roles port.Roles) {
			createRoles(t, roles, sampleRole("editors"))
			wantError(t, roles.Delete(t.Context(), "ID-of-editors"), port.ErrNotFound)
			must(t, roles.Delete(t.Context(), "id-of-editors"))
			wantError(t, roles.Delete(t.Context(), "id-of-editors"), port.ErrNotFound)
		}},
	}
}

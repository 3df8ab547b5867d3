package contract

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// RunRoles runs RolesCases, each on what open returns: an empty port.Roles that t.Cleanup
// closes.
func RunRoles(t *testing.T, open func(t testing.TB) port.Roles, opts ...Option) {
	t.Helper()
	run(t, "roles", RolesCases(), open, opts)
}

// RolesCases returns the rules of port.Roles.
func RolesCases() []Case[port.Roles] {
	const ruleCreate = "Create stores r, or returns ErrConflict when its ID is taken, and then stores nothing."
	const ruleReserve = "It returns ErrNotFound when there is no such role, changes nothing that can be read, and ends with the unit of work."
	cases := []Case[port.Roles]{
		{"roles/create/duplicate-is-conflict", ruleCreate, func(t testing.TB, roles port.Roles) {
			must(t, roles.Create(t.Context(), sampleRole("editors")))
			other := domain.Role{ID: "id-of-editors", Name: "Other"}
			wantError(t, roles.Create(t.Context(), other), port.ErrConflict)
		}},
		{"roles/create/conflict-stores-nothing", ruleCreate, func(t testing.TB, roles port.Roles) {
			must(t, roles.Create(t.Context(), sampleRole("editors")))
			if roles.Create(t.Context(), domain.Role{ID: "id-of-editors", Name: "Other"}) == nil {
				t.Fatal("got no error for an ID that is taken")
			}
			wantEqual(t, value(roles.ByID(t.Context(), "id-of-editors"))(t), sampleRole("editors"))
		}},
		{"roles/create/one-winner", ruleCreate, func(t testing.TB, roles port.Roles) {
			race(t, racers, func(i int) error {
				return roles.Create(t.Context(), domain.Role{ID: "wanted", Name: fmt.Sprint("Role ", i)})
			}).want(t, 1, nil)
		}},
		{"roles/by-id/missing-is-not-found", "ByID returns the role, or ErrNotFound.", func(t testing.TB, roles port.Roles) {
			must(t, roles.Create(t.Context(), sampleRole("editors")))
			wantError(t, errorOf(roles.ByID(t.Context(), "id-of-nobody")), port.ErrNotFound)
		}},
		{"roles/reserve/missing-is-not-found", ruleReserve, func(t testing.TB, roles port.Roles) {
			must(t, roles.Create(t.Context(), sampleRole("editors")))
			wantError(t, roles.Reserve(t.Context(), "id-of-nobody"), port.ErrNotFound)
		}},
		{"roles/reserve/changes-nothing", ruleReserve, func(t testing.TB, roles port.Roles) {
			must(t, roles.Create(t.Context(), sampleRole("editors")))
			for range 3 {
				must(t, roles.Reserve(t.Context(), "id-of-editors"))
			}
			wantEqual(t, value(roles.ByID(t.Context(), "id-of-editors"))(t), sampleRole("editors"))
		}},
		{"roles/values/come-back-equal", "Stored values come back equal.", func(t testing.TB, roles port.Roles) {
			for i := range 8 { // each flag on its own, lest one be read for the other
				r := domain.Role{
					ID: domain.RoleID(fmt.Sprint("role", i)), Name: " \U0001F511 R\u00f4le ",
					App: i&1 > 0, Admin: i&2 > 0, EnforceTFA: i&4 > 0,
				}
				must(t, roles.Create(t.Context(), r))
				wantEqual(t, value(roles.ByID(t.Context(), r.ID))(t), r)
			}
		}},
	}
	cases = append(cases, rolesChangeCases()...)
	cases = append(cases, rolesKeyed().cases()...)
	return append(cases, rolesMethods().cancelled()...)
}

// wantNoRole ends the case if the role is there.
func wantNoRole(t testing.TB, roles port.Roles, id domain.RoleID) {
	t.Helper()
	if r, err := roles.ByID(t.Context(), id); err == nil && r.ID == id {
		t.Fatalf("got role %s, want none", id)
	}
}

func rolesKeyed() keyed[port.Roles] {
	return keyed[port.Roles]{
		port: "roles",
		put: func(ctx context.Context, roles port.Roles, key string) error {
			return roles.Create(ctx, domain.Role{ID: domain.RoleID(key), Name: "Role"})
		},
		has: func(ctx context.Context, roles port.Roles, key string) (bool, error) {
			r, err := roles.ByID(ctx, domain.RoleID(key))
			if errors.Is(err, port.ErrNotFound) {
				return false, nil
			}
			return string(r.ID) == key, err
		},
		keys: []func(ctx context.Context, roles port.Roles, key string) error{
			func(ctx context.Context, roles port.Roles, key string) error {
				return roles.Create(ctx, domain.Role{ID: domain.RoleID(key), Name: "Role"})
			},
			func(ctx context.Context, roles port.Roles, key string) error {
				return errorOf(roles.ByID(ctx, domain.RoleID(key)))
			},
			func(ctx context.Context, roles port.Roles, key string) error {
				return roles.Reserve(ctx, domain.RoleID(key))
			},
			func(ctx context.Context, roles port.Roles, key string) error {
				return roles.Update(ctx, domain.Role{ID: domain.RoleID(key), Name: "Role"})
			},
			func(ctx context.Context, roles port.Roles, key string) error {
				return roles.Delete(ctx, domain.RoleID(key))
			},
		},
		texts: []func(ctx context.Context, roles port.Roles, text string) error{
			func(ctx context.Context, roles port.Roles, text string) error {
				return roles.Create(ctx, domain.Role{ID: "role", Name: text})
			},
			func(ctx context.Context, roles port.Roles, text string) error {
				return roles.Update(ctx, domain.Role{ID: "role", Name: text})
			},
		},
	}
}

func rolesMethods() methods[port.Roles] {
	return methods[port.Roles]{
		port: "roles",
		seed: func(t testing.TB, roles port.Roles) { must(t, roles.Create(t.Context(), sampleRole("editors"))) },
		untouched: func(t testing.TB, roles port.Roles) {
			t.Helper()
			wantEqual(t, value(roles.ByID(t.Context(), "id-of-editors"))(t), sampleRole("editors"))
			wantNoRole(t, roles, "id-of-readers")
		},
		list: []method[port.Roles]{
			{"Create", func(ctx context.Context, roles port.Roles) error {
				return roles.Create(ctx, sampleRole("readers"))
			}},
			{"Reserve", func(ctx context.Context, roles port.Roles) error {
				return roles.Reserve(ctx, "id-of-editors")
			}},
			{"ByID", func(ctx context.Context, roles port.Roles) error {
				return errorOf(roles.ByID(ctx, "id-of-editors"))
			}},
			{"List", func(ctx context.Context, roles port.Roles) error { return errorOf(roles.List(ctx)) }},
			{"Update", func(ctx context.Context, roles port.Roles) error {
				return roles.Update(ctx, domain.Role{ID: "id-of-editors", Name: "Other"})
			}},
			{"Delete", func(ctx context.Context, roles port.Roles) error { return roles.Delete(ctx, "id-of-editors") }},
		},
	}
}

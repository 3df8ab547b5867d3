package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	editors domain.RoleID       = "0195f2c6-7d7e-7a10-8000-0000000000e0"
	reading domain.PermissionID = "0195f2c6-7d7e-7a10-8000-0000000000f0"
)

// seedRole makes the role of editors.
func (w world) seedRole(t testing.TB) {
	t.Helper()
	if err := w.store.Repos().Roles.Create(t.Context(), domain.Role{ID: editors, Name: "Editors"}); err != nil {
		t.Fatal(err)
	}
}

// seedPermission stores a permission, past the service, which learns of it a second later.
func (w world) seedPermission(t testing.TB, p domain.Permission) {
	t.Helper()
	if err := w.store.Repos().Permissions.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

func publicArticles() domain.Permission {
	return domain.Permission{ID: reading, Collection: "articles", Action: domain.ActionRead, Fields: []string{domain.AllFields}}
}

// grant returns a patch that makes a permission.
func grant(role domain.RoleID, collection string, action domain.Action, filter string, fields ...string) auth.PermissionPatch {
	return auth.PermissionPatch{Role: &role, Collection: &collection, Action: &action, Fields: &fields, Filter: &filter}
}

func trailOfRoles() map[string][]recorded {
	byRoot := func(kind string, subject domain.UserID) []domain.Event {
		return []domain.Event{happened(kind, root, subject)}
	}
	return map[string][]recorded{
		"CreateRole": {{"one", func(t *testing.T, w world) func() {
			me := w.admin(t)
			return func() {
				_, err := w.service.CreateRole(t.Context(), me, auth.RolePatch{Name: new("Editors")}, visitor)
				wantCode(t, err, "")
			}
		}, byRoot(domain.EventRoleCreated, made), ""}},
		"UpdateRole": {
			{"one", func(t *testing.T, w world) func() {
				w.seedRole(t)
				me := w.admin(t)
				return func() {
					_, err := w.service.UpdateRole(t.Context(), me, editors, auth.RolePatch{Admin: new(true)}, visitor)
					wantCode(t, err, "")
				}
			}, byRoot(domain.EventRoleUpdated, domain.UserID(editors)), ""},
			{"the last that administrates", func(t *testing.T, w world) func() {
				me := w.admin(t)
				return func() {
					_, err := w.service.UpdateRole(t.Context(), me, domain.AdministratorRole, auth.RolePatch{Admin: new(false)}, visitor)
					wantCode(t, err, domain.UnprocessableContent)
				}
			}, nil, "nothing was changed"},
		},
		"DeleteRole": {{"one", func(t *testing.T, w world) func() {
			w.seedRole(t)
			me := w.admin(t)
			return func() { wantCode(t, w.service.DeleteRole(t.Context(), me, editors, visitor), "") }
		}, byRoot(domain.EventRoleDeleted, domain.UserID(editors)), ""}},
		"CreatePermission": {{"one", func(t *testing.T, w world) func() {
			me := w.admin(t)
			return func() {
				_, err := w.service.CreatePermission(t.Context(), me, grant("", "articles", domain.ActionRead, "", "*"), visitor)
				wantCode(t, err, "")
			}
		}, byRoot(domain.EventPermissionCreated, made), ""}},
		"UpdatePermission": {{"one", func(t *testing.T, w world) func() {
			w.seedPermission(t, publicArticles())
			me := w.admin(t)
			return func() {
				_, err := w.service.UpdatePermission(t.Context(), me, reading, auth.PermissionPatch{Action: new(domain.ActionDelete)}, visitor)
				wantCode(t, err, "")
			}
		}, byRoot(domain.EventPermissionUpdated, domain.UserID(reading)), ""}},
		"MakeRole": {{"one", func(t *testing.T, w world) func() {
			return func() {
				_, err := w.service.MakeRole(t.Context(), auth.RolePatch{Name: new("Editors")})
				wantCode(t, err, "")
			}
		}, []domain.Event{happened(domain.EventRoleCreated, "", made)}, ""}},
		"ChangeRole": {{"one", func(t *testing.T, w world) func() {
			w.seedRole(t)
			return func() {
				_, err := w.service.ChangeRole(t.Context(), editors, auth.RolePatch{Name: new("Writers")})
				wantCode(t, err, "")
			}
		}, []domain.Event{happened(domain.EventRoleUpdated, "", domain.UserID(editors))}, ""}},
		"RemoveRole": {{"one", func(t *testing.T, w world) func() {
			w.seedRole(t)
			return func() { wantCode(t, w.service.RemoveRole(t.Context(), editors), "") }
		}, []domain.Event{happened(domain.EventRoleDeleted, "", domain.UserID(editors))}, ""}},
		"MakePermission": {{"one", func(t *testing.T, w world) func() {
			return func() {
				_, err := w.service.MakePermission(t.Context(), grant("", "articles", domain.ActionRead, "", "*"))
				wantCode(t, err, "")
			}
		}, []domain.Event{happened(domain.EventPermissionCreated, "", made)}, ""}},
		"RemovePermission": {{"one", func(t *testing.T, w world) func() {
			w.seedPermission(t, publicArticles())
			return func() { wantCode(t, w.service.RemovePermission(t.Context(), reading), "") }
		}, []domain.Event{happened(domain.EventPermissionDeleted, "", domain.UserID(reading))}, ""}},
		"DeletePermission": {{"one", func(t *testing.T, w world) func() {
			w.seedPermission(t, publicArticles())
			me := w.admin(t)
			return func() { wantCode(t, w.service.DeletePermission(t.Context(), me, reading, visitor), "") }
		}, byRoot(domain.EventPermissionDeleted, domain.UserID(reading)), ""}},
	}
}

package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// updateRoleFlow is an administrator who takes the rights from a role that has them, too.
func updateRoleFlow() flow {
	return flow{
		name: "administrator changes a role",
		begin: func(t *testing.T, w world) func() error {
			root := w.administrator(t, "root@example.com")
			w.seedRole(t)
			_, err := w.service.UpdateRole(t.Context(), root, editors, auth.RolePatch{Admin: new(true)}, domain.Client{})
			wantCode(t, err, "")
			return func() error {
				_, err := w.service.UpdateRole(t.Context(), root, editors, auth.RolePatch{Admin: new(false)}, domain.Client{})
				return err
			}
		},
		chances: []string{"Events.Record"},
		calls: []string{
			"Roles.ByID", "Roles.ByID", "Roles.List", "UnitOfWork.Do", "Roles.Reserve", "Roles.Reserve", "Roles.ByID", "Roles.Update", "Roles.List",
			"Users.Count", "Events.Record",
		},
		check: func(t *testing.T, w world, method string, lost bool) {
			role, err := w.store.Repos().Roles.ByID(t.Context(), editors)
			isChanged := method == "Events.Record" || lost && method == "UnitOfWork.Do"
			if err != nil || role.Admin == isChanged {
				t.Errorf("got %+v and %v, want changed %t", role, err, isChanged)
			}
		},
	}
}

// deleteRoleFlow is an administrator who removes a role with its permission.
func deleteRoleFlow() flow {
	return flow{
		name: "administrator removes a role",
		begin: func(t *testing.T, w world) func() error {
			root := w.administrator(t, "root@example.com")
			w.seedRole(t)
			row := publicArticles()
			row.Role = editors
			w.seedPermission(t, row)
			return func() error { return w.service.DeleteRole(t.Context(), root, editors, domain.Client{}) }
		},
		chances: []string{"Events.Record"},
		calls: []string{
			"Roles.ByID", "Roles.ByID", "UnitOfWork.Do", "Roles.Reserve", "Roles.ByID", "Users.Count", "Permissions.List", "Permissions.Delete",
			"Roles.Delete", "Events.Record",
		},
		check: func(t *testing.T, w world, method string, lost bool) {
			want := 1
			if method == "Events.Record" || lost && method == "UnitOfWork.Do" {
				want = 0
			}
			rows, err := w.store.Repos().Permissions.List(t.Context())
			if err != nil || len(rows) != want {
				t.Errorf("got %d permissions and %v, want %d", len(rows), err, want)
			}
			if _, err := w.store.Repos().Roles.ByID(t.Context(), editors); (err == nil) != (want == 1) {
				t.Errorf("the role: got %v, want %d", err, want)
			}
		},
	}
}

// permissionFlow is an editor who reads an account by a permission that is not known yet.
func permissionFlow() flow {
	return flow{
		name: "an editor reads by a permission",
		begin: func(t *testing.T, w world) func() error {
			w.seedRole(t)
			w.seedAnn(t, func(u *domain.User) { u.Role = editors })
			row := domain.Permission{ID: reading, Role: editors, Collection: domain.CollectionUsers, Action: domain.ActionRead, Fields: []string{"*"}}
			w.seedPermission(t, row)
			bob, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
			wantCode(t, err, "")
			ann := w.authenticate(t, w.login(t, domain.ModeJSON))
			return func() error {
				_, err := w.service.ReadAccount(t.Context(), ann, bob.ID)
				return err
			}
		},
		calls: []string{"Roles.ByID", "Roles.List", "Permissions.List", "Users.ByID"},
	}
}

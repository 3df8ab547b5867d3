package auth_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestRoles(t *testing.T) {
	t.Run("are made, changed and removed by administrators", func(t *testing.T) {
		w, root, ann, _ := editorsWorld(t)
		made, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new("Readers"), App: new(true)}, domain.Client{})
		wantCode(t, err, "")
		changed, err := w.service.UpdateRole(t.Context(), root, made.ID, auth.RolePatch{EnforceTFA: new(true)}, domain.Client{})
		wantCode(t, err, "")
		if want := (domain.Role{ID: made.ID, Name: "Readers", App: true, EnforceTFA: true}); changed.Role != want {
			t.Errorf("got %+v, want %+v", changed.Role, want)
		}
		for _, p := range []auth.Principal{ann, {}} {
			_, err = w.service.ListRoles(t.Context(), p)
			wantCode(t, err, domain.Forbidden)
			_, err = w.service.ReadRole(t.Context(), p, made.ID)
			wantCode(t, err, domain.Forbidden)
			_, err = w.service.CreateRole(t.Context(), p, auth.RolePatch{Name: new("x")}, domain.Client{})
			wantCode(t, err, domain.Forbidden)
			_, err = w.service.UpdateRole(t.Context(), p, editors, auth.RolePatch{Admin: new(true)}, domain.Client{})
			wantCode(t, err, domain.Forbidden)
			wantCode(t, w.service.DeleteRole(t.Context(), p, made.ID, domain.Client{}), domain.Forbidden)
		}
		own, err := w.service.ReadRole(t.Context(), ann, editors)
		if wantCode(t, err, ""); own.Name != "Editors" {
			t.Errorf("got %+v, want one's own", own)
		}
		wantCode(t, w.service.DeleteRole(t.Context(), root, made.ID, domain.Client{}), "")
		wantCode(t, w.service.DeleteRole(t.Context(), root, made.ID, domain.Client{}), domain.Forbidden)
		for _, bad := range []string{"", " ", "a\x00b", "\xff", fmt.Sprintf("%0101d", 1)} {
			_, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: &bad}, domain.Client{})
			wantCode(t, err, domain.InvalidPayload)
		}
	})
	t.Run("go with their permissions, and not while somebody has them", func(t *testing.T) {
		w, root, _, _ := editorsWorld(t, grant(editors, "articles", domain.ActionRead, "", "*"), grant("", "articles", domain.ActionRead, "", "*"))
		wantCode(t, w.service.DeleteRole(t.Context(), root, editors, domain.Client{}), domain.UnprocessableContent)
		_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Role: new(domain.RoleID(""))}, domain.Client{})
		wantCode(t, err, "")
		wantCode(t, w.service.DeleteRole(t.Context(), root, editors, domain.Client{}), "")
		rows, err := w.service.ListPermissions(t.Context(), root)
		if wantCode(t, err, ""); len(rows) != 1 || rows[0].Role != domain.PublicRole {
			t.Errorf("got %+v, want that of the public role alone", rows)
		}
	})
	t.Run("whoever may write names gives no rights", func(t *testing.T) {
		w, root, ann, _ := editorsWorld(t,
			grant(editors, domain.CollectionRoles, domain.ActionCreate, "", "*"),
			grant(editors, domain.CollectionRoles, domain.ActionUpdate, "", "*"),
			grant(editors, domain.CollectionRoles, domain.ActionDelete, "", "*"))
		for _, patch := range []auth.RolePatch{{Admin: new(true)}, {App: new(true)}, {EnforceTFA: new(false)}} {
			_, err := w.service.UpdateRole(t.Context(), ann, editors, patch, domain.Client{})
			wantCode(t, err, domain.Forbidden)
			patch.Name = new("Mine")
			_, err = w.service.CreateRole(t.Context(), ann, patch, domain.Client{})
			wantCode(t, err, domain.Forbidden)
		}
		_, err := w.service.UpdateRole(t.Context(), ann, editors, auth.RolePatch{Name: new("Writers")}, domain.Client{})
		wantCode(t, err, "")
		_, err = w.service.UpdateRole(t.Context(), ann, domain.AdministratorRole, auth.RolePatch{Name: new("x")}, domain.Client{})
		wantCode(t, err, domain.Forbidden)
		empty, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new("Other root"), Admin: new(true)}, domain.Client{})
		wantCode(t, err, "")
		wantCode(t, w.service.DeleteRole(t.Context(), ann, empty.ID, domain.Client{}), domain.Forbidden)
	})
}

// TestTheLastAdministratorStays lets sixteen at once take the rights of administrators in every
// way that there is: an account is removed, suspended or given another role, and a role loses
// its rights. However they meet, somebody is left who administrates.
func TestTheLastAdministratorStays(t *testing.T) {
	for round := range 20 {
		w, root, _, _ := editorsWorld(t)
		var people []domain.UserID
		var roles []domain.RoleID
		for n := range 8 {
			role, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new(fmt.Sprint("Root ", n)), Admin: new(true)}, domain.Client{})
			wantCode(t, err, "")
			one, err := w.service.CreateAccount(t.Context(), root, auth.AccountPatch{
				ProfilePatch: auth.ProfilePatch{Email: new(fmt.Sprintf("root%d@example.com", n))}, Role: &role.ID,
			}, domain.Client{})
			wantCode(t, err, "")
			people, roles = append(people, one.ID), append(roles, role.ID)
		}
		people, roles = append(people, root.User.ID), append(roles, domain.AdministratorRole)
		acts := []func(n int) error{
			func(n int) error {
				_, err := w.service.UpdateRole(t.Context(), root, roles[n], auth.RolePatch{Admin: new(false)}, domain.Client{})
				return err
			},
			func(n int) error { return w.service.DeleteAccount(t.Context(), root, people[n], domain.Client{}) },
			func(n int) error {
				_, err := w.service.UpdateAccount(t.Context(), root, people[n], auth.AccountPatch{Role: new(editors)}, domain.Client{})
				return err
			},
		}
		var done sync.WaitGroup
		begin := make(chan struct{})
		for n := range 18 {
			act := acts[0]
			if n >= 9 {
				act = acts[1+(n+round)%2]
			}
			done.Go(func() {
				<-begin
				_ = act(n % 9)
			})
		}
		close(begin)
		done.Wait()
		if left := w.administrators(t); left == 0 {
			t.Fatalf("round %d: nobody is left who administrates", round)
		}
	}
}

// administrators counts the active accounts whose role administrates.
func (w world) administrators(t *testing.T) int {
	t.Helper()
	roles, err := w.store.Repos().Roles.List(t.Context())
	wantCode(t, err, "")
	users, err := w.store.Repos().Users.List(t.Context(), "", 100)
	wantCode(t, err, "")
	left := 0
	for _, u := range users {
		if u.Status == domain.StatusActive && slices.ContainsFunc(roles, func(r domain.Role) bool { return r.ID == u.Role && r.Admin }) {
			left++
		}
	}
	return left
}

// TestRolesOneAfterTheOther takes the rights from all roles in turn: the last one refuses.
func TestRolesOneAfterTheOther(t *testing.T) {
	w, root, _, _ := editorsWorld(t)
	other, err := w.service.CreateRole(t.Context(), root, auth.RolePatch{Name: new("Other"), Admin: new(true)}, domain.Client{})
	wantCode(t, err, "")
	demote := func(id domain.RoleID) error {
		_, err := w.service.UpdateRole(t.Context(), root, id, auth.RolePatch{Admin: new(false)}, domain.Client{})
		return err
	}
	wantCode(t, demote(domain.AdministratorRole), domain.UnprocessableContent) // the other has nobody
	_, err = w.service.CreateAccount(t.Context(), root, auth.AccountPatch{
		ProfilePatch: auth.ProfilePatch{Email: new("other@example.com")}, Role: &other.ID, Status: new(domain.StatusSuspended),
	}, domain.Client{})
	wantCode(t, err, "")
	wantCode(t, demote(domain.AdministratorRole), domain.UnprocessableContent) // nobody who logs in
	found, err := w.service.ListAccounts(t.Context(), root, port.UserQuery{UserFilter: port.UserFilter{Search: "other@"}, Limit: 1})
	wantCode(t, err, "")
	_, err = w.service.UpdateAccount(t.Context(), root, found[0].ID, auth.AccountPatch{Status: new(domain.StatusActive)}, domain.Client{})
	wantCode(t, err, "")
	wantCode(t, demote(domain.AdministratorRole), "")
	wantCode(t, demote(other.ID), domain.Forbidden) // who has done that administrates no more
}

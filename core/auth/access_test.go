package auth_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// editorsWorld has an administrator, Ann who is an editor, and Bob who has no role. grants are
// what editors may do.
func editorsWorld(t *testing.T, grants ...auth.PermissionPatch) (w world, root, ann auth.Principal, bob domain.User) {
	t.Helper()
	w = newWorld(t, auth.DefaultSettings())
	w.seedRole(t)
	w.seedAnn(t, func(u *domain.User) { u.Role = editors })
	root = w.administrator(t, rootEmail)
	bob, err := w.service.CreateUser(t.Context(), auth.NewUser{Email: "bob@example.com", Password: password})
	wantCode(t, err, "")
	for _, g := range grants {
		w.grant(t, root, g)
	}
	return w, root, w.authenticate(t, w.login(t, domain.ModeJSON)), bob
}

func (w world) grant(t *testing.T, root auth.Principal, patch auth.PermissionPatch) auth.PermissionInfo {
	t.Helper()
	made, err := w.service.CreatePermission(t.Context(), root, patch, domain.Client{})
	wantCode(t, err, "")
	return made
}

func TestReadingAccounts(t *testing.T) {
	const own = `{"role":{"_eq":"$CURRENT_ROLE"}}`
	t.Run("without a permission one's own is all there is", func(t *testing.T) {
		w, root, ann, bob := editorsWorld(t)
		got, err := w.service.ReadAccount(t.Context(), ann, annID)
		wantCode(t, err, "")
		if !got.Fields.HasAll() || got.Email != annEmail {
			t.Errorf("got %+v, want all of it", got)
		}
		for _, p := range []auth.Principal{ann, {}} {
			_, err = w.service.ReadAccount(t.Context(), p, bob.ID)
			wantCode(t, err, domain.Forbidden)
			_, err = w.service.ListAccounts(t.Context(), p, port.UserQuery{Limit: 9})
			wantCode(t, err, domain.Forbidden)
			_, err = w.service.CountAccounts(t.Context(), p, port.UserFilter{})
			wantCode(t, err, domain.Forbidden)
		}
		if all, err := w.service.ListAccounts(t.Context(), root, port.UserQuery{Limit: 9}); err != nil || len(all) != 3 {
			t.Errorf("got %d accounts and %v for the administrator, want 3", len(all), err)
		}
	})
	t.Run("a permission shows its fields of its records and no more", func(t *testing.T) {
		w, _, ann, bob := editorsWorld(t, grant(editors, domain.CollectionUsers, domain.ActionRead, `{"id":{"_neq":"$CURRENT_USER"}}`, "first_name", "status"))
		w.changeAnn(t, func(u *domain.User) { u.FirstName = "Ann" })
		list, err := w.service.ListAccounts(t.Context(), ann, port.UserQuery{Limit: 9})
		wantCode(t, err, "")
		if len(list) != 2 || slices.ContainsFunc(list, func(a auth.Account) bool {
			return a.ID == annID || a.Email != "" || a.Password != "" || a.Status != domain.StatusActive || a.Role != ""
		}) {
			t.Errorf("got %+v, want two others without address, password and role", list)
		}
		got, err := w.service.ReadAccount(t.Context(), ann, bob.ID)
		wantCode(t, err, "")
		if names := got.Fields.Names(); !slices.Equal(names, []string{"id", "first_name", "status"}) || got.Email != "" {
			t.Errorf("got %v of %+v", names, got)
		}
		n, err := w.service.CountAccounts(t.Context(), ann, port.UserFilter{})
		if wantCode(t, err, ""); n != 2 {
			t.Errorf("got a count of %d, want 2", n)
		}
	})
	t.Run("nothing is found or sorted by what is not shown", func(t *testing.T) {
		w, _, ann, _ := editorsWorld(t,
			grant(editors, domain.CollectionUsers, domain.ActionRead, "", "status", "first_name"),
			grant(editors, domain.CollectionUsers, domain.ActionRead, own, "email", "status"))
		for what, q := range map[string]port.UserQuery{
			"filter by what is not shown":     {UserFilter: port.UserFilter{Equal: map[port.UserField]string{port.UserFieldRole: "x"}}},
			"filter by what some have shown":  {UserFilter: port.UserFilter{Equal: map[port.UserField]string{port.UserFieldEmail: annEmail}}},
			"search in what some have shown":  {UserFilter: port.UserFilter{Search: "ann"}},
			"sorted by what some have shown":  {Sort: []port.UserOrder{{Field: port.UserFieldEmail}}},
			"sorted by what others do not do": {Sort: []port.UserOrder{{Field: port.UserFieldFirstName}}},
		} {
			q.Limit = 9
			if _, err := w.service.ListAccounts(t.Context(), ann, q); err == nil {
				t.Errorf("%s: got no error", what)
			} else {
				wantCode(t, err, domain.Forbidden)
			}
		}
		q := port.UserQuery{UserFilter: port.UserFilter{Equal: map[port.UserField]string{port.UserFieldStatus: "active"}}, Limit: 9}
		if list, err := w.service.ListAccounts(t.Context(), ann, q); err != nil || len(list) != 3 {
			t.Errorf("got %d accounts and %v, want 3", len(list), err)
		}
	})
	t.Run("pages of what is shown leave nothing out", func(t *testing.T) {
		w, root, ann, _ := editorsWorld(t, grant(editors, domain.CollectionUsers, domain.ActionRead, own, "*"))
		var patches []auth.AccountPatch
		for _, name := range []string{"a", "b", "c", "d"} {
			patches = append(patches, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(name + "@example.com")}, Role: new(editors)})
		}
		_, err := w.service.CreateAccounts(t.Context(), root, patches, domain.Client{})
		wantCode(t, err, "")
		var got []string
		for offset := 0; offset < 6; offset += 2 {
			page, err := w.service.ListAccounts(t.Context(), ann, port.UserQuery{Sort: []port.UserOrder{{Field: port.UserFieldEmail}}, Offset: offset, Limit: 2})
			wantCode(t, err, "")
			for _, a := range page {
				got = append(got, string(a.Email))
			}
		}
		if want := []string{"a@example.com", annEmail, "b@example.com", "c@example.com", "d@example.com"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("the public role is of those who have none", func(t *testing.T) {
		w, root, ann, bob := editorsWorld(t, grant("", domain.CollectionUsers, domain.ActionRead, "", "first_name"))
		_, err := w.service.ReadAccount(t.Context(), auth.Principal{}, annID)
		wantCode(t, err, "")
		_, err = w.service.ReadAccount(t.Context(), auth.Principal{User: bob}, annID)
		wantCode(t, err, "")
		_, err = w.service.ReadAccount(t.Context(), ann, bob.ID)
		wantCode(t, err, domain.Forbidden)
		_ = root
	})
}

func TestWritingAccounts(t *testing.T) {
	t.Run("only what is granted is written", func(t *testing.T) {
		w, _, ann, bob := editorsWorld(t, grant(editors, domain.CollectionUsers, domain.ActionUpdate, "", "*"))
		_, err := w.service.UpdateAccount(t.Context(), ann, bob.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Bob")}}, domain.Client{})
		wantCode(t, err, "")
		for field, patch := range map[string]auth.AccountPatch{
			"email":    {ProfilePatch: auth.ProfilePatch{Email: new("mine@example.com")}},
			"password": {ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}},
			"status":   {Status: new(domain.StatusSuspended)},
			"role":     {Role: new(editors)},
			"token":    {Token: new("a-static-token-of-0123456789-letters")},
		} {
			for _, id := range []domain.UserID{bob.ID, annID} { // nor one's own by this way
				_, err := w.service.UpdateAccount(t.Context(), ann, id, patch, domain.Client{})
				if failure := wantCode(t, err, domain.Forbidden); failure.Field != field {
					t.Errorf("got field %q, want %q", failure.Field, field)
				}
			}
		}
		wantCode(t, w.service.DeleteAccount(t.Context(), ann, bob.ID, domain.Client{}), domain.Forbidden)
		_, err = w.service.CreateAccount(t.Context(), ann, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("c@example.com")}}, domain.Client{})
		wantCode(t, err, domain.Forbidden)
	})
	t.Run("nobody writes an account into or out of its own reach", func(t *testing.T) {
		w, _, ann, bob := editorsWorld(t,
			grant(editors, domain.CollectionUsers, domain.ActionUpdate, `{"role":{"_null":true},"status":{"_eq":"active"}}`, "status", "role", "first_name"),
			grant(editors, domain.CollectionUsers, domain.ActionCreate, `{"status":{"_eq":"draft"}}`, "email", "status"))
		for _, patch := range []auth.AccountPatch{{Role: new(editors)}, {Status: new(domain.StatusSuspended)}} {
			_, err := w.service.UpdateAccount(t.Context(), ann, bob.ID, patch, domain.Client{})
			wantCode(t, err, domain.Forbidden)
		}
		_, err := w.service.UpdateAccount(t.Context(), ann, annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("A")}}, domain.Client{})
		wantCode(t, err, domain.Forbidden)
		with := func(status domain.Status) auth.AccountPatch {
			return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("c@example.com")}, Status: &status}
		}
		_, err = w.service.CreateAccount(t.Context(), ann, with(domain.StatusActive), domain.Client{})
		wantCode(t, err, domain.Forbidden)
		made, err := w.service.CreateAccount(t.Context(), ann, with(domain.StatusDraft), domain.Client{})
		if wantCode(t, err, ""); made.ID == "" || made.Email != "" {
			t.Errorf("got %+v, want the ID alone of what may not be read", made)
		}
	})
}

// TestSecurity72_PermissionsGiveNoRights: whoever may write every field of every account still
// reaches no administrator, and becomes none.
//
// Red when leaveToAdministrators returns nil at once.
func TestSecurity72_PermissionsGiveNoRights(t *testing.T) {
	everything := func(action domain.Action) auth.PermissionPatch {
		return grant(editors, domain.CollectionUsers, action, "", "*", "email", "password", "status", "role")
	}
	w, root, ann, bob := editorsWorld(t, everything(domain.ActionCreate), everything(domain.ActionUpdate), grant(editors, domain.CollectionUsers, domain.ActionDelete, "", "*"))
	for _, patch := range []auth.AccountPatch{
		{ProfilePatch: auth.ProfilePatch{FirstName: new("Mine")}},
		{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}},
		{Role: new(editors)},
	} {
		_, err := w.service.UpdateAccount(t.Context(), ann, root.User.ID, patch, domain.Client{})
		wantCode(t, err, domain.Forbidden)
	}
	for _, id := range []domain.UserID{annID, bob.ID} {
		_, err := w.service.UpdateAccount(t.Context(), ann, id, auth.AccountPatch{Role: new(domain.AdministratorRole)}, domain.Client{})
		wantCode(t, err, domain.Forbidden)
	}
	_, err := w.service.CreateAccount(t.Context(), ann, auth.AccountPatch{
		ProfilePatch: auth.ProfilePatch{Email: new("c@example.com")}, Role: new(domain.AdministratorRole),
	}, domain.Client{})
	wantCode(t, err, domain.Forbidden)
	wantCode(t, w.service.DeleteAccount(t.Context(), ann, root.User.ID, domain.Client{}), domain.Forbidden)
	wantCode(t, w.service.DeleteAccounts(t.Context(), ann, []domain.UserID{bob.ID, root.User.ID}, domain.Client{}), domain.Forbidden)
	w.wantAccounts(t, 3)
	wantCode(t, w.service.DeleteAccount(t.Context(), ann, bob.ID, domain.Client{}), "")
}

func TestPermissions(t *testing.T) {
	t.Run("are for administrators to write, and refused when they are wrong", func(t *testing.T) {
		w, root, ann, _ := editorsWorld(t, grant(editors, domain.CollectionPermissions, domain.ActionRead, "", "*"))
		good := grant(editors, "articles", domain.ActionRead, "", "*")
		for _, p := range []auth.Principal{ann, {}} {
			_, err := w.service.CreatePermission(t.Context(), p, good, domain.Client{})
			wantCode(t, err, domain.Forbidden)
		}
		for what, bad := range map[string]auth.PermissionPatch{
			"a filter":   grant(editors, domain.CollectionUsers, domain.ActionRead, `{"id":{"_gt":"a"}}`, "*"),
			"a role":     grant("0195f2c6-7d7e-7a10-8000-0000000000ee", "articles", domain.ActionRead, "", "*"),
			"an action":  grant(editors, "articles", "share", "", "*"),
			"no fields":  {Role: new(domain.PublicRole), Collection: new("articles"), Action: new(domain.ActionRead)},
			"no role":    {Collection: new("articles"), Action: new(domain.ActionRead), Fields: &[]string{"*"}},
			"everything": {},
		} {
			if _, err := w.service.CreatePermission(t.Context(), root, bad, domain.Client{}); err == nil {
				t.Errorf("%s: got no error", what)
			} else {
				wantCode(t, err, domain.InvalidPayload)
			}
		}
		made := w.grant(t, root, good)
		for _, call := range []func(p auth.Principal) error{
			func(p auth.Principal) error {
				_, err := w.service.UpdatePermission(t.Context(), p, made.ID, auth.PermissionPatch{Action: new(domain.ActionDelete)}, domain.Client{})
				return err
			},
			func(p auth.Principal) error {
				return w.service.DeletePermission(t.Context(), p, made.ID, domain.Client{})
			},
		} {
			wantCode(t, call(ann), domain.Forbidden)
			wantCode(t, call(root), "")
		}
		wantCode(t, w.service.DeletePermission(t.Context(), root, made.ID, domain.Client{}), domain.Forbidden)
		list, err := w.service.ListPermissions(t.Context(), ann)
		if wantCode(t, err, ""); len(list) != 1 {
			t.Errorf("got %+v, want one", list)
		}
	})
	t.Run("count at once here, and within a second elsewhere", func(t *testing.T) {
		w, root, ann, bob := editorsWorld(t)
		other := auth.New(w.ports, auth.DefaultSettings(), newKeys(t, dataKey))
		read := func(s *auth.Service) error {
			_, err := s.ReadAccount(t.Context(), ann, bob.ID)
			return err
		}
		wantCode(t, read(w.service), domain.Forbidden)
		wantCode(t, read(other), domain.Forbidden)
		made := w.grant(t, root, grant(editors, domain.CollectionUsers, domain.ActionRead, "", "*"))
		wantCode(t, read(w.service), "")
		w.clock.Advance(time.Second)
		wantCode(t, read(other), "")
		wantCode(t, w.service.DeletePermission(t.Context(), root, made.ID, domain.Client{}), "")
		wantCode(t, read(w.service), domain.Forbidden)
		w.clock.Advance(time.Second)
		wantCode(t, read(other), domain.Forbidden)
	})
	t.Run("that cannot be read let nobody in", func(t *testing.T) {
		var v valve
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		w.seedPermission(t, domain.Permission{ID: reading, Collection: domain.CollectionUsers, Action: domain.ActionRead, Fields: []string{"*"}})
		w.seedAnn(t, nil)
		_, err := w.service.ReadAccount(t.Context(), auth.Principal{}, annID)
		wantCode(t, err, "")
		w.clock.Advance(time.Second)
		v.set(intercept.Hooks{Before: intercept.FailMethod("Permissions.List", errBroken)})
		_, err = w.service.ReadAccount(t.Context(), auth.Principal{}, annID)
		wantCode(t, err, domain.ServiceUnavailable)
	})
	t.Run("are read once a second however many ask", func(t *testing.T) {
		var reads atomic.Int64
		w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: func(_ context.Context, method string) error {
			if method == "Permissions.List" {
				reads.Add(1)
			}
			return nil
		}}))
		for range 50 {
			_, err := w.service.ListAccounts(t.Context(), auth.Principal{}, port.UserQuery{Limit: 1})
			wantCode(t, err, domain.Forbidden)
		}
		if n := reads.Load(); n != 1 {
			t.Errorf("got %d reads, want 1", n)
		}
	})
	t.Run("one's own are summed up", func(t *testing.T) {
		w, root, ann, _ := editorsWorld(t,
			grant(editors, domain.CollectionUsers, domain.ActionRead, `{"role":{"_null":true}}`, "*"),
			grant(editors, domain.CollectionRoles, domain.ActionRead, "", "name"),
			grant(editors, "articles", domain.ActionDelete, "", "*"),
			grant("", "secrets", domain.ActionRead, "", "*"))
		got, err := w.service.MyPermissions(t.Context(), ann)
		wantCode(t, err, "")
		if g := got[domain.CollectionUsers][domain.ActionRead]; g.Level != auth.LevelPartial || !slices.Equal(g.Fields, []string{"*"}) {
			t.Errorf("users: got %+v", g)
		}
		if g := got[domain.CollectionRoles][domain.ActionRead]; g.Level != auth.LevelPartial || !slices.Equal(g.Fields, []string{"id", "name"}) {
			t.Errorf("roles: got %+v", g)
		}
		if got["articles"][domain.ActionDelete].Level != auth.LevelFull || got["articles"][domain.ActionRead].Level != auth.LevelNone {
			t.Errorf("articles: got %+v", got["articles"])
		}
		if _, known := got["secrets"]; known {
			t.Error("got a collection that is none of Ann's")
		}
		all, err := w.service.MyPermissions(t.Context(), root)
		wantCode(t, err, "")
		for name, actions := range all {
			for action, g := range actions {
				if g.Level != auth.LevelFull {
					t.Errorf("administrator, %s %s: got %+v, want all", action, name, g)
				}
			}
		}
	})
}

package e2e

import (
	"net/http"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// usePermissions calls everything about roles, permissions and proxies.
func usePermissions(t *testing.T, p *process) {
	t.Helper()
	type object = map[string]any
	bearer := login(t, p.Client, domain.ModeJSON).Access
	call := func(method, path string, body any) restclient.Call {
		return restclient.Call{Method: method, Path: path, Bearer: bearer, Body: body}
	}
	made := func(path string, body object) (one struct{ ID string }, all object) {
		got := wantStatus(t, p, http.StatusOK, call(http.MethodPost, path, body))
		if err := got.Data(&one); err != nil {
			t.Fatal(err)
		}
		if err := got.Data(&all); err != nil {
			t.Fatal(err)
		}
		return one, all
	}
	role, shown := made("/roles", object{"name": "Editors"})
	everyMember(t, "Role", shown)
	permission, shown := made("/permissions", object{
		"role": role.ID, "collection": "directus_users", "action": "read", "fields": []string{"*"}, "permissions": object{"status": object{"_eq": "active"}},
	})
	everyMember(t, "Permission", shown)
	_, _ = made("/permissions", object{"role": nil, "collection": "articles", "action": "read", "fields": []string{"*"}})

	for _, path := range []string{
		"/roles?limit=1&page=1", "/roles/me", "/roles/" + role.ID, "/permissions", "/permissions/" + permission.ID + "?fields=role", "/permissions/me", "/policies/me/globals",
	} {
		wantStatus(t, p, http.StatusOK, call(http.MethodGet, path, nil))
	}
	for _, path := range []string{"/roles?sort=name", "/permissions?meta=*"} {
		wantStatus(t, p, http.StatusBadRequest, call(http.MethodGet, path, nil))
	}
	wantStatus(t, p, http.StatusOK, call(http.MethodPatch, "/roles/"+role.ID, object{"enforce_tfa": true}))
	wantStatus(t, p, http.StatusBadRequest, call(http.MethodPatch, "/roles/"+role.ID, object{"name": ""}))
	wantStatus(t, p, http.StatusUnprocessableEntity, call(http.MethodPatch, "/roles/"+string(domain.AdministratorRole), object{"admin_access": false}))
	wantStatus(t, p, http.StatusUnprocessableEntity, call(http.MethodDelete, "/roles/"+string(domain.AdministratorRole), nil))
	wantStatus(t, p, http.StatusOK, call(http.MethodPatch, "/permissions/"+permission.ID, object{"fields": []string{"id"}}))
	wantStatus(t, p, http.StatusBadRequest, call(http.MethodPatch, "/permissions/"+permission.ID, object{"action": "share"}))

	for _, method := range []string{http.MethodGet, http.MethodPost} {
		wantStatus(t, p, http.StatusOK, call(method, "/auth/verify", nil))
		wantStatus(t, p, http.StatusOK, restclient.Call{Method: method, Path: "/auth/verify?collection=articles&action=read"})
		wantStatus(t, p, http.StatusFound, restclient.Call{Method: method, Path: "/auth/verify?refused=login", Header: http.Header{"Accept": {"text/html"}}})
		wantStatus(t, p, http.StatusBadRequest, call(method, "/auth/verify?action=read", nil))
	}
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, "/permissions/"+permission.ID, nil))
	wantStatus(t, p, http.StatusNoContent, call(http.MethodDelete, "/roles/"+role.ID, nil))
}

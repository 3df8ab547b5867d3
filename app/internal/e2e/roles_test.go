package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestTheLastRoleThatAdministratesStays: on each database sixteen take the rights from sixteen
// roles at once, each of which has one administrator; one role at least keeps them.
func TestTheLastRoleThatAdministratesStays(t *testing.T) {
	const at = 16
	for name, found := range map[string]func(t testing.TB) home{"sqlite3": inFile, "mysql": inMariaDB, "pg": inPostgreSQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := found(t)
			p := serve(t, h.env)
			root := login(t, p.Client, domain.ModeJSON).Access
			ask := func(method, path string, body any) (id string, code domain.Code) {
				response, err := p.Do(t.Context(), restclient.Call{Method: method, Path: path, Bearer: root, Body: body})
				var shown struct{ ID string }
				if err == nil && response.Status == http.StatusOK {
					err = response.Data(&shown)
				}
				return shown.ID, codeOf(err)
			}
			roles := []string{string(domain.AdministratorRole)}
			for n := range at - 1 {
				role, code := ask("POST", "/roles", map[string]any{"name": fmt.Sprint("Root ", n), "admin_access": true})
				if code != "" {
					t.Fatal(code)
				}
				if _, code := ask("POST", "/users", map[string]any{"email": fmt.Sprintf("root%d@example.com", n), "role": role}); code != "" {
					t.Fatal(code)
				}
				roles = append(roles, role)
			}
			var calls sync.WaitGroup
			for _, role := range roles {
				calls.Go(func() { ask("PATCH", "/roles/"+role, map[string]any{"admin_access": false}) })
			}
			calls.Wait()
			repos := h.open(t).Repos()
			left, err := repos.Roles.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			administrate := 0
			for _, role := range left {
				if role.Admin {
					administrate++
				}
			}
			if administrate == 0 {
				t.Error("no role is left that administrates")
			}
		})
	}
}

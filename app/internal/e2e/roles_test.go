package e2e

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestTheLastRoleThatAdministratesStays: on each database sixteen take the rights from sixteen
// roles at once, each of which has one administrator, and the last of them is refused. They do
// so as an operator, whose own right to ask nobody takes meanwhile.
//
// Red when rolesToReserve in core/auth/roles.go returns the one role alone.
func TestTheLastRoleThatAdministratesStays(t *testing.T) {
	const at = 16
	for name, found := range map[string]func(t testing.TB) home{"sqlite3": inFile, "mysql": inMariaDB, "pg": inPostgreSQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := found(t)
			serve(t, h.env) // which makes the tables
			store := h.open(t)
			service := auth.New(auth.Ports{
				Work: store, Repos: store.Repos(), Sessions: store.Sessions(), Events: store.Events(), Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
			}, auth.DefaultSettings(), auth.Keys{})
			roles := []domain.RoleID{domain.AdministratorRole}
			for n := range at - 1 {
				role, err := service.MakeRole(t.Context(), auth.RolePatch{Name: new(fmt.Sprint("Root ", n)), Admin: new(true)})
				if err != nil {
					t.Fatal(err)
				}
				address := domain.Email(fmt.Sprintf("root%d@example.com", n))
				user := domain.User{ID: domain.UserID("id of " + address), Email: address, Role: role.ID, Status: domain.StatusActive}
				if err := store.Repos().Users.Create(t.Context(), user); err != nil {
					t.Fatal(err)
				}
				roles = append(roles, role.ID)
			}
			begin := make(chan struct{})
			var calls sync.WaitGroup
			for _, role := range roles {
				calls.Go(func() {
					<-begin
					_, _ = service.ChangeRole(t.Context(), role, auth.RolePatch{Admin: new(false)})
				})
			}
			close(begin)
			calls.Wait()
			if left := administrating(t, store); left == 0 {
				t.Error("no role is left that administrates")
			}
		})
	}
}

// administrating counts the roles that administrate.
func administrating(t *testing.T, store port.Store) int {
	t.Helper()
	roles, err := store.Repos().Roles.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, role := range roles {
		if role.Admin {
			n++
		}
	}
	return n
}

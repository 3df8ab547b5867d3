package e2e

import (
	"encoding/json"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestInstancesMayStartAtOnce starts four instances on one empty database in the same moment. One
// of them makes the tables and one the administrator, and all of them serve.
func TestInstancesMayStartAtOnce(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		var instances []*process
		for range 4 {
			instances = append(instances, launch(t, sallyport(t, env, "serve"), nil))
		}
		for _, p := range instances {
			p.URL = "http://" + p.awaitReady(t)
		}
		for _, p := range instances {
			login(t, p.Client, domain.ModeJSON)
		}
		var users []struct{ Email string }
		if err := json.Unmarshal([]byte(command(t, env, "", "users", "list", "--json")), &users); err != nil {
			t.Fatal(err)
		}
		if len(users) != 1 {
			t.Errorf("got accounts %v, want that of the administrator alone", users)
		}
	})
}

package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestSeveralAccountsAtOnce: on each database what is asked for of several accounts is done to
// all of them or to none, also when others ask for the same in another order, and the last
// administrator stays.
func TestSeveralAccountsAtOnce(t *testing.T) {
	for name, found := range map[string]func(t testing.TB) home{"sqlite3": inFile, "mysql": inMariaDB, "pg": inPostgreSQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := found(t)
			p := serve(t, h.env)
			root := login(t, p.Client, domain.ModeJSON).Access
			ask := func(method string, body any) (ids []string, code domain.Code) {
				response, err := p.Do(t.Context(), restclient.Call{Method: method, Path: "/users?fields=id", Bearer: root, Body: body})
				var shown []struct{ ID string }
				if err == nil && response.Status == http.StatusOK {
					err = response.Data(&shown)
				}
				for _, one := range shown {
					ids = append(ids, one.ID)
				}
				return ids, codeOf(err)
			}
			users := h.open(t).Repos().Users
			count := func(f port.UserFilter) int {
				t.Helper()
				n, err := users.Count(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			address := func(i int) map[string]any { return map[string]any{"email": fmt.Sprintf("%d@example.com", i)} }

			ids, code := ask("POST", []any{address(1), address(2), address(3)})
			if code != "" || len(ids) != 3 {
				t.Fatalf("got %q and %q, want three accounts", ids, code)
			}
			if _, code := ask("POST", []any{address(4), address(1)}); code != domain.RecordNotUnique {
				t.Errorf("an address that is taken: got %q", code)
			}
			if _, code := ask("PATCH", map[string]any{"keys": ids, "data": map[string]any{"email": "same@example.com"}}); code != domain.RecordNotUnique {
				t.Errorf("one address for three: got %q", code)
			}
			if got := count(port.UserFilter{Search: "same@"}); got != 0 || count(port.UserFilter{}) != 4 {
				t.Errorf("%d of three were changed, or one was made", got)
			}

			// Whoever changes the same accounts in another order neither waits for ever nor fails.
			orders := [][]string{{ids[0], ids[1], ids[2]}, {ids[2], ids[1], ids[0]}, {ids[1], ids[2], ids[0]}}
			var calls sync.WaitGroup
			codes := make([]domain.Code, len(orders))
			for i, order := range orders {
				calls.Go(func() {
					_, codes[i] = ask("PATCH", map[string]any{"keys": order, "data": map[string]any{"last_name": fmt.Sprint("Order ", i)}})
				})
			}
			calls.Wait()
			for i, code := range codes {
				if code != "" {
					t.Errorf("order %d: got %q", i, code)
				}
			}
			all := 0
			for i := range orders {
				if n := count(port.UserFilter{Search: fmt.Sprint("Order ", i)}); n != 0 {
					all = n
				}
			}
			if all != 3 {
				t.Errorf("the last change is of %d accounts, want all three", all)
			}

			me, err := users.ByEmail(t.Context(), adminEmail)
			if err != nil {
				t.Fatal(err)
			}
			if _, code := ask("DELETE", append([]string{string(me.ID)}, ids...)); code != domain.UnprocessableContent || count(port.UserFilter{}) != 4 {
				t.Errorf("the last administrator among others: got %q and %d accounts", code, count(port.UserFilter{}))
			}
			if _, code := ask("DELETE", ids); code != "" || count(port.UserFilter{}) != 1 {
				t.Errorf("got %q and %d accounts, want the administrator's", code, count(port.UserFilter{}))
			}
		})
	}
}

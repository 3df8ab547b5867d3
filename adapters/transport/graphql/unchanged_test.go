package graphql_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// whole is all of an account that its input has, too.
const whole = `{ id first_name last_name email password location title description tags avatar { id } language tfa_secret status role { id } token last_access last_page provider external_identifier auth_data email_notifications appearance theme_dark theme_light theme_light_overrides theme_dark_overrides text_direction }`

const updateItem = "mutation ($id: ID!, $data: update_directus_users_input!) { update_users_item(id: $id, data: $data) { id } }"

func (w world) stored(t testing.TB, id domain.UserID) domain.User {
	t.Helper()
	u, err := w.store.Repos().Users.ByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestAnAccountIsWrittenBackAsItWasRead: clients send what they have read, with a change in it.
//
// Red when changed drops nothing, or UpdateUsersItem or accountUpdate does not call it.
func TestAnAccountIsWrittenBackAsItWasRead(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seedAdministrator(t, "root@example.com")
	token := w.login(t, "root@example.com").AccessToken
	secret := domain.HashSecret("a-static-token-of-0123456789-letters")
	ann := w.seed(t, "ann@example.com", func(u *domain.User) {
		u.StaticToken, u.TOTP, u.LastAccess = &secret, []byte("sealed"), w.clock.Now()
	})
	bob := w.seed(t, "bob@example.com", func(u *domain.User) { u.Password = "" })
	for _, before := range []domain.User{ann, bob} {
		var read struct {
			Account map[string]any `json:"users_by_id"`
		}
		if err := w.ask(t, token, `query ($id: ID!) { users_by_id(id: $id) `+whole+` }`, map[string]any{"id": before.ID}).Data(&read); err != nil {
			t.Fatal(err)
		}
		for name, document := range map[string]string{"Back": updateItem, "Again": "mutation ($data: [update_directus_users_input!]) { update_users_batch(data: $data) { id } }"} {
			read.Account["last_name"] = name
			if got := w.ask(t, token, document, map[string]any{"id": before.ID, "data": read.Account}); len(codes(t, got)) > 0 {
				t.Errorf("%s: got %s", before.Email, got.Body)
			}
			after := w.stored(t, before.ID)
			if after.LastName != name || after.Password != before.Password || after.Epoch != before.Epoch || (after.StaticToken == nil) != (before.StaticToken == nil) || (after.TOTP == nil) != (before.TOTP == nil) {
				t.Errorf("%s: got %+v, want what there was, and the name", before.Email, after)
			}
		}
	}
	t.Run("nobody is read where too many are named", func(t *testing.T) {
		many := slices.Repeat([]any{map[string]any{"id": "nobody", "token": "**********"}}, 51)
		got := w.ask(t, token, "mutation ($data: [update_directus_users_input!]) { update_users_batch(data: $data) { id } }", map[string]any{"data": many})
		if !slices.Equal(codes(t, got), []string{"INVALID_PAYLOAD"}) {
			t.Errorf("got %s", got.Body)
		}
	})
	t.Run("null takes a token away", func(t *testing.T) {
		if got := w.ask(t, token, updateItem, map[string]any{"id": ann.ID, "data": map[string]any{"token": nil}}); len(codes(t, got)) > 0 || w.stored(t, ann.ID).StaticToken != nil {
			t.Errorf("got %s, want the token gone", got.Body)
		}
	})
	t.Run("what says nothing", func(t *testing.T) {
		const plain = `provider: "default", external_identifier: null, auth_data: null, last_access: null`
		for _, field := range []string{
			`create_users_item(data: { email: "new@example.com", ` + plain + ` })`,
			`create_users_items(data: [{ email: "newer@example.com", ` + plain + ` }])`,
			`update_users_items(ids: ["` + string(ann.ID) + `"], data: { ` + plain + ` })`,
		} {
			if got := w.ask(t, token, "mutation { "+field+" { id } }"); len(codes(t, got)) > 0 {
				t.Errorf("%s: got %s", field, got.Body)
			}
		}
	})
}

// TestNobodyChangesWhatTheServiceKeeps sends as an administrator what is not in the account.
//
// Red when accountPatch does not call RefuseKept.
func TestNobodyChangesWhatTheServiceKeeps(t *testing.T) {
	w := newWorld(t, unlimited())
	w.seedAdministrator(t, "root@example.com")
	ann := w.seed(t, "ann@example.com")
	token := w.login(t, "root@example.com").AccessToken
	kept := map[string]any{
		"provider": "ldap", "external_identifier": "x", "auth_data": map[string]any{}, "last_access": "2020-01-01T00:00:00.000Z",
	}
	for _, name := range append(slices.Sorted(maps.Keys(kept)), "id") {
		data := map[string]any{name: kept[name], "last_name": "Lost"}
		if name == "id" {
			data[name] = "another"
		}
		for _, got := range []graphqlclient.Response{
			w.ask(t, token, updateItem, map[string]any{"id": ann.ID, "data": data}),
			w.ask(t, token, "mutation ($id: ID!, $data: update_directus_users_input!) { update_users_items(ids: [$id], data: $data) { id } }", map[string]any{"id": ann.ID, "data": data}),
			w.ask(t, token, "mutation ($data: create_directus_users_input!) { create_users_item(data: $data) { id } }", map[string]any{"data": data}),
			w.ask(t, token, "mutation ($data: [create_directus_users_input!]) { create_users_items(data: $data) { id } }", map[string]any{"data": data}),
		} {
			wantRefusal(t, got, domain.Forbidden, name, `"`+name+`" is kept by the service and nobody changes it`)
		}
	}
	got := w.ask(t, token, "mutation ($data: [update_directus_users_input!]) { update_users_batch(data: $data) { id } }", map[string]any{"data": []any{map[string]any{"id": ann.ID, "provider": "ldap"}}})
	wantRefusal(t, got, domain.Forbidden, "provider", `"provider" is kept by the service and nobody changes it`)
	for _, id := range []domain.UserID{ann.ID, "nobody"} {
		got := w.ask(t, token, updateItem, map[string]any{"id": id, "data": map[string]any{"tfa_secret": "x"}})
		if id == ann.ID {
			wantRefusal(t, got, domain.InvalidPayload, "tfa_secret", `"tfa_secret" cannot be set here`)
		} else if !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
			t.Errorf("got %s", got.Body)
		}
	}
	if after := w.stored(t, ann.ID); after.Version != ann.Version {
		t.Errorf("got version %d, want the account as it was", after.Version)
	}
}

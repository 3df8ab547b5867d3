package graphql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestOneselfAndOthers reads and writes all that an account has.
func TestOneselfAndOthers(t *testing.T) {
	w := newWorld(t, unlimited())
	ann := w.seed(t, "ann@example.com", func(u *domain.User) {
		u.Preferences = []byte(`{"location":5,"title":"Archer","tags":["a"],"theme_dark_overrides":{"x":1},"email_notifications":false,"avatar":"f1"}`)
	})
	root := w.seedAdministrator(t, "root@example.com")
	annToken, rootToken := w.login(t, "ann@example.com").AccessToken, w.login(t, "root@example.com").AccessToken

	t.Run("what there is, and null for the rest", func(t *testing.T) {
		got := w.ask(t, annToken, "{ users_me { id email password token tfa_secret status role { id } provider last_access location title tags avatar { id } email_notifications text_direction theme_dark_overrides theme_light auth_data external_identifier } }")
		want := fmt.Sprintf(`{"data":{"users_me":{"id":%q,"email":"ann@example.com","password":"**********","token":null,"tfa_secret":null,"status":"active","role":null,"provider":"default","last_access":"2026-03-14T09:26:53.589Z","location":null,"title":"Archer","tags":["a"],"avatar":{"id":"f1"},"email_notifications":false,"text_direction":"auto","theme_dark_overrides":{"x":1},"theme_light":null,"auth_data":null,"external_identifier":null}}}`, ann.ID)
		wantBody(t, got, want)
	})
	t.Run("nobody changes what is not theirs", func(t *testing.T) {
		for _, data := range []string{
			`id: "x"`, `id: "` + string(ann.ID) + `"`, `role: { id: "` + string(root.Role) + `" }`, `role: null`, `status: "active"`, `token: "x"`,
			`provider: "default"`, `external_identifier: null`, `auth_data: {}`, `last_access: "2026-03-14T09:26:53.589Z"`,
		} {
			if got := w.ask(t, annToken, "mutation { update_users_me(data: { first_name: \"Eve\", "+data+" }) { id } }"); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
				t.Errorf("%s: got %s", data, got.Body)
			}
		}
		for _, value := range []string{`"x"`, `null`} {
			got := w.ask(t, annToken, "mutation { update_users_me(data: { first_name: \"Eve\", tfa_secret: "+value+" }) { id } }")
			wantRefusal(t, got, domain.InvalidPayload, "tfa_secret", `"tfa_secret" cannot be set here`)
		}
		wantBody(t, w.ask(t, annToken, "{ users_me { first_name } }"), `{"data":{"users_me":{"first_name":null}}}`)
	})
	t.Run("administrators write all that an account has", func(t *testing.T) {
		got := w.ask(t, rootToken, `mutation { create_users_item(data: { email: "carl@example.com", first_name: "Carl", role: { id: "`+string(root.Role)+`" }, status: "suspended", token: "a-static-token-of-0123456789-letters", avatar: { id: "f2" }, tags: [1, 2.5, {a: null, b: true, c: red}] }) { email status role { id } token avatar { id } tags } }`)
		wantBody(t, got, `{"data":{"create_users_item":{"email":"carl@example.com","status":"suspended","role":{"id":"`+string(root.Role)+`"},"token":"**********","avatar":{"id":"f2"},"tags":[1,2.5,{"a":null,"b":true,"c":"red"}]}}}`)
		got = w.ask(t, rootToken, `{ users(filter: { role: { id: { _eq: "`+string(root.Role)+`" } } }, sort: ["-email"], page: 2, limit: 1) { email } users_aggregated(search: "example") { countAll } }`)
		wantBody(t, got, `{"data":{"users":[{"email":"carl@example.com"}],"users_aggregated":[{"countAll":3}]}}`)
		got = w.ask(t, rootToken, `mutation { update_users_item(id: "`+string(ann.ID)+`", data: { role: null, token: null, status: "archived" }) { status role { id } } }`)
		wantBody(t, got, `{"data":{"update_users_item":{"status":"archived","role":null}}}`)
	})
	t.Run("a permission of no role is nobody's", func(t *testing.T) {
		for _, id := range []string{`""`, `null`} {
			got := w.ask(t, rootToken, `mutation { create_permissions_item(data: { role: { id: `+id+` }, collection: "directus_users", action: "read", fields: ["*"] }) { id } }`)
			if !slices.Equal(codes(t, got), []string{"INVALID_PAYLOAD"}) {
				t.Errorf("%s: got %s, want INVALID_PAYLOAD", id, got.Body)
			}
		}
		got := w.ask(t, rootToken, `mutation { create_permissions_item(data: { role: null, collection: "articles", action: "read", fields: ["*"] }) { id role { id } } }`)
		if parsed(t, got).Errors != nil {
			t.Errorf("got %s, want a permission of the public", got.Body)
		}
	})
	t.Run("what an event is about, to who may not see what happened", func(t *testing.T) {
		w := newWorld(t, unlimited())
		w.seedAdministrator(t, "root@example.com")
		got := w.ask(t, w.login(t, "root@example.com").AccessToken, `mutation { create_permissions_item(data: { role: null, collection: "directus_activity", action: "read", fields: ["id", "collection"] }) { role { id } } }`)
		wantBody(t, got, `{"data":{"create_permissions_item":{"role":null}}}`)
		got = w.ask(t, "", "{ activity { action collection } }")
		if want := `{"action":null,"collection":"directus_permissions"}`; !strings.Contains(string(got.Body), want) {
			t.Errorf("got %s, want %s among them", got.Body, want)
		}
	})
	t.Run("several at once, all or none", func(t *testing.T) {
		got := w.ask(t, rootToken, `mutation { create_users_items(data: [{ email: "gus@example.com" }, { email: "hal@example.com", first_name: "Hal" }]) { id email first_name } }`)
		var made struct {
			People []struct{ ID, Email string } `json:"create_users_items"`
		}
		if err := got.Data(&made); err != nil || len(made.People) != 2 || made.People[0].Email != "gus@example.com" {
			t.Fatalf("got %s, %v", got.Body, err)
		}
		gus, hal := made.People[0].ID, made.People[1].ID
		for refused, code := range map[string]string{
			`create_users_items(data: [{ email: "ida@example.com" }, { email: "HAL@example.com" }]) { id }`:      "RECORD_NOT_UNIQUE",
			`update_users_items(ids: ["` + gus + `", "nobody"], data: { last_name: "Lost" }) { id }`:             "FORBIDDEN",
			`update_users_items(ids: ["` + gus + `"], data: { id: "` + hal + `", last_name: "Lost" }) { id }`:    "FORBIDDEN",
			`update_users_items(ids: ["` + gus + `", null], data: { last_name: "Lost" }) { id }`:                 "INVALID_PAYLOAD",
			`update_users_items(ids: [], data: { last_name: "Lost" }) { id }`:                                    "INVALID_PAYLOAD",
			`update_users_batch(data: [{ id: "` + gus + `", last_name: "Lost" }, { last_name: "Lost" }]) { id }`: "INVALID_PAYLOAD",
			`update_users_batch { id }`: "INVALID_PAYLOAD",
			`delete_users_items(ids: ["` + gus + `", "` + string(root.ID) + `"]) { ids }`: "UNPROCESSABLE_CONTENT",
			`delete_users_items(ids: ["` + gus + `", ""]) { ids }`:                        "INVALID_PAYLOAD",
		} {
			if got := w.ask(t, rootToken, "mutation { "+refused+" }"); !slices.Equal(codes(t, got), []string{code}) {
				t.Errorf("%s: got %s, want %s", refused, got.Body, code)
			}
		}
		got = w.ask(t, rootToken, `mutation { update_users_batch(data: [{ id: "`+hal+`", last_name: "Hall" }, { id: "`+gus+`", first_name: "Gus" }]) { first_name last_name } }`)
		wantBody(t, got, `{"data":{"update_users_batch":[{"first_name":"Hal","last_name":"Hall"},{"first_name":"Gus","last_name":null}]}}`)
		got = w.ask(t, rootToken, `mutation { update_users_items(ids: ["`+gus+`", "`+hal+`"], data: { status: "suspended" }) { email status } }`)
		wantBody(t, got, `{"data":{"update_users_items":[{"email":"gus@example.com","status":"suspended"},{"email":"hal@example.com","status":"suspended"}]}}`)

		w.seed(t, "fay@example.com")
		fayToken := w.login(t, "fay@example.com").AccessToken
		for _, mutation := range []string{
			`create_users_items(data: [{ email: "ida@example.com", status: null }]) { id }`, `create_users_items(data: []) { id }`,
			`update_users_items(ids: [null], data: { status: null }) { id }`, `update_users_batch(data: [{ last_name: "Lost" }]) { id }`,
			`delete_users_items(ids: [""]) { ids }`,
		} {
			if got := w.ask(t, fayToken, "mutation { "+mutation+" }"); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
				t.Errorf("%s: got %s, want FORBIDDEN", mutation, got.Body)
			}
		}
		got = w.ask(t, rootToken, `mutation { delete_users_items(ids: ["`+gus+`", "`+hal+`"]) { ids } }`)
		wantBody(t, got, `{"data":{"delete_users_items":{"ids":["`+gus+`","`+hal+`"]}}}`)
		wantBody(t, w.ask(t, rootToken, `{ users(search: "hal@") { id } }`), `{"data":{"users":[]}}`)
	})
	t.Run("which of several it is about", func(t *testing.T) {
		ann, root := string(ann.ID), string(root.ID)
		for refused, index := range map[string]float64{
			`create_users_items(data: [{ email: "ida@example.com" }, { email: "ida@example.com", status: null }]) { id }`: 1,
			`create_users_items(data: [{ email: "ida@example.com" }, { email: "root@example.com" }]) { id }`:              1,
			`create_users_items(data: [{ first_name: "Ida" }, { email: "ida@example.com" }]) { id }`:                      0,
			`update_users_items(ids: ["` + ann + `", null], data: { last_name: "Lost" }) { id }`:                          1,
			`update_users_items(ids: ["` + ann + `", "nobody"], data: { last_name: "Lost" }) { id }`:                      1,
			`update_users_batch(data: [{ id: "` + ann + `" }, { id: "` + root + `" }, { last_name: "Lost" }]) { id }`:     2,
			`update_users_batch(data: [{ id: "` + ann + `" }, { id: "` + ann + `" }]) { id }`:                             1,
			`delete_users_items(ids: ["` + ann + `", ""]) { ids }`:                                                        1,
		} {
			a := parsed(t, w.ask(t, rootToken, "mutation { "+refused+" }"))
			if len(a.Errors) != 1 || a.Errors[0].Extensions["index"] != index {
				t.Errorf("%s: got %v, want index %v", refused, a.Errors, index)
			}
		}
		for _, alone := range []string{`create_users_items(data: [{ first_name: "Ida" }]) { id }`, `create_users_item(data: { first_name: "Ida" }) { id }`} {
			a := parsed(t, w.ask(t, rootToken, "mutation { "+alone+" }"))
			if len(a.Errors) != 1 || a.Errors[0].Extensions["index"] != nil {
				t.Errorf("%s: got %v, want no index", alone, a.Errors)
			}
		}
	})
	t.Run("an order says what is wrong as REST does", func(t *testing.T) {
		known := " Those that work are "
		for order, reason := range map[string]string{
			`["-nope"]`:          `"sort" knows no field "nope".` + known,
			`["email,-id"]`:      `"sort" knows no field "email,-id".` + known,
			`["email","-email"]`: `"sort" names a field twice`,
		} {
			a := parsed(t, w.ask(t, rootToken, "{ users(sort: "+order+") { id } }"))
			if len(a.Errors) != 1 || a.Errors[0].Extensions["code"] != "INVALID_QUERY" || !strings.HasPrefix(fmt.Sprint(a.Errors[0].Extensions["reason"]), reason) {
				t.Errorf("%s: got %v, want %s", order, a.Errors, reason)
			}
		}
	})
	t.Run("lists refuse what they cannot mean", func(t *testing.T) {
		for query, code := range map[string]string{
			`{ users(limit: -2) { id } }`: "INVALID_QUERY", `{ users(page: 0) { id } }`: "INVALID_QUERY", `{ users(offset: -1) { id } }`: "INVALID_QUERY",
			`{ users(filter: { email: {} }) { id } }`: "INVALID_QUERY", `{ users(filter: { email: null }) { id } }`: "INVALID_QUERY", `{ users(filter: { role: { id: null } }) { id } }`: "INVALID_QUERY",
			`{ users(sort: ["password"]) { id } }`: "INVALID_QUERY", `{ activity(filter: { action: { _eq: "" } }) { id } }`: "INVALID_PAYLOAD",
			`{ activity(sort: ["timestamp"]) { id } }`:                               "INVALID_QUERY",
			`{ sessions(user: "") { id } }`:                                          "INVALID_PAYLOAD",
			`mutation { update_users_item(id: "x", data: { status: null }) { id } }`: "INVALID_PAYLOAD",
			`mutation { update_users_item(id: "x", data: { email: null }) { id } }`:  "INVALID_PAYLOAD",
		} {
			if got := w.ask(t, rootToken, query); !slices.Equal(codes(t, got), []string{code}) {
				t.Errorf("%s: got %s, want %s", query, got.Body, code)
			}
		}
	})
	t.Run("the trail is for administrators", func(t *testing.T) {
		got := w.ask(t, rootToken, `{ activity(filter: { action: { _eq: "login" }, user: { id: { _eq: "`+string(root.ID)+`" } } }, sort: ["-timestamp"], limit: 1) { action outcome user { id } timestamp collection item } }`)
		wantBody(t, got, fmt.Sprintf(`{"data":{"activity":[{"action":"login","outcome":"success","user":{"id":%q},"timestamp":"2026-03-14T09:26:53.589Z","collection":"directus_users","item":%q}]}}`, root.ID, root.ID))
		w.seed(t, "dan@example.com")
		if got := w.ask(t, w.login(t, "dan@example.com").AccessToken, "{ activity { id } }"); !slices.Equal(codes(t, got), []string{"FORBIDDEN"}) {
			t.Errorf("got %s", got.Body)
		}
	})
	t.Run("what the service says of itself", func(t *testing.T) {
		wantBody(t, w.ask(t, "", "{ server_ping server_info { project { project_name } version } server_health __typename }"),
			`{"data":{"server_ping":"pong","server_info":{"project":{"project_name":"Sallyport"},"version":null},"server_health":{"status":"ok"},"__typename":"Query"}}`)
		wantBody(t, w.ask(t, rootToken, "{ server_info { version } }"), `{"data":{"server_info":{"version":"v1.2.3"}}}`)
		if got := w.ask(t, rootToken, "{ server_health }"); !strings.Contains(string(got.Body), `"store:responseTime":[{"status":"ok","componentType":"datastore"`) {
			t.Errorf("got %s", got.Body)
		}
	})
}

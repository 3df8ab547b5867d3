package fiberhttp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const editorsRole domain.RoleID = "0195f2c6-7d7e-7a10-8000-0000000000e0"

// editors makes a role and gives it to Ann, whose tokens stay good.
func (s scene) editors(t *testing.T) {
	t.Helper()
	if err := s.store.Repos().Roles.Create(t.Context(), domain.Role{ID: editorsRole, Name: "Editors"}); err != nil {
		t.Fatal(err)
	}
	s.change(t, s.ann.ID, func(u *domain.User) { u.Role = editorsRole })
}

// permit makes a permission over the API.
func (s scene) permit(t *testing.T, body string) {
	t.Helper()
	if got := s.do(t, call{method: http.MethodPost, path: "/permissions", bearer: s.admin.AccessToken, body: body}); got.status != 200 {
		t.Fatalf("got %d %s, want a permission", got.status, got.body)
	}
}

func (s scene) adminAsks(method, path, body string) func(scene) call {
	return func(s scene) call { return call{method: method, path: path, bearer: s.admin.AccessToken, body: body} }
}

func rolesRules() []rule {
	ask := scene{}.adminAsks
	own := func(path string) func(scene) call {
		return func(s scene) call { return call{method: http.MethodGet, path: path, bearer: s.json.AccessToken} }
	}
	editors := `{"id":"` + string(editorsRole) + `","name":"Editors","app_access":false,"admin_access":false,"enforce_tfa":false}`
	path := "/roles/" + string(editorsRole)
	return []rule{
		{name: "§8 roles", given: func(t *testing.T, s scene) { s.editors(t) }, rows: []row{
			{name: "list", call: ask("GET", "/roles?fields=name", ""), status: 200, body: `{"data":[{"name":"Administrator"},{"name":"Editors"}]}`},
			{name: "a page of it", call: ask("GET", "/roles?fields=name&limit=1&offset=1", ""), status: 200, body: `{"data":[{"name":"Editors"}]}`},
			{name: "an order that there is not", call: ask("GET", "/roles?sort=name", ""), status: 400, code: domain.InvalidQuery},
			{name: "one", call: ask("GET", path, ""), status: 200, body: `{"data":` + editors + `}`},
			{name: "one's own", call: own(path), status: 200, body: `{"data":` + editors + `}`},
			{name: "another's", call: own("/roles/" + string(domain.AdministratorRole)), status: 403, code: domain.Forbidden},
			{name: "all, for who may not", call: own("/roles"), status: 403, code: domain.Forbidden},
			{name: "all, for nobody", call: always(get("/roles")), status: 403, code: domain.Forbidden},
			{name: "made", call: ask("POST", "/roles?fields=name,app_access", `{"name":"Readers","app_access":true,"icon":"x"}`), status: 200, body: `{"data":{"app_access":true,"name":"Readers"}}`},
			{name: "without a name", call: ask("POST", "/roles", `{}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "name"}},
			{name: "a flag that there is not", call: ask("POST", "/roles", `{"name":"x","enforce_tfa_":true}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "enforce_tfa_"}},
			{name: "a flag that is none", call: ask("POST", "/roles", `{"name":"x","admin_access":"yes"}`), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": "admin_access"}},
			{name: "made by who may not, before the body is read", call: func(s scene) call {
				return call{method: http.MethodPost, path: "/roles", bearer: s.json.AccessToken, body: "["}
			}, status: 403, code: domain.Forbidden},
			{name: "rights for oneself", call: func(s scene) call {
				return call{method: http.MethodPatch, path: path, bearer: s.json.AccessToken, body: `{"admin_access":true}`}
			}, status: 403, code: domain.Forbidden},
			{name: "the last rights", call: ask("PATCH", "/roles/"+string(domain.AdministratorRole), `{"admin_access":false}`), status: 422, code: domain.UnprocessableContent},
			{name: "removed while somebody has it", call: ask("DELETE", path, ""), status: 422, code: domain.UnprocessableContent},
			{name: "changed", call: ask("PATCH", path+"?fields=name", `{"name":"Writers"}`), status: 200, body: `{"data":{"name":"Writers"}}`},
			{name: "not there", call: ask("PATCH", "/roles/nobody", `{"name":"x"}`), status: 403, code: domain.Forbidden},
			{name: "me is no ID", call: ask("DELETE", "/roles/me", ""), status: 404, code: domain.RouteNotFound},
		}, also: func(t *testing.T, s scene) {
			s.change(t, s.ann.ID, func(u *domain.User) { u.Role = "" })
			walk(t, s, []row{
				{name: "removed", call: ask("DELETE", path, ""), status: 204},
				{name: "removed again", call: ask("DELETE", path, ""), status: 403, code: domain.Forbidden},
			})
		}},
		{name: "§8 one's own role", rows: []row{
			{name: "none", call: own("/roles/me"), status: 200, body: `{"data":[]}`},
			{name: "one", call: ask("GET", "/roles/me?fields=name", ""), status: 200, body: `{"data":[{"name":"Administrator"}]}`},
			{name: "nobody", call: always(get("/roles/me")), status: 403, code: domain.Forbidden},
		}},
	}
}

func permissionsRules() []rule {
	ask := scene{}.adminAsks
	bad := func(name, body, field string) row {
		return row{name: name, call: ask("POST", "/permissions", body), status: 400, code: domain.InvalidPayload, extension: map[string]string{"field": field}}
	}
	const row1 = `"role":null,"collection":"directus_roles","action":"read","permissions":{"name":{"_neq":"x"}},"fields":["id","name"]`
	public := func(path string) func(scene) call { return always(get(path)) }
	byAnn := func(method, path, body string) func(scene) call {
		return func(s scene) call {
			bob := s.bob
			return call{method: method, path: strings.ReplaceAll(path, ":bob", string(bob)), bearer: s.json.AccessToken, body: body}
		}
	}
	return []rule{
		{name: "§8 permissions", rows: []row{
			{name: "made", call: ask("POST", "/permissions?fields=role,collection,action,permissions,fields", `{`+row1+`,"policy":null,"presets":{},"validation":null}`), status: 200, members: []string{"action", "collection", "fields", "permissions", "role"}},
			{name: "listed", call: ask("GET", "/permissions?fields=role,permissions", ""), status: 200, body: `{"data":[{"permissions":{"name":{"_neq":"x"}},"role":null}]}`},
			{name: "listed by who may not", call: byAnn("GET", "/permissions", ""), status: 403, code: domain.Forbidden},
			{name: "made by who may not, before the body is read", call: byAnn("POST", "/permissions", "["), status: 403, code: domain.Forbidden},
			{name: "not there", call: ask("DELETE", "/permissions/nobody", ""), status: 403, code: domain.Forbidden},
			bad("a filter that is not understood", `{"role":null,"collection":"directus_users","action":"read","fields":["*"],"permissions":{"email":{"_contains":"x"}}}`, "permissions"),
			bad("a filter that is a text", `{"role":null,"collection":"directus_users","action":"read","fields":["*"],"permissions":"{}"}`, "permissions"),
			bad("a field that there is not", `{"role":null,"collection":"directus_users","action":"read","fields":["nope"]}`, "fields"),
			bad("fields that are none", `{"role":null,"collection":"articles","action":"read","fields":[null]}`, "fields"),
			bad("no fields", `{"role":null,"collection":"articles","action":"read"}`, "fields"),
			bad("an action that there is not", `{"role":null,"collection":"articles","action":"share","fields":["*"]}`, "action"),
			bad("a role that there is not", `{"role":"x","collection":"articles","action":"read","fields":["*"]}`, "role"),
			bad("an empty role", `{"role":"","collection":"articles","action":"read","fields":["*"]}`, "role"),
			bad("no role", `{"collection":"articles","action":"read","fields":["*"]}`, "role"),
			bad("a misspelt role", `{"role":null,"rol":"x","collection":"articles","action":"read","fields":["*"]}`, "rol"),
			bad("a condition in another member", `{"role":null,"filter":{"id":{"_eq":"$CURRENT_USER"}},"collection":"directus_users","action":"read","fields":["*"]}`, "filter"),
			bad("a policy", `{"role":null,"policy":"x","collection":"articles","action":"read","fields":["*"]}`, "policy"),
			bad("a validation", `{"role":null,"validation":{"a":1},"collection":"articles","action":"read","fields":["*"]}`, "validation"),
		}},
		{name: "§8 one's own permissions", given: func(t *testing.T, s scene) {
			s.permit(t, `{"role":null,"collection":"articles","action":"read","fields":["*"]}`)
		}, also: func(t *testing.T, s scene) {
			for bearer, want := range map[string]string{"": `"full"`, s.admin.AccessToken: `"full"`} {
				got := s.do(t, call{method: http.MethodGet, path: "/permissions/me", bearer: bearer})
				if got.status != 200 || !strings.Contains(string(got.body), `"articles":{"create":{"access":`) || !strings.Contains(string(got.body), `"read":{"access":`+want) {
					t.Errorf("got %d %s", got.status, got.body)
				}
			}
			walk(t, s, []row{
				{name: "nobody's globals", call: public("/policies/me/globals"), status: 200, body: `{"data":{"app_access":false,"admin_access":false,"enforce_tfa":false}}`},
				{name: "an administrator's", call: ask("GET", "/policies/me/globals", ""), status: 200, body: `{"data":{"app_access":true,"admin_access":true,"enforce_tfa":false}}`},
			})
		}},
		{name: "§8 public access", given: func(t *testing.T, s scene) {
			s.permit(t, `{"role":null,"collection":"directus_roles","action":"read","fields":["id","name"]}`)
		}, rows: []row{
			{name: "the fields of the permission", call: public("/roles"), status: 200, body: `{"data":[{"id":"` + string(domain.AdministratorRole) + `","name":"Administrator"}]}`},
			{name: "one of them", call: public("/roles?fields=name"), status: 200, body: `{"data":[{"name":"Administrator"}]}`},
			{name: "another field", call: public("/roles?fields=name,admin_access"), status: 403, code: domain.Forbidden},
			{name: "another action", call: always(call{method: http.MethodPost, path: "/roles", body: `{"name":"x"}`}), status: 403, code: domain.Forbidden},
			{name: "another collection", call: public("/users"), status: 403, code: domain.Forbidden},
		}},
		{name: "§8 permissions on accounts", given: func(t *testing.T, s scene) {
			s.editors(t)
			for _, body := range []string{
				`"action":"read","fields":["id","email","status"],"permissions":{"role":{"_null":true}}`,
				`"action":"update","fields":["first_name","email"],"permissions":{"role":{"_null":true}}`,
			} {
				s.permit(t, `{"role":"`+string(editorsRole)+`","collection":"directus_users",`+body+`}`)
			}
		}, rows: []row{
			{name: "the records and fields of the permission", call: byAnn("GET", "/users?meta=*", ""), status: 200, answer: func(s scene) string {
				return `{"data":[{"email":"bob@example.com","id":"` + string(s.bob) + `","status":"active"}],"meta":{"filter_count":1,"total_count":1}}`
			}},
			{name: "another field", call: byAnn("GET", "/users?fields=email,role", ""), status: 403, code: domain.Forbidden},
			{name: "one", call: byAnn("GET", "/users/:bob?fields=email", ""), status: 200, body: `{"data":{"email":"bob@example.com"}}`},
			{name: "another field of one", call: byAnn("GET", "/users/:bob?fields=role", ""), status: 403, code: domain.Forbidden},
			{name: "another record", call: byAnn("GET", "/users/nobody", ""), status: 403, code: domain.Forbidden},
			{name: "filtered by a field of it", call: byAnn("GET", "/users?fields=email&filter[status][_eq]=active", ""), status: 200, body: `{"data":[{"email":"bob@example.com"}]}`},
			{name: "filtered by another", call: byAnn("GET", "/users?filter[role][_eq]=x", ""), status: 403, code: domain.Forbidden},
			{name: "sorted by another", call: byAnn("GET", "/users?sort=last_name", ""), status: 403, code: domain.Forbidden},
			{name: "searched", call: byAnn("GET", "/users?search=bob", ""), status: 403, code: domain.Forbidden},
			{name: "written", call: byAnn("PATCH", "/users/:bob", `{"first_name":"Bob"}`), status: 200, members: []string{"email", "id", "status"}},
			{name: "another field written", call: byAnn("PATCH", "/users/:bob", `{"last_name":"B"}`), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "last_name"}},
			{name: "rights written", call: byAnn("PATCH", "/users/:bob", `{"role":"`+string(editorsRole)+`"}`), status: 403, code: domain.Forbidden, extension: map[string]string{"field": "role"}},
			{name: "removed", call: byAnn("DELETE", "/users/:bob", ""), status: 403, code: domain.Forbidden},
		}},
	}
}

func verifyRules() []rule {
	verify := func(query string) func(scene) call {
		return func(s scene) call {
			return call{method: http.MethodGet, path: "/auth/verify" + query, bearer: s.json.AccessToken}
		}
	}
	nobody := map[string]string{"X-User-Id": "", "X-User-Email": "", "X-User-Role": "", "X-User-Assertion": ""}
	return []rule{
		{name: "§8 asked by a proxy", given: func(t *testing.T, s scene) {
			s.editors(t)
			s.change(t, s.ann.ID, func(u *domain.User) { u.EmailProven = true })
			s.permit(t, `{"role":null,"collection":"articles","action":"read","fields":["*"]}`)
			s.permit(t, `{"role":"`+string(editorsRole)+`","collection":"articles","action":"update","fields":["*"]}`)
		}, rows: []row{
			{name: "nobody", call: always(get("/auth/verify")), status: 401, code: domain.InvalidCredentials, header: nobody},
			{name: "a bad token", call: always(call{method: http.MethodGet, path: "/auth/verify?collection=articles&action=read", bearer: "nonsense"}), status: 401, code: domain.InvalidCredentials, header: nobody},
			{name: "nobody, where the public may", call: always(get("/auth/verify?collection=articles&action=read")), status: 200, header: nobody},
			{name: "nobody, where it may not", call: always(get("/auth/verify?collection=articles&action=update")), status: 401, code: domain.InvalidCredentials},
			{name: "by POST", call: always(call{method: http.MethodPost, path: "/auth/verify?collection=articles&action=read"}), status: 200},
			{name: "somebody who may", call: verify("?collection=articles&action=update"), status: 200},
			{name: "somebody who may not", call: verify("?collection=articles&action=delete"), status: 403, code: domain.Forbidden, header: nobody},
			{name: "a collection of the service", call: verify("?collection=directus_users&action=read"), status: 400, code: domain.InvalidQuery},
			{name: "no action", call: verify("?collection=articles"), status: 400, code: domain.InvalidQuery},
			{name: "nobody, where the public may, with an assertion", call: always(get("/auth/verify?collection=articles&action=read&assertion=wiki")), status: 200, header: nobody},
			{name: "somebody who may not, with an assertion", call: verify("?collection=articles&action=delete&assertion=wiki"), status: 403, code: domain.Forbidden, header: nobody},
			{name: "an assertion for what is no name", call: verify("?assertion=a%20b"), status: 400, code: domain.InvalidQuery},
			{name: "no assertion where none is asked for", call: verify(""), status: 200, header: map[string]string{"X-User-Assertion": ""}},
			{name: "by cookie", call: func(s scene) call {
				return call{method: http.MethodGet, path: "/auth/verify", cookie: &s.stay}
			}, status: 200, header: map[string]string{"X-User-Email": "Ann@example.com", "X-User-Role": string(editorsRole)}},
		}, also: func(t *testing.T, s scene) {
			got := s.do(t, verify("")(s))
			if got.status != 200 || len(got.body) > 0 || got.header.Get("X-User-Id") != string(s.ann.ID) || got.header.Get("X-User-Email") != "Ann@example.com" {
				t.Errorf("got %d %v %s", got.status, got.header, got.body)
			}
			got = s.do(t, verify("?collection=articles&action=update&assertion=https://wiki.example.com")(s))
			said, err := s.tokens.ReadAssertion(got.header.Get("X-User-Assertion"), "https://wiki.example.com", s.clock.Now())
			if err != nil || said.Subject != s.ann.ID || said.Role != editorsRole {
				t.Errorf("the application reads %+v and %v, want Ann the editor", said, err)
			}
			asked := s.do(t, call{method: http.MethodGet, path: "/users/me", bearer: got.header.Get("X-User-Assertion")})
			if asked.status != 403 {
				t.Errorf("an assertion as a token: got %d %s, want it refused", asked.status, asked.body)
			}
			for email, want := range map[domain.Email]string{
				"\u00e4nn@example.com": "%C3%A4nn@example.com", "%C3%A4nn@example.com": "%25C3%25A4nn@example.com", "": "",
			} {
				s.change(t, s.ann.ID, func(u *domain.User) { u.Email = email })
				s.clock.Advance(1e9)
				got = s.do(t, verify("")(s))
				if told := got.header.Get("X-User-Email"); told != want {
					t.Errorf("%q: got %q, want %q", email, told, want)
				}
			}
			s.change(t, s.ann.ID, func(u *domain.User) { u.Email, u.EmailProven, u.Role = "ceo@example.com", false, "" })
			s.clock.Advance(1e9)
			got = s.do(t, verify("")(s))
			if got.status != 200 || got.header.Get("X-User-Id") != string(s.ann.ID) {
				t.Errorf("got %d %v, want Ann", got.status, got.header)
			}
			for _, name := range []string{"X-User-Email", "X-User-Role"} {
				if told, sent := got.header[name]; sent {
					t.Errorf("%s is %q, want none: the address is not proved, and there is no role", name, told)
				}
			}
		}},
		{name: "§8 a browser that a proxy asks about", also: func(t *testing.T, _ scene) {
			w := newWorld(t, unlimited(), func(c *fiberhttp.Config) { c.LoginPage = "https://login.example.com/admin/login" })
			w.client.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			for _, one := range []struct {
				path, accept, bearer string
				want                 int
			}{
				{"/auth/verify?refused=login", "text/html,*/*;q=0.8", "", 302},
				{"/auth/verify", "text/html,*/*;q=0.8", "", 401},
				{"/auth/verify?refused=login", "application/json", "", 401},
				{"/auth/verify?refused=login", "text/html", "nonsense", 401},
			} {
				got := w.do(t, call{method: http.MethodGet, path: one.path, bearer: one.bearer, header: http.Header{"Accept": {one.accept}}})
				if got.status != one.want || one.want == 302 && got.header.Get("Location") != "https://login.example.com/admin/login" {
					t.Errorf("%+v: got %d %v", one, got.status, got.header)
				}
			}
			for _, one := range []struct{ proto, host, uri, method, want string }{
				{"https", "wiki.example.com", "/a?b=c&d", "GET", "?return=https%3A%2F%2Fwiki.example.com%2Fa%3Fb%3Dc%26d"},
				{"https", "wiki.example.com", "/a", "", "?return=https%3A%2F%2Fwiki.example.com%2Fa"},
				{"https", "wiki.example.com", "/a", "POST", ""}, // the form is gone by then
				{"javascript", "wiki.example.com", "/a", "GET", ""},
				{"https", "", "/a", "GET", ""},
				{"https", "wiki.example.com", "@evil.example", "GET", ""},
				{"https", "wiki.example.com", "/" + strings.Repeat("a", 1500), "GET", ""},
			} {
				header := http.Header{"Accept": {"text/html"}, "X-Forwarded-Proto": {one.proto}, "X-Forwarded-Host": {one.host}, "X-Forwarded-Uri": {one.uri}}
				if one.method != "" {
					header.Set("X-Forwarded-Method", one.method)
				}
				got := w.do(t, call{method: http.MethodGet, path: "/auth/verify?refused=login", header: header})
				if to := got.header.Get("Location"); got.status != 302 || to != "https://login.example.com/admin/login"+one.want {
					t.Errorf("%+v: got %d to %q", one, got.status, to)
				}
			}
		}},
	}
}

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// record is what somebody is shown, with the ID in the place of what is related.
type record map[string]any

// grantRow is a permission as it is written over REST.
type grantRow struct {
	Role       *string        `json:"role"`
	Collection string         `json:"collection"`
	Action     string         `json:"action"`
	Fields     []string       `json:"fields"`
	Filter     map[string]any `json:"permissions"`
}

// asker is one who asks, by both transports.
type asker struct {
	name, id, role, token string
	isAdmin               bool
}

// matrix is a service, what is in it, and who asks.
type matrix struct {
	*process
	r       *rand.Rand
	root    string
	askers  []asker
	rows    []grantRow
	compare int
}

// TestPermissionMatrix makes permissions by chance and lets everybody ask for everything, over
// REST and over GraphQL: who is shown which field of which record, and who may write it. Each
// answer is held against the rows themselves, which are read here without any of the code that
// the service has for them.
func TestPermissionMatrix(t *testing.T) {
	h := inFile(t)
	m := &matrix{process: serve(t, append(h.env, "LIMIT_LOGIN_ADDRESS=off")), r: rand.New(rand.NewPCG(8, 6))}
	m.root = login(t, m.Client, domain.ModeJSON).Access
	roles := m.people(t)
	for range 25 {
		m.permit(t, roles)
		truth := map[string][]record{
			"users":       m.rest(t, m.root, "/users?limit=-1"),
			"roles":       m.rest(t, m.root, "/roles"),
			"permissions": m.rest(t, m.root, "/permissions?limit=-1"),
		}
		for _, who := range m.askers {
			for _, collection := range slices.Sorted(maps.Keys(truth)) {
				m.reads(t, who, collection, truth[collection])
			}
			m.readsOne(t, who, truth["users"])
			m.writes(t, who, truth["users"])
			m.makesAndRemoves(t, who, roles)
		}
	}
	if m.compare < 20_000 {
		t.Errorf("%d answers were compared: this chance proves little", m.compare)
	}
	t.Logf("%d answers compared", m.compare)
}

const matrixPassword = "correct horse battery staple"

// people makes two roles, and accounts that have one, the other or none.
func (m *matrix) people(t *testing.T) (roles []string) {
	t.Helper()
	for _, name := range []string{"a", "b"} {
		var made struct{ ID string }
		m.must(t, "POST", "/roles", map[string]any{"name": name}, &made)
		roles = append(roles, made.ID)
	}
	m.askers = []asker{{name: "nobody"}, {name: "root", token: m.root, isAdmin: true}}
	for i, role := range []string{"", "", roles[0], roles[0], roles[1], roles[1]} {
		address := fmt.Sprintf("user%d@example.com", i)
		body := map[string]any{
			"email": address, "password": matrixPassword, "first_name": []string{"x", "y"}[i%2],
			"language": []any{nil, "de", "en"}[i%3], "title": []any{nil, "Dr."}[i%2], "status": "active",
		}
		if role != "" {
			body["role"] = role
		}
		var made struct{ ID string }
		m.must(t, "POST", "/users", body, &made)
		tokens, err := m.Login(t.Context(), auth.LoginInput{Email: address, Password: matrixPassword, Mode: domain.ModeJSON})
		if err != nil {
			t.Fatal(err)
		}
		m.askers = append(m.askers, asker{name: address, id: made.ID, role: role, token: tokens.Access})
	}
	for _, extra := range []string{"draft", "suspended"} {
		m.must(t, "POST", "/users", map[string]any{"email": extra + "@example.com", "status": extra, "role": roles[0]}, nil)
	}
	return roles
}

// must asks as the administrator.
func (m *matrix) must(t *testing.T, method, path string, body, into any) {
	t.Helper()
	got, err := m.Do(t.Context(), restclient.Call{Method: method, Path: path, Bearer: m.root, Body: body})
	if err == nil && into != nil {
		err = got.Data(into)
	}
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}

// permit puts other permissions in the place of those that there are.
func (m *matrix) permit(t *testing.T, roles []string) {
	t.Helper()
	for _, old := range m.rest(t, m.root, "/permissions?limit=-1&fields=id") {
		m.must(t, "DELETE", "/permissions/"+old["id"].(string), nil, nil)
	}
	m.rows = nil
	for range 4 + m.r.IntN(8) {
		row := m.row(roles)
		m.must(t, "POST", "/permissions", row, nil)
		m.rows = append(m.rows, row)
	}
}

// filterable has, of each collection, fields and values of filters.
func filterable(roles []string) map[string]map[string][]any {
	return map[string]map[string][]any{
		"users": {
			"id": {"$CURRENT_USER"}, "role": {roles[0], "$CURRENT_ROLE"}, "status": {"active", "draft"},
			"first_name": {"x", "y"}, "language": {"de", "en"}, "email": {"USER1@example.com", "draft@example.com"},
		},
		"roles":       {"id": {roles[0], "$CURRENT_ROLE"}, "name": {"a", "Administrator"}, "admin_access": {true, false}},
		"permissions": {"role": {roles[0], "$CURRENT_ROLE"}, "collection": {"directus_users"}, "action": {"read", "update"}},
	}
}

func readableFields() map[string][]string {
	return map[string][]string{
		"users": {
			"id", "first_name", "last_name", "email", "password", "language", "tfa_secret", "status", "role", "token",
			"last_access", "provider", "external_identifier", "title", "email_notifications", "text_direction",
		},
		"roles":       {"id", "name", "app_access", "admin_access", "enforce_tfa"},
		"permissions": {"id", "role", "collection", "action", "permissions", "fields"},
	}
}

func (m *matrix) row(roles []string) grantRow {
	kinds := []struct{ collection, action string }{
		{"users", "read"},
		{"users", "read"},
		{"users", "read"},
		{"users", "update"},
		{"users", "update"},
		{"users", "create"},
		{"users", "delete"},
		{"roles", "read"},
		{"permissions", "read"},
	}
	kind := kinds[m.r.IntN(len(kinds))]
	row := grantRow{Collection: "directus_" + kind.collection, Action: kind.action, Fields: []string{"*"}}
	if role := append([]string{""}, roles...)[m.r.IntN(3)]; role != "" {
		row.Role = &role
	}
	var fields []string
	switch kind.action {
	case "read":
		fields = readableFields()[kind.collection]
	case "create", "update":
		fields = []string{"email", "first_name", "last_name", "language", "status", "role", "title"}
	}
	if len(fields) > 0 && m.r.IntN(4) > 0 {
		row.Fields = nil
		for range 1 + m.r.IntN(4) {
			row.Fields = append(row.Fields, fields[m.r.IntN(len(fields))])
		}
	}
	if m.r.IntN(3) > 0 {
		row.Filter = m.filter(filterable(roles)[kind.collection], 1+m.r.IntN(2))
	}
	return row
}

func (m *matrix) filter(known map[string][]any, depth int) map[string]any {
	if depth > 1 && m.r.IntN(2) == 0 {
		return map[string]any{[]string{"_and", "_or"}[m.r.IntN(2)]: []any{m.filter(known, depth-1), m.filter(known, depth-1)}}
	}
	names := slices.Sorted(maps.Keys(known))
	name := names[m.r.IntN(len(names))]
	values := known[name]
	value := values[m.r.IntN(len(values))]
	operators := map[string]any{"_eq": value, "_neq": value, "_in": []any{value, values[0]}, "_nin": []any{value}, "_null": m.r.IntN(2) == 0}
	operator := slices.Sorted(maps.Keys(operators))[m.r.IntN(len(operators))]
	return map[string]any{name: map[string]any{operator: operators[operator]}}
}

// holds reads a condition off its JSON.
func holds(filter map[string]any, r record, by asker) bool {
	for name, inside := range filter {
		ok := false
		switch name {
		case "_and", "_or":
			parts := inside.([]any)
			held := 0
			for _, part := range parts {
				if holds(part.(map[string]any), r, by) {
					held++
				}
			}
			ok = held == len(parts) || name == "_or" && held > 0
		default:
			for operator, wanted := range inside.(map[string]any) {
				ok = holdsFor(operator, wanted, name, r[name], by)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func holdsFor(operator string, wanted any, name string, value any, by asker) bool {
	if operator == "_null" {
		return (value == nil) == wanted.(bool)
	}
	list, isList := wanted.([]any)
	if !isList {
		list = []any{wanted}
	}
	among := false
	for _, one := range list {
		switch one {
		case "$CURRENT_USER":
			one = by.id
		case "$CURRENT_ROLE":
			one = by.role
		}
		if one == "" {
			return false
		}
		if text, isText := one.(string); isText && name == "email" {
			one = strings.ToLower(text)
		}
		among = among || one == value
	}
	return among == (operator == "_eq" || operator == "_in")
}

// granted returns the fields that the rows let somebody read or write of a record, and whether
// they let at all. All stands for those that need no name.
func (m *matrix) granted(by asker, collection, action string, r record) (fields map[string]bool, any bool) {
	fields = map[string]bool{}
	for _, row := range m.rows {
		role := ""
		if row.Role != nil {
			role = *row.Role
		}
		if role != by.role || row.Collection != "directus_"+collection || row.Action != action || !holds(row.Filter, r, by) {
			continue
		}
		any = true
		for _, name := range row.Fields {
			fields[name] = true
		}
		if action == "read" {
			fields["id"] = true
		}
	}
	return fields, any
}

// hasField says whether a field is among those that are granted for an action.
func hasField(fields map[string]bool, action, name string) bool {
	toName := []string{"email", "password", "status", "role"}
	return fields[name] || fields["*"] && (action == "read" || !slices.Contains(toName, name))
}

// reads compares lists: each record and field that is shown, by both transports.
func (m *matrix) reads(t *testing.T, who asker, collection string, truth []record) {
	t.Helper()
	mayAny := who.isAdmin
	for _, row := range m.rows {
		mayAny = mayAny || row.Collection == "directus_"+collection && row.Action == "read" && (row.Role == nil && who.role == "" || row.Role != nil && *row.Role == who.role)
	}
	byREST, restCode := m.list(t, who, collection)
	byGraphQL, graphCode := m.query(t, who, collection)
	if (restCode == "") != mayAny || (graphCode == "") != mayAny {
		t.Fatalf("%s lists %s with %s: got %q and %q, want %t", who.name, collection, m.show(), restCode, graphCode, mayAny)
	}
	for _, r := range truth {
		id := r["id"].(string)
		fields, may := m.granted(who, collection, "read", r)
		may = may || who.isAdmin
		if _, shown := byREST[id]; shown != may && mayAny {
			t.Fatalf("%s reads %v of %s by REST with %s: got %t, want %t", who.name, r, collection, m.show(), shown, may)
		}
		if _, shown := byGraphQL[id]; shown != may && mayAny {
			t.Fatalf("%s reads %v of %s by GraphQL with %s: got %t, want %t", who.name, r, collection, m.show(), shown, may)
		}
		for _, name := range readableFields()[collection] {
			m.compare += 2
			if !may {
				continue
			}
			isShown := who.isAdmin || hasField(fields, "read", name)
			value, there := byREST[id][name]
			if there != isShown || isShown && !same(value, r[name]) {
				t.Fatalf("%s reads %s of %v by REST with %s: got %v (%t), want %t", who.name, name, r, m.show(), value, there, isShown)
			}
			want := r[name]
			if !isShown {
				want = nil
			}
			if value := byGraphQL[id][name]; !same(value, want) {
				t.Fatalf("%s reads %s of %v by GraphQL with %s: got %v, want %v", who.name, name, r, m.show(), value, want)
			}
		}
	}
}

// readsOne compares single accounts, of which one's own is always readable.
func (m *matrix) readsOne(t *testing.T, who asker, truth []record) {
	t.Helper()
	for _, r := range truth {
		_, may := m.granted(who, "users", "read", r)
		may = may || who.isAdmin || who.id != "" && who.id == r["id"]
		_, err := m.Do(t.Context(), restclient.Call{Method: "GET", Path: "/users/" + r["id"].(string), Bearer: who.token})
		m.compare++
		if (err == nil) != may {
			t.Fatalf("%s reads %v with %s: got %v, want %t", who.name, r, m.show(), err, may)
		}
	}
}

// writes compares who may write which field of which account. What is written is what is there.
func (m *matrix) writes(t *testing.T, who asker, truth []record) {
	t.Helper()
	for _, r := range truth {
		id := r["id"].(string)
		isRoot := r["email"] == adminEmail
		fields, may := m.granted(who, "users", "update", r)
		for _, name := range []string{"email", "first_name", "language", "status", "role", "title", "token"} {
			value := r[name]
			if name == "token" {
				value = "a-static-token-of-" + id[:8]
			}
			allowed := may && !isRoot && hasField(fields, "update", name) && name != "token"
			if who.isAdmin {
				continue // of whom there is nothing to find out, and who would set tokens
			}
			_, err := m.Do(t.Context(), restclient.Call{Method: "PATCH", Path: "/users/" + id, Bearer: who.token, Body: map[string]any{name: value}})
			if (err == nil) != allowed || err != nil && codeOf(err) != domain.Forbidden {
				t.Fatalf("%s writes %s of %v by REST with %s: got %v, want %t", who.name, name, r, m.show(), err, allowed)
			}
			if role, isText := value.(string); name == "role" && isText {
				value = map[string]any{"id": role}
			}
			code := m.graphql(t, who, `mutation($id: ID!, $data: update_directus_users_input!) { update_users_item(id: $id, data: $data) { id } }`,
				map[string]any{"id": id, "data": map[string]any{name: value}}, nil)
			if (code == "") != allowed || code != "" && code != domain.Forbidden {
				t.Fatalf("%s writes %s of %v by GraphQL with %s: got %q, want %t", who.name, name, r, m.show(), code, allowed)
			}
			m.compare += 2
		}
	}
}

// makesAndRemoves compares who may make which account, and who may remove it.
func (m *matrix) makesAndRemoves(t *testing.T, who asker, roles []string) {
	t.Helper()
	for i, more := range []map[string]any{{}, {"first_name": "x"}, {"role": roles[0]}, {"status": "draft"}} {
		body := map[string]any{"email": fmt.Sprintf("made%d@example.com", i)}
		maps.Copy(body, more)
		r := record{"email": body["email"], "status": "active", "first_name": body["first_name"], "role": body["role"]}
		if body["status"] != nil {
			r["status"] = body["status"]
		}
		r["id"] = "of nobody yet"
		fields, allowed := m.granted(who, "users", "create", r)
		for name := range body {
			allowed = allowed && hasField(fields, "create", name)
		}
		allowed = allowed || who.isAdmin
		got, err := m.Do(t.Context(), restclient.Call{Method: "POST", Path: "/users", Bearer: who.token, Body: body})
		if m.compare++; (err == nil) != allowed {
			t.Fatalf("%s makes %v with %s: got %v, want %t", who.name, body, m.show(), err, allowed)
		}
		var made struct{ ID string }
		if err == nil {
			err = got.Data(&made)
		} else {
			m.must(t, "POST", "/users", body, &made)
			err = nil
		}
		if err != nil {
			t.Fatal(err)
		}
		r["id"] = made.ID
		_, mayRemove := m.granted(who, "users", "delete", r)
		mayRemove = mayRemove || who.isAdmin
		_, err = m.Do(t.Context(), restclient.Call{Method: "DELETE", Path: "/users/" + made.ID, Bearer: who.token})
		if m.compare++; (err == nil) != mayRemove {
			t.Fatalf("%s removes %v with %s: got %v, want %t", who.name, r, m.show(), err, mayRemove)
		}
		if err != nil {
			m.must(t, "DELETE", "/users/"+made.ID, nil, nil)
		}
	}
}

// rest returns a list as the administrator or another sees it.
func (m *matrix) rest(t *testing.T, token, path string) []record {
	t.Helper()
	got, err := m.Do(t.Context(), restclient.Call{Method: "GET", Path: path, Bearer: token})
	var list []record
	if err == nil {
		err = got.Data(&list)
	}
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return list
}

func (m *matrix) list(t *testing.T, who asker, collection string) (map[string]record, domain.Code) {
	t.Helper()
	got, err := m.Do(t.Context(), restclient.Call{Method: "GET", Path: "/" + collection + "?limit=-1", Bearer: who.token})
	if err != nil {
		return nil, codeOf(err)
	}
	var list []record
	if err := got.Data(&list); err != nil {
		t.Fatal(err)
	}
	return byID(list), ""
}

func byID(list []record) map[string]record {
	all := map[string]record{}
	for _, r := range list {
		all[r["id"].(string)] = r
	}
	return all
}

// query asks for the same list by GraphQL.
func (m *matrix) query(t *testing.T, who asker, collection string) (map[string]record, domain.Code) {
	t.Helper()
	names := strings.Join(readableFields()[collection], " ")
	if collection != "roles" {
		names = strings.Replace(names, " role ", " role { id } ", 1)
	}
	data := map[string][]record{}
	code := m.graphql(t, who, "{ "+collection+"(limit: -1) { "+names+" } }", nil, &data)
	for _, r := range data[collection] {
		if role, isObject := r["role"].(map[string]any); isObject {
			r["role"] = role["id"]
		}
	}
	return byID(data[collection]), code
}

// graphql returns the code of the first failure.
func (m *matrix) graphql(t *testing.T, who asker, query string, variables, data any) domain.Code {
	t.Helper()
	got, err := m.Do(t.Context(), restclient.Call{
		Method: http.MethodPost, Path: "/graphql", Bearer: who.token, Body: map[string]any{"query": query, "variables": variables},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := struct {
		Data   any
		Errors []struct{ Extensions struct{ Code domain.Code } }
	}{Data: data}
	if err := json.Unmarshal(got.Body, &answer); err != nil {
		t.Fatalf("%s: %v", got.Body, err)
	}
	if len(answer.Errors) > 0 {
		return answer.Errors[0].Extensions.Code
	}
	return ""
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

func (m *matrix) show() string {
	text, err := json.Marshal(m.rows)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

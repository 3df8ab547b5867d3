package domain

import (
	"math/rand/v2"
	"testing"
)

func TestCheckPermission(t *testing.T) {
	good := Permission{Collection: CollectionUsers, Action: ActionRead, Fields: []string{"id", "first_name"}}
	for _, p := range []Permission{
		good,
		{Collection: "articles", Action: ActionDelete, Fields: []string{AllFields}},
		{Collection: CollectionSessions, Action: ActionDelete, Fields: []string{AllFields}, Filter: `{"user":{"_eq":"$CURRENT_USER"}}`},
		{Collection: CollectionRoles, Action: ActionUpdate, Fields: []string{"name"}},
		{Collection: CollectionUsers, Action: ActionUpdate, Fields: []string{AllFields, "status"}},
	} {
		if err := CheckPermission(p); err != nil {
			t.Errorf("%+v: got %v, want no error", p, err)
		}
	}
	for what, p := range map[string]Permission{
		"no collection":                  {Action: ActionRead, Fields: []string{AllFields}},
		"a collection that needs quotes": {Collection: "a b", Action: ActionRead, Fields: []string{AllFields}},
		"no action":                      {Collection: "articles", Fields: []string{AllFields}},
		"another action":                 {Collection: "articles", Action: "share", Fields: []string{AllFields}},
		"no fields":                      {Collection: "articles", Action: ActionRead},
		"a field of what is not ours":    {Collection: "articles", Action: ActionRead, Fields: []string{"title"}},
		"a field that there is not":      {Collection: CollectionUsers, Action: ActionRead, Fields: []string{"nope"}},
		"to write an ID":                 {Collection: CollectionUsers, Action: ActionUpdate, Fields: []string{"id"}},
		"to write a token":               {Collection: CollectionUsers, Action: ActionUpdate, Fields: []string{"token"}},
		"to write a second factor":       {Collection: CollectionUsers, Action: ActionUpdate, Fields: []string{"tfa_secret"}},
		"to make administrators":         {Collection: CollectionRoles, Action: ActionUpdate, Fields: []string{"admin_access"}},
		"to write permissions":           {Collection: CollectionPermissions, Action: ActionCreate, Fields: []string{AllFields}},
		"to change the trail":            {Collection: CollectionActivity, Action: ActionDelete, Fields: []string{AllFields}},
		"to make sessions":               {Collection: CollectionSessions, Action: ActionCreate, Fields: []string{AllFields}},
		"a filter of what is not ours":   {Collection: "articles", Action: ActionRead, Fields: []string{AllFields}, Filter: `{"id":{"_eq":"1"}}`},
		"a filter that is none":          {Collection: CollectionUsers, Action: ActionRead, Fields: []string{AllFields}, Filter: `{"id":{"_like":"1"}}`},
	} {
		if CheckPermission(p) == nil {
			t.Errorf("%s: got no error", what)
		}
	}
}

func TestAccess(t *testing.T) {
	nobody := func(string) (string, bool) { return "", false }
	t.Run("nothing is allowed that no permission allows", func(t *testing.T) {
		a, err := CompileAccess(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, collection := range []string{CollectionUsers, CollectionPermissions, "articles"} {
			for _, action := range Actions() {
				if a.Allows(collection, action) || a.Fields(collection, action).Names() != nil {
					t.Errorf("%s %s is allowed", action, collection)
				}
			}
		}
		if _, ok := a.FieldsOf(CollectionUsers, ActionRead, nobody, Caller{}); ok || (Access{}).Allows("articles", ActionRead) {
			t.Error("a record is allowed")
		}
	})
	t.Run("administrators may do everything", func(t *testing.T) {
		a := AdministratorAccess()
		f, ok := a.FieldsOf(CollectionUsers, ActionUpdate, nobody, Caller{})
		if !ok || !f.HasAll() || !f.Has("status") || !a.Allows("articles", ActionDelete) || a.IsConditional(CollectionUsers, ActionRead) {
			t.Errorf("got %v and %t, want everything", f.Names(), ok)
		}
	})
	t.Run("what takes an account over has to be named", func(t *testing.T) {
		a, _ := CompileAccess([]Permission{
			{Collection: CollectionUsers, Action: ActionUpdate, Fields: []string{AllFields}},
			{Collection: CollectionUsers, Action: ActionCreate, Fields: []string{AllFields, "status"}},
		})
		update, create := a.Fields(CollectionUsers, ActionUpdate), a.Fields(CollectionUsers, ActionCreate)
		for _, name := range []string{"email", "password", "status", "role"} {
			if update.Has(name) {
				t.Errorf("* lets %s be changed", name)
			}
			if create.Has(name) != (name == "status") {
				t.Errorf("%s of a new account: got %t, want status alone", name, create.Has(name))
			}
		}
		if !update.Has("first_name") || !create.Has("first_name") {
			t.Errorf("got %v and %v", update.Names(), create.Names())
		}
	})
	t.Run("a permission that cannot be read allows nothing, and the others what they allow", func(t *testing.T) {
		a, err := CompileAccess([]Permission{
			{ID: "broken", Collection: CollectionUsers, Action: ActionRead, Fields: []string{AllFields}, Filter: `{"id":{"_gt":"a"}}`},
			{ID: "sound", Collection: "articles", Action: ActionRead, Fields: []string{AllFields}},
		})
		if err == nil || a.Allows(CollectionUsers, ActionRead) || !a.Allows("articles", ActionRead) {
			t.Errorf("got error %v, want one and articles alone", err)
		}
	})
}

// TestAccessAgainstNaive asks by chance, and holds each answer against the rows themselves.
func TestAccessAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	fields := []string{"id", "role", "status", "language"}
	allowed := 0
	for range 5000 {
		var rows []Permission
		var trees []map[string]any
		for range r.IntN(4) {
			tree := randomFilter(r, 2)
			row := Permission{Collection: CollectionUsers, Action: Action(pick(r, "read", "delete")), Fields: []string{pick(r, "id", "status", "role", AllFields)}}
			if row.Action == ActionDelete {
				row.Fields = []string{AllFields}
			}
			if r.IntN(3) > 0 {
				row.Filter = encode(t, tree)
			} else {
				tree = map[string]any{}
			}
			rows, trees = append(rows, row), append(trees, tree)
		}
		a, err := CompileAccess(rows)
		if err != nil {
			t.Fatal(err)
		}
		record, by := randomRecord(r), Caller{User: UserID(pick(r, "", "a")), Role: RoleID(pick(r, "", "b"))}
		action := Action(pick(r, "read", "delete", "update"))
		of := func(name string) (string, bool) {
			value, ok := record[name]
			return value, ok
		}
		got, ok := a.FieldsOf(CollectionUsers, action, of, by)
		wanted := false
		for i, row := range rows {
			wanted = wanted || row.Action == action && naive(trees[i], record, by)
		}
		if ok != wanted {
			t.Fatalf("%s with %+v of %v for %+v: got %t, want %t", action, rows, record, by, ok, wanted)
		}
		for _, field := range fields {
			want := false
			for i, row := range rows {
				names := row.Fields[0] == AllFields || row.Fields[0] == field || field == "id"
				want = want || names && row.Action == action && action == ActionRead && naive(trees[i], record, by)
			}
			if got.Has(field) != want {
				t.Fatalf("%s of %s with %+v of %v for %+v: got %t, want %t", action, field, rows, record, by, got.Has(field), want)
			}
			if want {
				allowed++
			}
		}
		if ok {
			for field, value := range a.Needs(CollectionUsers, action, by) {
				if record[field] != value {
					t.Fatalf("%+v of %v for %+v: allowed, and yet it needs %s to be %s", rows, record, by, field, value)
				}
			}
		}
	}
	if allowed < 500 {
		t.Errorf("%d fields were allowed: this chance proves little", allowed)
	}
}

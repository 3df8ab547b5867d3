package domain

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestParseFilter(t *testing.T) {
	users := Collection(CollectionUsers)
	t.Run("what is not understood is refused when it is read", func(t *testing.T) {
		for _, text := range []string{
			``, `null`, `[]`, `"x"`, `{`, `{}{}`, `{"status":{"_eq":"active"}} x`,
			`{"status":"active"}`, `{"status":{}}`, `{"status":null}`,
			`{"status":{"_lt":"a"}}`, `{"status":{"_contains":"a"}}`, `{"status":{"_EQ":"a"}}`,
			`{"status":{"_eq":null}}`, `{"status":{"_eq":1}}`, `{"status":{"_eq":true}}`, `{"status":{"_eq":""}}`,
			`{"status":{"_eq":["a"]}}`, `{"status":{"_in":"a"}}`, `{"status":{"_in":[]}}`, `{"status":{"_in":[null]}}`,
			`{"status":{"_null":"true"}}`, `{"status":{"_null":null}}`, `{"status":{"_null":1}}`,
			`{"status":{"_eq":"a","_eq":"b"}}`, `{"status":{"_eq":"a"},"status":{"_eq":"b"}}`,
			`{"_and":{}}`, `{"_and":[]}`, `{"_or":[]}`, `{"_or":[{}]}`, `{"_or":["a"]}`, `{"_not":[{"status":{"_eq":"a"}}]}`,
			`{"nope":{"_eq":"a"}}`, `{"password":{"_null":false}}`, `{"tfa_secret":{"_null":false}}`, `{"token":{"_null":true}}`,
			`{"role":{"_eq":"$NOW"}}`, `{"role":{"_eq":"$CURRENT_USER.id"}}`, `{"role":{"_in":["$current_user"]}}`,
			`{"role":{"name":{"_eq":"Editor"}}}`,
			nested(maxFilterDepth + 1), wide(maxFilterNodes + 1), many(maxFilterValues + 1),
			`{"status":{"_eq":"` + strings.Repeat("a", MaxFilterBytes) + `"}}`,
		} {
			_, err := ParseFilter(text, users)
			failure, ok := errors.AsType[*Error](err)
			if !ok || failure.Code != InvalidPayload || failure.Field != "permissions" {
				t.Errorf("%.80s: got %v, want INVALID_PAYLOAD of permissions", text, err)
			}
		}
	})
	t.Run("what is bounded is taken up to its bound", func(t *testing.T) {
		for _, text := range []string{`{}`, nested(maxFilterDepth), wide(maxFilterNodes), many(maxFilterValues)} {
			if _, err := ParseFilter(text, users); err != nil {
				t.Errorf("%.80s: got %v, want no error", text, err)
			}
		}
	})
	t.Run("flags compare with true and false alone", func(t *testing.T) {
		roles := Collection(CollectionRoles)
		if _, err := ParseFilter(`{"admin_access":{"_eq":false}}`, roles); err != nil {
			t.Errorf("got %v, want no error", err)
		}
		if _, err := ParseFilter(`{"admin_access":{"_eq":"false"}}`, roles); err == nil {
			t.Error("got no error for a text")
		}
	})
	t.Run("collections of others have none", func(t *testing.T) {
		if _, err := ParseFilter(`{"status":{"_eq":"published"}}`, Collection("articles")); err == nil {
			t.Error("got no error")
		}
	})
}

func nested(depth int) string {
	return strings.Repeat(`{"_or":[`, depth-1) + `{"status":{"_eq":"a"}}` + strings.Repeat(`]}`, depth-1)
}

func wide(nodes int) string {
	parts := make([]string, nodes-1)
	for i := range parts {
		parts[i] = `{"status":{"_eq":"a"}}`
	}
	return `{"_or":[` + strings.Join(parts, ",") + `]}`
}

func many(values int) string {
	return `{"status":{"_in":["a"` + strings.Repeat(`,"a"`, values-1) + `]}}`
}

func TestFilter(t *testing.T) {
	ann := Caller{User: "id-of-ann", Role: "editors"}
	record := func(fields map[string]string) Record {
		return func(name string) (string, bool) {
			value, ok := fields[name]
			return value, ok
		}
	}
	of := record(map[string]string{"id": "id-of-ann", "role": "editors", "status": "active", "email": "ann@example.com", "language": ""})
	for _, one := range []struct {
		text string
		by   Caller
		want bool
	}{
		{`{}`, Caller{}, true},
		{`{"id":{"_eq":"$CURRENT_USER"}}`, ann, true},
		{`{"id":{"_eq":"$CURRENT_USER"}}`, Caller{}, false},
		{`{"id":{"_neq":"$CURRENT_USER"}}`, ann, false},
		{`{"id":{"_neq":"$CURRENT_USER"}}`, Caller{}, false}, // for nobody it holds never
		{`{"id":{"_nin":["x","$CURRENT_USER"]}}`, Caller{}, false},
		{`{"id":{"_in":["id-of-ann","$CURRENT_USER"]}}`, Caller{}, false},
		{`{"role":{"_eq":"$CURRENT_ROLE"}}`, ann, true},
		{`{"role":{"_eq":"$CURRENT_ROLE"}}`, Caller{User: "id-of-ann"}, false},
		{`{"email":{"_eq":"ANN@Example.com"}}`, ann, true}, // one address, however it is written
		{`{"status":{"_eq":"Active"}}`, ann, false},
		{`{"language":{"_null":true}}`, ann, true},
		{`{"language":{"_null":false}}`, ann, false},
		{`{"first_name":{"_null":true}}`, ann, true},
		{`{"status":{"_null":true}}`, ann, false},
		{`{"language":{"_eq":"de"}}`, ann, false},
		{`{"language":{"_neq":"de"}}`, ann, true},
		{`{"language":{"_nin":["de"]}}`, ann, true},
		{`{"status":{"_eq":"active","_neq":"draft"}}`, ann, true},
		{`{"status":{"_eq":"active"},"role":{"_eq":"x"}}`, ann, false},
		{`{"_or":[{"status":{"_eq":"draft"}},{"role":{"_eq":"editors"}}]}`, ann, true},
		{`{"_or":[{"status":{"_eq":"active"},"role":{"_eq":"x"}}]}`, ann, false},
		{`{"_and":[{"status":{"_eq":"active"}},{"role":{"_eq":"x"}}]}`, ann, false},
	} {
		f, err := ParseFilter(one.text, Collection(CollectionUsers))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Matches(of, one.by); got != one.want {
			t.Errorf("%s for %+v: got %t, want %t", one.text, one.by, got, one.want)
		}
	}
}

// TestFilterAgainstNaive makes filters, records and callers by chance, and holds each answer
// against one that is read off the JSON without any of the code above.
func TestFilterAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	held, needed := 0, 0
	for range 20_000 {
		text := encode(t, randomFilter(r, 1+r.IntN(4)))
		fields := randomRecord(r)
		by := Caller{User: UserID(pick(r, "", "a", "b")), Role: RoleID(pick(r, "", "a", "b"))}
		f, err := ParseFilter(text, Collection(CollectionUsers))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		of := func(name string) (string, bool) {
			value, ok := fields[name]
			return value, ok
		}
		var tree any
		if err := json.Unmarshal([]byte(text), &tree); err != nil {
			t.Fatal(err)
		}
		want := naive(tree, fields, by)
		if got := f.Matches(of, by); got != want {
			t.Fatalf("%s of %v for %+v: got %t, want %t", text, fields, by, got, want)
		}
		if want {
			held++
			for field, value := range f.Needs(by) {
				needed++
				if fields[field] != value {
					t.Fatalf("%s of %v for %+v: it holds, and yet it needs %s to be %s", text, fields, by, field, value)
				}
			}
		}
	}
	if held < 2000 || held > 18_000 || needed < 200 {
		t.Errorf("%d of 20000 held, with %d needs: this chance proves little", held, needed)
	}
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func randomRecord(r *rand.Rand) map[string]string {
	fields := map[string]string{}
	for _, name := range []string{"id", "role", "status", "language"} {
		if r.IntN(4) > 0 {
			fields[name] = pick(r, "", "a", "b", "c")
		}
	}
	return fields
}

func randomFilter(r *rand.Rand, depth int) map[string]any {
	f := map[string]any{}
	for range 1 + r.IntN(2) {
		if depth > 1 && r.IntN(2) == 0 {
			var parts []any
			for range 1 + r.IntN(3) {
				parts = append(parts, randomFilter(r, depth-1))
			}
			f[pick(r, "_and", "_or")] = parts
			continue
		}
		operators := map[string]any{}
		for range 1 + r.IntN(2) {
			value := func() string { return pick(r, "a", "b", "c", "$CURRENT_USER", "$CURRENT_ROLE") }
			switch name := pick(r, "_eq", "_neq", "_in", "_nin", "_null"); name {
			case "_null":
				operators[name] = r.IntN(2) == 0
			case "_in", "_nin":
				list := []any{}
				for range 1 + r.IntN(3) {
					list = append(list, value())
				}
				operators[name] = list
			default:
				operators[name] = value()
			}
		}
		f[pick(r, "id", "role", "status", "language")] = operators
	}
	return f
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func naive(tree any, fields map[string]string, by Caller) bool {
	all := true
	for name, inside := range tree.(map[string]any) {
		switch name {
		case "_and":
			for _, part := range inside.([]any) {
				all = all && naive(part, fields, by)
			}
		case "_or":
			one := false
			for _, part := range inside.([]any) {
				one = one || naive(part, fields, by)
			}
			all = all && one
		default:
			for operator, wanted := range inside.(map[string]any) {
				all = all && naiveOperator(operator, wanted, fields[name], by)
			}
		}
	}
	return all
}

func naiveOperator(operator string, wanted any, value string, by Caller) bool {
	if operator == "_null" {
		return (value == "") == wanted.(bool)
	}
	list, ok := wanted.([]any)
	if !ok {
		list = []any{wanted}
	}
	var values []string
	for _, one := range list {
		text := strings.NewReplacer("$CURRENT_USER", string(by.User), "$CURRENT_ROLE", string(by.Role)).Replace(fmt.Sprint(one))
		if text == "" {
			return false
		}
		values = append(values, text)
	}
	isAmong := slices.Contains(values, value)
	return isAmong == (operator == "_eq" || operator == "_in")
}

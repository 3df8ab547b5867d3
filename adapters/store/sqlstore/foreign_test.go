package sqlstore

import "testing"

// TestForeignTablesTakeNamesOnly: what is put into a query has nothing but letters and underscores in
// it. There is no database: a query would be a nil pointer.
func TestForeignTablesTakeNamesOnly(t *testing.T) {
	f := NewForeignTables(nil, ForeignDialect{Text: "{column}"})
	for _, name := range []string{"", "a b", "a;", `a"`, "a'", "A", "a.b", "a--", "\u00e4", "a1"} {
		if _, _, err := f.Read(t.Context(), name, []ForeignColumn{{Name: "id"}}); err == nil {
			t.Errorf("%q is taken for a table", name)
		}
		if _, _, err := f.Read(t.Context(), "users", []ForeignColumn{{Name: "id"}, {Name: name}}); err == nil {
			t.Errorf("%q is taken for a column", name)
		}
	}
}

func TestForeignQuery(t *testing.T) {
	f := NewForeignTables(nil, ForeignDialect{Text: "CAST({column} AS TEXT)", Micros: "at({column}, {column})"})
	got := f.query("a_table", []ForeignColumn{{"user", ForeignText}, {"expires", ForeignTime}, {"flag", ForeignFlag}})
	const want = "SELECT CAST(t.user AS TEXT), at(t.expires, t.expires), CASE WHEN t.flag IS NULL THEN NULL WHEN t.flag THEN 1 ELSE 0 END FROM a_table t"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

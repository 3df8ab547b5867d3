package document

import (
	"slices"
	"strings"
	"testing"
	"text/scanner"
)

func TestParse(t *testing.T) {
	for _, text := range []string{
		"{a}", "query{a}", "query Q{a}", "mutation M($v:Int=5@d){a}", "subscription S{a}", "\ufeff{a}", "{\ufeffa\ufeff\ufeff(b:1)}\ufeff", "{a,b,,c}", "{a}#comment", "#comment\r\n{a}",
		"{ a: b(c: 1, d: -1.5e+3, e: \"s\", f: true, g: null, h: ENUM, i: $v, j: [1 [2]], k: {l: {m: $n}}) @d(x: 1) @e { f } }",
		"query ($a: [[Int!]!]! $b: String = \"x\", $c: T = {a: [1]}) { a }",
		"{ ...f ...on T{a} ...{b} ...@d{c} } fragment f on T @d { a }",
		"{ on fragment query mutation subscription true null }", "fragment query on on { on } { ...query }",
		"\"described\" query Q(\"described\" $v: Int) { a }", "{ a(b: []) c(d: {}) }",
	} {
		if _, err := Parse(text, DefaultLimits()); err != nil {
			t.Errorf("%s: got %v, line %d, column %d", text, err, err.Line, err.Column)
		}
	}
	for _, text := range []string{
		"", " ", "#", "{", "}", "{}", "{a", "a", "{a}}", "{a()}", "{a(b)}", "{a(b:)}", "{a(b:c d)}", "{a:}", "{a:b:c}", "{:a}", "{..a}", "{...}", "{...on}", "{...on T}", "{... on {a}}",
		"query($a:Int$b:Int$a:Int){a}", "{a\xef\xbb}", "query()", "query(){a}", "query($a){a}", "query($a:){a}", "query($a:[Int){a}", "query($a:Int!!){a}", "query($a:Int=$b){a}", "query($a:Int={b:$c}){a}", "query(a:Int){a}", "query Q Q{a}",
		"fragment on on T{a}{b}", "fragment f T{a}{b}", "fragment f on T{b}", "type T{a:Int}", "schema{query:Q}", "{a @}", "{a @(b:1)}", "{a(b:$)}", "{a(b:[)}", "{a(b:{c})}", "{a(b:{c:})}",
		"\"x\"", "{\"x\"}", "{\u00e4}", "{a\x00}", "{a\xff}", "{a?}", "{a(b:1a)}", "{a(b:&)}", "{a(b: 1.e1)}", "{a(b: \"\\u{}\")}", "{a(b: \"\\u{41\")}",
	} {
		if _, err := Parse(text, DefaultLimits()); err == nil {
			t.Errorf("%q is read", text)
		}
	}
	t.Run("says where", func(t *testing.T) {
		for text, want := range map[string][2]int{"{\n\u00e4 ?": {2, 1}, "{\r\n  a(\r  ?": {3, 3}, "# \u00e4\n{ a \u00e4": {2, 5}, "{ a": {1, 4}} {
			_, err := Parse(text, DefaultLimits())
			if err == nil || err.Line != want[0] || err.Column != want[1] {
				t.Errorf("%q: got %+v, want %v", text, err, want)
			}
		}
	})
}

func TestOperation(t *testing.T) {
	for _, c := range []struct{ text, name, want string }{
		{"{a}", "", ""},
		{"query A{a}", "", "A"},
		{"query A{a} query B{b}", "B", "B"},
		{"query A{a} query B{b}", "", "an error"},
		{"query A{a}", "C", "an error"},
		{"query A{a} query A{b}", "A", "an error"},
		{"{a}", "A", "an error"},
	} {
		d, failure := Parse(c.text, DefaultLimits())
		if failure != nil {
			t.Fatal(failure)
		}
		op, failure := d.Operation(c.name)
		got := op.Name
		if failure != nil {
			got = "an error"
		}
		if got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func TestMeasure(t *testing.T) {
	limits := Limits{Bytes: 1000, Tokens: 1000, Nesting: 3, Depth: 3, Selections: 8, RootFields: 3, Aliases: 2, Directives: 2}
	for text, want := range map[string]string{
		"{a b{c} ...f} fragment f on T{d:e}":       "a b e",
		"{...f ...f} fragment f on T{a}":           "a a",
		"{...{a ...on T{b}}}":                      "a b",
		"{a{b{c}}}":                                "a",
		"{a{b{c{d}}}}":                             "nested more than 3",
		"{a{...f}} fragment f on T{b{c{d}}}":       "nested more than 3",
		"{a b c}":                                  "a b c",
		"{a b c d}":                                "begins with more than 3",
		"{...f ...f} fragment f on T{a b}":         "begins with more than 3",
		"{a{b c d e f g h}}":                       "a",
		"{a{b c d e f g h i}}":                     "more than 8 fields",
		"{a{...f ...f}} fragment f on T{b c d}":    "more than 8 fields",
		"{a:b c:d}":                                "b d",
		"{a:b{c:d e:f}}":                           "more than 2 aliases",
		"{a{...f ...f ...f}} fragment f on T{b:c}": "more than 2 aliases",
		"{a:a}":                             "a",
		"{a@d @d}":                          "a",
		"{a@d b@d c@d}":                     "more than 2 directives",
		"{...f@d} fragment f on T{a@d b@d}": "more than 2 directives",
		"{...f} fragment f on T{...f}":      "within itself",
		"{...f} fragment f on T{a{...g}} fragment g on T{...f}": "within itself",
		"{...f}": "does not hold",
		"{a} fragment f on T{a} fragment f on T{b}": "two fragments",
	} {
		d, failure := Parse(text, limits)
		var roots []Root
		if failure == nil {
			roots, failure = d.Measure(d.Operations[0], limits)
		}
		var fields []string
		for _, r := range roots {
			fields = append(fields, r.Field)
		}
		got := strings.Join(fields, " ")
		if failure != nil {
			got = failure.Message
		}
		if got != want && (failure == nil || !strings.Contains(got, want)) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	t.Run("the schema", func(t *testing.T) {
		for text, isFine := range map[string]bool{
			"{__schema{types{fields{type{fields{name}}}}}}":                                      true,
			"{__schema{types{fields{type{fields{type{fields{name}}}}}}}}":                        false,
			"{__type(name:\"x\"){fields{type{interfaces{possibleTypes{name}}}}}}":                false,
			"{a{fields{fields{fields{fields{fields}}}}}}":                                        true,
			"{__schema{a:types{name} b:types{name} c:types{name} d:types{name}}}":                true,
			"{__schema{a:types{name} b:types{name} c:types{name} d:types{name} e:types{name}}}":  false,
			"{a:__schema{types{name}} b:__schema{types{name}} x:f y:f z:f v:f w:f}":              true,
			"{s:__schema{...f ...f ...f ...f ...f}} fragment f on __Schema{a:types{name}}":       false,
			"{...f} fragment f on Query{__schema{types{fields{type{fields{type{fields{a}}}}}}}}": false,
		} {
			d, failure := Parse(text, DefaultLimits())
			if failure == nil {
				_, failure = d.Measure(d.Operations[0], DefaultLimits())
			}
			if (failure == nil) != isFine {
				t.Errorf("%s: got %v", text, failure)
			}
		}
	})
}

func TestRewrite(t *testing.T) {
	for _, c := range []struct {
		text, name, given, want string
	}{
		{"{ a(b: 1) # c\n}", "", "", "{ a ( b : 1 ) }"},
		{`{ a(b: "\/\u{1F3B5}` + "\u00e4\x01\t" + `\"\\") }`, "", "", `{ a ( b : "/\u{1f3b5}\u00e4\u0001\u0009\"\\" ) }`},
		{"{ a(b: \"\"\"\n  x\n  y\"\"\", c: 1) }", "", "", "{ a ( b : \"x\\u000ay\" c : 1 ) }"},
		{`{ a(b: ["a""b"]) }`, "", "", `{ a ( b : [ "a" "b" ] ) }`},
		{`{ a(b: [""""""  "x"]) }`, "", "", `{ a ( b : [ "" "x" ] ) }`},
		{`{ a(b: ["a""b" """""""]}){id}b#"]) }`, "", "", `{ a ( b : [ "a" "b" "" "]}){id}b#" ] ) }`},
		{"\ufeff\"what\"query(\"\"\"it\"\"\"$v: Int = 1) { a }", "", "", "query ( $ v : Int = 1 ) { a }"},
		{"query($v: Int) { a(b: $v) }", "", "v", "query ( $ v : Int ) { a ( b : $ v ) }"},
		{"query($v: Int) { a(b: $v) }", "", "", "query { a }"},
		{"query($v: Int = 1) { a(b: $v) }", "", "", "query ( $ v : Int = 1 ) { a ( b : $ v ) }"},
		{"query($v: Int!) { a(b: $v) }", "", "", "query ( $ v : Int ! ) { a ( b : $ v ) }"},
		{"query($v: Int, $w: Int) { a(b: {c: $v, d: [$v, {e: $v}], f: $w}) @x(y: $v) ...@z(y: $v) { g } }", "", "w", "query ( $ w : Int ) { a ( b : { d : [ null { } ] f : $ w } ) @ x ... @ z { g } }"},
		{"query A($v: Int) { a } query B { ...f } fragment f on T { c(d: \"x\") } fragment g on T { e(f: \"y\") }", "B", "", "query B { ... f } fragment f on T { c ( d : \"x\" ) }"},
		{"query A(\"d\" $v: Int) { a } query B { b }", "B", "", "query B { b }"},
		{"query($v: Int) { ...f } fragment f on T @d(a: $v, b: 1) { c @e(a: $v) }", "", "", "query { ... f } fragment f on T @ d ( b : 1 ) { c @ e }"},
		{"query($v: [Int]) { a(b: [[$v], $v]) }", "", "v", "query ( $ v : [ Int ] ) { a ( b : [ [ $ v ] $ v ] ) }"},
		{"{ a(b: \"x\") } query B {\n b(c: \"y\") }", "B", "", "query B { b ( c : \"y\" ) }"},
	} {
		d, failure := Parse(c.text, DefaultLimits())
		if failure != nil {
			t.Errorf("%s: %v", c.text, failure)
			continue
		}
		op, failure := d.Operation(c.name)
		if failure != nil {
			t.Fatal(failure)
		}
		got := d.Rewrite(op, func(name string) bool { return slices.Contains(strings.Fields(c.given), name) })
		if want := strings.ReplaceAll(c.want, " ", "\n"); got.Text != want {
			t.Errorf("%s:\n got %q\nwant %q", c.text, got.Text, want)
		}
	}
	t.Run("says where a token was", func(t *testing.T) {
		d, failure := Parse("query($v: Int) {\n  a(b: $v) # c\n, e(f: \"\u00e4\") g }", DefaultLimits())
		if failure != nil {
			t.Fatal(failure)
		}
		r := d.Rewrite(d.Operations[0], func(string) bool { return false })
		for i, word := range strings.Split(r.Text, "\n") {
			want := map[string][2]int{"a": {2, 3}, "e": {3, 3}, "f": {3, 5}, "g": {3, 13}, "}": {3, 15}}[word]
			if line, column := r.Place(i + 1); want[0] > 0 && (line != want[0] || column != want[1]) {
				t.Errorf("%s: got %d, %d, want %v", word, line, column, want)
			}
		}
		for _, line := range []int{-1, 0, 100} {
			if line, column := r.Place(line); line != 0 || column != 0 {
				t.Errorf("got %d, %d for a line that there is not", line, column)
			}
		}
	})
}

// FuzzRewrite wants two readers that share nothing to find the same tokens in what Rewrite
// writes: ours, and the scanner of Go, on which the library that runs documents is built. A
// string that another follows at once would be a block string to the library.
func FuzzRewrite(f *testing.F) {
	for _, text := range []string{
		`{ a(b: ["a""b" """""""]}){id} b #"]) }`, `{a(b:[""""""  "x" "\u{1F3B5}\uD83C\uDFB5\u00e4\u0000\"\\\n"])}`,
		"\"d\" query Q(\"v\" $v: [Int!]! = [-1, 1.5e-3, {a: \"\"\"\n b\\\"\"\"\"\"\"}]) @d { ...f } fragment f on T { a: b(c: $v) }",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, document string) {
		d, failure := Parse(document, DefaultLimits())
		if failure != nil {
			return
		}
		op := d.Operations[0]
		if _, failure := d.Measure(op, DefaultLimits()); failure != nil {
			return
		}
		r := d.Rewrite(op, func(string) bool { return true })
		again, failure := Parse(r.Text, Limits{Bytes: 1 << 20, Tokens: 4000, Nesting: 8, Depth: 16, Directives: 40})
		if failure != nil || len(again.Operations) != 1 || again.Operations[0].Type != op.Type {
			t.Fatalf("%q is read as %+v, %v", r.Text, again, failure)
		}
		for i, one := range again.strings {
			if !slices.ContainsFunc(d.strings, func(other text) bool { return other.value == one.value }) {
				t.Errorf("string %d of %q is none that was read", i, r.Text)
			}
		}
		var words []string
		var s scanner.Scanner
		s.Init(strings.NewReader(r.Text))
		s.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanFloats | scanner.ScanStrings
		s.Error = func(*scanner.Scanner, string) {} // it does not know \u{}, which the library takes from it
		for s.Scan() != scanner.EOF {
			if strings.HasPrefix(s.TokenText(), `"`) && s.Peek() == '"' {
				t.Errorf("a string follows another at once in %q", r.Text)
			}
			words = append(words, s.TokenText())
		}
		if got, want := strings.Join(words, ""), strings.ReplaceAll(r.Text, "\n", ""); got != want {
			t.Errorf("%q is read as %q", r.Text, words)
		}
	})
}

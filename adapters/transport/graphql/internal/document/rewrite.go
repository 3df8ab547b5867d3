package document

import (
	"fmt"
	"slices"
	"strings"
)

// Rewritten is an operation in words of our own. Every token stands on a line of its own.
type Rewritten struct {
	Text string

	// LeavesOut reports whether the text leaves out what has no value, and so is not what is to be
	// valid (section 5.8): that does not depend on values.
	LeavesOut bool

	document *Document
	begins   []int // of the token on each line, in the document that was read
}

// Place returns where the token on a line of the text stands in the document that was read. It
// is 0, 0 for a line that there is not.
func (r Rewritten) Place(line int) (int, int) {
	if line < 1 || line > len(r.begins) {
		return 0, 0
	}
	return place(r.document.text, r.begins[line-1])
}

// Rewrite returns op alone, with the fragments that it spreads, from the tokens that were read
// and nothing else: whoever reads it finds no token that Parse did not, whatever its own habits
// are with blanks, comments and quotes. Strings are quoted in ASCII, on one line, and none
// follows another without a line's end. Descriptions are left out, and arguments and members
// whose variable has neither a value nor a default (section 6.4.1); elements of lists are null
// then. given says which variables have a value; nil: all of them. op has been measured.
func (d *Document) Rewrite(op Operation, given func(name string) bool) Rewritten {
	var without []edit
	for _, description := range d.descriptions {
		without = append(without, edit{span: description})
	}
	for _, other := range d.Operations {
		if other.span != op.span {
			without = append(without, edit{span: other.span})
		}
	}
	isMissing := map[string]bool{}
	for _, v := range op.Variables {
		if v.Default == nil && !v.Type.NonNull && given != nil && !given(v.Name) {
			isMissing[v.Name] = true
			without = append(without, edit{span: v.span})
		}
	}
	without = missingIn(op.Selections, isMissing, without)
	var spread map[string]bool
	if len(d.Fragments) > 0 {
		spread = d.spreadBy(op)
	}
	for _, f := range d.Fragments {
		if !spread[f.Name] {
			without = append(without, edit{span: f.span})
			continue
		}
		without = missingOfAll(f.Directives, isMissing, without)
		without = missingIn(f.Selections, isMissing, without)
	}
	rewritten := d.write(without)
	rewritten.LeavesOut = len(isMissing) > 0
	return rewritten
}

// edit is a part of the text that is not written.
type edit struct {
	span
	instead string // what is; "" for nothing
}

// spreadBy returns the names of the fragments that op spreads, itself or by another.
func (d *Document) spreadBy(op Operation) map[string]bool {
	found := map[string]bool{}
	var visit func(set []Selection)
	visit = func(set []Selection) {
		for _, s := range set {
			visit(s.Selections)
			if s.Spread == "" || found[s.Spread] {
				continue
			}
			found[s.Spread] = true
			for _, f := range d.Fragments {
				if f.Name == s.Spread {
					visit(f.Selections)
				}
			}
		}
	}
	visit(op.Selections)
	return found
}

// missingIn adds the arguments of a selection set whose variable is missing to a list.
func missingIn(set []Selection, isMissing map[string]bool, list []edit) []edit {
	if len(isMissing) == 0 {
		return list
	}
	for _, s := range set {
		list = missingOf(s.Arguments, isMissing, list)
		list = missingOfAll(s.Directives, isMissing, list)
		list = missingIn(s.Selections, isMissing, list)
	}
	return list
}

func missingOfAll(directives []Directive, isMissing map[string]bool, list []edit) []edit {
	for _, d := range directives {
		list = missingOf(d.Arguments, isMissing, list)
	}
	return list
}

func missingOf(arguments []Argument, isMissing map[string]bool, list []edit) []edit {
	for _, a := range arguments {
		if a.Value.Kind == Reference && isMissing[a.Value.Variable] {
			list = append(list, edit{span: a.span})
			continue
		}
		list = missingWithin(a.Value, isMissing, list)
	}
	return list
}

func missingWithin(v Value, isMissing map[string]bool, list []edit) []edit {
	for _, element := range v.Elements {
		if element.Kind == Reference && isMissing[element.Variable] {
			list = append(list, edit{span{element.begin, element.end}, "null"})
			continue
		}
		list = missingWithin(element, isMissing, list)
	}
	return missingOf(v.Members, isMissing, list)
}

// write puts the tokens one after the other, but for those that are not to be written.
func (d *Document) write(without []edit) Rewritten {
	slices.SortFunc(without, func(a, b edit) int { return a.begin - b.begin })
	words, begins := make([]string, 0, len(d.tokens)), make([]int, 0, len(d.tokens))
	texts, outUntil := d.strings, 0
	for _, t := range d.tokens {
		instead := ""
		for len(without) > 0 && without[0].begin <= t.begin {
			outUntil, instead = max(outUntil, without[0].end), without[0].instead
			without = without[1:]
		}
		word := d.text[t.begin:t.end]
		if len(texts) > 0 && texts[0].begin == t.begin {
			word = quoted(texts[0].value)
			texts = texts[1:]
		}
		if instead != "" {
			word = instead
		} else if t.begin < outUntil {
			continue
		}
		if last := len(words) - 1; word == ")" && words[last] == "(" { // everything in it is left out
			words, begins = words[:last], begins[:last]
			continue
		}
		words, begins = append(words, word), append(begins, t.begin)
	}
	return Rewritten{Text: strings.Join(words, "\n"), document: d, begins: begins}
}

// quoted writes a string in characters of ASCII, with escapes that the specification has
// (section 2.9.4).
func quoted(value string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r >= ' ' && r <= '~':
			out.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\u{%x}`, r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

package document

import (
	"slices"
	"strconv"
	"strings"
)

// Rewrite returns the text of op alone, with the fragments that it spreads, for a reader of
// other habits: strings are quoted as in Go, and arguments and members whose variable has
// neither a value nor a default are left out (section 6.4.1). What is left stays in its place, line by line. given says which variables
// have a value. op has been measured.
func (d *Document) Rewrite(op Operation, given func(name string) bool) string {
	r := rewriting{document: d}
	var fragments map[string]bool
	if len(d.Fragments) > 0 {
		fragments = d.spreadBy(op)
	}
	for _, other := range d.Operations {
		if other.span != op.span {
			r.blank(other.span)
		}
	}
	isMissing := map[string]bool{}
	for _, v := range op.Variables {
		if !v.HasDefault && !v.Type.NonNull && !given(v.Name) {
			isMissing[v.Name] = true
			r.blank(v.span)
		}
	}
	r.leaveOut(op.Selections, isMissing)
	for _, f := range d.Fragments {
		if !fragments[f.Name] {
			r.blank(f.span)
			continue
		}
		r.leaveOutArguments(f.arguments, isMissing)
		r.leaveOut(f.Selections, isMissing)
	}
	for _, t := range d.strings {
		r.edits = append(r.edits, edit{t.span, quoted(t.value) + strings.Repeat("\n", strings.Count(d.text[t.begin:t.end], "\n"))})
	}
	return r.text()
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

// quoted writes a string as Go does, in characters of ASCII.
func quoted(value string) string { return strconv.QuoteToASCII(value) }

// edit puts another text in the place of a span.
type edit struct {
	span
	with string
}

type rewriting struct {
	document *Document
	edits    []edit
}

// blank takes a span out, but for the ends of its lines.
func (r *rewriting) blank(s span) {
	with := strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' {
			return c
		}
		return ' '
	}, r.document.text[s.begin:s.end])
	r.edits = append(r.edits, edit{s, with})
}

func (r *rewriting) leaveOut(set []Selection, isMissing map[string]bool) {
	for _, s := range set {
		r.leaveOutArguments(s.arguments, isMissing)
		r.leaveOut(s.Selections, isMissing)
	}
}

func (r *rewriting) leaveOutArguments(list []argument, isMissing map[string]bool) {
	for _, a := range list {
		if isMissing[a.variable] {
			r.blank(a.span)
		}
	}
}

// text makes the edits. One within another is part of that.
func (r *rewriting) text() string {
	if len(r.edits) == 0 {
		return r.document.text
	}
	slices.SortStableFunc(r.edits, func(a, b edit) int { return a.begin - b.begin })
	var out strings.Builder
	at := 0
	for _, e := range r.edits {
		if e.begin < at {
			continue
		}
		out.WriteString(r.document.text[at:e.begin])
		out.WriteString(e.with)
		at = e.end
	}
	out.WriteString(r.document.text[at:])
	return out.String()
}

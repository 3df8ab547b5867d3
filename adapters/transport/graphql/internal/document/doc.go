// Package document reads executable GraphQL documents (GraphQL, September 2025, section 2.2),
// bounds what they ask for before anything is done about it, and writes them anew from the
// tokens that it has read, so that whatever runs them reads nothing else.
//
// It is strict where the library that runs documents is not: a number, name or string that
// the specification does not have is refused here. No error repeats any of the document, which
// may hold passwords.
package document

// Document is an executable document that has been read.
type Document struct {
	Operations []Operation
	Fragments  []Fragment

	text         string
	tokens       []span // all of them, in order
	strings      []text // those of them that are strings
	descriptions []span // those of them that say nothing to a service
}

// HasText reports whether the document holds a string.
func (d *Document) HasText() bool { return len(d.strings) > 0 }

// Operation is one of the operations that a document holds.
type Operation struct {
	Type       string // "query", "mutation" or "subscription"
	Name       string // empty for one without
	Variables  []Variable
	Selections []Selection

	span span
}

// Variable is the declaration of a variable.
type Variable struct {
	Name    string
	Type    Type
	Default *Value // nil for one without

	span span
}

// Type is the type that a variable is declared with.
type Type struct {
	Name    string // empty for a list
	List    *Type  // of its elements; nil for a name
	NonNull bool
}

// Fragment is a named fragment.
type Fragment struct {
	Name       string
	On         string // the type that it is on
	Directives []Directive
	Selections []Selection

	span span
}

// Selection is a field, an inline fragment or a fragment that is spread.
type Selection struct {
	Field      string // name of a field; empty for fragments
	Alias      string // name in the answer, where that is another
	Arguments  []Argument
	Spread     string // name of the fragment that is spread
	On         string // the type that an inline fragment is on; empty for one on that around it
	Directives []Directive
	Selections []Selection

	begin int
}

// Key is the name that a field has in the answer.
func (s Selection) Key() string {
	if s.Alias != "" {
		return s.Alias
	}
	return s.Field
}

// Directive is one of the directives of something.
type Directive struct {
	Name      string
	Arguments []Argument
}

// Argument is an argument, or a member of an object.
type Argument struct {
	Name  string
	Value Value

	span span
}

// ValueKind is what a value looks like.
type ValueKind int

// The kinds of values.
const (
	Plain ValueKind = iota // a number, a string, a boolean or the name of an enum's value
	Null
	Reference // to a variable
	List
	Object
)

// Value is a value as it stands in a document.
type Value struct {
	Kind     ValueKind
	Variable string     // of a Reference: the name
	Elements []Value    // of a List
	Members  []Argument // of an Object

	begin int
	end   int // of a Reference
}

// ErrorAt says what is wrong with a value, and where it is.
func (d *Document) ErrorAt(v Value, message string) *Error {
	line, column := place(d.text, v.begin)
	return &Error{Message: message, Line: line, Column: column}
}

// span is a part of the text, from one byte up to another.
type span struct{ begin, end int }

// text is a string literal and what it means.
type text struct {
	span
	value string
}

// Error is what is wrong with a document, in words that repeat nothing of it.
type Error struct {
	Message      string
	Line, Column int // both from 1 on, in characters; 0 where it is about no place
}

func (e *Error) Error() string { return e.Message }

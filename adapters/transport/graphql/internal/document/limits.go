package document

import "strconv"

// Limits bounds a document. All of them have to be positive.
type Limits struct {
	Bytes      int // of the text
	Tokens     int
	Nesting    int // of lists and objects in arguments
	Depth      int // of fields within fields
	Selections int // fields and fragments, each as often as it is spread
	RootFields int // of the operation, as often as they are spread
	Aliases    int // as often as they are spread
	Directives int // as often as they are spread
}

// DefaultLimits leave room for what clients ask of a login service, and for the queries with
// which tools read its schema.
func DefaultLimits() Limits {
	return Limits{
		Bytes:      32 << 10,
		Tokens:     4000,
		Nesting:    8,
		Depth:      16,
		Selections: 1000,
		RootFields: 20,
		Aliases:    30,
		Directives: 40,
	}
}

// schemaLists is how many lists of the schema may be asked for within each other: types have
// fields, which have types that have fields, and so on without an end.
const schemaLists = 2

// schemaAliases is how many fields of the schema may be asked for by another name. Without one,
// nothing is answered twice.
const schemaAliases = 4

// Operation returns the operation of that name, or the only one for "".
func (d *Document) Operation(name string) (Operation, *Error) {
	if name == "" && len(d.Operations) == 1 {
		return d.Operations[0], nil
	}
	if name == "" {
		return Operation{}, &Error{Message: "The document holds more than one operation, and operationName names none of them."}
	}
	var found []Operation
	for _, op := range d.Operations {
		if op.Name == name {
			found = append(found, op)
		}
	}
	if len(found) != 1 {
		return Operation{}, &Error{Message: "The document holds no operation, or more than one, of the name in operationName."}
	}
	return found[0], nil
}

// Root is a field that an operation begins with.
type Root struct {
	Field        string
	Arguments    []Argument
	Key          string // its name in the answer
	Line, Column int    // from 1 on
}

// Measure bounds what op asks for, with all fragments spread, whatever their directives say.
// It returns the fields that op begins with, as often as they come.
func (d *Document) Measure(op Operation, limits Limits) ([]Root, *Error) {
	m := &measure{document: d, limits: limits, fragments: map[string]Fragment{}, spreading: map[string]bool{}}
	for _, f := range d.Fragments {
		if _, twice := m.fragments[f.Name]; twice {
			return nil, &Error{Message: "There are two fragments of one name."}
		}
		m.fragments[f.Name] = f
	}
	if err := m.selections(op.Selections, 1, 0, false); err != nil {
		return nil, err
	}
	return m.roots, nil
}

// measure is a walk over an operation under way. It ends at the limits, so that its own work
// is bounded, too.
type measure struct {
	document   *Document
	limits     Limits
	fragments  map[string]Fragment
	spreading  map[string]bool // the fragments that the walk is in
	selected   int
	aliases    int
	directives int

	schemaAliases int
	roots         []Root
}

// selections counts a selection set at a depth of fields. lists is how many lists of the
// schema it is in, where it is in the schema.
func (m *measure) selections(set []Selection, depth, lists int, inSchema bool) *Error {
	if depth > m.limits.Depth {
		return tooDeep(m.limits)
	}
	for _, s := range set {
		if err := m.count(s); err != nil {
			return err
		}
		switch {
		case s.Spread != "":
			if err := m.spread(s.Spread, depth, lists, inSchema); err != nil {
				return err
			}
		case s.Field == "":
			if err := m.selections(s.Selections, depth, lists, inSchema); err != nil {
				return err
			}
		default:
			if err := m.field(s, depth, lists, inSchema); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measure) count(s Selection) *Error {
	m.selected++
	m.directives += len(s.Directives)
	if s.Alias != "" {
		m.aliases++
	}
	switch {
	case m.selected > m.limits.Selections:
		return &Error{Message: "The operation selects more than " + strconv.Itoa(m.limits.Selections) + " fields and fragments."}
	case m.aliases > m.limits.Aliases:
		return &Error{Message: "The operation has more than " + strconv.Itoa(m.limits.Aliases) + " aliases."}
	case m.directives > m.limits.Directives:
		return tooManyDirectives(m.limits)
	}
	return nil
}

func (m *measure) field(s Selection, depth, lists int, inSchema bool) *Error {
	if depth == 1 {
		line, column := place(m.document.text, s.begin)
		if m.roots = append(m.roots, Root{s.Field, s.Arguments, s.Key(), line, column}); len(m.roots) > m.limits.RootFields {
			return &Error{Message: "The operation begins with more than " + strconv.Itoa(m.limits.RootFields) + " fields."}
		}
		inSchema = s.Field == "__schema" || s.Field == "__type"
	}
	if inSchema {
		if s.Alias != "" {
			m.schemaAliases++
		}
		if m.schemaAliases > schemaAliases {
			return &Error{Message: "The schema is asked for with more than " + strconv.Itoa(schemaAliases) + " aliases."}
		}
		switch s.Field {
		case "fields", "inputFields", "interfaces", "possibleTypes":
			if lists++; lists > schemaLists {
				return &Error{Message: "The schema is asked for more than " + strconv.Itoa(schemaLists) + " lists within each other."}
			}
		}
	}
	if len(s.Selections) == 0 {
		return nil
	}
	return m.selections(s.Selections, depth+1, lists, inSchema)
}

func (m *measure) spread(name string, depth, lists int, inSchema bool) *Error {
	f, ok := m.fragments[name]
	if !ok {
		return &Error{Message: "A fragment is spread that the document does not hold."}
	}
	if m.spreading[name] {
		return &Error{Message: "A fragment is spread within itself."}
	}
	m.spreading[name] = true
	defer delete(m.spreading, name)
	return m.selections(f.Selections, depth, lists, inSchema)
}

func tooDeep(l Limits) *Error {
	return &Error{Message: "Fields are nested more than " + strconv.Itoa(l.Depth) + " deep."}
}

func tooManyDirectives(l Limits) *Error {
	return &Error{Message: "There are more than " + strconv.Itoa(l.Directives) + " directives."}
}

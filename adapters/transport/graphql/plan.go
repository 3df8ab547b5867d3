package graphql

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-gophers/graphql-go/ast"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
)

// plan is how an operation is executed without the library, which reads, checks and lays out a
// document anew each time. Whether an operation with a plan is valid is for the library to say,
// once: it is a query that begins with fields of planned alone and holds no variable, argument
// or directive, so that nothing in it can be another time what it was not then, but for who asks.
type plan struct{ roots []plannedRoot }

// plannedRoot is a field that a plan begins with.
type plannedRoot struct {
	source
	key    string
	record []member
}

// member is a member of a record in an answer.
type member struct {
	label  string   // its name, with quotes and a colon
	text   string   // what it is, if that is always the same
	index  int      // of the field of the Go type otherwise
	record []member // of that field, where it is a record itself
}

// source is a resolver without arguments.
type source struct {
	shown   reflect.Type // what resolve returns a pointer to: a struct
	resolve func(*resolver, context.Context) (reflect.Value, error)
}

func sourceOf[T any](resolve func(*resolver, context.Context) (*T, error)) source {
	return source{reflect.TypeFor[T](), func(r *resolver, ctx context.Context) (reflect.Value, error) {
		shown, err := resolve(r, ctx)
		return reflect.ValueOf(shown), err
	}}
}

// planned are the fields that a plan may begin with: what clients read again and again.
func planned() map[string]source {
	return map[string]source{"users_me": sourceOf((*resolver).UsersMe)}
}

// mostPlanned bounds the members of a plan, which is remembered. All of an account are 29.
const mostPlanned = 128

// plan returns a plan for an operation that has been measured, or nil for one that is left to
// the library.
func (h *Handler) plan(p *prepared) *plan {
	query, ok := h.schema.AST().RootOperationTypes["query"].(*ast.ObjectTypeDefinition)
	if !ok || p.operation.Type != "query" || len(p.operation.Variables) > 0 {
		return nil
	}
	l := layout{document: p.document, records: h.records}
	fields, ok := l.collect(p.operation.Selections, query.Name, nil)
	if !ok {
		return nil
	}
	var roots []plannedRoot
	for _, f := range fields {
		from, ok := h.planned[f.field]
		if !ok {
			return nil
		}
		record, ok := l.record(f.set, query.Fields.Get(f.field).Type, from.shown)
		if !ok {
			return nil
		}
		roots = append(roots, plannedRoot{from, f.key, record})
	}
	return &plan{roots}
}

// layout is the making of a plan. What it does not know of ends it.
type layout struct {
	document *document.Document
	records  records
	members  int
}

// records are the Go types of records that a plan may hold, and their fields by their names in
// small letters.
type records map[reflect.Type]map[string]recordField

type recordField struct {
	index int
	of    reflect.Type
}

// recordsOf returns the types that are found from those in planned.
func recordsOf(planned map[string]source) records {
	r := records{}
	for _, s := range planned {
		r.add(s.shown)
	}
	return r
}

func (r records) add(shown reflect.Type) {
	if shown.Kind() != reflect.Struct || r[shown] != nil || reflect.PointerTo(shown).NumMethod() > 0 {
		return
	}
	r[shown] = map[string]recordField{}
	for i := range shown.NumField() {
		f := shown.Field(i)
		r[shown][strings.ToLower(f.Name)] = recordField{i, f.Type}
		if f.Type.Kind() == reflect.Pointer {
			r.add(f.Type.Elem())
		}
	}
}

// collected is a member of an answer, and what is selected of it in all places that ask for it.
type collected struct {
	key, field string
	set        []document.Selection
}

// collect adds the fields of a selection set on a type to a list, in the order of the answer
// (section 6.3.2). It ends with the operation, since no fragment is spread within itself.
func (l *layout) collect(set []document.Selection, on string, list []collected) ([]collected, bool) {
	list = slices.Grow(list, min(len(set), mostPlanned))
	for _, s := range set {
		ok := len(s.Arguments) == 0 && len(s.Directives) == 0
		switch {
		case !ok:
		case s.Spread != "":
			i := slices.IndexFunc(l.document.Fragments, func(f document.Fragment) bool { return f.Name == s.Spread })
			if ok = i >= 0 && l.document.Fragments[i].On == on && len(l.document.Fragments[i].Directives) == 0; ok {
				list, ok = l.collect(l.document.Fragments[i].Selections, on, list)
			}
		case s.Field == "":
			if ok = s.On == "" || s.On == on; ok {
				list, ok = l.collect(s.Selections, on, list)
			}
		default:
			list, ok = l.add(s, list)
		}
		if !ok {
			return nil, false
		}
	}
	return list, true
}

func (l *layout) add(s document.Selection, list []collected) ([]collected, bool) {
	if i := slices.IndexFunc(list, func(c collected) bool { return c.key == s.Key() }); i >= 0 {
		list[i].set = slices.Concat(list[i].set, s.Selections) // and never into the memory of the document
		return list, true
	}
	l.members++
	return append(list, collected{s.Key(), s.Field, s.Selections}), l.members <= mostPlanned
}

// record lays out what is selected of a record, whose Go type is shown.
func (l *layout) record(set []document.Selection, of ast.Type, shown reflect.Type) ([]member, bool) {
	object, ok := of.(*ast.ObjectTypeDefinition) // and no list, and none that cannot be null
	if !ok || l.records[shown] == nil {
		return nil, false
	}
	fields, ok := l.collect(set, object.Name, nil)
	if !ok {
		return nil, false
	}
	members := make([]member, 0, len(fields))
	for _, f := range fields {
		m := member{label: strconv.Quote(f.key) + ":"}
		if f.field == "__typename" {
			m.text = strconv.Quote(object.Name)
		} else if m.index, m.record, ok = l.field(f, object, shown); !ok {
			return nil, false
		}
		members = append(members, m)
	}
	return members, true
}

// field finds a field in the Go type, as the library does, and lays out what is selected of it.
func (l *layout) field(f collected, object *ast.ObjectTypeDefinition, shown reflect.Type) (int, []member, bool) {
	definition := object.Fields.Get(f.field)
	found, ok := l.records[shown][strings.ToLower(strings.ReplaceAll(f.field, "_", ""))]
	if definition == nil || !ok {
		return 0, nil, false
	}
	of, isPointer := definition.Type, found.of.Kind() == reflect.Pointer
	if nonNull, ok := of.(*ast.NonNull); ok && !isPointer {
		of = nonNull.OfType
	}
	if _, ok := of.(*ast.ScalarTypeDefinition); ok {
		return found.index, nil, true
	}
	if !isPointer {
		return 0, nil, false
	}
	members, ok := l.record(f.set, of, found.of.Elem())
	return found.index, members, ok
}

package graphql

import (
	"fmt"

	"github.com/graph-gophers/graphql-go/ast"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
)

// checkValues refuses values in an operation that are of another shape than their types, and
// variables that hold a null where none may be (sections 5.6.1 and 6.4.1). The library would
// find them when it has begun to execute, after fields have had their effects. All else that may
// be wrong with a value it finds before, and what it does not know of is left to it.
func (h *Handler) checkValues(p *prepared, variables map[string]any) error {
	c := valueCheck{schema: h.schema.AST(), document: p.document, variables: variables, fragments: map[string]bool{}}
	for _, v := range p.operation.Variables {
		if v.Default == nil {
			continue
		}
		if err := c.declared(*v.Default, v.Type); err != nil {
			return invalid(err)
		}
	}
	if err := c.selections(p.operation.Selections, c.schema.RootOperationTypes[p.operation.Type]); err != nil {
		return invalid(err)
	}
	return nil
}

// valueCheck is a walk over an operation and the types of the schema at once.
type valueCheck struct {
	schema    *ast.Schema
	document  *document.Document
	variables map[string]any  // as coerce has them
	fragments map[string]bool // those that have been walked over
}

func (c *valueCheck) selections(set []document.Selection, on ast.Type) *document.Error {
	for _, s := range set {
		if err := c.directives(s.Directives); err != nil {
			return err
		}
		var err *document.Error
		switch {
		case s.Spread != "":
			err = c.spread(s.Spread)
		case s.Field != "":
			err = c.field(s, on)
		case s.On != "":
			err = c.selections(s.Selections, c.schema.Types[s.On])
		default:
			err = c.selections(s.Selections, on)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *valueCheck) spread(name string) *document.Error {
	if c.fragments[name] {
		return nil
	}
	c.fragments[name] = true
	for _, f := range c.document.Fragments {
		if f.Name == name {
			return c.selections(f.Selections, c.schema.Types[f.On])
		}
	}
	return nil
}

func (c *valueCheck) field(s document.Selection, on ast.Type) *document.Error {
	arguments, of := c.fieldOf(s.Field, on)
	if err := c.arguments(s.Arguments, arguments); err != nil {
		return err
	}
	return c.selections(s.Selections, of)
}

// fieldOf returns the arguments and the type of a field, and nothing of one that there is not.
func (c *valueCheck) fieldOf(name string, on ast.Type) (ast.ArgumentsDefinition, ast.Type) {
	switch name {
	case "__schema":
		return nil, c.schema.Types["__Schema"]
	case "__type":
		return ast.ArgumentsDefinition{{Name: ast.Ident{Name: "name"}, Type: &ast.NonNull{OfType: c.schema.Types["String"]}}}, c.schema.Types["__Type"]
	}
	for {
		switch t := on.(type) {
		case *ast.List:
			on = t.OfType
		case *ast.NonNull:
			on = t.OfType
		case *ast.ObjectTypeDefinition:
			if field := t.Fields.Get(name); field != nil {
				return field.Arguments, field.Type
			}
			return nil, nil
		default:
			return nil, nil
		}
	}
}

func (c *valueCheck) directives(list []document.Directive) *document.Error {
	for _, d := range list {
		definition := c.schema.Directives[d.Name]
		if definition == nil {
			continue
		}
		if err := c.arguments(d.Arguments, definition.Arguments); err != nil {
			return err
		}
	}
	return nil
}

func (c *valueCheck) arguments(list []document.Argument, declared ast.ArgumentsDefinition) *document.Error {
	for _, a := range list {
		declaration := declared.Get(a.Name)
		if declaration == nil {
			continue
		}
		if err := c.value(a.Value, declaration.Type); err != nil {
			return err
		}
	}
	return nil
}

// declared checks a value against the type of a variable's declaration.
func (c *valueCheck) declared(v document.Value, t document.Type) *document.Error {
	if t.List == nil {
		return c.value(v, c.schema.Types[t.Name])
	}
	if v.Kind != document.List {
		return c.declared(v, *t.List) // which stands for a list of it
	}
	for _, element := range v.Elements {
		if err := c.declared(element, *t.List); err != nil {
			return err
		}
	}
	return nil
}

func (c *valueCheck) value(v document.Value, t ast.Type) *document.Error {
	if nonNull, ok := t.(*ast.NonNull); ok {
		if v.Kind == document.Null || c.holdsNull(v) {
			return c.document.ErrorAt(v, "There is a null where none may be.")
		}
		t = nonNull.OfType
	}
	if v.Kind == document.Reference || v.Kind == document.Null {
		return nil
	}
	switch t := t.(type) {
	case *ast.List:
		if v.Kind != document.List {
			return c.value(v, t.OfType)
		}
		for _, element := range v.Elements {
			if err := c.value(element, t.OfType); err != nil {
				return err
			}
		}
	case *ast.InputObject:
		if v.Kind != document.Object {
			return c.document.ErrorAt(v, fmt.Sprintf("There is a value that is none of type %q.", t.Name))
		}
		return c.arguments(v.Members, t.Values)
	case *ast.EnumTypeDefinition:
		return c.plain(v, t.Name)
	case *ast.ScalarTypeDefinition:
		if t.Name != "JSON" { // which is of any shape
			return c.plain(v, t.Name)
		}
	}
	return nil
}

// holdsNull reports whether a value is a variable that a null was sent for.
func (c *valueCheck) holdsNull(v document.Value) bool {
	if v.Kind != document.Reference {
		return false
	}
	value, given := c.variables[v.Variable]
	return given && value == nil
}

func (c *valueCheck) plain(v document.Value, name string) *document.Error {
	if v.Kind != document.Plain {
		return c.document.ErrorAt(v, fmt.Sprintf("There is a value that is none of type %q.", name))
	}
	return nil
}

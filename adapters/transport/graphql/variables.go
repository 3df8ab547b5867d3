package graphql

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/graph-gophers/graphql-go/ast"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

// coerce returns the values of the variables that are declared, as their types have them
// (section 6.1.2). The library would look at the types of scalars only when it has begun to
// execute. Types that there are not are left to it.
func (h *Handler) coerce(declared []document.Variable, values map[string]any) (map[string]any, error) {
	coerced := map[string]any{}
	for _, v := range declared {
		value, given := values[v.Name]
		switch {
		case !given && v.Default != nil:
			continue
		case value == nil && v.Type.NonNull:
			return nil, invalid(&document.Error{Message: fmt.Sprintf("Variable \"$%s\" must have a value.", v.Name)})
		case !given:
			continue
		}
		c := coercion{handler: h, types: h.schema.AST().Types, most: h.limits.Nesting}
		result, err := c.declared(v.Type, value)
		if err != nil {
			return nil, invalid(&document.Error{Message: fmt.Sprintf("Variable \"$%s\" %s.", v.Name, err)})
		}
		coerced[v.Name] = result
	}
	return coerced, nil
}

// coercion is the coercion of a value under way.
type coercion struct {
	handler *Handler
	types   map[string]ast.NamedType
	nesting int
	most    int
}

// declared coerces to the type of a declaration.
func (c *coercion) declared(t document.Type, value any) (any, error) {
	if value == nil {
		if t.NonNull {
			return nil, fmt.Errorf("holds a null where none may be")
		}
		return nil, nil
	}
	if t.List != nil {
		return c.list(value, func(element any) (any, error) { return c.declared(*t.List, element) })
	}
	return c.named(c.types[t.Name], value)
}

// schema coerces to a type of the schema.
func (c *coercion) schema(t ast.Type, value any) (any, error) {
	nonNull, isNonNull := t.(*ast.NonNull)
	if isNonNull {
		t = nonNull.OfType
	}
	if value == nil {
		if isNonNull {
			return nil, fmt.Errorf("holds a null where none may be")
		}
		return nil, nil
	}
	if list, ok := t.(*ast.List); ok {
		return c.list(value, func(element any) (any, error) { return c.schema(list.OfType, element) })
	}
	named, _ := t.(ast.NamedType)
	return c.named(named, value)
}

// list coerces each element, or the one value that stands for a list of it.
func (c *coercion) list(value any, element func(any) (any, error)) (any, error) {
	elements, ok := value.([]any)
	if !ok {
		elements = []any{value}
	}
	if err := c.descend(); err != nil {
		return nil, err
	}
	defer c.ascend()
	coerced := make([]any, len(elements))
	for i, one := range elements {
		var err error
		if coerced[i], err = element(one); err != nil {
			return nil, err
		}
	}
	return coerced, nil
}

func (c *coercion) named(t ast.NamedType, value any) (any, error) {
	switch t := t.(type) {
	case *ast.ScalarTypeDefinition:
		return c.scalar(t.Name, value)
	case *ast.EnumTypeDefinition:
		text, ok := value.(string)
		if !ok || !slices.ContainsFunc(t.EnumValuesDefinition, func(v *ast.EnumValueDefinition) bool { return v.EnumValue == text }) {
			return nil, errors.New(c.handler.noneOf(t))
		}
		return text, nil
	case *ast.InputObject:
		return c.object(t, value)
	}
	return value, nil
}

// noneOf says that something is no value of an enumeration, and, where the schema is shown, which
// it has.
func (h *Handler) noneOf(t *ast.EnumTypeDefinition) string {
	if t == nil || h.config.NoIntrospection {
		return "is none of those that its type has"
	}
	var names []string
	for _, v := range t.EnumValuesDefinition {
		names = append(names, v.EnumValue)
	}
	return "must be one of [" + strings.Join(names, ", ") + "]"
}

func (c *coercion) object(t *ast.InputObject, value any) (any, error) {
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is no value of type %q", t.Name)
	}
	if err := c.descend(); err != nil {
		return nil, err
	}
	defer c.ascend()
	coerced := make(map[string]any, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) { // in order, so that of two mistakes always the same is told
		field := t.Values.Get(name)
		if field == nil {
			return nil, fmt.Errorf("holds a member that type %q does not have", t.Name)
		}
		member, err := c.schema(field.Type, members[name])
		if err != nil {
			return nil, fmt.Errorf("%w, in %q", err, name)
		}
		coerced[name] = member
	}
	return coerced, nil
}

// scalar coerces to a scalar (section 3.5).
func (c *coercion) scalar(name string, value any) (any, error) {
	number, isNumber := value.(json.Number)
	switch name {
	case "String":
		if text, ok := value.(string); ok {
			return text, nil
		}
	case "ID":
		if text, ok := value.(string); ok {
			return text, nil
		}
		if isNumber {
			if n, err := number.Int64(); err == nil {
				return strconv.FormatInt(n, 10), nil
			}
		}
	case "Boolean":
		if is, ok := value.(bool); ok {
			return is, nil
		}
	case "Int":
		if isNumber {
			if n, err := strconv.ParseFloat(number.String(), 64); err == nil && n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32 {
				return int32(n), nil
			}
		}
	case "Float":
		if isNumber {
			if n, err := number.Float64(); err == nil {
				return n, nil
			}
		}
	default:
		free := coercion{most: httpedge.MostNested} // a value of any shape has levels of its own
		return value, free.measure(value)
	}
	return nil, fmt.Errorf("is no value of type %q", name)
}

// measure bounds the nesting of a value of any shape.
func (c *coercion) measure(value any) error {
	switch v := value.(type) {
	case []any:
		if err := c.descend(); err != nil {
			return err
		}
		defer c.ascend()
		for _, element := range v {
			if err := c.measure(element); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := c.descend(); err != nil {
			return err
		}
		defer c.ascend()
		for _, member := range v {
			if err := c.measure(member); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *coercion) descend() error {
	if c.nesting++; c.nesting > c.most {
		return fmt.Errorf("nests lists and objects more than %d deep", c.most)
	}
	return nil
}

func (c *coercion) ascend() { c.nesting-- }

package domain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Bounds of a filter, so that asking one costs little.
const (
	maxFilterDepth  = 8
	maxFilterNodes  = 100
	maxFilterValues = 100 // of one _in or _nin
)

// The variables of a filter. They stand for who asks.
const (
	currentUser = "$CURRENT_USER"
	currentRole = "$CURRENT_ROLE"
)

// Filter is a condition on a record. The zero Filter holds for every record. It is safe for
// concurrent use.
type Filter struct{ root *condition }

// condition is one node: a comparison of a field, or conditions of which all or any must hold.
type condition struct {
	operator string // one of the names below
	children []condition
	field    string
	values   []filterValue
	isNull   bool // of _null
}

const (
	opAnd  = "_and"
	opOr   = "_or"
	opEq   = "_eq"
	opNeq  = "_neq"
	opIn   = "_in"
	opNin  = "_nin"
	opNull = "_null"
)

// filterValue is a text, or the variable of that name.
type filterValue struct{ text, variable string }

// ParseFilter reads a condition on records of one of our collections: a JSON object such as
// {"role":{"_eq":"$CURRENT_ROLE"},"_or":[{"status":{"_in":["active","draft"]}},{"language":{"_null":true}}]},
// all of whose members must hold. It knows _eq, _neq, _in, _nin, _null, _and and _or, and
// refuses everything else with an INVALID_PAYLOAD: what is not understood would otherwise let
// in, or shut out, whom nobody meant.
func ParseFilter(text string, of CollectionInfo) (Filter, error) {
	if !of.IsOurs() {
		return Filter{}, refusedFilter("must be empty: records of this collection are not kept here")
	}
	if len(text) > MaxFilterBytes {
		return Filter{}, refusedFilter(fmt.Sprintf("must be at most %d bytes long", MaxFilterBytes))
	}
	p := filterParser{of: of}
	members, err := orderedMembers([]byte(text))
	if err != nil {
		return Filter{}, refusedFilter("must be a JSON object that names nothing twice")
	}
	if len(members) == 0 {
		return Filter{}, nil
	}
	root, err := p.object(members, 1)
	if err != nil {
		return Filter{}, err
	}
	return Filter{&root}, nil
}

func refusedFilter(reason string) error {
	return InvalidPayloadError("permissions", `"permissions" `+reason)
}

type filterParser struct {
	of    CollectionInfo
	nodes int
}

// member is one of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// orderedMembers returns the members of a JSON object. A name that is there twice is an error:
// readers disagree about which of the two counts.
func orderedMembers(text []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("no object")
	}
	var members []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)} // the decoder takes nothing else for a name
		if slices.ContainsFunc(members, func(other member) bool { return other.name == m.name }) {
			return nil, errors.New("a name twice")
		}
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than an object")
	}
	return members, nil
}

// object reads members that must all hold.
func (p *filterParser) object(members []member, depth int) (condition, error) {
	if depth > maxFilterDepth {
		return condition{}, refusedFilter(fmt.Sprintf("must be at most %d levels deep", maxFilterDepth))
	}
	all := condition{operator: opAnd}
	for _, m := range members {
		read := p.comparisons
		if m.name == opAnd || m.name == opOr {
			read = func(m member) ([]condition, error) { return p.junction(m, depth) }
		}
		conditions, err := read(m)
		if err != nil {
			return condition{}, err
		}
		all.children = append(all.children, conditions...)
	}
	if len(all.children) == 1 {
		return all.children[0], nil
	}
	return all, nil
}

// count bounds how many nodes there are.
func (p *filterParser) count() error {
	if p.nodes++; p.nodes > maxFilterNodes {
		return refusedFilter(fmt.Sprintf("must hold at most %d conditions", maxFilterNodes))
	}
	return nil
}

// junction reads _and and _or: a list of objects, at least one of them. Of none it would be
// open whether they hold.
func (p *filterParser) junction(m member, depth int) ([]condition, error) {
	if err := p.count(); err != nil {
		return nil, err
	}
	var parts []json.RawMessage
	if json.Unmarshal(m.value, &parts) != nil || len(parts) == 0 {
		return nil, refusedFilter(fmt.Sprintf("must have a list of conditions under %q", m.name))
	}
	node := condition{operator: m.name}
	for _, part := range parts {
		members, err := orderedMembers(part)
		if err != nil || len(members) == 0 {
			return nil, refusedFilter(fmt.Sprintf("must have a list of conditions under %q", m.name))
		}
		child, err := p.object(members, depth+1)
		if err != nil {
			return nil, err
		}
		node.children = append(node.children, child)
	}
	return []condition{node}, nil
}

// comparisons reads the operators of a field.
func (p *filterParser) comparisons(m member) ([]condition, error) {
	kind := p.of.kindOf(m.name)
	if kind == FieldShown {
		return nil, refusedFilter("must compare fields by which this collection is filtered")
	}
	operators, err := orderedMembers(m.value)
	if err != nil || len(operators) == 0 {
		return nil, refusedFilter(fmt.Sprintf("must have an operator for %q", m.name))
	}
	var conditions []condition
	for _, operator := range operators {
		if err := p.count(); err != nil {
			return nil, err
		}
		c, err := comparison(m.name, kind, operator)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, c)
	}
	return conditions, nil
}

func comparison(field string, kind FieldKind, operator member) (condition, error) {
	c := condition{operator: operator.name, field: field}
	switch operator.name {
	case opNull:
		isNull, err := decoded[bool](operator.value)
		c.isNull = isNull
		if err != nil {
			return c, refusedFilter(`must have true or false under "_null"`)
		}
		return c, nil
	case opEq, opNeq:
		value, err := newFilterValue(operator.value, kind)
		c.values = []filterValue{value}
		return c, err
	case opIn, opNin:
		var list []json.RawMessage
		if json.Unmarshal(operator.value, &list) != nil || len(list) == 0 || len(list) > maxFilterValues {
			return c, refusedFilter(fmt.Sprintf("must have a list of 1 to %d values under %q", maxFilterValues, operator.name))
		}
		for _, one := range list {
			value, err := newFilterValue(one, kind)
			if err != nil {
				return c, err
			}
			c.values = append(c.values, value)
		}
		return c, nil
	}
	return c, refusedFilter("knows _eq, _neq, _in, _nin, _null, _and and _or only")
}

// decoded reads a value of exactly that type: null is none.
func decoded[T string | bool](value json.RawMessage) (T, error) {
	var read *T
	if err := json.Unmarshal(value, &read); err != nil || read == nil {
		var zero T
		return zero, errors.New("of another type")
	}
	return *read, nil
}

// newFilterValue reads what a field of that kind is compared with. A text that begins as a
// variable does, and is none that there is, is refused.
func newFilterValue(value json.RawMessage, kind FieldKind) (filterValue, error) {
	if kind == FieldFlag {
		flag, err := decoded[bool](value)
		if err != nil {
			return filterValue{}, refusedFilter("must compare this field with true or false")
		}
		return filterValue{text: flagText(flag)}, nil
	}
	text, err := decoded[string](value)
	switch {
	case err != nil || text == "":
		return filterValue{}, refusedFilter("must compare with text; for none there is _null")
	case text == currentUser || text == currentRole:
		return filterValue{variable: text}, nil
	case text[0] == '$':
		return filterValue{}, refusedFilter("knows the variables $CURRENT_USER and $CURRENT_ROLE only")
	case kind == FieldAddress:
		return filterValue{text: Email(text).Key()}, nil
	}
	return filterValue{text: text}, nil
}

func flagText(flag bool) string {
	if flag {
		return "true"
	}
	return "false"
}

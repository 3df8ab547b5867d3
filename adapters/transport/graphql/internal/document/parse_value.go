package document

import (
	"strconv"
)

func (p *parser) arguments() ([]Argument, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	return p.members(")", false)
}

// members reads names with their values up to closing.
func (p *parser) members(closing kind, isConstant bool) ([]Argument, *Error) {
	var list []Argument
	for {
		begin := p.token.span.begin
		name, err := p.take(aName)
		if err != nil {
			return nil, err
		}
		if _, err := p.take(":"); err != nil {
			return nil, err
		}
		value, err := p.value(isConstant)
		if err != nil {
			return nil, err
		}
		list = append(list, Argument{name.text, value, span{begin, p.end}})
		if closed, err := p.passes(closing); closed || err != nil {
			return list, err
		}
	}
}

func (p *parser) value(isConstant bool) (Value, *Error) {
	v := Value{begin: p.token.span.begin}
	switch p.token.kind {
	case aName, anInteger, aFloat, aString:
		if p.token.kind == aName && p.token.text == "null" {
			v.Kind = Null
		}
		return v, p.advance()
	case "$":
		if isConstant {
			return v, p.lexer.errorAt(p.token.span.begin, "there is a variable where none may be")
		}
		if err := p.advance(); err != nil {
			return v, err
		}
		name, err := p.take(aName)
		v.Kind, v.Variable, v.end = Reference, name.text, p.end
		return v, err
	case "[", "{":
		if p.nesting++; p.nesting > p.limits.Nesting {
			return v, p.tooNested()
		}
		defer func() { p.nesting-- }()
		var err *Error
		if p.token.kind == "[" {
			v.Kind = List
			v.Elements, err = p.list(isConstant)
			return v, err
		}
		v.Kind = Object
		v.Members, err = p.object(isConstant)
		return v, err
	}
	return v, p.unexpected("a value")
}

func (p *parser) list(isConstant bool) ([]Value, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	var list []Value
	for {
		if closed, err := p.passes("]"); closed || err != nil {
			return list, err
		}
		element, err := p.value(isConstant)
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
}

func (p *parser) object(isConstant bool) ([]Argument, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if closed, err := p.passes("}"); closed || err != nil {
		return nil, err
	}
	return p.members("}", isConstant)
}

func (p *parser) tooNested() *Error {
	return &Error{Message: "Lists and objects are nested more than " + strconv.Itoa(p.limits.Nesting) + " deep."}
}

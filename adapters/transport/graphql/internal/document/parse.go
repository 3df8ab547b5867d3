package document

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// Parse reads a document, within those of the limits that its text is subject to.
func Parse(document string, limits Limits) (*Document, *Error) {
	if len(document) > limits.Bytes {
		return nil, &Error{Message: "The document is longer than " + strconv.Itoa(limits.Bytes) + " bytes."}
	}
	if !utf8.ValidString(document) {
		return nil, &Error{Message: "The document is not valid UTF-8."}
	}
	p := &parser{lexer: lexer{text: document, limit: limits.Tokens}, limits: limits, document: &Document{text: document}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for p.token.kind != endOfText {
		if err := p.definition(); err != nil {
			return nil, err
		}
	}
	if len(p.document.Operations) == 0 {
		return nil, &Error{Message: "The document holds no operation."}
	}
	return p.document, nil
}

// parser reads a document by recursive descent, one token ahead.
type parser struct {
	lexer    lexer
	token    token
	end      int // of the token before
	limits   Limits
	depth    int // of selection sets
	nesting  int // of lists and objects
	document *Document
}

func (p *parser) advance() *Error {
	p.end = p.token.span.end
	t, err := p.lexer.next()
	p.token = t
	if err != nil || t.kind == endOfText {
		return err
	}
	p.document.tokens = append(p.document.tokens, t.span)
	if t.kind == aString {
		p.document.strings = append(p.document.strings, text{t.span, t.mean})
	}
	return nil
}

// description passes a description, if there is one.
func (p *parser) description() *Error {
	if p.token.kind != aString {
		return nil
	}
	p.document.descriptions = append(p.document.descriptions, p.token.span)
	return p.advance()
}

// take passes a token that has to be of that kind, and returns it.
func (p *parser) take(k kind) (token, *Error) {
	t := p.token
	if t.kind != k {
		return token{}, p.unexpected(k)
	}
	return t, p.advance()
}

func (p *parser) unexpected(wanted kind) *Error {
	if p.token.kind == endOfText {
		return p.lexer.errorAt(p.token.span.begin, "the document ends where "+string(wanted)+" should be")
	}
	return p.lexer.errorAt(p.token.span.begin, "there should be "+string(wanted)+", and there is something else")
}

// passes passes a token if it is of that kind.
func (p *parser) passes(k kind) (bool, *Error) {
	if p.token.kind != k {
		return false, nil
	}
	return true, p.advance()
}

// definition reads an operation or a fragment.
func (p *parser) definition() *Error {
	begin := p.token.span.begin
	if p.token.kind == "{" {
		selections, err := p.selections()
		p.document.Operations = append(p.document.Operations, Operation{Type: "query", Selections: selections, span: span{begin, p.end}})
		return err
	}
	if err := p.description(); err != nil {
		return err
	}
	word, err := p.take(aName)
	if err != nil {
		return err
	}
	switch word.text {
	case "query", "mutation", "subscription":
		return p.operation(word.text, begin)
	case "fragment":
		return p.fragment(begin)
	}
	return p.lexer.errorAt(word.span.begin, "a definition begins with query, mutation, subscription or fragment")
}

func (p *parser) operation(kind string, begin int) *Error {
	op := Operation{Type: kind}
	var err *Error
	if p.token.kind == aName {
		op.Name = p.token.text
		if err := p.advance(); err != nil {
			return err
		}
	}
	if p.token.kind == "(" {
		if op.Variables, err = p.variables(); err != nil {
			return err
		}
	}
	if _, err := p.directives(); err != nil {
		return err
	}
	op.Selections, err = p.selections()
	op.span = span{begin, p.end}
	p.document.Operations = append(p.document.Operations, op)
	return err
}

func (p *parser) variables() ([]Variable, *Error) {
	var list []Variable
	if err := p.advance(); err != nil {
		return nil, err
	}
	for {
		one, err := p.variable()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(v Variable) bool { return v.Name == one.Name }) {
			line, column := place(p.lexer.text, one.span.begin)
			return nil, &Error{"A variable is declared twice.", line, column}
		}
		list = append(list, one)
		if closed, err := p.passes(")"); closed || err != nil {
			return list, err
		}
	}
}

func (p *parser) variable() (Variable, *Error) {
	begin := p.token.span.begin
	if err := p.description(); err != nil {
		return Variable{}, err
	}
	if _, err := p.take("$"); err != nil {
		return Variable{}, err
	}
	name, err := p.take(aName)
	if err != nil {
		return Variable{}, err
	}
	v := Variable{Name: name.text}
	if _, err := p.take(":"); err != nil {
		return Variable{}, err
	}
	if v.Type, err = p.typeReference(); err != nil {
		return Variable{}, err
	}
	hasDefault, err := p.passes("=")
	if err != nil {
		return Variable{}, err
	}
	if hasDefault {
		value, err := p.value(true)
		if err != nil {
			return Variable{}, err
		}
		v.Default = &value
	}
	_, err = p.directives()
	v.span = span{begin, p.end}
	return v, err
}

func (p *parser) typeReference() (Type, *Error) {
	var t Type
	isList, err := p.passes("[")
	switch {
	case err != nil:
		return t, err
	case isList:
		if p.nesting++; p.nesting > p.limits.Nesting {
			return t, p.tooNested()
		}
		element, err := p.typeReference()
		p.nesting--
		if err != nil {
			return t, err
		}
		t.List = &element
		if _, err := p.take("]"); err != nil {
			return t, err
		}
	default:
		name, err := p.take(aName)
		if err != nil {
			return t, err
		}
		t.Name = name.text
	}
	t.NonNull, err = p.passes("!")
	return t, err
}

func (p *parser) fragment(begin int) *Error {
	name, err := p.take(aName)
	if err != nil {
		return err
	}
	if name.text == "on" {
		return p.lexer.errorAt(name.span.begin, "no fragment may have the name \"on\"")
	}
	if err := p.takeWord("on"); err != nil {
		return err
	}
	on, err := p.take(aName)
	if err != nil {
		return err
	}
	f := Fragment{Name: name.text, On: on.text}
	if f.Directives, err = p.directives(); err != nil {
		return err
	}
	f.Selections, err = p.selections()
	f.span = span{begin, p.end}
	p.document.Fragments = append(p.document.Fragments, f)
	return err
}

func (p *parser) takeWord(word string) *Error {
	if p.token.kind != aName || p.token.text != word {
		return p.unexpected(kind("the word " + word))
	}
	return p.advance()
}

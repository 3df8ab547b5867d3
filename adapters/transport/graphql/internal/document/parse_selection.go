package document

func (p *parser) selections() ([]Selection, *Error) {
	if _, err := p.take("{"); err != nil {
		return nil, err
	}
	if p.depth++; p.depth > p.limits.Depth {
		return nil, tooDeep(p.limits)
	}
	defer func() { p.depth-- }()
	var list []Selection
	for {
		one, err := p.selection()
		if err != nil {
			return nil, err
		}
		list = append(list, one)
		if closed, err := p.passes("}"); closed || err != nil {
			return list, err
		}
	}
}

func (p *parser) selection() (Selection, *Error) {
	if p.token.kind == spread {
		return p.spread()
	}
	name, err := p.take(aName)
	if err != nil {
		return Selection{}, err
	}
	s := Selection{Field: name.text, begin: name.span.begin}
	renamed, err := p.passes(":")
	if err != nil {
		return Selection{}, err
	}
	if renamed {
		field, err := p.take(aName)
		if err != nil {
			return Selection{}, err
		}
		s.Field = field.text
		if name.text != field.text {
			s.Alias = name.text
		}
	}
	if p.token.kind == "(" {
		if s.Arguments, err = p.arguments(); err != nil {
			return Selection{}, err
		}
	}
	if s.Directives, err = p.directives(); err != nil {
		return Selection{}, err
	}
	if p.token.kind == "{" {
		s.Selections, err = p.selections()
	}
	return s, err
}

func (p *parser) spread() (Selection, *Error) {
	var s Selection
	if err := p.advance(); err != nil {
		return s, err
	}
	if p.token.kind == aName && p.token.text != "on" {
		s.Spread = p.token.text
		err := p.advance()
		if err == nil {
			s.Directives, err = p.directives()
		}
		return s, err
	}
	if p.token.kind == aName {
		if err := p.advance(); err != nil {
			return s, err
		}
		on, err := p.take(aName)
		if err != nil {
			return s, err
		}
		s.On = on.text
	}
	var err *Error
	if s.Directives, err = p.directives(); err != nil {
		return s, err
	}
	s.Selections, err = p.selections()
	return s, err
}

// directives reads what directives there are.
func (p *parser) directives() ([]Directive, *Error) {
	var list []Directive
	for p.token.kind == "@" {
		if len(list) >= p.limits.Directives {
			return nil, tooManyDirectives(p.limits)
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		name, err := p.take(aName)
		if err != nil {
			return nil, err
		}
		d := Directive{Name: name.text}
		if p.token.kind == "(" {
			if d.Arguments, err = p.arguments(); err != nil {
				return nil, err
			}
		}
		list = append(list, d)
	}
	return list, nil
}

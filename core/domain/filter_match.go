package domain

// Record shows what a filter is about: the value of a field, and whether there is one. Values
// are in the form of their FieldKind; an empty text is none.
type Record func(field string) (value string, ok bool)

// Caller is who asks, for the variables of filters. What the caller has not is empty.
type Caller struct {
	User UserID
	Role RoleID
}

// Matches reports whether the condition holds. A field without a value equals nothing, so that
// _neq and _nin hold for it. A comparison with a variable that the caller has no value for holds
// never, whichever it is: nobody is let in for being nobody.
func (f Filter) Matches(r Record, by Caller) bool { return f.root == nil || f.root.holds(r, by) }

func (c *condition) holds(r Record, by Caller) bool {
	switch c.operator {
	case opAnd:
		for i := range c.children {
			if !c.children[i].holds(r, by) {
				return false
			}
		}
		return true
	case opOr:
		for i := range c.children {
			if c.children[i].holds(r, by) {
				return true
			}
		}
		return false
	}
	value, ok := r(c.field)
	ok = ok && value != ""
	switch c.operator {
	case opNull:
		return ok != c.isNull
	case opEq, opIn:
		known, equal := c.compare(value, by)
		return known && ok && equal
	case opNeq, opNin:
		known, equal := c.compare(value, by)
		return known && (!ok || !equal)
	}
	return false
}

// compare reports whether every value of the condition is known, and whether one is equal.
func (c *condition) compare(value string, by Caller) (known, equal bool) {
	for i := range c.values {
		wanted := c.values[i].of(by)
		if wanted == "" {
			return false, false
		}
		equal = equal || wanted == value
	}
	return true, equal
}

func (v *filterValue) of(by Caller) string {
	switch v.variable {
	case currentUser:
		return string(by.User)
	case currentRole:
		return string(by.Role)
	}
	return v.text
}

// Needs returns values that fields of every record have for which the condition holds, so that a
// store need not look at others. It says nothing about the rest of the condition.
func (f Filter) Needs(by Caller) map[string]string {
	needs := map[string]string{}
	if f.root != nil {
		f.root.needs(by, needs)
	}
	return needs
}

func (c *condition) needs(by Caller, into map[string]string) {
	switch {
	case c.operator == opAnd:
		for i := range c.children {
			c.children[i].needs(by, into)
		}
	case c.operator == opEq:
		if wanted := c.values[0].of(by); wanted != "" {
			into[c.field] = wanted
		}
	}
}

package domain

import (
	"fmt"
	"slices"
)

// Access is what one role may do: its permissions, made ready to be asked. The zero Access may
// do nothing. It is safe for concurrent use.
type Access struct {
	isAdmin bool
	rules   map[right][]rule
}

type right struct {
	collection string
	action     Action
}

// rule is a permission that has been read.
type rule struct {
	fields Fields
	filter Filter
}

// AdministratorAccess is that of a role that bypasses every permission.
func AdministratorAccess() Access {
	a := Access{isAdmin: true, rules: map[right][]rule{}}
	for _, c := range Collections() {
		for _, action := range Actions() {
			of := c.FieldsOf(action)
			a.rules[right{c.Name, action}] = []rule{{fields: Fields{of: of, set: 1<<len(of) - 1}}}
		}
	}
	return a
}

// CompileAccess makes permissions of one role ready to be asked. One that does not pass
// CheckPermission allows nothing, and is told of in the error, which comes with what the others
// allow.
func CompileAccess(of []Permission) (Access, error) {
	a := Access{rules: map[right][]rule{}}
	var broken error
	for _, p := range of {
		if err := CheckPermission(p); err != nil {
			broken = fmt.Errorf("permission %s: %w", p.ID, err)
			continue
		}
		info := Collection(p.Collection)
		r := rule{fields: granted(info, p)}
		if p.Filter != "" {
			r.filter, _ = ParseFilter(p.Filter, info) // as CheckPermission did
		}
		key := right{p.Collection, p.Action}
		a.rules[key] = append(a.rules[key], r)
	}
	return a, broken
}

// granted returns the fields of a permission. AllFields stands for those that need not be named,
// and whoever reads anything of a record reads its ID, by which everything else is asked for.
func granted(info CollectionInfo, p Permission) Fields {
	all := info.FieldsOf(p.Action)
	f := Fields{of: all}
	for i, name := range all {
		byStar := slices.Contains(p.Fields, AllFields) && !slices.Contains(info.Named[p.Action], name)
		isID := p.Action == ActionRead && name == "id"
		if isID || byStar || slices.Contains(p.Fields, name) {
			f.set |= 1 << i
		}
	}
	return f
}

// IsAdmin reports whether the role bypasses every permission.
func (a Access) IsAdmin() bool { return a.isAdmin }

// Allows reports whether there is any record of the collection that the action may be done to.
func (a Access) Allows(collection string, action Action) bool {
	return a.isAdmin || len(a.rules[right{collection, action}]) > 0
}

// Fields returns the fields that the action may read or write of some record.
func (a Access) Fields(collection string, action Action) Fields {
	return a.union(right{collection, action}, func(Filter) bool { return true })
}

// Everywhere returns the fields that the action may read or write of every record that it may be
// done to.
func (a Access) Everywhere(collection string, action Action) Fields {
	var f Fields
	for i, rule := range a.rules[right{collection, action}] {
		if i == 0 {
			f = rule.fields
		}
		f.set &= rule.fields.set
	}
	return f
}

// FieldsOf returns the fields that the action may read or write of this record, and whether it
// may be done to the record at all.
func (a Access) FieldsOf(collection string, action Action, r Record, by Caller) (f Fields, ok bool) {
	f = a.union(right{collection, action}, func(filter Filter) bool {
		matches := filter.Matches(r, by)
		ok = ok || matches
		return matches
	})
	return f, ok || a.isAdmin
}

func (a Access) union(key right, applies func(Filter) bool) Fields {
	var f Fields
	for _, rule := range a.rules[key] {
		if applies(rule.filter) {
			f.of = rule.fields.of
			f.set |= rule.fields.set
		}
	}
	return f
}

// Needs returns values that fields have of every record that the action may be done to: see
// Filter.Needs. Where several permissions add up there are none.
func (a Access) Needs(collection string, action Action, by Caller) map[string]string {
	rules := a.rules[right{collection, action}]
	if len(rules) != 1 {
		return nil
	}
	return rules[0].filter.Needs(by)
}

// IsConditional reports whether the action may be done to some records only.
func (a Access) IsConditional(collection string, action Action) bool {
	return !a.isAdmin && !slices.ContainsFunc(a.rules[right{collection, action}], func(r rule) bool { return r.filter.root == nil })
}

// Fields is a set of fields of one collection.
type Fields struct {
	of  []string // what the bits stand for
	set uint64
}

// Has reports whether the field of that name is in the set.
func (f Fields) Has(name string) bool {
	i := slices.Index(f.of, name)
	return i >= 0 && f.set&(1<<i) != 0
}

// HasAll reports whether every field is in the set that the action knows on the collection.
func (f Fields) HasAll() bool { return len(f.of) > 0 && f.set == 1<<len(f.of)-1 }

// Names returns the fields in the order of the collection.
func (f Fields) Names() []string {
	var names []string
	for i, name := range f.of {
		if f.set&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

package fiberhttp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// readable is a record in the form in which it is shown whole, and what of it the caller may
// read, which is its ID at least.
type readable struct {
	record any
	fields domain.Fields
}

// answerRecord writes a record, or those of its members that the fields parameter names.
func answerRecord(c *fiber.Ctx, r readable) error {
	shown, err := r.shown(requestedFields(c))
	if err != nil {
		return err
	}
	return answerData(c, shown)
}

// answerRecords writes a list of them, and what else is said of it, if anything.
func answerRecords(c *fiber.Ctx, records []readable, meta map[string]int) error {
	asked := requestedFields(c)
	shown := make([]any, len(records)) // and never null
	for i, r := range records {
		var err error
		if shown[i], err = r.shown(asked); err != nil {
			return err
		}
	}
	return answerList(c, shown, meta)
}

// refuseHidden refuses to read where a member is asked for that the caller may read of none of
// the records. It is for what is only read: of a change nobody would learn that it has happened.
func refuseHidden(c *fiber.Ctx, of ...domain.Fields) error {
	for _, name := range requestedFields(c) {
		isShown := func(f domain.Fields) bool { return f.HasAll() || member(name) == "*" || f.Has(member(name)) }
		if len(of) > 0 && !slices.ContainsFunc(of, isShown) {
			e := domain.NewError(domain.Forbidden, nil)
			e.Field = member(name)
			return e
		}
	}
	return nil
}

// shown returns what is shown of the record where those members are asked for. One that may not
// be read is left out or, if it is asked for by its name, null.
func (r readable) shown(asked []string) (any, error) {
	if r.fields.HasAll() && namesAll(asked) {
		return r.record, nil
	}
	all, err := encodedMembers(r.record)
	if err != nil {
		return nil, err
	}
	for name := range all {
		switch {
		case r.fields.HasAll() || name == "id" || r.fields.Has(name):
		case namesAll(asked):
			delete(all, name)
		default:
			all[name] = json.RawMessage("null")
		}
	}
	if namesAll(asked) {
		return all, nil
	}
	return selected(all, asked), nil
}

func encodedMembers(record any) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("select members of a record: %w", err)
	}
	return all, nil
}

// selected returns those members that fields names. A name that there is not shows nothing but
// which record it is, as for somebody who may read nothing else.
func selected(all map[string]json.RawMessage, fields []string) map[string]json.RawMessage {
	picked := map[string]json.RawMessage{}
	for _, name := range fields {
		value, ok := all[member(name)]
		if !ok {
			return map[string]json.RawMessage{"id": all["id"]}
		}
		picked[member(name)] = value
	}
	return picked
}

// requestedFields returns the names of fields=a,b and fields[]=a&fields[]=b.
func requestedFields(c *fiber.Ctx) []string { return listParameter(c, "fields") }

// listParameter returns the parts of a query parameter that is a list: name=a,b, or
// name[]=a&name[]=b.
func listParameter(c *fiber.Ctx, parameter string) []string {
	var names []string
	for key, value := range c.Context().QueryArgs().All() {
		if name := string(key); name == parameter || strings.HasPrefix(name, parameter+"[") && strings.HasSuffix(name, "]") {
			for part := range strings.SplitSeq(string(value), ",") {
				if part = strings.TrimSpace(part); part != "" {
					names = append(names, part)
				}
			}
		}
	}
	return names
}

// namesAll reports whether fields names every member, as none, "*" and "*.*" do.
func namesAll(fields []string) bool {
	return len(fields) == 0 || slices.ContainsFunc(fields, func(name string) bool { return member(name) == "*" })
}

// member returns the member of a record that field is about. Relations are not followed: a
// member is shown whole.
func member(field string) string {
	name, _, _ := strings.Cut(field, ".")
	return name
}

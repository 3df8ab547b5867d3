package httpedge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Kind is a type of JSON value, in the words in which a caller is told of it.
type Kind string

// The kinds that there are.
const (
	KindText    Kind = "a string"
	KindObject  Kind = "an object"
	KindArray   Kind = "an array"
	KindBoolean Kind = "a boolean"
	KindNull    Kind = "null"
	KindNumber  Kind = "a number"
)

// KindOf tells the type of a valid JSON value by its first character. No value is a null.
func KindOf(value json.RawMessage) Kind {
	value = bytes.TrimSpace(value)
	if len(value) == 0 {
		return KindNull
	}
	switch value[0] {
	case '"':
		return KindText
	case '{':
		return KindObject
	case '[':
		return KindArray
	case 't', 'f':
		return KindBoolean
	case 'n':
		return KindNull
	}
	return KindNumber
}

// preferences are the members of a user that clients keep there and that mean nothing to
// us, with the type that each has.
func preferences() map[string]Kind {
	return map[string]Kind{
		"location":              KindText,
		"title":                 KindText,
		"description":           KindText,
		"tags":                  KindArray,
		"avatar":                KindText,
		"last_page":             KindText,
		"email_notifications":   KindBoolean,
		"appearance":            KindText,
		"theme_dark":            KindText,
		"theme_light":           KindText,
		"theme_dark_overrides":  KindObject,
		"theme_light_overrides": KindObject,
		"text_direction":        KindText,
	}
}

// MostNested is how many lists and objects of a preference are within each other at most, so that
// what one transport takes every other can show: a message of Protobuf has three levels for each
// object, and its readers take a hundred.
const MostNested = 32

// Preferences returns those of the members that are preferences of a user, for
// auth.ProfilePatch; nil where there are none. It refuses, as INVALID_PAYLOAD, one that is of
// another type than its own and no null, that is nested more than MostNested deep, or that holds a
// number that no 64 bits of floating point do. Every transport asks it, so that none keeps what
// another refuses. The values are valid JSON.
func Preferences(members map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	var kept map[string]json.RawMessage
	known := preferences()
	for _, name := range slices.Sorted(maps.Keys(members)) { // in order, so that of two mistakes always the same is told
		wanted, ok := known[name]
		if !ok {
			continue
		}
		if kind := KindOf(members[name]); kind != wanted && kind != KindNull {
			return nil, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be %s", name, wanted))
		}
		if err := checkNested(name, members[name]); err != nil {
			return nil, err
		}
		if kept == nil {
			kept = map[string]json.RawMessage{}
		}
		kept[name] = members[name]
	}
	return kept, nil
}

// checkNested refuses what not every transport can show.
func checkNested(name string, value json.RawMessage) error {
	decoder, depth := json.NewDecoder(bytes.NewReader(value)), 0
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil { // the end, of what is valid
			return nil
		}
		switch token := token.(type) {
		case json.Number:
			if _, err := token.Float64(); err != nil {
				return domain.InvalidPayloadError(name, fmt.Sprintf("%q holds a number that is too large", name))
			}
		case json.Delim:
			if token == '[' || token == '{' {
				depth++
			} else {
				depth--
			}
			if depth > MostNested {
				return domain.InvalidPayloadError(name, fmt.Sprintf("%q nests lists and objects more than %d deep", name, MostNested))
			}
		}
	}
}

// KeptPreferences reads what a user's account keeps, by name, with what is meant where nothing is
// kept: mails are wanted, and text runs as its language does. The values are shown as they are,
// since an import may have left others than Preferences takes.
func KeptPreferences(stored []byte) (map[string]json.RawMessage, error) {
	kept := map[string]json.RawMessage{}
	if len(stored) > 0 {
		if err := json.Unmarshal(stored, &kept); err != nil {
			return nil, fmt.Errorf("read preferences: %w", err)
		}
	}
	if kept == nil { // of a null
		kept = map[string]json.RawMessage{}
	}
	for name, value := range map[string]string{"email_notifications": `true`, "text_direction": `"auto"`} {
		if _, ok := kept[name]; !ok {
			kept[name] = json.RawMessage(value)
		}
	}
	return kept, nil
}

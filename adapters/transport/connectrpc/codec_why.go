package connectrpc

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// whyNotProto knows nothing: of Protobuf that cannot be read there is no name.
func whyNotProto([]byte, protoreflect.MessageDescriptor) string { return "" }

// whyNotJSON names the first name, in the order of the alphabet, that a message does not have, or
// the words for an enumeration that has another. Values may be passwords, and are not repeated.
func whyNotJSON(data []byte, d protoreflect.MessageDescriptor) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		field := d.Fields().ByJSONName(name)
		if field == nil {
			field = d.Fields().ByTextName(name)
		}
		if field == nil {
			return fmt.Sprintf("there is no %q", bounded(name))
		}
		if why := whyNotField(members[name], field); why != "" {
			return why
		}
	}
	return ""
}

func whyNotField(value json.RawMessage, field protoreflect.FieldDescriptor) string {
	switch {
	case field.IsList():
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil || field.Message() == nil {
			return ""
		}
		for _, element := range elements {
			if why := whyNotJSON(element, field.Message()); why != "" {
				return why
			}
		}
	case field.Enum() != nil:
		return whyNotEnum(value, field)
	case field.Message() != nil && !field.IsMap():
		return whyNotJSON(value, field.Message())
	}
	return ""
}

func whyNotEnum(value json.RawMessage, field protoreflect.FieldDescriptor) string {
	var word string
	values := field.Enum().Values()
	if json.Unmarshal(value, &word) != nil || values.ByName(protoreflect.Name(word)) != nil {
		return ""
	}
	var words []string
	for i := range values.Len() {
		if values.Get(i).Number() != 0 { // which says that nothing is said
			words = append(words, string(values.Get(i).Name()))
		}
	}
	return fmt.Sprintf("%q is one of %s", field.JSONName(), strings.Join(words, ", "))
}

// maxShownName bounds, in characters, how much of a name that nobody knows is repeated.
const maxShownName = 64

func bounded(name string) string {
	if characters := []rune(name); len(characters) > maxShownName {
		return string(characters[:maxShownName]) + "..."
	}
	return name
}

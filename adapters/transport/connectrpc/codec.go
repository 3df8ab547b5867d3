package connectrpc

import (
	"encoding/json"
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// codec reads and writes messages. Connect answers what a codec cannot read in its own words,
// which repeat the request, and tells nobody. So a message that cannot be read is marked, and
// it is the interceptor that refuses it, as it does everything else.
type codec struct {
	name      string
	unmarshal func(data []byte, m proto.Message) error
	marshal   func(m proto.Message) ([]byte, error)

	// why says what is wrong with data that could not be read, without a value of it; "" where
	// that is not known.
	why func(data []byte, d protoreflect.MessageDescriptor) string
}

// Name returns what a content type calls the codec.
func (c codec) Name() string { return c.name }

// Marshal encodes a proto.Message.
func (c codec) Marshal(message any) ([]byte, error) {
	m, ok := message.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%T is no message", message)
	}
	return c.marshal(m)
}

// Unmarshal decodes into a proto.Message, or marks it.
func (c codec) Unmarshal(data []byte, message any) error {
	m, ok := message.(proto.Message)
	if !ok {
		return fmt.Errorf("%T is no message", message)
	}
	if err := c.unmarshal(data, m); err != nil {
		proto.Reset(m)
		m.ProtoReflect().SetUnknown(append(malformed(), c.why(data, m.ProtoReflect().Descriptor())...))
	}
	return nil
}

// malformed is the mark: a field whose number no .proto file may use. Why stands behind it.
func malformed() []byte {
	return protowire.AppendTag(nil, protowire.FirstReservedNumber, protowire.EndGroupType)
}

// isMalformed reports whether a message bears the mark, and why. No message that was read does: the
// end of a group without its beginning is none.
func isMalformed(message any) (why string, is bool) {
	m, ok := message.(proto.Message)
	if !ok {
		return "", false
	}
	return strings.CutPrefix(string(m.ProtoReflect().GetUnknown()), string(malformed()))
}

func unmarshalProto(data []byte, m proto.Message) error { return proto.Unmarshal(data, m) }

func marshalProto(m proto.Message) ([]byte, error) { return proto.Marshal(m) }

// unmarshalJSON refuses names that it does not know. To discard them is to discard the names of
// modes, too, and who misspells one would get tokens of another.
func unmarshalJSON(data []byte, m proto.Message) error { return protojson.Unmarshal(data, m) }

// marshalJSON writes JSON without the blanks that protojson puts in at random.
func marshalJSON(m proto.Message) ([]byte, error) {
	data, err := protojson.Marshal(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(json.RawMessage(data))
}

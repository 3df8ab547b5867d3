package fiberhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// object is a decoded JSON object. Its names are matched exactly, and of two members with
// one name the last counts, here as for the clients of this API (RFC 8259, section 4,
// leaves it open), so that nobody who looks at a body reads another one than we do. Its
// values share no memory with the request.
type object map[string]json.RawMessage

// decodeBody is the decoder of request bodies that are objects. A body that is not JSON by its
// content type counts as an empty object, so that its first required member is what is
// missing.
func decodeBody(c *fiber.Ctx) (object, error) {
	value, err := decodeJSON(c)
	if err != nil || value == nil {
		return object{}, err
	}
	return newObject(value)
}

// newObject decodes an object.
func newObject(value json.RawMessage) (object, error) {
	var o object
	if err := json.Unmarshal(value, &o); err != nil || o == nil {
		return nil, domain.InvalidPayloadError("", `"value" must be of type object`)
	}
	return o, nil
}

// decodeJSON is the one way in which bodies are read: it returns valid JSON, in valid UTF-8,
// that shares no memory with the request, or nil where the body is not JSON by its content
// type.
func decodeJSON(c *fiber.Ctx) (json.RawMessage, error) {
	isJSON, err := hasJSONBody(c)
	if err != nil || !isJSON {
		return nil, err
	}
	body := bytes.Clone(c.Request().Body()) // never c.Body(), which inflates without bound
	if !utf8.Valid(body) {
		return nil, domain.InvalidPayloadError("", "the body is not valid UTF-8")
	}
	if !json.Valid(body) {
		return nil, domain.InvalidPayloadError("", "the body is not valid JSON")
	}
	if httpedge.HasLoneSurrogate(body) {
		return nil, domain.InvalidPayloadError("", "the body is not valid Unicode")
	}
	return body, nil
}

// hasJSONBody reports whether there is a body that says it is JSON in UTF-8.
func hasJSONBody(c *fiber.Ctx) (bool, error) {
	if len(c.Request().Body()) == 0 {
		return false, nil
	}
	mediaType, parameters, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if err != nil || mediaType != fiber.MIMEApplicationJSON {
		return false, nil
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return false, domain.InvalidPayloadError("", "the charset of the body must be UTF-8")
	}
	return true, nil
}

// has reports whether the object has a member of that name.
func (o object) has(name string) bool {
	_, ok := o[name]
	return ok
}

// requiredText returns a member that must be a string which is not empty.
func (o object) requiredText(name string) (string, error) {
	if !o.has(name) {
		return "", domain.InvalidPayloadError(name, fmt.Sprintf("%q is required", name))
	}
	return o.optionalText(name)
}

// optionalText returns a member that may be missing, which gives "", and otherwise must be
// a string which is not empty.
func (o object) optionalText(name string) (string, error) {
	if !o.has(name) {
		return "", nil
	}
	text, err := o.text(name)
	if err == nil && text == "" {
		err = domain.InvalidPayloadError(name, fmt.Sprintf("%q is not allowed to be empty", name))
	}
	return text, err
}

// text returns a member that must be a string.
func (o object) text(name string) (string, error) {
	if kindOf(o[name]) != kindText {
		return "", domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a string", name))
	}
	var text string
	if err := json.Unmarshal(o[name], &text); err != nil {
		return "", domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a string", name))
	}
	return text, nil
}

// kind is a type of JSON value.
type kind = httpedge.Kind

const (
	kindText  = httpedge.KindText
	kindArray = httpedge.KindArray
	kindNull  = httpedge.KindNull
)

func kindOf(value json.RawMessage) kind { return httpedge.KindOf(value) }

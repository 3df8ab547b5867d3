package httpedge

import (
	"bytes"
	"encoding/json"
	"mime"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const mediaTypeJSON = "application/json"

// IsJSON reports whether a Content-Type is that of JSON, whatever its parameters.
func IsJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == mediaTypeJSON
}

// CheckCharset refuses, as INVALID_PAYLOAD, a Content-Type that names another charset than
// UTF-8 or a part of it.
func CheckCharset(contentType string) error {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return domain.InvalidPayloadError("", "the charset of the body must be UTF-8")
	}
	return nil
}

// DecodeJSON reads JSON in UTF-8 (RFC 8259) into v as encoding/json does: of two members with
// one name the last counts. It refuses, as INVALID_PAYLOAD, what is none, characters that could
// be read as more than one, and what v cannot hold.
func DecodeJSON(body []byte, v any) error {
	if !utf8.Valid(body) {
		return domain.InvalidPayloadError("", "the body is not valid UTF-8")
	}
	if err := json.Unmarshal(body, v); err != nil {
		if !json.Valid(body) {
			return domain.InvalidPayloadError("", "the body is not valid JSON")
		}
		return domain.InvalidPayloadError("", `"value" must be of type object`)
	}
	if HasLoneSurrogate(body) {
		return domain.InvalidPayloadError("", "the body is not valid Unicode")
	}
	return nil
}

// HasLoneSurrogate reports whether valid JSON holds an escape such as \ud800 that is half of
// a character (RFC 8259, section 8.2). encoding/json reads every such half as U+FFFD, which
// would make one password of many.
func HasLoneSurrogate(text []byte) bool {
	for {
		_, escape, found := bytes.Cut(text, []byte(`\`))
		if !found {
			return false
		}
		unit, ok := escapedUnit(escape)
		if !ok {
			text = escape[1:] // one of the escapes of two characters
			continue
		}
		text = escape[5:]
		if !utf16.IsSurrogate(unit) {
			continue
		}
		low, ok := escapedUnit(bytes.TrimPrefix(text, []byte(`\`)))
		if !ok || text[0] != '\\' || utf16.DecodeRune(unit, low) == '\uFFFD' {
			return true
		}
		text = text[6:]
	}
}

// escapedUnit returns the UTF-16 code unit of an escape "uXXXX", without its backslash, that
// text begins with.
func escapedUnit(text []byte) (unit rune, ok bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[1:5]), 16, 16)
	return rune(n), err == nil
}

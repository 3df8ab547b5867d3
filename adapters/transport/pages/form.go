package pages

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxForm bounds the body of a form, in bytes.
const maxForm = 64 << 10

// readForm returns the fields of a body of type application/x-www-form-urlencoded, and of
// no other, since the forms of these pages are sent in no other.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, &problem{Status: http.StatusUnsupportedMediaType, Key: "problem.form"}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &problem{Status: http.StatusUnsupportedMediaType, Key: "problem.form"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &problem{Status: http.StatusRequestEntityTooLarge, Key: "problem.form-too-large"}
	}
	if err != nil {
		return nil, &problem{Status: http.StatusBadRequest, Key: "problem.form"}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &problem{Status: http.StatusBadRequest, Key: "problem.form"}
	}
	return form, nil
}

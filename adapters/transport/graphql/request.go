package graphql

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// asked is what a request holds.
type asked struct {
	query     string
	operation string
	variables map[string]any // numbers are json.Number
}

func (x *exchange) decode() (asked, error) {
	if x.request.Method != http.MethodPost {
		return x.decodeParameters()
	}
	return x.decodeBody()
}

// readParameters reads the query string, which holds neither a semicolon, which some take for an
// ampersand, nor a malformed escape: of what is around those, others may have read something else.
func (x *exchange) readParameters() error {
	var err error
	if x.parameters, err = url.ParseQuery(x.request.URL.RawQuery); err != nil {
		return domain.InvalidQueryError("the query string holds a semicolon or a malformed escape")
	}
	return nil
}

// decodeParameters reads a query from the parameters of a GET.
func (x *exchange) decodeParameters() (asked, error) {
	parameters := x.parameters
	for _, name := range []string{"query", "operationName", "variables"} {
		if len(parameters[name]) > 1 {
			return asked{}, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be given once", name))
		}
	}
	a := asked{query: parameters.Get("query"), operation: parameters.Get("operationName")}
	if a.query == "" {
		return a, domain.InvalidPayloadError("query", `"query" is required`)
	}
	text := parameters.Get("variables")
	if text == "" {
		return a, nil
	}
	var members map[string]json.RawMessage // which says that it is JSON in one way
	if httpedge.DecodeJSON([]byte(text), &members) != nil {
		return a, domain.InvalidPayloadError("variables", `"variables" must be an object in JSON`)
	}
	var err error
	a.variables, err = decodeVariables([]byte(text))
	return a, err
}

// decodeBody reads the body of a POST, which is JSON and nothing else: a form can be sent by
// a page of anybody.
func (x *exchange) decodeBody() (asked, error) {
	contentType := x.request.Header.Get("Content-Type")
	if !httpedge.IsJSON(contentType) {
		return asked{}, domain.InvalidPayloadError("query", `"query" is required, in a body of application/json`)
	}
	if err := httpedge.CheckCharset(contentType); err != nil {
		return asked{}, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, x.request.Body, int64(x.handler.config.MaxBody)))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return asked{}, domain.InvalidPayloadError("", "request entity too large")
	}
	if err != nil {
		return asked{}, domain.InvalidPayloadError("", "the body did not arrive")
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		return asked{}, domain.InvalidPayloadError("", "Several operations in one request are not supported: send one object with one query")
	}
	var members map[string]json.RawMessage // of two with one name the last counts, as over REST
	if err := httpedge.DecodeJSON(body, &members); err != nil {
		return asked{}, err
	}
	return decodeMembers(members)
}

func decodeMembers(members map[string]json.RawMessage) (asked, error) {
	var a asked
	if !isSet(members["query"]) {
		return a, domain.InvalidPayloadError("query", `"query" is required`)
	}
	if json.Unmarshal(members["query"], &a.query) != nil || a.query == "" {
		return a, domain.InvalidPayloadError("query", `"query" must be a string that is not empty`)
	}
	if isSet(members["operationName"]) && json.Unmarshal(members["operationName"], &a.operation) != nil {
		return a, domain.InvalidPayloadError("operationName", `"operationName" must be a string`)
	}
	if !isSet(members["variables"]) {
		return a, nil
	}
	var err error
	a.variables, err = decodeVariables(members["variables"])
	return a, err
}

func isSet(member json.RawMessage) bool { return len(member) > 0 && string(member) != "null" }

// decodeVariables reads an object, and leaves its numbers as they are.
func decodeVariables(text []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var variables map[string]any
	if err := decoder.Decode(&variables); err != nil {
		return nil, domain.InvalidPayloadError("variables", `"variables" must be an object`)
	}
	return variables, nil
}

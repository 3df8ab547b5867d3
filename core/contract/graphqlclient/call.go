package graphqlclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// validation is the code of a document that the service cannot execute, as one with a mode
// that there is not. Elsewhere that is INVALID_PAYLOAD: of the failures that the kit knows it
// says the same, and only where nothing of the document was executed.
const validation domain.Code = "GRAPHQL_VALIDATION"

// Call is one request.
type Call struct {
	Method    string // default POST
	Path      string // default /graphql/system
	Query     string
	Variables map[string]any
	Operation string
	Bearer    string
	Cookie    *http.Cookie
	Header    http.Header

	// Body, unless empty, is sent by POST in the place of the members above, with ContentType,
	// whose default is application/json.
	Body, ContentType string
}

// by returns the call with the credential where the wire has it.
func (what Call) by(credential auth.Credential) Call {
	what.Bearer = credential.Bearer
	if credential.Query != "" {
		what.Path = "/graphql/system?access_token=" + url.QueryEscape(credential.Query)
	}
	if credential.Cookie != "" {
		what.Cookie = &http.Cookie{Name: SessionCookie, Value: credential.Cookie}
	}
	return what
}

// Response is what came back.
type Response struct {
	Status  int
	Header  http.Header
	Body    []byte
	Cookies map[string]string // values by name
}

// Data decodes the data member of the answer into v.
func (r Response) Data(v any) error {
	return json.Unmarshal(r.Body, &struct{ Data any }{v})
}

// Do sends the request. An answer with errors is returned beside the first of them.
func (c Client) Do(ctx context.Context, what Call) (Response, error) {
	request, err := what.request(ctx, c.URL)
	if err != nil {
		return Response{}, err
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return Response{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return Response{}, err
	}
	got := Response{Status: answer.StatusCode, Header: answer.Header, Body: body, Cookies: map[string]string{}}
	for _, cookie := range answer.Cookies() {
		got.Cookies[cookie.Name] = cookie.Value
	}
	return got, got.failure()
}

func (what Call) request(ctx context.Context, base string) (*http.Request, error) {
	if what.Path == "" {
		what.Path = "/graphql/system"
	}
	if what.Method == "" {
		what.Method = http.MethodPost
	}
	body := what.Body
	if body == "" && what.Method == http.MethodPost {
		encoded, err := json.Marshal(map[string]any{"query": what.Query, "variables": what.Variables, "operationName": what.Operation})
		if err != nil {
			return nil, err
		}
		body = string(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, what.Method, base+what.Path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	if what.Method == http.MethodGet {
		parameters := request.URL.Query()
		parameters.Set("query", what.Query)
		if what.Operation != "" {
			parameters.Set("operationName", what.Operation)
		}
		if what.Variables != nil {
			encoded, err := json.Marshal(what.Variables)
			if err != nil {
				return nil, err
			}
			parameters.Set("variables", string(encoded))
		}
		request.URL.RawQuery = parameters.Encode()
	}
	if what.Header != nil {
		request.Header = what.Header.Clone()
		request.Host = what.Header.Get("Host") // which net/http sends in place of the one in Header
	}
	if what.ContentType == "" {
		what.ContentType = "application/json"
	}
	if body != "" {
		request.Header.Set("Content-Type", what.ContentType)
	}
	if what.Bearer != "" {
		request.Header.Set("Authorization", "Bearer "+what.Bearer)
	}
	if what.Cookie != nil {
		// Not AddCookie, which drops what no cookie may hold.
		request.Header.Set("Cookie", what.Cookie.Name+"="+what.Cookie.Value)
	}
	return request, nil
}

// failure reads the errors of an answer. Those of fields come with status 200.
func (r Response) failure() error {
	var answer struct {
		Errors []struct {
			Message    string
			Extensions struct {
				Code   domain.Code
				Reason string
				Field  string
				Errors []struct{ Message string }
			}
		}
	}
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		return fmt.Errorf("status %d without an answer in JSON: %.200q", r.Status, r.Body)
	}
	if len(answer.Errors) == 0 {
		if r.Status != http.StatusOK {
			return fmt.Errorf("status %d without errors: %.200q", r.Status, r.Body)
		}
		return nil
	}
	first := answer.Errors[0]
	failure := &domain.Error{Code: first.Extensions.Code, Message: first.Message, Reason: first.Extensions.Reason, Field: first.Extensions.Field}
	if failure.Code == validation {
		if r.Status != http.StatusBadRequest {
			return fmt.Errorf("status %d of a document that is not executed, want 400", r.Status)
		}
		failure.Code = domain.InvalidPayload
		for _, detail := range first.Extensions.Errors {
			failure.Err = errors.Join(failure.Err, errors.New(detail.Message))
		}
	}
	if after := r.Header.Get("Retry-After"); after != "" {
		seconds, err := strconv.Atoi(after)
		if err != nil || seconds < 1 {
			return fmt.Errorf("Retry-After %q is no whole number of seconds", after)
		}
		failure.RetryAfter = time.Duration(seconds) * time.Second
	}
	return failure
}

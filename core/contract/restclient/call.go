package restclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Call is one request.
type Call struct {
	Method, Path string
	Body         any    // encoded as JSON, but for a string, which is sent as it is
	ContentType  string // default application/json, where there is a body
	Bearer       string
	Cookie       *http.Cookie
	Header       http.Header
}

// by returns the call with the credential where the wire has it.
func (what Call) by(credential auth.Credential) Call {
	what.Bearer = credential.Bearer
	if credential.Query != "" {
		separator := "?"
		if strings.Contains(what.Path, "?") {
			separator = "&"
		}
		what.Path += separator + "access_token=" + url.QueryEscape(credential.Query)
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

// Data decodes the data member of the envelope into v.
func (r Response) Data(v any) error {
	return json.Unmarshal(r.Body, &struct{ Data any }{v})
}

// decode decodes the whole answer into v.
func (r Response) decode(v any) error { return json.Unmarshal(r.Body, v) }

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

func (what Call) request(ctx context.Context, url string) (*http.Request, error) {
	var body io.Reader
	switch b := what.Body.(type) {
	case nil:
	case string:
		body = bytes.NewReader([]byte(b))
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, what.Method, url+what.Path, body)
	if err != nil {
		return nil, err
	}
	if what.Header != nil {
		request.Header = what.Header.Clone()
		request.Host = what.Header.Get("Host") // which net/http sends in place of the one in Header
	}
	switch {
	case what.ContentType != "":
		request.Header.Set("Content-Type", what.ContentType)
	case what.Body != nil:
		request.Header.Set("Content-Type", "application/json")
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

// failure reads the error envelope.
func (r Response) failure() error {
	if r.Status < 400 {
		return nil
	}
	var envelope struct {
		Errors []struct {
			Message    string
			Extensions struct {
				Code   domain.Code
				Reason string
				Field  string
				Type   string
			}
		}
	}
	if err := json.Unmarshal(r.Body, &envelope); err != nil || len(envelope.Errors) == 0 {
		return fmt.Errorf("status %d without the error envelope: %.200q", r.Status, r.Body)
	}
	first := envelope.Errors[0]
	failure := &domain.Error{Code: first.Extensions.Code, Message: first.Message, Reason: first.Extensions.Reason, Field: first.Extensions.Field, Type: first.Extensions.Type}
	if after := r.Header.Get("Retry-After"); after != "" {
		seconds, err := strconv.Atoi(after)
		if err != nil || seconds < 1 {
			return fmt.Errorf("Retry-After %q is no whole number of seconds", after)
		}
		failure.RetryAfter = time.Duration(seconds) * time.Second
	}
	return failure
}

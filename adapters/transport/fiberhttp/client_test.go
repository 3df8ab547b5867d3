package fiberhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// client is the contract.Client of REST. It is all that the inbound kit knows of the wire.
type client struct {
	url  string
	http *http.Client
}

var _ contract.Client = client{}

const (
	refreshCookie = "directus_refresh_token"
	sessionCookie = "directus_session_token"
)

type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Expires      int64  `json:"expires"`
}

func (c client) Login(ctx context.Context, in auth.LoginInput) (contract.Reply, error) {
	body := map[string]any{"email": in.Email, "password": in.Password, "mode": in.Mode}
	return c.tokens(ctx, in.Mode, "/auth/login", body, nil)
}

func (c client) Refresh(ctx context.Context, mode domain.Mode, token string) (contract.Reply, error) {
	body, cookie := source(mode, token)
	return c.tokens(ctx, mode, "/auth/refresh", body, cookie)
}

func (c client) Logout(ctx context.Context, mode domain.Mode, token string) error {
	body, cookie := source(mode, token)
	response, err := c.do(ctx, call{method: http.MethodPost, path: "/auth/logout", body: body, cookie: cookie})
	if err == nil && (response.status != http.StatusNoContent || len(response.body) > 0) {
		return fmt.Errorf("logout: got status %d with a body of %d bytes, want 204 without", response.status, len(response.body))
	}
	return err
}

func (c client) Me(ctx context.Context, credential auth.Credential) (contract.Profile, error) {
	profile, _, err := c.profile(ctx, http.MethodGet, credential, nil)
	return profile, err
}

func (c client) UpdateMe(ctx context.Context, credential auth.Credential, patch auth.ProfilePatch) (contract.Profile, string, error) {
	body := map[string]any{}
	for name, value := range map[string]*string{
		"first_name": patch.FirstName, "last_name": patch.LastName, "language": patch.Language,
		"email": patch.Email, "password": patch.Password,
	} {
		if value != nil {
			body[name] = *value
		}
	}
	for name, value := range patch.Preferences {
		body[name] = value
	}
	return c.profile(ctx, http.MethodPatch, credential, body)
}

func (c client) profile(ctx context.Context, method string, credential auth.Credential, body any) (contract.Profile, string, error) {
	what := call{method: method, path: "/users/me", body: body, bearer: credential.Bearer}
	if credential.Query != "" {
		what.path += "?access_token=" + url.QueryEscape(credential.Query)
	}
	if credential.Cookie != "" {
		what.cookie = &http.Cookie{Name: sessionCookie, Value: credential.Cookie}
	}
	response, err := c.do(ctx, what)
	if err != nil {
		return contract.Profile{}, "", err
	}
	var user struct {
		ID        domain.UserID `json:"id"`
		Email     string        `json:"email"`
		FirstName string        `json:"first_name"`
		LastName  string        `json:"last_name"`
		Language  string        `json:"language"`
	}
	err = response.data(&user)
	return contract.Profile(user), response.cookies[sessionCookie], err
}

// tokens calls a route that hands out tokens, and takes them from where the mode has them.
func (c client) tokens(ctx context.Context, mode domain.Mode, path string, body any, cookie *http.Cookie) (contract.Reply, error) {
	response, err := c.do(ctx, call{method: http.MethodPost, path: path, body: body, cookie: cookie})
	if err != nil {
		return contract.Reply{}, err
	}
	var got tokens
	if err := response.data(&got); err != nil {
		return contract.Reply{}, err
	}
	reply := contract.Reply{Mode: mode, Access: got.AccessToken, TTL: time.Duration(got.Expires) * time.Millisecond}
	switch mode {
	case domain.ModeJSON:
		reply.Token = got.RefreshToken
	case domain.ModeCookie:
		reply.Token = response.cookies[refreshCookie]
	case domain.ModeSession:
		reply.Token = response.cookies[sessionCookie]
	}
	if mode != domain.ModeJSON && got.RefreshToken != "" {
		return reply, fmt.Errorf("mode %s shows a refresh token in the body", mode)
	}
	return reply, nil
}

// source puts a token where the mode wants it.
func source(mode domain.Mode, token string) (body map[string]any, cookie *http.Cookie) {
	switch mode {
	case domain.ModeCookie:
		return map[string]any{"mode": mode}, &http.Cookie{Name: refreshCookie, Value: token}
	case domain.ModeSession:
		return map[string]any{"mode": mode}, &http.Cookie{Name: sessionCookie, Value: token}
	}
	return map[string]any{"mode": mode, "refresh_token": token}, nil
}

// call is one request.
type call struct {
	method, path string
	body         any // encoded as JSON, but for a string, which is sent as it is
	contentType  string
	bearer       string
	cookie       *http.Cookie
	header       http.Header
}

// response is what came back.
type response struct {
	status  int
	header  http.Header
	body    []byte
	cookies map[string]string
}

func (r response) data(v any) error {
	return json.Unmarshal(r.body, &struct{ Data any }{v})
}

// do sends the request. An answer with errors is returned beside the first of them.
func (c client) do(ctx context.Context, what call) (response, error) {
	request, err := what.request(ctx, c.url)
	if err != nil {
		return response{}, err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return response{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return response{}, err
	}
	got := response{status: answer.StatusCode, header: answer.Header, body: body, cookies: map[string]string{}}
	for _, cookie := range answer.Cookies() {
		got.cookies[cookie.Name] = cookie.Value
	}
	return got, got.failure()
}

func (what call) request(ctx context.Context, url string) (*http.Request, error) {
	var body io.Reader
	switch b := what.body.(type) {
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
	request, err := http.NewRequestWithContext(ctx, what.method, url+what.path, body)
	if err != nil {
		return nil, err
	}
	if what.header != nil {
		request.Header = what.header.Clone()
	}
	switch {
	case what.contentType != "":
		request.Header.Set("Content-Type", what.contentType)
	case what.body != nil:
		request.Header.Set("Content-Type", "application/json")
	}
	if what.bearer != "" {
		request.Header.Set("Authorization", "Bearer "+what.bearer)
	}
	if what.cookie != nil {
		// Not AddCookie, which drops what no cookie may hold.
		request.Header.Set("Cookie", what.cookie.Name+"="+what.cookie.Value)
	}
	return request, nil
}

// failure reads the error envelope.
func (r response) failure() error {
	if r.status < 400 {
		return nil
	}
	var envelope struct {
		Errors []struct {
			Message    string
			Extensions struct {
				Code   domain.Code
				Reason string
				Field  string
			}
		}
	}
	if err := json.Unmarshal(r.body, &envelope); err != nil || len(envelope.Errors) == 0 {
		return fmt.Errorf("status %d without the error envelope: %.200q", r.status, r.body)
	}
	first := envelope.Errors[0]
	failure := &domain.Error{Code: first.Extensions.Code, Message: first.Message, Reason: first.Extensions.Reason, Field: first.Extensions.Field}
	if after := r.header.Get("Retry-After"); after != "" {
		seconds, err := strconv.Atoi(after)
		if err != nil || seconds < 1 {
			return fmt.Errorf("Retry-After %q is no whole number of seconds", after)
		}
		failure.RetryAfter = time.Duration(seconds) * time.Second
	}
	return failure
}

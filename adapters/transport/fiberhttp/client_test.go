package fiberhttp_test

import (
	"context"
	"net/http"

	"github.com/sallyport-auth/sallyport/core/contract/restclient"
)

const (
	refreshCookie = restclient.RefreshCookie
	sessionCookie = restclient.SessionCookie
	deviceCookie  = restclient.DeviceCookie
)

type tokens = restclient.Tokens

// client is the kit's client, with its requests and answers under shorter names.
type client struct{ restclient.Client }

// call is one request. See restclient.Call.
type call struct {
	method, path string
	body         any // encoded as JSON, but for a string, which is sent as it is
	contentType  string
	bearer       string
	cookie       *http.Cookie
	header       http.Header
}

// response is what came back. See restclient.Response.
type response struct {
	status  int
	header  http.Header
	body    []byte
	cookies map[string]string
}

func (r response) data(v any) error { return restclient.Response{Body: r.body}.Data(v) }

// do sends the request. An answer with errors is returned beside the first of them.
func (c client) do(ctx context.Context, what call) (response, error) {
	got, err := c.Do(ctx, restclient.Call{
		Method: what.method, Path: what.path, Body: what.body, ContentType: what.contentType,
		Bearer: what.bearer, Cookie: what.cookie, Header: what.header,
	})
	return response{status: got.Status, header: got.Header, body: got.Body, cookies: got.Cookies}, err
}

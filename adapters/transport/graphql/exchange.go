package graphql

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// exchange is a request and what has come of it so far. Resolvers know of HTTP what it offers,
// and nothing else.
type exchange struct {
	handler    *Handler
	writer     http.ResponseWriter
	request    *http.Request
	parameters url.Values // of the query string
	showsToken bool       // in the header or the query parameter
	caller     auth.Principal
	roots      []document.Root
	rewritten  document.Rewritten // what is executed

	mu         sync.Mutex // fields of a query are resolved in parallel
	retryAfter time.Duration

	health func() ([]byte, error) // found out once, and written as JSON
}

// begin returns the exchange of a request, whose answer says already what each says.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request) *exchange {
	httpedge.Protect(w.Header().Set, h.config.PublicURL)
	x := &exchange{handler: h, writer: w, request: r}
	x.health = sync.OnceValues(func() ([]byte, error) { return json.Marshal(httpedge.NewHealth(h.api.Health(r.Context(), x.caller))) })
	return x
}

// exchangeKey is the key of the *exchange in the context of a resolver.
type exchangeKey struct{}

// context returns what fields are resolved under. It does not end: the library would throw the
// answers of fields away that have had their effects by then. The work of each field ends in time,
// under the context of the request.
func (x *exchange) context() context.Context {
	return context.WithValue(context.WithoutCancel(x.request.Context()), exchangeKey{}, x)
}

// exchangeOf returns the exchange of a resolver, and the context of its request for the work.
func exchangeOf(ctx context.Context) (context.Context, *exchange) {
	x := ctx.Value(exchangeKey{}).(*exchange)
	return x.request.Context(), x
}

func (x *exchange) header() http.Header { return x.writer.Header() }

// client says who sent the request.
func (x *exchange) client() domain.Client { return x.handler.config.Client(x.request) }

// setCookie adds a Set-Cookie field to the answer. Mutations, which are what sets cookies, run
// one after the other.
func (x *exchange) setCookie(field string) { x.header().Add("Set-Cookie", field) }

// cookie returns what the request's cookie holds, or "".
func (x *exchange) cookie(k httpedge.Cookie) string {
	cookie, err := x.request.Cookie(k.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// refuseCrossSite refuses what moves cookies at the wish of another site's page.
func (x *exchange) refuseCrossSite() error {
	return httpedge.RefuseCrossSite(httpedge.Provenance{
		ContentType: x.request.Header.Get("Content-Type"),
		Origin:      x.request.Header.Get("Origin"),
		FetchSite:   x.request.Header.Get("Sec-Fetch-Site"),
		Host:        x.request.Host,
	}, x.handler.config.PublicURL, x.handler.config.TrustsOrigin)
}

// device returns the device cookie, or none when another site's page made the request, so
// that no page uses up what the device has for itself.
func (x *exchange) device() string {
	if x.refuseCrossSite() != nil {
		return ""
	}
	return x.cookie(httpedge.DeviceCookie(x.handler.config.SessionCookie))
}

// presented returns the tokens in the header and the query parameter. Two of either are refused,
// as over REST, whatever they hold: parties on the way may each have looked at another one.
func (x *exchange) presented() (auth.Credential, error) {
	fields := x.request.Header.Values("Authorization")
	parameters := x.parameters["access_token"]
	if len(fields) > 1 || len(parameters) > 1 {
		return auth.Credential{}, domain.InvalidPayloadError("access_token", "The request includes more than one access token")
	}
	var credential auth.Credential
	if len(fields) == 1 {
		credential.Bearer = httpedge.Bearer(fields[0])
	}
	if len(parameters) == 1 {
		credential.Query = parameters[0]
	}
	return credential, nil
}

// authenticate finds out who calls by a token that the request shows. A bad one fails every
// operation, also those that need none.
func (x *exchange) authenticate() error {
	credential, err := x.presented()
	if err != nil || credential == (auth.Credential{}) {
		return err
	}
	x.showsToken = true
	x.caller, err = x.handler.api.Authenticate(x.request.Context(), credential)
	return err
}

// authenticateByCookie finds out who calls by the session cookie, where there is no other
// token and a field asks who it is. The fields about logging in and about coming to an account do
// not, so that a client whose cookie is dead can log in again.
func (x *exchange) authenticateByCookie() error {
	value := x.cookie(x.handler.config.SessionCookie)
	if value == "" || x.showsToken || !x.needsCaller() {
		return nil
	}
	var err error
	x.caller, err = x.handler.api.Authenticate(x.request.Context(), auth.Credential{Cookie: value})
	if failure, ok := errors.AsType[*domain.Error](err); ok && failure.Code == domain.InvalidCredentials {
		x.setCookie(x.handler.config.SessionCookie.Expire()) // or every request with it would fail from now on
	}
	if err == nil && x.request.Method == http.MethodPost {
		err = x.refuseCrossSite()
	}
	return err
}

// needsCaller reports whether any of the fields depends on who calls.
func (x *exchange) needsCaller() bool {
	for _, root := range x.roots {
		switch root.Field {
		case "auth_login", "auth_refresh", "auth_logout", "auth_password_request", "auth_password_reset",
			"users_invite_accept", "users_register", "users_register_verify", "users_me_email_confirm",
			"auth_oauth_token", "auth_providers", "auth_disable_default",
			"server_ping", "__typename", "__schema", "__type":
		default:
			return true
		}
	}
	return false
}

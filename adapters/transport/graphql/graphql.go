// Package graphql is the GraphQL transport: a net/http handler over auth.API, for /graphql and
// /graphql/system, which are one and the same. Fields, arguments, types and errors are those
// of the Directus API. It holds no rule of authentication and no state: whatever REST refuses
// is refused here, by the same core, and cookies are those of REST.
//
// Documents are bounded before anything of them is executed: see the package document in
// here. What an operation may begin with, and how often, is bounded, too, so that aliases
// make no more guesses at a password than requests do.
package graphql

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

//go:embed schema.graphql
var schemaText string

// Schema returns the schema in the schema definition language.
func Schema() string { return schemaText }

// Mutations returns the names of all mutations, in the order of the schema.
func Mutations() []string {
	return []string{
		"auth_login", "auth_refresh", "auth_logout", "auth_password_request", "auth_password_reset",
		"auth_oauth_token", "update_users_me", "create_users_item", "create_users_items", "update_users_item", "update_users_items",
		"update_users_batch", "delete_users_item", "delete_users_items",
		"delete_sessions_item", "delete_other_sessions", "delete_auth_identities",
		"create_roles_item", "update_roles_item", "delete_roles_item",
		"create_permissions_item", "update_permissions_item", "delete_permissions_item",
		"users_me_tfa_generate", "users_me_tfa_enable", "users_me_tfa_disable", "users_me_tfa_recovery_codes", "users_tfa_disable",
		"users_invite", "users_invite_accept", "users_register", "users_register_verify", "users_me_email_confirm",
	}
}

// SingleUseMutations returns the mutations of which an operation holds one only, unless
// Config says otherwise: all those about logging in.
func SingleUseMutations() []string {
	return []string{"auth_login", "auth_refresh", "auth_logout", "auth_password_request", "auth_password_reset", "auth_oauth_token"}
}

// Config says how to serve.
type Config struct {
	// PublicURL is where browsers find the service. Requests that carry a cookie are taken
	// from its origin. Required.
	PublicURL *url.URL

	// Client says who sent a request. It is the same for every transport, so that limits
	// count a caller once. Required.
	Client func(*http.Request) domain.Client

	// TrustsOrigin reports whether pages of an origin may send cookies, besides our own; nil:
	// none may.
	TrustsOrigin func(origin string) bool

	ProjectName string // shown by server_info; default "Sallyport"
	Version     string // shown to those who are logged in

	RefreshCookie httpedge.Cookie // as REST has it; default name "directus_refresh_token"
	SessionCookie httpedge.Cookie // as REST has it; default name "directus_session_token"

	// NoIntrospection closes the schema to whoever asks for it.
	NoIntrospection bool

	// SingleUse are the mutations of which an operation holds one only, all of them counted
	// together; nil is SingleUseMutations. Of others each counts by itself, in the core, where
	// there is a limit of attempts.
	SingleUse []string

	MaxBody int // bytes; default 100 kB

	Now func() time.Time // default time.Now
	Log *slog.Logger     // default slog.Default()
}

func (c Config) withDefaults() Config {
	orDefault(&c.ProjectName, "Sallyport")
	orDefault(&c.RefreshCookie.Name, httpedge.RefreshCookieName)
	orDefault(&c.SessionCookie.Name, httpedge.SessionCookieName)
	orDefault(&c.MaxBody, 100<<10)
	if c.SingleUse == nil {
		c.SingleUse = SingleUseMutations()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func orDefault[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// Handler answers GraphQL requests. It is safe for concurrent use. Make one with New.
type Handler struct {
	api    auth.API
	config Config
	limits document.Limits
	schema *graphql.Schema
	known  operations

	planned map[string]source
	records records // of planned
}

var _ http.Handler = (*Handler)(nil)

// New returns the GraphQL transport of api, to be mounted at /graphql.
func New(config Config, api auth.API) (*Handler, error) {
	if config.PublicURL == nil || config.PublicURL.Host == "" {
		return nil, errors.New("graphql: PublicURL is missing")
	}
	if config.Client == nil {
		return nil, errors.New("graphql: Client is missing")
	}
	h := &Handler{api: api, config: config.withDefaults(), limits: document.DefaultLimits(), planned: planned()}
	h.records = recordsOf(h.planned)
	session := h.config.SessionCookie
	if err := httpedge.CheckCookieNames(h.config.RefreshCookie, session, httpedge.DeviceCookie(session), httpedge.OAuthCookie(session)); err != nil {
		return nil, fmt.Errorf("graphql: %w", err)
	}
	var err error
	h.schema, err = graphql.ParseSchema(schemaText, &resolver{h},
		graphql.UseStringDescriptions(),
		graphql.UseFieldResolvers(),
		graphql.DisableFieldSelections(),         // resolvers do not ask which fields are wanted
		graphql.MaxQueryLength(8*h.limits.Bytes), // of what document has written anew
		graphql.MaxSelections(h.limits.Selections),
		graphql.MaxParallelism(4),
		graphql.OverlapValidationLimit(1000), // pairs of fields of one name, of which each may be a mistake to tell
		graphql.RestrictIntrospection(func(context.Context) bool { return !h.config.NoIntrospection }),
		graphql.PanicHandler(panics{}),
		graphql.Logger(panicLog{}),
	)
	if err != nil {
		return nil, fmt.Errorf("graphql: read the schema: %w", err)
	}
	delete(h.schema.AST().Directives, "oneOf") // no input is one, and the library knows no isOneOf, for which tools ask that see it
	for _, name := range h.config.SingleUse {
		if !slices.Contains(Mutations(), name) {
			return nil, fmt.Errorf("graphql: there is no mutation %s", name)
		}
	}
	return h, nil
}

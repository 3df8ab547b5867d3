package contract

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Browser is what a person's browser does of a login elsewhere, by redirects from one place to
// the other. Providers know addresses of REST alone, so every World has a Browser, whatever its
// Client speaks. Errors are as those of a Client; an Arrival beside one has at most a Redirect.
type Browser interface {
	BeginOAuth(ctx context.Context, way OAuthWay) (auth.OAuthBegun, error)
	BeginOAuthLink(ctx context.Context, c auth.Credential, way OAuthWay) (auth.OAuthBegun, error)

	// FinishOAuth brings back what the provider has sent the browser of that way with.
	FinishOAuth(ctx context.Context, way OAuthWay, in auth.OAuthCallback) (Arrival, error)
}

// OAuthWay is where a login elsewhere leads through.
type OAuthWay struct {
	Provider string

	// Mode is ModeJSON for a login that ends with an answer, without a Redirect; ModeCookie for
	// one that ends with the refresh cookie; and empty for one in the mode of the provider.
	Mode     domain.Mode
	Redirect string

	AppChallenge string // of an app that wants a code; in ModeCookie
}

// Arrival is where a login elsewhere has ended. A browser that is led away takes nothing but
// cookies along: Reply has no access token and no TTL then.
type Arrival struct {
	Redirect string // without what says why a login has failed
	Reply    Reply  // zero where nobody was logged in
	AppCode  string
	Linked   bool
}

// Elsewhere is what stands behind every provider of OAuthPlaces.
type Elsewhere struct {
	// Login lets p log in at an address of auth.OAuthBegun, and returns the query with which
	// the browser is sent back.
	Login func(t testing.TB, address string, p OAuthPerson) url.Values

	// Pull makes the providers go wrong, as in OAuthWorld.
	Pull func(t testing.TB, lever OAuthLever)
}

// What stories know of OAuthPlaces.
const (
	OAuthAppURL = "https://app.example.org/in" // on the list of GitHub
	OAuthRole   = domain.RoleID("0195f2c6-7d7e-7a10-8000-0000000000e1")

	openPlace   = "GitHub" // makes accounts
	closedPlace = "Google" // lets in who is linked
	strictPlace = "Okta"   // links by address, asks for the second factor, logs in with the refresh cookie
)

// OAuthPlaces returns the providers that every World has, in order. named returns the one of a
// name.
func OAuthPlaces(named func(name string) port.OAuthProvider) []auth.OAuthPlace {
	return []auth.OAuthPlace{
		{
			Provider: named(openPlace), Label: "GitHub, Inc.", Icon: "github", Driver: "oauth2",
			AllowRegistration: true, DefaultRole: OAuthRole, RedirectURLs: []string{OAuthAppURL},
		},
		{Provider: named(closedPlace), Label: "Google", Driver: "oauth2"},
		{Provider: named(strictPlace), Label: "Okta", Driver: "oauth2", Mode: domain.ModeCookie, LinkByEmail: true, RequireOTP: true},
	}
}

// DirectBrowser returns a Browser that calls the core without any transport, from the address
// that calls of the World's Client come from.
func DirectBrowser(api auth.API, from domain.Client) Browser { return directBrowser{api, from} }

type directBrowser struct {
	api  auth.API
	from domain.Client
}

func (d directBrowser) BeginOAuth(ctx context.Context, way OAuthWay) (auth.OAuthBegun, error) {
	return d.api.BeginOAuth(ctx, way.begin())
}

func (d directBrowser) BeginOAuthLink(ctx context.Context, c auth.Credential, way OAuthWay) (auth.OAuthBegun, error) {
	principal, err := d.api.Authenticate(ctx, c)
	if err != nil {
		return auth.OAuthBegun{}, err
	}
	return d.api.BeginOAuthLink(ctx, principal, way.begin())
}

func (way OAuthWay) begin() auth.OAuthBegin {
	return auth.OAuthBegin{
		Provider: way.Provider, CallbackPath: "/auth/oauth/" + way.Provider + "/callback",
		Redirect: way.Redirect, Mode: way.Mode, AppChallenge: way.AppChallenge,
	}
}

func (d directBrowser) FinishOAuth(ctx context.Context, _ OAuthWay, in auth.OAuthCallback) (Arrival, error) {
	in.Client = d.from
	finished, err := d.api.FinishOAuth(ctx, in)
	arrival := Arrival{Redirect: finished.Redirect, AppCode: finished.AppCode, Linked: finished.Linked}
	if finished.Tokens != (auth.Tokens{}) {
		arrival.Reply = directReply(finished.Tokens)
	}
	if arrival.Redirect != "" {
		arrival.Reply.Access, arrival.Reply.TTL = "", 0
	}
	if err != nil {
		arrival.Redirect = withoutQuery(arrival.Redirect)
	}
	return arrival, err
}

// withoutQuery returns the address up to its query, in the place of which a failure says why.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

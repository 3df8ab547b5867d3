package port

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// AuthRequest is what a login at a provider begins with. State, Challenge and Nonce are made
// of random bits, for this login alone.
type AuthRequest struct {
	State       string
	Challenge   string // base64url(SHA-256(Callback.Verifier)), RFC 7636
	Nonce       string
	RedirectURI string // where the provider sends the browser back to
	Prompt      string // of OpenID Connect, as "login" or "select_account"; empty: as the provider likes
}

// Callback is what a login at a provider ends with: what the browser has brought back, and what
// was kept of the beginning.
type Callback struct {
	Code        string
	Issuer      string // of RFC 9207; empty where the browser brought none
	Verifier    string
	Nonce       string
	RedirectURI string
	Now         time.Time
}

// OAuthProvider is one place where users may log in. What it says of itself it may be asked
// for at the first call, so that a provider that is down stops no service from starting.
type OAuthProvider interface {
	// Name returns the name under which the provider is configured. It is the Provider of
	// identities, and never changes.
	Name() string

	// AuthURL returns the address at which a browser begins a login: it asks for a code, with
	// the State, RedirectURI and Challenge of r, and with its Nonce where the provider issues
	// ID tokens. The address holds no secret.
	AuthURL(ctx context.Context, r AuthRequest) (string, error)

	// Exchange trades the code for who has logged in. A person has one Subject, whatever else
	// changes, and nobody else has it. EmailVerified is true only where the provider vouches
	// for the address; one that is missing or no address is empty, and no reason to fail.
	//
	// It returns ErrInvalid when the provider refuses the code: one that is unknown, spent, or
	// of a login with another Verifier or RedirectURI. It returns ErrInvalid as well when the
	// provider is not to be believed: when Issuer names another provider, when nobody is named
	// as Subject, and when an ID token is of another issuer, for another audience or login,
	// over at Now, or signed by a key that is not the provider's. A provider may change its
	// keys at any time.
	//
	// A provider that is down, slow or out of order is an error that matches no sentinel,
	// within a bounded time and with bounded memory. A redirect to another host is not
	// followed. No error holds a secret, a token, a code or a verifier.
	Exchange(ctx context.Context, c Callback) (domain.ExternalUser, error)
}

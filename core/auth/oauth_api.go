package auth

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// OAuthPlace is a provider and what the operator has said of it.
type OAuthPlace struct {
	Provider port.OAuthProvider
	Label    string // what people read; empty: the provider's name
	Icon     string
	Driver   string // "openid" or "oauth2"

	// Mode is that of a login which ends in a browser. The zero Mode is ModeSession.
	Mode domain.Mode

	// AllowRegistration makes accounts for people who have none, with DefaultRole, which may be
	// none and is never an administrator's. Only an address that is vouched for becomes one:
	// whoever made an account with the address of another would be in it when the other comes.
	AllowRegistration bool
	DefaultRole       domain.RoleID

	// LinkByEmail lets people into the account that has their address, which the provider has
	// to vouch for and the account to have proved (domain.User.EmailProven), and links it. TrustEmail is the operator's word that the provider shows
	// nobody an address that is not theirs, where the provider itself says nothing of that.
	LinkByEmail, TrustEmail bool

	// RequireOTP asks people with a second factor for it after the provider has let them in. Where
	// their role enforces one they are asked without it, too.
	RequireOTP bool

	// RedirectURLs are the places outside of Settings.PublicURL where a login may end.
	RedirectURLs []string
}

// OAuthProviderInfo is what everybody may know of a provider.
type OAuthProviderInfo struct{ Name, Label, Icon, Driver string }

// OAuthBegin asks for the way to a provider.
type OAuthBegin struct {
	Provider     string      // in any case
	CallbackPath string      // below Settings.PublicURL, where the provider sends the browser
	Redirect     string      // where the browser goes at the end; empty: nowhere
	Mode         domain.Mode // of the session; empty: the provider's
	OTP          string      // of the second factor, where the provider's RequireOTP or the role asks for it
	Prompt       string      // of OpenID Connect; anything it does not know is left out
	Client       domain.Client

	// AppChallenge is the PKCE challenge (RFC 7636, S256) of an app that wants a code at
	// Redirect, for ExchangeOAuthCode, instead of cookies; empty: none does. It needs a
	// Redirect to an absolute URL.
	AppChallenge string
}

// OAuthBegun is where the browser goes, and what it has to bring back.
type OAuthBegun struct {
	URL    string
	Cookie string // for this browser alone, for TTL
	TTL    time.Duration
}

// OAuthCallback is what a browser brings back from a provider.
type OAuthCallback struct {
	Provider string // of the path, in any case
	Cookie   string // OAuthBegun.Cookie
	State    string
	Code     string
	Issuer   string // RFC 9207
	Error    string // why the provider gives no code: RFC 6749, section 4.1.2.1
	Session  string // the session cookie, if one came along: a link is refused to another's
	Client   domain.Client
}

// OAuthFinished is how a login at a provider ended.
type OAuthFinished struct {
	// Redirect is where the browser goes, which may be there beside an error; empty: nowhere.
	Redirect string
	Tokens   Tokens // zero where an app gets AppCode or nothing but a link was made
	AppCode  string // for the query of Redirect
	Linked   bool   // an identity was linked to who began, and nobody was logged in
}

// OAuthCode is what an app trades for tokens.
type OAuthCode struct {
	Code, Verifier string
	Client         domain.Client
}

// OAuthAPI lets people in who have logged in elsewhere. Identity is the provider and its
// subject, never an address.
type OAuthAPI interface {
	// OAuthProviders returns the providers in the order in which they are configured.
	OAuthProviders() []OAuthProviderInfo

	// DefaultDisabled reports whether nobody can log in with a password: Settings.DisableDefault.
	DefaultDisabled() bool

	// BeginOAuth returns the way to a provider, and writes nothing. ROUTE_NOT_FOUND where there
	// is none of that name; INVALID_PAYLOAD where Redirect is neither a path of this service
	// nor on the provider's list; SERVICE_UNAVAILABLE while the provider cannot be asked.
	BeginOAuth(ctx context.Context, in OAuthBegin) (OAuthBegun, error)

	// BeginOAuthLink is BeginOAuth for who is logged in and wants to log in at that provider
	// from then on: the identity is linked to the caller's account, if the session of p is there
	// still when the provider has answered. FORBIDDEN without a session: a static token makes no
	// other way in.
	BeginOAuthLink(ctx context.Context, p Principal, in OAuthBegin) (OAuthBegun, error)

	// FinishOAuth lets the person in whom the provider names. The state is spent whatever comes
	// of it, unless a limit turns the callback away. INVALID_CREDENTIALS where the browser is
	// another than began, or came too late or twice, where the provider is not to be believed,
	// where nobody here is that person, for a reason that is a NobodyHere, and where the session
	// that began a link is over, or the browser is in another user's; RECORD_NOT_UNIQUE where the
	// identity is linked to somebody else, and FORBIDDEN where the account has
	// MaxIdentities there; REQUESTS_EXCEEDED where there are too many failures, or changes of
	// the account; SERVICE_UNAVAILABLE where the provider could not be asked. The owner of an
	// account that is linked is told by mail. Redirect is there beside an error once the browser
	// is known to be the one that began.
	FinishOAuth(ctx context.Context, in OAuthCallback) (OAuthFinished, error)

	// ExchangeOAuthCode trades the code of an app for tokens in json mode. It works once, for
	// OAuthCodeTTL, and with the verifier of the challenge alone; INVALID_CREDENTIALS
	// otherwise.
	ExchangeOAuthCode(ctx context.Context, in OAuthCode) (Tokens, error)

	// ListIdentities returns the caller's identities.
	ListIdentities(ctx context.Context, p Principal) ([]domain.Identity, error)

	// UnlinkIdentity removes all identities of the caller at the provider. The last way into
	// the account stays: that is UNPROCESSABLE_CONTENT, also for one of two who try it at
	// once. FORBIDDEN where there is none, REQUESTS_EXCEEDED beyond Settings.NoticeAccount. The
	// owner is told by mail.
	UnlinkIdentity(ctx context.Context, p Principal, provider string, from domain.Client) error
}

// Times of a login at a provider.
const (
	OAuthStateTTL = 5 * time.Minute
	OAuthCodeTTL  = time.Minute
)

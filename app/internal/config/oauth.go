package config

// OAuth holds where people may log in elsewhere. Places are the providers of both lists, those
// of OAUTH_PROVIDERS first; no two have one name, whatever its case.
type OAuth struct {
	PageProviders   []string `env:"OAUTH_PROVIDERS" doc:"The providers where people may log in, by names of your choice: letters, digits, - and _, shown as they are written here. Each has settings of its own, OAUTH_X_KEY and so on. Use this list or AUTH_PROVIDERS, or both for different providers."`
	Providers       []string `env:"AUTH_PROVIDERS" doc:"The same list, for settings by the names of today's Directus: AUTH_X_CLIENT_ID and so on."`
	DefaultDisabled bool     `env:"AUTH_DISABLE_DEFAULT" envDefault:"false" doc:"Whether nobody can log in with a password any more, so that providers are the only way in. It needs a provider."`

	Places []OAuthProvider `env:"-"`
}

// The values of OAuthProvider.Driver for providers that there is no preset for.
const (
	DriverOpenID = "openid"
	DriverOAuth2 = "oauth2"
)

// OAuthProvider is a provider and what its settings say. Their names begin with Prefix. The tag
// page is the name behind Prefix in the family of OAUTH_PROVIDERS, where it is another.
type OAuthProvider struct {
	Name   string `env:"-"` // as it was written
	Prefix string `env:"-"` // such as AUTH_GITHUB_

	Driver       string `env:"DRIVER" oneof:"openid|oauth2|discord|github|gitlab|google|microsoft|okta" unset:"that of the same name, such as github for GitHub; for another name openid with ISSUER_URL, oauth2 with AUTHORIZE_URL" doc:"What the provider speaks: openid is OpenID Connect, oauth2 is OAuth 2.0 alone. The others are providers of which only the client has to be said."`
	ClientID     string `env:"CLIENT_ID" page:"KEY" doc:"The ID of the client, as the provider has given it."`
	ClientSecret Secret `env:"CLIENT_SECRET" page:"SECRET" secret:"true" doc:"Its secret."`

	IssuerURL    string `env:"ISSUER_URL" doc:"Of OpenID Connect: the issuer, or the address of its description, which ends in /.well-known/openid-configuration. openid needs it; with okta, gitlab and others it takes the place of DOMAIN."`
	AuthorizeURL string `env:"AUTHORIZE_URL" doc:"Of OAuth 2.0: where people log in. oauth2 needs it."`
	AccessURL    string `env:"ACCESS_URL" doc:"Of OAuth 2.0: where codes are traded for access tokens. oauth2 needs it."`
	ProfileURL   string `env:"PROFILE_URL" doc:"Of OAuth 2.0: what tells of the person. oauth2 needs it."`
	Domain       string `env:"DOMAIN" page:"SUBDOMAIN" doc:"Where the provider is, without https:// and path: of okta, which needs it, such as example.okta.com; of a gitlab or github of one's own; of microsoft the ID of the tenant, organizations, or common, which is the default." own:"true"`

	Scopes []string          `env:"SCOPE" unset:"openid profile email with OpenID Connect; what the preset needs; none with oauth2" doc:"What the provider is asked for, with blanks or commas in between."`
	Params map[string]string `env:"PARAMS" doc:"More parameters of the address that a login begins at, as a query, such as hd=example.com, or as a JSON object of texts."`

	SubjectKey   string `env:"IDENTIFIER_KEY" unset:"sub, or what the preset says; with oauth2 it has to be set" doc:"Which member of the profile says who it is. It must be one that the provider never gives to another, so no address and no name. A dot leads into an object."`
	EmailKey     string `env:"EMAIL_KEY" page:"PROFILE_EMAIL" unset:"email" doc:"Which member of the profile is the address."`
	VerifiedKey  string `env:"EMAIL_VERIFIED_KEY" unset:"email_verified, or what the preset says" doc:"Which member of the profile says that the provider vouches for the address." own:"true"`
	FirstNameKey string `env:"FIRST_NAME_KEY" unset:"given_name, or what the preset says" doc:"Which member of the profile is the first name."`
	LastNameKey  string `env:"LAST_NAME_KEY" unset:"family_name, or what the preset says" doc:"Which member of the profile is the last name."`

	Label string `env:"LABEL" unset:"the name" doc:"What people read on the button."`
	Icon  string `env:"ICON" doc:"The name of an icon, for clients that show one."`

	AllowRegistration    bool   `env:"ALLOW_PUBLIC_REGISTRATION" envDefault:"false" doc:"Whether somebody who has no account here gets one at the first login."`
	DefaultRole          string `env:"DEFAULT_ROLE_ID" doc:"The ID of the role that such an account gets. Unset: none."`
	RequireVerifiedEmail bool   `env:"REQUIRE_VERIFIED_EMAIL" envDefault:"true" doc:"Whether an address counts only where the provider vouches for it. false: it always does, which is right only where people cannot write what they like there."`
	LinkByEmail          bool   `env:"LINK_BY_EMAIL" envDefault:"false" doc:"Whether somebody whose address counts gets into the account here that has it, if that one has proved it, and which is linked from then on. false: people link their account themselves while they are logged in." own:"true"`
	RequireOTP           bool   `env:"REQUIRE_OTP" envDefault:"false" doc:"Whether who has a second factor here is kept from logging in by this provider, which knows nothing of it. false: what the provider asks for is enough." own:"true"`

	Mode      string   `env:"MODE" envDefault:"session" oneof:"session|cookie|json" doc:"Which cookie a login by /auth/login/:provider ends with: session is the session cookie, cookie and json the refresh cookie. /auth/oauth/:provider always ends with the refresh cookie, or with JSON."`
	Redirects []string `env:"REDIRECT_ALLOW_LIST" doc:"The places, besides those of PUBLIC_URL, where a login may end: pages of other origins, and apps, such as https://app.example.com/done or com.example.app://done. Scheme, host, port and path have to be the same; the query is left to the request."`
}

// OpenID reports whether the provider speaks OpenID Connect. Driver has to be known.
func (p OAuthProvider) OpenID() bool {
	switch p.Driver {
	case DriverOAuth2, "discord", "github":
		return false
	}
	return true
}

// Package config reads what an operator has set: flags, the environment, a .env file and
// files that single settings name. It reports every mistake at once, each with the name of
// the setting and what would be right.
//
// The tags of Config are the one description of every setting. Load reads values by them,
// Settings lists them, and docs/configuration.md is made of them:
//
//	env, envDefault  the name and the default
//	doc              sentences for the reference
//	group            of a field that is a struct: the heading in the reference
//	oneof            the values there are, separated by |
//	min, max         the bounds of a number, a duration or a size, both inclusive
//	kind             "size" for a number of bytes that is written with a unit, "pem" for a text
//	                 of several lines (RFC 7468)
//	alias            a second name, which the reference service reads for the same thing
//	bare             the unit that a duration without one is in, where that is no mistake
//	unset            what the default is, where it follows from something else
//	secret           the value is never shown
//	own              the setting is ours; the reference service does not have it
//	page             of OAuthProvider: the name behind OAUTH_X_, where it is another
package config

import (
	"slices"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Config is the whole configuration, checked. Make one with Load: the zero Config is not a
// usable configuration.
type Config struct {
	General       General       `group:"General"`
	Server        Server        `group:"Server"`
	Database      Database      `group:"Database"`
	Redis         Redis         `group:"Redis"`
	CORS          CORS          `group:"Pages of other origins"`
	Keys          Keys          `group:"Keys"`
	Sessions      Sessions      `group:"Tokens and sessions"`
	RefreshCookie RefreshCookie `group:"Refresh cookie"`
	SessionCookie SessionCookie `group:"Session cookie"`
	Hash          Hash          `group:"Password hashes"`
	Passwords     Passwords     `group:"New passwords"`
	Limits        Limits        `group:"Limits on attempts"`
	Recovery      Recovery      `group:"Forgotten passwords"`
	People        People        `group:"Invitations and registration"`
	Mail          Mail          `group:"Mail"`
	OAuth         OAuth         `group:"Logins elsewhere"`
	Admin         Admin         `group:"First administrator"`
	GraphQL       GraphQL       `group:"GraphQL"`
	Explorer      Explorer      `group:"Pages for developers"`
	Connect       Connect       `group:"Connect and gRPC"`
	Audit         Audit         `group:"Audit trail"`
	Log           Log           `group:"Logs"`

	values   []Value
	warnings []string
}

// Values returns every setting with its value and where that came from, in the order of
// Settings. Secrets are hidden.
func (c Config) Values() []Value { return c.values }

// IsSet reports whether somebody has set the setting name, be it to its default.
func (c Config) IsSet(name string) bool {
	return slices.ContainsFunc(c.values, func(v Value) bool { return v.Name == name && v.Source != sourceDefault })
}

// ListeningOn returns c for a service that listens on port, which PORT 0 leaves to the system:
// where PUBLIC_URL follows from PORT it follows from that. Values goes on to tell what was set.
func (c Config) ListeningOn(port int) Config {
	if !c.IsSet("PUBLIC_URL") {
		c.Server.PublicURL = defaultPublicURL(port)
	}
	c.Server.Port = port
	return c
}

// Warnings returns what is probably not meant, such as a misspelt name, in sentences.
func (c Config) Warnings() []string { return c.warnings }

// General holds what is not about one part of the service.
type General struct {
	EnvFile     string `env:"CONFIG_PATH" envDefault:".env" doc:"The file with settings, one NAME=value a line. The default may be missing; a file that is named has to be there. Only this format is read. Put a value that contains $ or # in single quotes."`
	ProjectName string `env:"PROJECT_NAME" envDefault:"Sallyport" doc:"The name that clients see in /server/info." own:"true"`
	DataDir     string `env:"DATA_DIR" envDefault:"./data" doc:"The folder for everything the service keeps: the embedded database and the keys that it makes for itself. It is made when it is not there. With a database server only the password of the first administrator and the development mailbox are kept there." own:"true"`
}

// Server holds how the service listens and how long it waits. RootRedirect is empty for false.
// PublicURL does not end in a slash. Where it was not set and Port is 0 it has port 0, which is no page's origin.
type Server struct {
	Host            string        `env:"HOST" envDefault:"127.0.0.1" doc:"The address or host name to listen on. The default serves this machine only; 0.0.0.0 serves every network that the machine is in."`
	Port            int           `env:"PORT" envDefault:"8055" min:"0" max:"65535" doc:"The TCP port to listen on. 0 takes any free one."`
	PublicURL       string        `env:"PUBLIC_URL" unset:"http://localhost:PORT, with the port that is listened on where PORT is 0" doc:"The URL at which clients reach the service: http or https, without user, query and fragment. Links are built from it, never from a request."`
	RootRedirect    string        `env:"ROOT_REDIRECT" envDefault:"./admin" doc:"Where whoever asks for / is led: a path, a URL, or false for nowhere. A path that begins with a dot stays below the path of PUBLIC_URL."`
	LoginReturns    []string      `env:"LOGIN_RETURN_ALLOW_LIST" doc:"The origins of applications, such as https://wiki.example.com, that send people to log in at /admin/login?return=URL and get them back. They are compared exactly. Unset: the page leads to places of PUBLIC_URL's own origin only." own:"true"`
	TrustedProxies  Proxies       `env:"IP_TRUST_PROXY" envDefault:"false" doc:"The proxies whose X-Forwarded-For is believed: a list of addresses and CIDR ranges; or the number of proxies that every request comes through, where nobody can connect but through them; or false for none."`
	MaxPayloadSize  int           `env:"MAX_PAYLOAD_SIZE" envDefault:"100kb" kind:"size" min:"1kb" max:"100mb" doc:"The longest request body. 1kb is 1024 bytes."`
	MaxConnections  int           `env:"MAX_CONNECTIONS" envDefault:"8192" min:"1" max:"1000000" doc:"How many connections are served at once; more are turned away." own:"true"`
	RequestTimeout  time.Duration `env:"REQUEST_TIMEOUT" envDefault:"15s" min:"100ms" max:"10m" doc:"How long the service works on one request before it gives up." own:"true"`
	ReadTimeout     time.Duration `env:"HTTP_READ_TIMEOUT" envDefault:"10s" min:"100ms" max:"10m" doc:"How long a client may take to send a whole request." own:"true"`
	WriteTimeout    time.Duration `env:"HTTP_WRITE_TIMEOUT" envDefault:"20s" min:"100ms" max:"10m" doc:"How long a client may take to fetch an answer." own:"true"`
	IdleTimeout     time.Duration `env:"HTTP_IDLE_TIMEOUT" envDefault:"60s" min:"100ms" max:"1h" doc:"How long a connection without a request stays open." own:"true"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s" min:"0s" max:"10m" doc:"How long requests and mail under way may take, all together, to finish when the service is told to stop." own:"true"`
}

// CORS holds which other origins' pages browsers let read answers. Without Enabled, Origins is
// empty; otherwise each is as a browser writes it, and there is one at least.
type CORS struct {
	Enabled        bool     `env:"CORS_ENABLED" envDefault:"false" doc:"Whether browsers let pages of the origins in CORS_ORIGIN read answers."`
	Origins        []string `env:"CORS_ORIGIN" envDefault:"false" doc:"The origins, each a scheme, a host and, where it is not the scheme's own, a port, such as https://app.example.com. They are compared exactly: there are no wildcards, and no value lets everybody in."`
	Methods        []string `env:"CORS_METHODS" envDefault:"GET,POST,PATCH,DELETE" doc:"The methods that those pages may use."`
	AllowedHeaders []string `env:"CORS_ALLOWED_HEADERS" envDefault:"Content-Type,Authorization" doc:"The header fields that those pages may send."`
	ExposedHeaders []string `env:"CORS_EXPOSED_HEADERS" envDefault:"Content-Range" doc:"The header fields of answers that those pages may read. Retry-After and X-Request-Id are of use."`
	Credentials    bool     `env:"CORS_CREDENTIALS" envDefault:"true" doc:"Whether those pages may send cookies. They may then log in, refresh, log out and change an account by them as pages of PUBLIC_URL may, so list nobody whom you would not let do that. A page of another site also needs cookies with SAME_SITE none."`
	MaxAge         int      `env:"CORS_MAX_AGE" envDefault:"18000" min:"0" max:"31536000" doc:"How many seconds a browser may go without asking again. Browsers take less than that."`
}

// Keys holds the secrets of the service, as they were set; package keys makes what is
// missing.
type Keys struct {
	Secret          Secret   `env:"SECRET" secret:"true" unset:"made by the service with sqlite3, which keeps it in DATA_DIR, and with memory; with a database server it has to be set, if ACCESS_TOKEN_ALGORITHM is HS256" doc:"The key that signs access tokens (HS256), at least 32 bytes of random text. Share it only with who verifies them."`
	SecretPrevious  []Secret `env:"SECRET_PREVIOUS" secret:"true" doc:"A list of earlier values of SECRET. Tokens that they signed stay good; no new ones are signed with them." own:"true"`
	DataKey         Secret   `env:"DATA_KEY" secret:"true" unset:"made by the service with sqlite3, which keeps it in DATA_DIR, and with memory; with a database server it has to be set" doc:"The key of everything that the service seals or derives for itself, at least 32 bytes of random text. Share it with nobody." own:"true"`
	DataKeyPrevious []Secret `env:"DATA_KEY_PREVIOUS" secret:"true" doc:"A list of earlier values of DATA_KEY. What they sealed can still be opened; nothing new is sealed with them." own:"true"`
}

// The values of Sessions.Reuse.
const (
	ReuseEnds    = "end"
	ReuseRefuses = "refuse"
)

// Sessions holds how long tokens and sessions live.
type Sessions struct {
	Algorithm         string        `env:"ACCESS_TOKEN_ALGORITHM" envDefault:"HS256" oneof:"HS256|EdDSA|ES256" doc:"What signs access tokens and session cookies. HS256: SECRET. EdDSA, ES256: key pairs that the service makes and keeps in its database, with the public halves at /.well-known/jwks.json. Tokens of another algorithm are refused: a change logs sessions of session mode out, and lets the others refresh." own:"true"`
	AccessTTL         time.Duration `env:"ACCESS_TOKEN_TTL" envDefault:"15m" min:"1s" max:"30d" doc:"How long an access token is good."`
	RefreshTTL        time.Duration `env:"REFRESH_TOKEN_TTL" envDefault:"7d" min:"1s" max:"400d" doc:"How long a refresh token is good, and with it a session that is not used."`
	CookieTTL         time.Duration `env:"SESSION_COOKIE_TTL" envDefault:"1d" min:"1s" max:"400d" doc:"How long a session cookie is good; each refresh starts it anew."`
	AbsoluteTTL       time.Duration `env:"SESSION_ABSOLUTE_TTL" envDefault:"30d" min:"1s" max:"3650d" doc:"How long a session lasts at most, however often it is refreshed. At least REFRESH_TOKEN_TTL and SESSION_COOKIE_TTL." own:"true"`
	RefreshGrace      time.Duration `env:"REFRESH_TOKEN_GRACE_PERIOD" envDefault:"10s" min:"0s" max:"5m" doc:"How long a refresh token that was just spent still answers, with the same successor, so that two tabs or a lost answer log nobody out. 0s turns it off." own:"true"`
	SessionGrace      time.Duration `env:"SESSION_REFRESH_GRACE_PERIOD" envDefault:"10s" min:"0s" max:"5m" doc:"How long the previous session cookie is good after a refresh. 0s turns it off."`
	Reuse             string        `env:"REFRESH_TOKEN_REUSE" envDefault:"end" oneof:"end|refuse" doc:"What happens when a spent refresh token comes back after the grace period. end: the session ends, since one of two who hold the token stole it. refuse: only the request is refused." own:"true"`
	AcceptSessionless bool          `env:"ACCEPT_SESSIONLESS_TOKENS" envDefault:"false" doc:"Whether access tokens without a session, signed with SECRET by somebody else, are accepted until they expire." own:"true"`
}

// Cookie is how a cookie is set. RefreshCookie and SessionCookie convert to it.
type Cookie struct {
	Name     string
	Domain   string // empty: the host that answers, and no other
	Secure   bool
	SameSite string // lax, strict or none
}

// RefreshCookie is the cookie of cookie mode.
type RefreshCookie struct {
	Name     string `env:"REFRESH_TOKEN_COOKIE_NAME" envDefault:"directus_refresh_token" doc:"The name of the cookie that holds the refresh token in cookie mode."`
	Domain   string `env:"REFRESH_TOKEN_COOKIE_DOMAIN" doc:"The domain whose hosts all get the cookie. Unset: only the host that set it."`
	Secure   bool   `env:"REFRESH_TOKEN_COOKIE_SECURE" envDefault:"true" doc:"Whether browsers send the cookie over https only (and to localhost)."`
	SameSite string `env:"REFRESH_TOKEN_COOKIE_SAME_SITE" envDefault:"lax" oneof:"lax|strict|none" doc:"Whether browsers send the cookie from pages of other sites. none needs REFRESH_TOKEN_COOKIE_SECURE."`
}

// SessionCookie is the cookie of session mode.
type SessionCookie struct {
	Name     string `env:"SESSION_COOKIE_NAME" envDefault:"directus_session_token" doc:"The name of the cookie that holds the token in session mode."`
	Domain   string `env:"SESSION_COOKIE_DOMAIN" doc:"The domain whose hosts all get the cookie. Unset: only the host that set it."`
	Secure   bool   `env:"SESSION_COOKIE_SECURE" envDefault:"true" doc:"Whether browsers send the cookie over https only (and to localhost)."`
	SameSite string `env:"SESSION_COOKIE_SAME_SITE" envDefault:"lax" oneof:"lax|strict|none" doc:"Whether browsers send the cookie from pages of other sites. none needs SESSION_COOKIE_SECURE."`
}

// Hash holds the cost of password hashes (argon2id) and how many are made at once.
type Hash struct {
	MemoryKiB   uint32 `env:"HASH_MEMORY_COST" envDefault:"65536" min:"8" max:"262144" doc:"The memory of one hash, in KiB."`
	Iterations  uint32 `env:"HASH_TIME_COST" envDefault:"3" min:"1" max:"10" doc:"The passes over the memory."`
	Parallelism uint8  `env:"HASH_PARALLELISM" envDefault:"4" min:"1" max:"16" doc:"The lanes of one hash. Each needs at least 8 KiB of HASH_MEMORY_COST."`
	Length      uint32 `env:"HASH_LENGTH" envDefault:"32" alias:"HASH_HASH_LENGTH" min:"16" max:"64" doc:"The length of a hash in bytes."`
	Concurrency int    `env:"HASH_CONCURRENCY" envDefault:"0" min:"0" max:"1024" doc:"How many hashes are made at once; each takes HASH_MEMORY_COST. 0: as many as occupy the processors with HASH_PARALLELISM lanes each, as far as 256 MiB go." own:"true"`
	Queue       int    `env:"HASH_QUEUE" envDefault:"0" min:"0" max:"65536" doc:"How many logins may wait for a hash before further ones are answered with 503. 0: 32 for each of HASH_CONCURRENCY." own:"true"`
}

// Passwords holds what a new password has to be, besides long enough and none that is guessed
// first.
type Passwords struct {
	MinScore     int    `env:"PASSWORD_MIN_SCORE" envDefault:"0" min:"0" max:"4" doc:"The least score that a new password needs, in which 4 stands for the most guesses (zxcvbn). Parts of the person's address and name and of PROJECT_NAME count as guessed. It knows English words; 2 or 3 refuses most of what people make of them. 0: passwords are not scored." own:"true"`
	BreachedFile string `env:"PASSWORD_BREACHED_FILE" doc:"A file or folder of SHA-1 hashes of passwords that have leaked, in the form in which Have I Been Pwned hands them out; none of them can become a password. It is looked up on disk and not loaded. While it cannot be read no password can be set. Another file in its place is seen after a restart." own:"true"`

	Policy auth.PasswordPolicy `env:"PASSWORD_POLICY" doc:"A regular expression that every new password has to match, with or without slashes around it. It is in the syntax of Go (RE2), and may begin with look-aheads where ^ ties them to the beginning, such as /(?=^.{12,}$)(?=.*\\d).*$/. Rules of composition make passwords worse rather than better; it is here for those who have to have them. The reference service keeps it as auth_password_policy in its database." own:"true"`
}

// Limits bounds attempts, and requests as such where it is RequestsEnabled. The zero limit is none.
type Limits struct {
	RequestsEnabled  bool          `env:"RATE_LIMITER_ENABLED" envDefault:"false" doc:"Whether requests of any kind are counted by client address, besides attempts. Each is then a write to where RATE_LIMITER_STORE says; /livez and /readyz are not counted."`
	RequestsPoints   int           `env:"RATE_LIMITER_POINTS" envDefault:"50" min:"1" max:"1000000" doc:"How many requests a client address has in RATE_LIMITER_DURATION."`
	RequestsDuration int           `env:"RATE_LIMITER_DURATION" envDefault:"1" min:"1" max:"86400" doc:"The time for RATE_LIMITER_POINTS, in seconds."`
	LoginAccount     port.Limit    `env:"LIMIT_LOGIN_ACCOUNT" envDefault:"10/15m" doc:"Failed logins on one account. After that each attempt is answered with 429 until one has been given back." own:"true"`
	LoginAddress     port.Limit    `env:"LIMIT_LOGIN_ADDRESS" envDefault:"100/15m" doc:"Failed logins from one client address." own:"true"`
	TFAAccount       port.Limit    `env:"LIMIT_TFA_ACCOUNT" envDefault:"5/30m" doc:"Wrong codes of the second factor of one account, wherever they are shown. After that each is answered with 429, also a right one, until one attempt has been given back." own:"true"`
	ResetAccount     port.Limit    `env:"LIMIT_RESET_ACCOUNT" envDefault:"3/1h" doc:"Mails with a link for a new password that are asked for one account." own:"true"`
	ResetAddress     port.Limit    `env:"LIMIT_RESET_ADDRESS" envDefault:"30/1h" doc:"Mails with a link for a new password that are asked for from one client address." own:"true"`
	NoticeAccount    port.Limit    `env:"LIMIT_NOTICE_ACCOUNT" envDefault:"5/1h" doc:"Changes that somebody makes of their own password, address or logins at providers. Each is told to the old address and the new one, so that an account could send mail to strangers. So are those of others that somebody changes who does not administrate. What administrators and operators change of others is not counted." own:"true"`
	InviteAccount    port.Limit    `env:"LIMIT_INVITE_ACCOUNT" envDefault:"200/1h" doc:"Invitations that one account has sent, and accounts that it has made if it does not administrate." own:"true"`
	RegisterAccount  port.Limit    `env:"LIMIT_REGISTER_ACCOUNT" envDefault:"3/1h" doc:"Registrations for one address, each of which is a mail to it." own:"true"`
	RegisterAddress  port.Limit    `env:"LIMIT_REGISTER_ADDRESS" envDefault:"5/1m" doc:"Registrations from one client address, and accounts that are made or invited from there without a token, where permissions let anybody do that." own:"true"`
	LoginStall       time.Duration `env:"LOGIN_STALL_TIME" envDefault:"0" bare:"ms" min:"0s" max:"1m" doc:"Accepted and without effect: a login that fails does the same work as one that succeeds, so there is nothing to hide behind a delay."`
}

// Requests is the limit on the requests of any kind from one client address; zero: none.
func (l Limits) Requests() port.Limit {
	if !l.RequestsEnabled {
		return port.Limit{}
	}
	every := time.Duration(l.RequestsDuration) * time.Second / time.Duration(l.RequestsPoints)
	return port.Limit{Burst: l.RequestsPoints, Every: every.Truncate(time.Microsecond)} // as parseLimit has it
}

// Recovery holds how a forgotten password is replaced. ResetURLs are absolute http or https
// URLs without user, query and fragment.
type Recovery struct {
	ResetURLs []string      `env:"PASSWORD_RESET_URL_ALLOW_LIST" doc:"The pages, besides the service's own, that a request may have the link in the mail lead to. Scheme, host, port and path have to be the same; the query is left to the request. Unset: a request that names a page is refused."`
	ResetTTL  time.Duration `env:"PASSWORD_RESET_TOKEN_TTL" envDefault:"1h" min:"1m" max:"7d" doc:"How long the link for a new password works." own:"true"`
}

// The values of Mail.Transport.
const (
	SMTP    = "smtp"
	Mailbox = "mailbox"
)

// Mail holds how mail leaves the service, and in what words. Transport is never empty.
type Mail struct {
	Transport       string `env:"EMAIL_TRANSPORT" oneof:"smtp|mailbox" unset:"mailbox where HOST and PUBLIC_URL are localhost or loopback addresses; elsewhere it has to be set" doc:"smtp hands mail to the server that EMAIL_SMTP_HOST names. mailbox is for development: it keeps mail as files in DATA_DIR/mailbox and shows it at /mailbox, to this machine only, and only where HOST and PUBLIC_URL are this machine, too."`
	From            string `env:"EMAIL_FROM" envDefault:"no-reply@example.com" doc:"The address that mail comes from; PROJECT_NAME is shown beside it. With smtp it has to be set."`
	SMTPHost        string `env:"EMAIL_SMTP_HOST" doc:"The mail server. Its certificate has to be for this name."`
	SMTPPort        int    `env:"EMAIL_SMTP_PORT" envDefault:"587" min:"1" max:"65535" doc:"Its TCP port: 587 for STARTTLS, mostly 465 with EMAIL_SMTP_SECURE."`
	SMTPUser        string `env:"EMAIL_SMTP_USER" doc:"The name to log in to the mail server with; EMAIL_SMTP_PASSWORD belongs to it. Unset: no login."`
	SMTPPassword    Secret `env:"EMAIL_SMTP_PASSWORD" secret:"true" doc:"The password to log in to the mail server with."`
	SMTPSecure      bool   `env:"EMAIL_SMTP_SECURE" envDefault:"false" doc:"Whether the connection begins with TLS. false: it has to be upgraded by STARTTLS before anything else; a server that does not offer that gets no mail."`
	SMTPIgnoreTLS   bool   `env:"EMAIL_SMTP_IGNORE_TLS" envDefault:"false" doc:"Whether mail, and the links in it, go to the server without TLS. Only for a server on this machine or in a network of its own."`
	SMTPName        string `env:"EMAIL_SMTP_NAME" unset:"the host of PUBLIC_URL" doc:"The name by which the service greets the mail server (EHLO)."`
	TemplatesPath   string `env:"EMAIL_TEMPLATES_PATH" doc:"A folder of templates in place of the built-in ones, or for further languages: KIND.LANGUAGE.txt and KIND.LANGUAGE.html, such as password-reset.fr.txt, and layout.html. They are Go templates, and are tried when the service starts."`
	DefaultLanguage string `env:"EMAIL_DEFAULT_LANGUAGE" envDefault:"en" doc:"The language of mail to those who asked for none, or for one that there are no templates in. en and de are built in." own:"true"`
	QueueLength     int    `env:"MAIL_QUEUE_LENGTH" envDefault:"10000" min:"1" max:"100000" doc:"How many letters with a link for a new password, and as many again of registrations, may wait to be sent before further requests for one are answered with 503, as they do while the mail server is down." own:"true"`
}

// Admin is who is made when there is no user yet.
type Admin struct {
	Email    string `env:"ADMIN_EMAIL" envDefault:"admin@example.com" doc:"The e-mail address of the administrator that the first start makes."`
	Password Secret `env:"ADMIN_PASSWORD" secret:"true" unset:"a random one, shown once on a terminal, and left in DATA_DIR/admin-password elsewhere" doc:"The password of that administrator. Later starts do not look at it."`
}

// Explorer holds which pages for developers there are.
type Explorer struct {
	GraphQL bool `env:"GRAPHQL_EXPLORER" envDefault:"true" doc:"Whether browsers that open /graphql see GraphiQL, a page to write and try queries on." own:"true"`
	Docs    bool `env:"API_DOCS" envDefault:"true" doc:"Whether /docs shows the operations of REST, to read and to try, and /docs/openapi.yaml is their description." own:"true"`
}

// Audit holds how long the audit trail is kept. A zero EventsTTL keeps it for ever.
type Audit struct {
	EventsTTL time.Duration `env:"EVENTS_TTL" envDefault:"90d" min:"0s" max:"3650d" doc:"How long events are kept in the database. 0s keeps them for ever." own:"true"`
}

// The values of Log.Style.
const (
	LogPretty = "pretty"
	LogRaw    = "raw"
)

// Log holds what is logged, and how.
type Log struct {
	Level string `env:"LOG_LEVEL" envDefault:"info" oneof:"trace|debug|info|warn|error|fatal|silent" doc:"The least important lines that are written. silent writes none."`
	Style string `env:"LOG_STYLE" oneof:"pretty|raw" unset:"pretty on a terminal, raw elsewhere" doc:"pretty is for people, raw is one JSON object a line."`
}

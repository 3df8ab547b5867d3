// Package auth holds the use cases: what a transport may ask of the core.
package auth

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// API is the inbound port. *Service implements it; decorators wrap it; every
// transport takes it. Each error is a *domain.Error.
type API interface {
	SessionAPI
	SessionsAPI
	PasswordAPI
	ProfileAPI
	PeopleAPI
	RolesAPI
	PermissionsAPI
	VerifyAPI
	HealthAPI
	ActivityAPI
	OAuthAPI
	SecondFactorAPI
	JoiningAPI
}

// Credential is what a request showed, as the transport saw it. Empty fields were absent.
type Credential struct {
	Bearer string // of the Authorization header, RFC 6750 section 2.1
	Query  string // the access_token query parameter, RFC 6750 section 2.3
	Cookie string // the session cookie, looked at only where neither of the others is there
}

// Principal is who calls. The zero Principal is the anonymous caller.
type Principal struct {
	User    domain.User
	Session domain.Session // zero for a token without a session

	// Enrolling is who has to set up a second factor before anything else, since the role
	// asks for one. User is the zero User then: SecondFactorAPI alone looks here, and to
	// everything else the caller is anonymous.
	Enrolling domain.User
}

// Anonymous reports whether nobody is logged in.
func (p Principal) Anonymous() bool { return p.User.ID == "" }

// Tokens is what a successful login or refresh hands out. Which of them a transport
// shows, and where, follows from Mode.
type Tokens struct {
	Mode    domain.Mode
	Access  string        // in session mode the cookie's value
	Refresh string        // 64 characters; empty in session mode
	TTL     time.Duration // of Access

	RefreshTTL time.Duration // of Refresh: how long it may lie unused

	// Device is for the client to keep for DeviceTTL and to show when it logs in again, of
	// any mode; empty after a refresh. It opens nothing and shows nothing.
	Device    string
	DeviceTTL time.Duration
}

// LoginInput is what the login form holds.
type LoginInput struct {
	Email    string // as typed; the core parses it
	Password string
	OTP      string // a code of the second factor, or one of its recovery codes; empty: none was shown
	Device   string // Tokens.Device of an earlier login, if the client shows one
	Mode     domain.Mode
	Client   domain.Client
}

// RefreshInput names the token that the mode's source held: the body, the refresh
// cookie or the session cookie.
type RefreshInput struct {
	Mode   domain.Mode
	Token  string
	Client domain.Client
}

// SessionAPI starts, renews and ends sessions.
type SessionAPI interface {
	// Login answers INVALID_CREDENTIALS alike, with the same work done, for an
	// unknown address, a wrong password and an account that is not active, and
	// INVALID_OTP only after the password was right. Too many attempts on one account
	// or from one address are REQUESTS_EXCEEDED, for known and unknown accounts alike; so are
	// too many wrong codes, after the right password. Who has no second factor in a role that
	// asks for one gets a session that may do no more than set it up: see Principal.Enrolling.
	// ROUTE_NOT_FOUND where Settings.DisableDefault says so.
	Login(ctx context.Context, in LoginInput) (Tokens, error)

	// Refresh trades a token for new ones; the old one is spent from then on. Within
	// the grace period after its rotation the spent one still answers, with the same
	// successor; after that, presenting it ends the session.
	Refresh(ctx context.Context, in RefreshInput) (Tokens, error)

	// Logout ends the session, whichever token of its family it is given. An unknown
	// token is a success.
	Logout(ctx context.Context, in RefreshInput) error

	// Authenticate is called once per request. No credential gives the anonymous
	// Principal; a bad one is an error, also on routes that need none: TOKEN_EXPIRED,
	// INVALID_TOKEN, or INVALID_CREDENTIALS where the session has ended or the account
	// may not log in any more.
	Authenticate(ctx context.Context, c Credential) (Principal, error)
}

// SessionInfo is a session as its owner and administrators see it. Nothing in it logs in.
type SessionInfo struct {
	ID         domain.SessionID
	User       domain.UserID
	Mode       domain.Mode
	CreatedAt  time.Time
	LastUsedAt time.Time     // when it was begun or last refreshed
	EndsAt     time.Time     // unless it is refreshed before; the absolute end does not move
	Client     domain.Client // as of LastUsedAt
	Current    bool          // whether the caller's token is of it
	Fields     domain.Fields // that the caller may read; the others are empty
}

// SessionsAPI shows people where they are logged in, and logs them out there. Administrators
// may do so for everybody, and others for whom a permission says; to all others the sessions of another are FORBIDDEN, like those
// that are not there. The anonymous caller gets INVALID_CREDENTIALS.
type SessionsAPI interface {
	// ListSessions returns the live sessions of the user, or of the caller where user is
	// empty: at most MaxListedSessions, the newest first.
	ListSessions(ctx context.Context, p Principal, user domain.UserID) ([]SessionInfo, error)

	// EndSession ends one session. Its tokens are refused from then on.
	EndSession(ctx context.Context, p Principal, id domain.SessionID, from domain.Client) error

	// EndSessions ends every session of the user, or of the caller where user is empty, but
	// the one that the caller uses, and makes worthless the codes with which apps would begin more.
	EndSessions(ctx context.Context, p Principal, user domain.UserID, from domain.Client) error
}

// ResetRequest asks for a link with which a new password can be set.
type ResetRequest struct {
	Email    string // as typed
	URL      string // where the link leads; empty: to the page of the service itself
	Language string // Accept-Language (RFC 9110, section 12.5.4); empty: no preference
	Device   string // the latest Tokens.Device that the client holds, if any; see LoginInput
	Client   domain.Client
}

// PasswordAPI recovers accounts.
type PasswordAPI interface {
	// RequestReset queues one letter, whether the address is known, unknown or none at
	// all: the worker looks the account up, and writes or drops the mail. A URL outside
	// the allow list is INVALID_PAYLOAD before anything else; SERVICE_UNAVAILABLE while too
	// many letters wait; and too many requests for one account or from one address are
	// REQUESTS_EXCEEDED, but a client that has logged in to the account before has some of
	// its own.
	RequestReset(ctx context.Context, in ResetRequest) error

	// LookAtReset says of a token what Reset would, of a token that it takes nothing, and
	// changes nothing: not the token, not the trail. Another may spend the token meanwhile.
	LookAtReset(ctx context.Context, token string) error

	// Reset sets the password, ends every session of the user and spends the user's
	// other reset tokens. The token works once, and is looked at before the password is
	// hashed: INVALID_TOKEN where it is unknown, TOKEN_EXPIRED where its time is over,
	// FORBIDDEN where it is spent or the account may not log in. A password that is
	// refused does not spend it.
	Reset(ctx context.Context, token, password string, from domain.Client) error
}

// ProfilePatch holds the fields to change; nil leaves one alone, and an empty string
// empties a name or the language.
type ProfilePatch struct {
	FirstName, LastName, Language *string
	Email, Password               *string
	Preferences                   map[string]json.RawMessage // merged by member; a null removes one
}

// ProfileAPI is a user's own account. One's own row is always readable and its listed
// fields writable; permissions only add.
type ProfileAPI interface {
	// Me returns the caller's account as it stands, or INVALID_CREDENTIALS for the
	// anonymous caller.
	Me(ctx context.Context, p Principal) (domain.User, error)

	// UpdateMe changes the caller's account. New passwords, addresses and logins elsewhere beyond
	// Settings.NoticeAccount are REQUESTS_EXCEEDED. A new password or e-mail ends every
	// session of the user. A caller in session mode gets the tokens of a fresh one, or
	// nil where that could not be started: the change has happened all the same, its
	// cookie is dead, and it logs in again. Everybody else gets nil. The epoch of the
	// account that is returned differs from the caller's if the sessions have ended.
	// Where Settings.ConfirmEmail is on, the account that is returned has its former address
	// still: a new one, whoever has it, gets a link that leads to EmailChangeAPI.ConfirmEmail.
	UpdateMe(ctx context.Context, p Principal, patch ProfilePatch, from domain.Client) (domain.User, *Tokens, error)
}

// AccountPatch holds the fields that an administrator changes; nil leaves one alone.
type AccountPatch struct {
	ProfilePatch
	Status *domain.Status
	Role   *domain.RoleID // empty: none
	Token  *string        // the static token; empty: none
}

// AccountUpdate is what an administrator changes of one account.
type AccountUpdate struct {
	ID    domain.UserID
	Patch AccountPatch
}

// PeopleAPI is everybody's account. It is for administrators, and for others as far as a
// permission on domain.CollectionUsers goes; to all others it is FORBIDDEN, and so is to
// everybody what is not there. What a permission allows never reaches an account that
// administrates, a static token or a role that administrates: those are for administrators. The last active account of a role that
// administrates is neither removed, nor demoted, nor shut out: that is UNPROCESSABLE_CONTENT,
// also for one of two who try it at once. An address or static token that another has is
// RECORD_NOT_UNIQUE.
type PeopleAPI interface {
	// RequireAdministrator returns FORBIDDEN unless the caller is an administrator. Each of
	// the others asks what it needs itself.
	RequireAdministrator(ctx context.Context, p Principal) error

	// ListAccounts returns the accounts that are asked for, at most MaxListedAccounts.
	// INVALID_QUERY where q names no field, or holds what no field can, and FORBIDDEN where it
	// finds or sorts by a field that the caller does not read of every account it may see.
	ListAccounts(ctx context.Context, p Principal, q port.UserQuery) ([]Account, error)

	// CountAccounts returns how many accounts the filter means.
	CountAccounts(ctx context.Context, p Principal, f port.UserFilter) (int, error)

	// ReadAccount returns one account. One's own is always readable.
	ReadAccount(ctx context.Context, p Principal, id domain.UserID) (Account, error)

	// CreateAccount makes an account, active unless the patch says otherwise. It has to say
	// the address; without a password nobody can log in. Who does not administrate is counted as
	// with invitations, or, without a token, as with registrations: beyond Settings.InviteAccount
	// and Registrations.Address it is REQUESTS_EXCEEDED, before a password is hashed. What is
	// RECORD_NOT_UNIQUE is named to those who read it of every account.
	CreateAccount(ctx context.Context, p Principal, patch AccountPatch, from domain.Client) (Account, error)

	// CreateAccounts makes all of the accounts or none. Like the other two that are about
	// many it takes 1 to MaxChangedAccounts, MaxChangedPasswords of them with a password, and returns them in the order of its input.
	CreateAccounts(ctx context.Context, p Principal, patches []AccountPatch, from domain.Client) ([]Account, error)

	// UpdateAccount changes an account. A new password or address, and a status in which
	// nobody logs in, end all of its sessions and void its reset tokens; its owner is told of
	// the first two by mail. Of who does not administrate these two are counted as with UpdateMe,
	// and one's own account is INVALID_CREDENTIALS once what let the caller in is over.
	UpdateAccount(ctx context.Context, p Principal, id domain.UserID, patch AccountPatch, from domain.Client) (Account, error)

	// UpdateAccounts changes all of the accounts or none. Naming one twice is INVALID_PAYLOAD.
	UpdateAccounts(ctx context.Context, p Principal, updates []AccountUpdate, from domain.Client) ([]Account, error)

	// DeleteAccount removes an account and ends its sessions.
	DeleteAccount(ctx context.Context, p Principal, id domain.UserID, from domain.Client) error

	// DeleteAccounts removes all of the accounts or none. Naming one twice is
	// INVALID_PAYLOAD.
	DeleteAccounts(ctx context.Context, p Principal, ids []domain.UserID, from domain.Client) error
}

// Health is what the service knows of its own state.
type Health struct {
	OK     bool
	Checks []HealthCheck // empty unless the caller is an administrator
}

// HealthCheck is one thing that was tried.
type HealthCheck struct {
	Name string
	OK   bool
	Took time.Duration
}

// HealthAPI says whether the service can do its work.
type HealthAPI interface {
	// Health tries what the service cannot do without, all of it at the same time. It is
	// not an error that something is down; the answer says so.
	Health(ctx context.Context, p Principal) Health
}

// NewUser is what an operator says of an account to be made.
type NewUser struct {
	Email    string
	Password string
	Admin    bool // gives it the administrator's role
}

// OperatorAPI is what the command line offers to whoever runs the service. It asks for no
// credential: who can open the database needs none. Each error is a *domain.Error.
type OperatorAPI interface {
	OperatorRolesAPI
	OperatorPeopleAPI

	// EnsureAdministrator makes the first administrator when there is no user at all,
	// and reports whether it did. Of several instances that start at once exactly one
	// is told so.
	EnsureAdministrator(ctx context.Context, u NewUser) (made bool, err error)

	// CreateUser makes an active account.
	CreateUser(ctx context.Context, u NewUser) (domain.User, error)

	// SetPassword replaces the password of the account and ends its sessions.
	SetPassword(ctx context.Context, email, password string) (domain.User, error)

	// ListUsers returns at most limit accounts whose ID is greater than after, in the
	// order of their IDs.
	ListUsers(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error)

	// LatestActivity is ActivityAPI.Activity without a caller.
	LatestActivity(ctx context.Context, q ActivityQuery) ([]domain.Event, error)

	// ActivityAfter returns at most limit events whose ID is greater than after, in the
	// order of their IDs, which begin with their time: see domain.FloorUUID.
	ActivityAfter(ctx context.Context, after string, limit int) ([]domain.Event, error)

	// Unlock forgets the failed logins of the account, so that it may try again at once.
	Unlock(ctx context.Context, email string) error

	// UnlockAddress forgets what has come from the client address, of logins, requests for a
	// reset, and requests of any kind. Of IPv6 it is the whole network of 64 bits, as the
	// limits have it.
	UnlockAddress(ctx context.Context, ip string) error

	// FindUser returns the account of that address.
	FindUser(ctx context.Context, email string) (domain.User, error)

	// ResetTFA turns the second factor of the account off, whether it is on or not, and forgets
	// its wrong codes. Its owner is told.
	ResetTFA(ctx context.Context, email string) (domain.User, error)

	// ResealSecrets seals the secrets of second factors anew, under the data key in use, of at
	// most limit accounts whose ID is greater than after. It may be called again at any time.
	ResealSecrets(ctx context.Context, after domain.UserID, limit int) (Resealed, error)
}

// Worker is what app runs beside the transports. Each call does a bounded piece of work
// and says how much it did; app owns the timers.
type Worker interface {
	// Sweep removes what is over: sessions that have ended, limiter keys that count nothing
	// any more, one-time tokens a week after their end, events after Settings.EventsTTL,
	// letters that nobody has come round to sending, and accounts of registrations that nobody
	// has verified. It returns how many it removed; a full batch means there may be
	// more.
	Sweep(ctx context.Context) (Swept, error)

	// DeliverMail writes and sends a batch of the letters that are due. It returns how
	// many it has dealt with; as many as a batch holds means there may be more.
	DeliverMail(ctx context.Context) (Delivered, error)
}

// Delivered counts what one DeliverMail did.
type Delivered struct {
	Sent, Dropped, Failed int  // failed letters are tried again later
	More                  bool // the batch was full: call again soon
}

// Swept counts what one Sweep removed.
type Swept struct {
	Sessions, LimiterKeys, Tokens int

	Letters int // that expired unsent; for some of them somebody may wait for a mail

	Events int // of the audit trail

	Accounts int // that a registration has made and nobody has verified

	More bool // a batch was full: call again soon
}

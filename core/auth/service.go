package auth

import (
	"context"
	"log/slog"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Service implements API, OperatorAPI and Worker on the ports it is given. It is safe for
// concurrent use and keeps no state of its own, but for what it need not tell twice (that the
// mail queue is full, and which limits are reached) and what it need not ask twice within a
// second: what roles may do, and who shows a token to a proxy. So any number of instances may share a
// store.
type Service struct {
	Ports
	settings Settings
	keys     Keys
	mailFull fullQueue

	registrationsFull fullQueue

	limitsReached notedLimits

	known    rightsCache
	visitors visitors
}

var (
	_ API         = (*Service)(nil)
	_ OperatorAPI = (*Service)(nil)
	_ Worker      = (*Service)(nil)
)

// Ports is what a Service stands on. Every field is needed but PasswordCheckers, which are asked
// in their order about each new password, and OAuth.
type Ports struct {
	Work     port.UnitOfWork
	Repos    port.Repos
	Sessions port.Sessions
	Limiter  port.RateLimiter
	Events   port.Events
	Hasher   port.PasswordHasher

	PasswordCheckers []port.PasswordChecker

	// OAuth are the places where people may log in elsewhere, each under a name of its own
	// whatever its case.
	OAuth []OAuthPlace

	Issuer   port.TokenIssuer
	Verifier port.TokenVerifier
	Asserter port.AssertionIssuer
	Mailer   port.Mailer
	Composer port.MailComposer
	Clock    port.Clock
	Probes   []Probe
	Log      *slog.Logger
}

// Probe is something that the service cannot do without, and how to try it. Ping is safe for
// concurrent use, also with the Ping of other probes.
type Probe struct {
	Name string
	Ping func(ctx context.Context) error
}

// Settings are the numbers that an operator may choose. DefaultSettings has sound ones.
type Settings struct {
	AccessTTL   time.Duration // life of an access token in json and cookie modes
	RefreshTTL  time.Duration // how long a session may lie unused, in those modes
	SessionTTL  time.Duration // both of them in session mode
	AbsoluteTTL time.Duration // when a session ends however much it is used

	// RefreshGrace is how long after a rotation the spent refresh token still answers
	// with the same successor, for a client whose answer was lost and for two that
	// refreshed at once. Zero turns it off. SessionGrace is the same for the cookie of
	// session mode, whose predecessor also still authenticates that long.
	RefreshGrace, SessionGrace time.Duration

	// KeepReused leaves a session alive when a token that was spent long ago is
	// presented; it is refused and recorded all the same. Off by default: RFC 9700,
	// section 4.14.2, wants the session ended, since nobody can tell holder from thief.
	KeepReused bool

	// AcceptSessionless lets tokens in that carry no session, made by another issuer
	// that has our secret. Nothing but their expiry ends them.
	AcceptSessionless bool

	// Requests bounds the requests of any kind from one client address, where a transport asks
	// AdmitRequest. The zero Limit is no limit.
	Requests port.Limit

	// LoginAccount and LoginAddress bound the failed logins of one account, whether it
	// exists or not, and from one client address. The zero Limit is no limit.
	LoginAccount, LoginAddress port.Limit

	// TFAAccount bounds the wrong codes of a second factor of one account, whoever has shown
	// its password. The zero Limit is no limit.
	TFAAccount port.Limit

	// TFAIssuer is what authenticator apps show beside the address of the account.
	TFAIssuer string

	// PasswordPolicy is what every new password has to match, besides being none that is
	// guessed first.
	PasswordPolicy PasswordPolicy

	// ResetTTL is the life of a reset token, and of the letter that brings it. ResetPage is
	// where the link leads unless the request names one of ResetURLs. ResetAccount and
	// ResetAddress bound the requests, as above.
	ResetTTL                   time.Duration
	ResetPage                  string
	ResetURLs                  []string
	ResetAccount, ResetAddress port.Limit

	// InviteTTL is the life of an invitation, and of the letter that brings it. InvitePage and
	// InviteURLs are as those of a reset. InviteAccount bounds the letters that one account has
	// sent, and the accounts that it has made where it does not administrate. The zero Limit is no limit.
	InviteTTL     time.Duration
	InvitePage    string
	InviteURLs    []string
	InviteAccount port.Limit

	// Registration is what strangers may do to become users.
	Registration Registrations

	// ConfirmEmail lets the owner of an account have a new address only once a link has been
	// followed that was sent there; EmailTTL is its life, and EmailPage is where it leads.
	// Administrators change the addresses of others at once.
	ConfirmEmail bool
	EmailTTL     time.Duration
	EmailPage    string

	// NoticeAccount bounds how often somebody changes their own password, address or logins
	// elsewhere, or those of others without administrating, of which mail is sent to an address that they choose. The zero Limit is no limit.
	NoticeAccount port.Limit

	// DisableDefault lets nobody in with a password: providers of OAuth, static tokens and
	// sessions that there are do. Login is ROUTE_NOT_FOUND then, and no mail brings a link for a
	// new password.
	DisableDefault bool

	// PublicURL is where people reach the service. Providers send browsers back there, and a
	// login elsewhere may end at any of its pages.
	PublicURL string

	// EventsTTL is how long the audit trail is kept. Zero keeps it for ever.
	EventsTTL time.Duration

	// NoticePage is where the link of a mail leads that tells about a change: to who was not
	// asked, it is the way back into the account.
	NoticePage string

	// MailQueue is how many letters with a link for a new password may wait before nobody can
	// ask for another; letters that the service sends of itself are always queued, and not
	// among them. They are counted before the limits
	// of a request are asked and its letter is queued, so that requests under way at the same
	// moment may exceed it by one letter each, however many they are. An instance that has
	// seen the queue full looks again after a second. Zero is no bound.
	MailQueue int
}

// DefaultSettings returns what a service runs with unless told otherwise.
func DefaultSettings() Settings {
	return Settings{
		AccessTTL:    15 * time.Minute,
		RefreshTTL:   7 * 24 * time.Hour,
		SessionTTL:   24 * time.Hour,
		AbsoluteTTL:  30 * 24 * time.Hour,
		RefreshGrace: 10 * time.Second,
		SessionGrace: 10 * time.Second,
		LoginAccount: port.Limit{Burst: 10, Every: 90 * time.Second},
		LoginAddress: port.Limit{Burst: 100, Every: 9 * time.Second},
		TFAAccount:   port.Limit{Burst: 5, Every: 6 * time.Minute},
		TFAIssuer:    "Sallyport",
		ResetTTL:     time.Hour,
		ResetPage:    "http://localhost:8055/admin/reset-password",
		PublicURL:    "http://localhost:8055",
		EventsTTL:    90 * 24 * time.Hour,
		NoticePage:   "http://localhost:8055/admin/forgot-password",
		ResetAccount: port.Limit{Burst: 3, Every: 20 * time.Minute},
		ResetAddress: port.Limit{Burst: 30, Every: 2 * time.Minute},
		MailQueue:    10_000,

		InviteTTL:     7 * 24 * time.Hour,
		InvitePage:    "http://localhost:8055/admin/accept-invite",
		InviteAccount: port.Limit{Burst: 200, Every: 18 * time.Second},

		Registration: Registrations{
			Verify:  true,
			TTL:     7 * 24 * time.Hour,
			Page:    "http://localhost:8055/admin/verify-email",
			Account: port.Limit{Burst: 3, Every: 20 * time.Minute},
			Address: port.Limit{Burst: 5, Every: 12 * time.Second},
		},

		ConfirmEmail: true,
		EmailTTL:     24 * time.Hour,
		EmailPage:    "http://localhost:8055/admin/confirm-email",

		NoticeAccount: port.Limit{Burst: 5, Every: 12 * time.Minute},
	}
}

// Registrations are the rules of registration. The zero value lets nobody register.
type Registrations struct {
	Open bool // whether anybody may

	// Verify lets nobody in before a link has been followed that was sent to the address. Off,
	// whoever asks can tell which addresses have an account.
	Verify bool

	Role    domain.RoleID // of the new accounts; empty: none. One that administrates is not given.
	Domains []string      // of the addresses that may, each after its last @; empty: all

	// TTL is the life of a link, and of the letter that brings it. Page, URLs and the limits
	// are as those of a reset.
	TTL              time.Duration
	Page             string
	URLs             []string
	Account, Address port.Limit
}

// New returns a service.
func New(p Ports, s Settings, k Keys) *Service {
	service := &Service{settings: s, keys: k}
	service.Ports = watched(p, &service.visitors)
	return service
}

// roleOf returns the user's role, and the zero Role for a user who has none.
func (s *Service) roleOf(ctx context.Context, u domain.User) (domain.Role, error) {
	if u.Role == "" {
		return domain.Role{}, nil
	}
	role, err := s.Repos.Roles.ByID(ctx, u.Role)
	if isNotFound(err) {
		return domain.Role{}, nil
	}
	return role, err
}

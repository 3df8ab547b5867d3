package contract

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Client is how the inbound kit talks to one transport: one method per use case, with
// nothing of the wire in sight. Each error has a *domain.Error with its code in its chain.
type Client interface {
	Login(ctx context.Context, in auth.LoginInput) (Reply, error)

	// Refresh and Logout put token where the mode wants it: into the payload, the refresh
	// cookie or the session cookie.
	Refresh(ctx context.Context, mode domain.Mode, token string) (Reply, error)
	Logout(ctx context.Context, mode domain.Mode, token string) error

	Me(ctx context.Context, c auth.Credential) (Profile, error)

	// UpdateMe also returns the session cookie that came with the answer, if one did.
	UpdateMe(ctx context.Context, c auth.Credential, patch auth.ProfilePatch) (profile Profile, cookie string, err error)

	// RequestReset asks for a mail with a link that leads to resetURL; an empty one is not
	// sent.
	RequestReset(ctx context.Context, email, resetURL string) error

	// RequestResetBy asks for the same, to the page of the service, with a client that shows
	// the device.
	RequestResetBy(ctx context.Context, device, email string) error
	Reset(ctx context.Context, token, password string) error

	// ListSessions lists the sessions of the user, or of the caller where user is empty;
	// EndSessions ends all of them but the caller's.
	ListSessions(ctx context.Context, c auth.Credential, user domain.UserID) ([]auth.SessionInfo, error)
	EndSession(ctx context.Context, c auth.Credential, id domain.SessionID) error
	EndSessions(ctx context.Context, c auth.Credential, user domain.UserID) error

	// The accounts of everybody, for administrators.
	ListAccounts(ctx context.Context, c auth.Credential, q port.UserQuery) ([]Profile, error)
	CountAccounts(ctx context.Context, c auth.Credential, f port.UserFilter) (int, error)
	ReadAccount(ctx context.Context, c auth.Credential, id domain.UserID) (Profile, error)
	CreateAccount(ctx context.Context, c auth.Credential, patch auth.AccountPatch) (Profile, error)
	UpdateAccount(ctx context.Context, c auth.Credential, id domain.UserID, patch auth.AccountPatch) (Profile, error)
	DeleteAccount(ctx context.Context, c auth.Credential, id domain.UserID) error

	// The second factor. EnableTFA returns no recovery codes where the wire has no place for them.
	GenerateTFA(ctx context.Context, c auth.Credential, password string) (auth.TFASetup, error)
	EnableTFA(ctx context.Context, c auth.Credential, in auth.TFAEnable) (recoveryCodes []string, err error)
	DisableTFA(ctx context.Context, c auth.Credential, otp string) error
	RenewRecoveryCodes(ctx context.Context, c auth.Credential, password, otp string) ([]string, error)
	DisableAccountTFA(ctx context.Context, c auth.Credential, id domain.UserID) error

	// How people come to an account, and to another address of it. An empty URL is not sent; of a
	// Registration neither are other empty texts. VerifyRegistration returns no ID where the wire
	// has no place for it.
	Invite(ctx context.Context, c auth.Credential, email string, role domain.RoleID, inviteURL string) error
	AcceptInvitation(ctx context.Context, token, password string) error
	Register(ctx context.Context, in auth.Registration) error
	VerifyRegistration(ctx context.Context, token string) (domain.UserID, error)
	ConfirmEmail(ctx context.Context, token string) error

	// LoginWays says how people may log in. What a browser does of a login elsewhere is in
	// Browser; ExchangeOAuthCode is for an app that the browser has brought a code.
	LoginWays(ctx context.Context) (LoginWays, error)
	ExchangeOAuthCode(ctx context.Context, code, verifier string) (Reply, error)

	// ListIdentities lists where else the caller may log in; UnlinkIdentity takes one away.
	ListIdentities(ctx context.Context, c auth.Credential) ([]Identity, error)
	UnlinkIdentity(ctx context.Context, c auth.Credential, provider string) error

	RightsClient
}

// LoginWays is how people may log in: at Providers, and with a password unless
// DefaultDisabled says otherwise.
type LoginWays struct {
	Providers       []auth.OAuthProviderInfo
	DefaultDisabled bool
}

// Identity is what a caller sees of where else it may log in.
type Identity struct{ Provider, Subject string }

// Reply is what a caller of any transport can see of its tokens.
type Reply struct {
	Mode   domain.Mode
	Access string        // empty in session mode
	Token  string        // what Refresh takes: a refresh token, or the session cookie
	TTL    time.Duration // of Access, and in session mode of the cookie
	Device string        // what Login takes again; in json mode a transport may keep it back
}

// Profile is what a caller of any transport can see of its own account.
type Profile struct {
	ID                            domain.UserID
	Email                         string
	FirstName, LastName, Language string
}

// Clock is the time of a World. A change has taken effect when the method returns.
type Clock interface {
	port.Clock
	Advance(d time.Duration)
	Set(t time.Time)
}

// World is a server under test and the levers beside it, all of which are required. The store
// and the clock are those that the server uses. The providers of the server are OAuthPlaces.
type World struct {
	Client    Client
	Browser   Browser
	Elsewhere Elsewhere

	Clock  Clock
	Store  port.Store
	Hasher port.PasswordHasher

	// Deliver runs the worker until no letter is due any more. Mails returns what has been
	// sent since the server was started, in order; it need not tell more of a mail than To
	// and Text.
	Deliver func(t testing.TB)
	Mails   func(t testing.TB) []domain.Mail
}

// check ends the case unless the world has all that stories use.
func (w World) check(t testing.TB) {
	t.Helper()
	for _, member := range []struct {
		name      string
		isMissing bool
	}{
		{"Client", w.Client == nil},
		{"Browser", w.Browser == nil},
		{"Elsewhere.Login", w.Elsewhere.Login == nil},
		{"Elsewhere.Pull", w.Elsewhere.Pull == nil},
		{"Clock", w.Clock == nil},
		{"Store", w.Store == nil},
		{"Hasher", w.Hasher == nil},
		{"Deliver", w.Deliver == nil},
		{"Mails", w.Mails == nil},
	} {
		if member.isMissing {
			t.Fatalf("the World has no %s", member.name)
		}
	}
}

// TransportOpener starts a server with those settings for one case.
type TransportOpener func(s auth.Settings) World

// RunTransport runs every story of the inbound kit in a parallel subtest of its own, each
// against a server of its own that open starts and t.Cleanup stops.
func RunTransport(t *testing.T, open func(t testing.TB, s auth.Settings) World, opts ...Option) {
	t.Helper()
	run(t, "transport", TransportCases(), func(t testing.TB) TransportOpener {
		return func(s auth.Settings) World { return open(t, s) }
	}, opts)
}

// TransportCases returns the stories that every transport must tell alike.
func TransportCases() []Case[TransportOpener] {
	var cases []Case[TransportOpener]
	for _, part := range [][]Case[TransportOpener]{
		transportLoginCases(),
		transportLimitCases(),
		transportDeviceCases(),
		transportRefreshCases(),
		transportReuseCases(),
		transportCookieCases(),
		transportLogoutCases(),
		transportAccessCases(),
		transportSessionsCases(),
		transportPeopleCases(),
		transportProfileCases(),
		transportPasswordCases(),
		transportPasswordRefusalCases(),
		transportPasswordRequestCases(),
		transportSecondFactorCases(),
		transportInvitationCases(),
		transportRegistrationCases(),
		transportEmailChangeCases(),
		transportOAuthCases(),
		transportOAuthRefusedCases(),
		transportOAuthStateCases(),
		transportOAuthCodeCases(),
		transportIdentityCases(),
		transportRolesCases(),
		transportPermissionsCases(),
		transportPublicCases(),
	} {
		cases = append(cases, part...)
	}
	return cases
}

// tell makes a case of a story that begins with Ann, who has an account. change says which
// settings the story needs; nil stands for the defaults.
func tell(id, rule string, change func(*auth.Settings), tale func(s story)) Case[TransportOpener] {
	return Case[TransportOpener]{ID: "transport/" + id, Rule: rule, Run: func(t testing.TB, open TransportOpener) {
		settings := auth.DefaultSettings()
		if change != nil {
			change(&settings)
		}
		s := story{TB: t, World: open(settings), settings: settings}
		s.check(t)
		s.seed(ann())
		tale(s)
	}}
}

// annPassword is long enough for every rule, and has what careless code loses: blanks at
// both ends, capital letters and a character of four bytes.
const annPassword = " Tr0ubadour & \U0001F3B5 staple "

func ann() domain.User {
	return domain.User{
		ID:        "0195f2c6-7d7e-7a10-8000-0000000000a1",
		Email:     "Ann@example.com",
		Status:    domain.StatusActive,
		FirstName: "Ann",

		EmailProven: true,
	}
}

// story is a case under way.
type story struct {
	testing.TB
	World
	settings auth.Settings
}

// seed makes an account with annPassword.
func (s story) seed(u domain.User) {
	s.Helper()
	encoded, err := s.Hasher.Hash(s.Context(), annPassword)
	must(s, err)
	u.Password = encoded
	u.CreatedAt = s.Clock.Now()
	must(s, s.Store.Repos().Users.Create(s.Context(), u))
}

// change stores another state of Ann's account.
func (s story) change(f func(u *domain.User)) {
	s.Helper()
	users := s.Store.Repos().Users
	u := value(users.ByID(s.Context(), ann().ID))(s)
	f(&u)
	value(users.Update(s.Context(), u))(s)
}

func (s story) tryLogin(email, password string, mode domain.Mode) (Reply, error) {
	return s.Client.Login(s.Context(), auth.LoginInput{Email: email, Password: password, Mode: mode})
}

// login logs Ann in.
func (s story) login(mode domain.Mode) Reply {
	s.Helper()
	return value(s.tryLogin("ann@example.com", annPassword, mode))(s)
}

func (s story) tryRefresh(r Reply) (Reply, error) {
	return s.Client.Refresh(s.Context(), r.Mode, r.Token)
}

func (s story) refresh(r Reply) Reply {
	s.Helper()
	return value(s.tryRefresh(r))(s)
}

func (s story) wantRefused(r Reply) {
	s.Helper()
	s.wantCode(errorOf(s.tryRefresh(r)), domain.InvalidCredentials)
}

func (s story) logout(r Reply) {
	s.Helper()
	must(s, s.Client.Logout(s.Context(), r.Mode, r.Token))
}

// credential is what a caller who got the reply shows with its next request.
func (r Reply) credential() auth.Credential {
	if r.Mode == domain.ModeSession {
		return auth.Credential{Cookie: r.Token}
	}
	return auth.Credential{Bearer: r.Access}
}

// wantMe ends the case unless the reply's tokens show that Ann is logged in.
func (s story) wantMe(r Reply) {
	s.Helper()
	if me := value(s.Client.Me(s.Context(), r.credential()))(s); me.ID != ann().ID {
		s.Fatalf("got account %q, want %q", me.ID, ann().ID)
	}
}

func (s story) wantNotMe(r Reply, code domain.Code) {
	s.Helper()
	s.wantCode(errorOf(s.Client.Me(s.Context(), r.credential())), code)
}

func (s story) wantCode(err error, code domain.Code) {
	s.Helper()
	if got := codeOf(err); got != code {
		s.Fatalf("got code %q (%v), want %q", got, err, code)
	}
}

func codeOf(err error) domain.Code {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure.Code
	}
	return ""
}

// retryAfter returns how long err says to wait.
func retryAfter(err error) time.Duration {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure.RetryAfter
	}
	return 0
}

// wantEvent ends the case unless the audit trail holds an event of that kind and outcome
// about the account.
func (s story) wantEvent(kind, outcome string, subject domain.UserID) {
	s.Helper()
	for _, e := range value(s.Store.Events().List(s.Context(), "", 1000))(s) {
		if e.Kind == kind && e.Outcome == outcome && e.Subject == subject {
			return
		}
	}
	s.Fatalf("no event %s/%s about %q in the audit trail", kind, outcome, subject)
}

// bothTokenModes are the modes whose refresh token rotates; the session cookie has rules
// of its own.
func bothTokenModes() []domain.Mode { return []domain.Mode{domain.ModeJSON, domain.ModeCookie} }

func allModes() []domain.Mode {
	return []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession}
}

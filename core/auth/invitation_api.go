package auth

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// JoiningAPI is how people come to an account of their own, and to another address of it: each
// time by a link that goes to the mailbox in question, and works once.
type JoiningAPI interface {
	InvitationAPI
	RegistrationAPI
	EmailChangeAPI
}

// Invitation asks people to take an account.
type Invitation struct {
	Emails   []string      // as typed; 1 to MaxChangedAccounts, of which what is there twice counts once
	Role     domain.RoleID // that the accounts are to have
	URL      string        // where the link leads; empty: to the page of the service itself
	Language string        // Accept-Language (RFC 9110, section 12.5.4); empty: no preference
	Client   domain.Client
}

// InvitationAPI lets people in who are asked by mail.
type InvitationAPI interface {
	// Invite makes an account for each address and queues a letter to it, all of them or none.
	// The accounts are invited: nobody logs in to them before AcceptInvitation. It is for
	// administrators, and for others as far as a permission to create accounts with that
	// address and role goes, FORBIDDEN to all others, and to who is no administrator with a role
	// that administrates. Whoever is invited already gets another letter, and from an
	// administrator the role, too; any other account is left as it is, without a word.
	// INVALID_PAYLOAD where an address is none, where there is no such role, and where the URL
	// is outside of the allow list. Letters beyond Settings.InviteAccount, or without a
	// token beyond Registrations.Address, are REQUESTS_EXCEEDED.
	Invite(ctx context.Context, p Principal, in Invitation) error

	// LookAtInvitation says of a token what AcceptInvitation would, of a token that it takes
	// nothing, and changes nothing.
	LookAtInvitation(ctx context.Context, token string) error

	// AcceptInvitation sets the password, makes the account active, and spends its other
	// invitations. INVALID_TOKEN where the token is unknown or of another purpose,
	// TOKEN_EXPIRED where its time is over, INVALID_INVITE where it is spent or the account is
	// not invited any more. A password that is refused does not spend it.
	AcceptInvitation(ctx context.Context, token, password string, from domain.Client) error
}

// Registration is who wants an account of their own.
type Registration struct {
	Email     string // as typed
	Password  string
	FirstName string // empty: none
	LastName  string // empty: none
	URL       string // where the link leads; empty: to the page of the service itself
	Language  string // Accept-Language (RFC 9110, section 12.5.4); empty: no preference
	Client    domain.Client
}

// RegistrationAPI lets people in who ask for it, if Settings.Registration says so.
type RegistrationAPI interface {
	// Register answers and works alike whether the address has an account or not: the worker
	// looks it up when it writes the mail. To who has none it sends a link, and makes an
	// account that is unverified and has no password; the password of the link that is
	// followed becomes that of the account. Who has an account is told so. Without
	// verification the account is active at once, and no mail is sent.
	// FORBIDDEN while nobody may register, and for addresses outside of Settings.Registration.Domains;
	// INVALID_PAYLOAD where the address is none, the URL is outside of the allow list, or the
	// password or a name is refused. SERVICE_UNAVAILABLE while too many letters wait, and
	// too many requests from one client address or for one account are REQUESTS_EXCEEDED.
	Register(ctx context.Context, in Registration) error

	// LookAtRegistration says of a token what VerifyRegistration would, of a token that it
	// takes nothing, and changes nothing.
	LookAtRegistration(ctx context.Context, token string) error

	// VerifyRegistration makes the account active with the password and the names of the
	// registration that the token is of, and returns its ID. INVALID_TOKEN where the token is
	// empty, unknown or of another purpose, TOKEN_EXPIRED where its time is over,
	// INVALID_PAYLOAD where it is spent or the account is not unverified any more.
	VerifyRegistration(ctx context.Context, token string, from domain.Client) (domain.UserID, error)
}

// EmailChangeAPI ends what UpdateMe begins where Settings.ConfirmEmail is on. It asks for no
// login: the link is opened where the mailbox is.
type EmailChangeAPI interface {
	// LookAtEmailChange says of a token what ConfirmEmail would, of a token that it takes
	// nothing, and changes nothing.
	LookAtEmailChange(ctx context.Context, token string) error

	// ConfirmEmail gives the account the address that the token was sent to, and ends all of its
	// sessions; the former address is told. INVALID_TOKEN where the token is unknown or of
	// another purpose, TOKEN_EXPIRED where its time is over, FORBIDDEN where it is spent, the
	// account may not log in, or its password or address has changed since, and
	// RECORD_NOT_UNIQUE where another account has the address by now.
	ConfirmEmail(ctx context.Context, token string, from domain.Client) error
}

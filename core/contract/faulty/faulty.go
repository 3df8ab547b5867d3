// Package faulty holds planted faults: adapters that break one rule each. The contract kit
// must catch every one of them with the cases that it names, and with no other case; a case
// that no fault makes fail proves nothing.
package faulty

import (
	"slices"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Fault is a mistake that an adapter can make. Exactly one of its functions is set: it wraps something that keeps every rule, here the reference store or a
// fake, which must be empty or new.
type Fault struct {
	Name  string
	Turns []string // the IDs of the cases that must fail, all of one rule; all others pass

	Store  func(port.Store) port.Store
	Hasher func(contract.HasherWorld) contract.HasherWorld
	Tokens func(contract.TokensWorld) contract.TokensWorld
	Clock  func(port.Clock) port.Clock

	PasswordChecker func(contract.PasswordCheckerWorld) contract.PasswordCheckerWorld

	Mailer   func(contract.MailerWorld) contract.MailerWorld
	Composer func(port.MailComposer) port.MailComposer

	OAuth func(contract.OAuthWorld) contract.OAuthWorld
}

// All returns every fault, in the order of the ports.
func All() []Fault {
	return slices.Concat(
		usersFaults(),
		usersUpdateFaults(),
		usersTouchFaults(),
		usersTOTPFaults(),
		usersTokenFaults(),
		usersFindFaults(),
		usersDeleteFaults(),
		rolesFaults(),
		rolesChangeFaults(),
		permissionsFaults(),
		reserveFaults(),
		identitiesFaults(),
		tokensPutFaults(),
		tokensGetFaults(),
		tokensConsumeFaults(),
		tokensSpendUserFaults(),
		tokensPruneFaults(),
		queuePutFaults(),
		queueClaimFaults(),
		queueDoneFaults(),
		queueRetryFaults(),
		queueWaitingFaults(),
		queuePruneFaults(),
		queueCancelledFaults(),
		sessionsFaults(),
		sessionsListFaults(),
		rotateFaults(),
		sessionsEndFaults(),
		limiterFaults(),
		limiterForgetFaults(),
		limiterInvalidFaults(),
		eventsFaults(),
		eventsLatestFaults(),
		eventsPruneFaults(),
		signingKeysFaults(),
		unitOfWorkFaults(),
		unitOfWorkMailFaults(),
		unitOfWorkIdentityFaults(),
		unitOfWorkPermissionFaults(),
		storeFaults(),
		keyFaults(),
		contextFaults(),
		closedFaults(),
		hasherFaults(),
		passwordCheckerFaults(),
		tokensFaults(),
		mailerFaults(),
		composerFaults(),
		oauthFaults(),
		clockFaults(),
	)
}

package domain

import (
	"strings"
	"time"
)

// Event is one line of the audit trail. It never holds a secret.
type Event struct {
	ID      string // UUID version 7, so that events sort by time
	At      time.Time
	Kind    string // one of the Event... constants
	Outcome string // one of the Outcome... constants
	Actor   UserID // who did it; empty: nobody who is logged in
	Subject UserID // to whom; empty: nobody we know
	Client  Client
}

// The kinds of events.
const (
	EventLogin            = "login"
	EventLogout           = "logout"
	EventRefreshReuse     = "refresh-reuse"
	EventUserCreated      = "user-created"
	EventPasswordChanged  = "password-changed"
	EventResetRequested   = "password-reset-requested"
	EventResetMailed      = "password-reset-mailed"
	EventPasswordReset    = "password-reset"
	EventEmailChanged     = "email-changed"
	EventAccountUnlocked  = "account-unlocked"
	EventAddressUnlocked  = "address-unlocked" // the one of Client.IP
	EventUserUpdated      = "user-updated"
	EventUserDeleted      = "user-deleted"
	EventSessionsEnded    = "sessions-ended"
	EventKeyMade          = "signing-key-made"
	EventKeyRetired       = "signing-key-retired"
	EventStatusChanged    = "status-changed"
	EventRoleChanged      = "role-changed"
	EventTokenSet         = "static-token-set"
	EventTokenRemoved     = "static-token-removed"
	EventIdentityLinked   = "identity-linked"
	EventIdentityUnlinked = "identity-unlinked"
	EventLoginLimited     = "login-limited"
	EventTFAEnabled       = "tfa-enabled"
	EventTFADisabled      = "tfa-disabled"
	EventTFALimited       = "tfa-limited"
	EventRecoveryMade     = "recovery-codes-made"
	EventRecoveryUsed     = "recovery-code-used"
	EventResetLimited     = "password-reset-limited"

	EventUserInvited           = "user-invited"
	EventInvitationAccepted    = "invitation-accepted"
	EventRegistrationRequested = "registration-requested"
	EventRegistrationVerified  = "registration-verified"
	EventRegistrationLimited   = "registration-limited"
	EventEmailChangeRequested  = "email-change-requested"

	// Of these, Subject is the ID of the role or of the permission.
	EventRoleCreated       = "role-created"
	EventRoleUpdated       = "role-updated"
	EventRoleDeleted       = "role-deleted"
	EventPermissionCreated = "permission-created"
	EventPermissionUpdated = "permission-updated"
	EventPermissionDeleted = "permission-deleted"
)

// EventKinds returns all of them, in the order of the alphabet.
func EventKinds() []string {
	return []string{
		EventAccountUnlocked, EventAddressUnlocked, EventEmailChangeRequested, EventEmailChanged, EventIdentityLinked, EventIdentityUnlinked, EventInvitationAccepted,
		EventLogin, EventLoginLimited, EventLogout, EventPasswordChanged, EventPasswordReset, EventResetLimited,
		EventResetMailed, EventResetRequested, EventPermissionCreated, EventPermissionDeleted, EventPermissionUpdated, EventRecoveryUsed, EventRecoveryMade, EventRefreshReuse, EventRegistrationLimited, EventRegistrationRequested, EventRegistrationVerified,
		EventRoleChanged, EventRoleCreated, EventRoleDeleted, EventRoleUpdated, EventSessionsEnded, EventKeyMade, EventKeyRetired, EventTokenRemoved, EventTokenSet,
		EventStatusChanged, EventTFADisabled, EventTFAEnabled, EventTFALimited, EventUserCreated, EventUserDeleted,
		EventUserInvited, EventUserUpdated,
	}
}

// About returns the collection of what the event is about, by its kind.
func (e Event) About() string {
	switch {
	case e.Kind == EventRoleCreated, e.Kind == EventRoleUpdated, e.Kind == EventRoleDeleted:
		return CollectionRoles
	case strings.HasPrefix(e.Kind, "permission-"):
		return CollectionPermissions
	}
	return CollectionUsers
}

// The outcomes of events.
const (
	OutcomeSuccess = "success"
	OutcomeFailure = "failure"
	OutcomeUnknown = "unknown" // the store was asked to and did not answer; in the log alone
)

package domain

import "time"

// OneTimeToken is a secret that works once: a reset link, an invitation, an OAuth state.
type OneTimeToken struct {
	Hash      SecretHash
	Purpose   Purpose
	UserID    UserID // empty for purposes without a user
	Payload   []byte
	ExpiresAt time.Time
}

// Purpose keeps tokens of one kind from being spent as another.
type Purpose string

// The purposes there are.
const (
	PurposePasswordReset Purpose = "password-reset"
	PurposeOAuthState    Purpose = "oauth-state" // kept when it is spent
	PurposeOAuthCode     Purpose = "oauth-code"
	PurposeTFASetup      Purpose = "tfa-setup" // of a secret that was shown and is not in use yet
	PurposeInvitation    Purpose = "invitation"
	PurposeRegistration  Purpose = "registration"
	PurposeEmailChange   Purpose = "email-change"
)

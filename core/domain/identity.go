package domain

// Identity says which user an account at an OAuth provider is. Subject is what the provider
// calls the account for ever; an e-mail address is no subject, since addresses change hands.
type Identity struct {
	Provider string // the name under which the provider is configured
	Subject  string
	UserID   UserID
}

package domain

// ExternalUser is who has logged in at an OAuth provider, as the provider tells it.
type ExternalUser struct {
	Subject             string // see Identity
	Email               Email  // empty: none that can be used
	EmailVerified       bool   // the provider vouches that the address is the person's
	FirstName, LastName string
}

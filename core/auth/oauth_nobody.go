package auth

import "github.com/sallyport-auth/sallyport/core/domain"

// NobodyHere is why somebody is let in nowhere although a provider has named them. It is in the
// chain of that error, whose code is INVALID_CREDENTIALS, for transports that have words of
// their own for it. Who is told has proved who they are, and learns of their own address alone.
type NobodyHere string

// The values of NobodyHere.
const (
	NotRegistered     NobodyHere = "NOT_REGISTERED"     // no account is linked, and none is made
	AddressTaken      NobodyHere = "ADDRESS_TAKEN"      // an account has the address: who is in there may link it
	AddressUnverified NobodyHere = "ADDRESS_UNVERIFIED" // the provider does not vouch for the address
	AddressMissing    NobodyHere = "ADDRESS_MISSING"    // the provider shows no address
)

// Error implements error, with what the person can do about it.
func (n NobodyHere) Error() string {
	switch n {
	case AddressTaken:
		return "An account has this address: log in there, and link it"
	case AddressUnverified:
		return "The provider does not vouch for the address, and nobody here is linked"
	case AddressMissing:
		return "The provider shows no address, and nobody here is linked"
	}
	return "Nobody here is linked"
}

func nobodyHere(why NobodyHere) error {
	e := domain.NewError(domain.InvalidCredentials, why)
	e.Reason = why.Error()
	return e
}

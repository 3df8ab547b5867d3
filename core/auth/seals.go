package auth

import "github.com/sallyport-auth/sallyport/core/domain"

// Seals opens and seals what stores keep sealed, for whoever moves it from one to another. It is
// safe for concurrent use.
type Seals struct{ signingKeys, secondFactors *Sealer }

// NewSeals derives the keys from the data key and from those that it replaced, as NewKeys does.
func NewSeals(current []byte, previous ...[]byte) (Seals, error) {
	signingKeys, err := NewSealer("signing key", current, previous...)
	if err != nil {
		return Seals{}, err
	}
	secondFactors, err := NewSealer("second factor", current, previous...)
	if err != nil {
		return Seals{}, err
	}
	return Seals{signingKeys, secondFactors}, nil
}

// OpensSigningKey reports whether the service can sign with the key.
func (s Seals) OpensSigningKey(k domain.SigningKey) bool {
	_, err := openKeyPair(s.signingKeys, k)
	return err == nil
}

// OpensSecondFactor reports whether the service can check codes of the account.
func (s Seals) OpensSecondFactor(u domain.User) bool {
	_, err := s.secondFactors.Open(string(u.TOTP), totpContext(u.ID))
	return err == nil
}

// SealSecondFactor returns what a store keeps of the secret of the account's second factor.
func (s Seals) SealSecondFactor(id domain.UserID, secret []byte) []byte {
	return []byte(s.secondFactors.Seal(secret, totpContext(id)))
}

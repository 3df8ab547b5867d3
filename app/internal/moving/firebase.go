package moving

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// FirebaseHash are the parameters with which a Firebase project has hashed its passwords.
type FirebaseHash struct {
	signerKey     []byte
	saltSeparator []byte
	rounds, log2N int
}

var firebaseParameter = regexp.MustCompile(`(?m)^\s*"?(base64_signer_key|base64_salt_separator|rounds|mem_cost)"?\s*:\s*"?([A-Za-z0-9+/=_-]*)"?\s*,?\s*$`)

// ParseFirebaseConfig reads the parameters as the console of Firebase shows them:
//
//	hash_config {
//	  algorithm: SCRYPT,
//	  base64_signer_key: …,
//	  base64_salt_separator: …,
//	  rounds: 8,
//	  mem_cost: 14,
//	}
//
// No error repeats what it read.
func ParseFirebaseConfig(text string) (FirebaseHash, error) {
	values := map[string]string{}
	for _, match := range firebaseParameter.FindAllStringSubmatch(text, -1) {
		values[match[1]] = match[2]
	}
	key, keyErr := anyBase64(values["base64_signer_key"])
	separator, separatorErr := anyBase64(values["base64_salt_separator"])
	rounds, roundsErr := strconv.Atoi(values["rounds"])
	memory, memoryErr := strconv.Atoi(values["mem_cost"])
	if len(key) == 0 || errors.Join(keyErr, separatorErr, roundsErr, memoryErr) != nil {
		return FirebaseHash{}, errors.New("the hash parameters of Firebase need base64_signer_key, base64_salt_separator, rounds and mem_cost, each on a line of its own")
	}
	return FirebaseHash{key, separator, rounds, memory}, nil
}

// firebaseUser is a member of "users" in what `firebase auth:export --format=json` writes.
type firebaseUser struct {
	Email         string `json:"email"`
	EmailVerified bool   `json:"emailVerified"`
	PasswordHash  string `json:"passwordHash"`
	Salt          string `json:"salt"`
	DisplayName   string `json:"displayName"`
	Disabled      bool   `json:"disabled"`
	CreatedAt     string `json:"createdAt"`      // milliseconds
	LastSignedIn  string `json:"lastSignedInAt"` // milliseconds
	Providers     []struct {
		ID  string `json:"providerId"`
		Raw string `json:"rawId"`
	} `json:"providerUserInfo"`
}

func (h FirebaseHash) row(line []byte) (row, error) {
	var u firebaseUser
	if err := leniently(line, &u); err != nil {
		return row{}, err
	}
	first, last, _ := strings.Cut(u.DisplayName, " ")
	r := row{Email: u.Email, EmailProven: u.EmailVerified, FirstName: first, LastName: last, Status: string(domain.StatusActive)}
	switch {
	case u.Disabled:
		r.Status = string(domain.StatusSuspended)
	case !u.EmailVerified && u.PasswordHash == "":
		r.Status = string(domain.StatusUnverified)
	}
	var err error
	if r.CreatedAt, err = fromMillis(u.CreatedAt); err != nil {
		return row{}, err
	}
	if r.LastAccess, err = fromMillis(u.LastSignedIn); err != nil {
		return row{}, err
	}
	for _, p := range u.Providers {
		if provider, isDomain := strings.CutSuffix(p.ID, ".com"); isDomain {
			r.identities = append(r.identities, domain.Identity{Provider: provider, Subject: p.Raw})
		} else if p.ID != "password" {
			r.parts = append(r.parts, "a way in that is neither a password nor a provider with a name in .com is not kept")
		}
	}
	if u.PasswordHash != "" {
		r.PasswordHash, err = h.encode(u.PasswordHash, u.Salt)
	}
	return r, err
}

// encode keeps the difference between the tag and the signer key, which is what the cipher has
// added to it: so nothing here holds the key of the project.
func (h FirebaseHash) encode(tag, salt string) (string, error) {
	rawTag, tagErr := anyBase64(tag)
	rawSalt, saltErr := anyBase64(salt)
	if tagErr != nil || saltErr != nil || len(rawTag) != len(h.signerKey) {
		return "", errHash
	}
	stream := make([]byte, len(rawTag))
	subtle.XORBytes(stream, rawTag, h.signerKey)
	return fmt.Sprintf("$firebase-scrypt$ln=%d,r=%d,p=1$%s$%s", h.log2N, h.rounds,
		unpadded(append(rawSalt, h.saltSeparator...)), unpadded(stream)), nil
}

func fromMillis(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	millis, err := strconv.ParseInt(text, 10, 64)
	if err != nil || millis < 0 {
		return time.Time{}, refusal("a time is not in milliseconds since 1970")
	}
	return time.UnixMilli(millis).UTC(), nil
}

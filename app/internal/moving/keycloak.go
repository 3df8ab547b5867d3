package moving

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// keycloakUser is a member of "users" in the export of a realm of Keycloak.
type keycloakUser struct {
	ID          string `json:"id"`
	Email       string `json:"email"`
	FirstName   string `json:"firstName"`
	LastName    string `json:"lastName"`
	Enabled     bool   `json:"enabled"`
	Verified    bool   `json:"emailVerified"`
	CreatedAt   int64  `json:"createdTimestamp"` // milliseconds
	Credentials []struct {
		Type       string `json:"type"`
		Secret     string `json:"secretData"`     // JSON once more
		Credential string `json:"credentialData"` // JSON once more
	} `json:"credentials"`
	Identities []struct {
		Provider string `json:"identityProvider"`
		Subject  string `json:"userId"`
	} `json:"federatedIdentities"`
	Required []string `json:"requiredActions"`
}

type keycloakSecret struct {
	Value string `json:"value"`
	Salt  string `json:"salt"`
}

type keycloakCredential struct {
	Iterations int                 `json:"hashIterations"`
	Algorithm  string              `json:"algorithm"`
	Parameters map[string][]string `json:"additionalParameters"`

	SubType  string `json:"subType"`
	Encoding string `json:"secretEncoding"`
	Digits   int    `json:"digits"`
	Period   int    `json:"period"`
}

func keycloakRow(line []byte) (row, error) {
	var u keycloakUser
	if err := leniently(line, &u); err != nil {
		return row{}, err
	}
	r := row{ID: u.ID, Email: u.Email, EmailProven: u.Verified, FirstName: u.FirstName, LastName: u.LastName, Status: string(domain.StatusActive)}
	if !u.Enabled {
		r.Status = string(domain.StatusSuspended)
	}
	var err error
	if u.CreatedAt != 0 {
		if r.CreatedAt, err = fromMillis(strconv.FormatInt(u.CreatedAt, 10)); err != nil {
			return r, err
		}
	}
	for _, i := range u.Identities {
		r.identities = append(r.identities, domain.Identity{Provider: i.Provider, Subject: i.Subject})
	}
	if len(u.Required) > 0 {
		r.parts = append(r.parts, "what it has to do at its next login is not kept")
	}
	for _, c := range u.Credentials {
		if c.Type == "password-history" {
			continue // earlier ones, with which nobody logs in
		}
		var secret keycloakSecret
		var credential keycloakCredential
		if leniently([]byte(c.Secret), &secret) != nil || leniently([]byte(c.Credential), &credential) != nil {
			return r, refusal("a credential of it is not understood here")
		}
		switch c.Type {
		case "password":
			r.PasswordHash, err = keycloakHash(secret, credential)
		case "otp":
			var key []byte
			if key, err = keycloakFactor(secret, credential); r.totp == nil {
				r.totp = key
			} else if err == nil {
				r.parts = append(r.parts, "of its authenticator apps the first alone is kept")
			}
		default:
			err = refusal("it has a credential of a kind that is not here, without which nobody is to be let in")
		}
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

// keycloakHash writes a password as a PHC string.
func keycloakHash(secret keycloakSecret, c keycloakCredential) (string, error) {
	salt, saltErr := anyBase64(secret.Salt)
	tag, tagErr := anyBase64(secret.Value)
	if saltErr != nil || tagErr != nil {
		return "", errHash
	}
	parameter := func(name string) string {
		if values := c.Parameters[name]; len(values) == 1 {
			return values[0]
		}
		return ""
	}
	switch c.Algorithm {
	case "pbkdf2":
		return pbkdf2Text("sha1", strconv.Itoa(c.Iterations), salt, tag), nil
	case "pbkdf2-sha256", "pbkdf2-sha512":
		return pbkdf2Text(c.Algorithm[len("pbkdf2-"):], strconv.Itoa(c.Iterations), salt, tag), nil
	case "argon2":
		if parameter("version") != "1.3" {
			return "", errHash
		}
		return fmt.Sprintf("$argon2%s$v=19$m=%s,t=%d,p=%s$%s$%s", parameter("type"), parameter("memory"), c.Iterations,
			parameter("parallelism"), unpadded(salt), unpadded(tag)), nil
	}
	return "", errHash
}

const errFactor = refusal("its second factor is of a kind that is not here, without which nobody is to be let in")

// keycloakFactor takes the second factor of an authenticator app as apps have it by default: of
// others no code would be right here. Keycloak's secret is text, whose bytes are the key unless it
// says otherwise.
func keycloakFactor(secret keycloakSecret, c keycloakCredential) ([]byte, error) {
	if c.SubType != "totp" || c.Digits != totp.Digits || c.Period != int(totp.Period.Seconds()) || c.Algorithm != "HmacSHA1" || len(secret.Value) < totp.MinSecretBytes {
		return nil, errFactor
	}
	switch c.Encoding {
	case "":
		return []byte(secret.Value), nil
	case "BASE32":
		if key, err := totp.DecodeSecret(strings.TrimRight(secret.Value, "=")); err == nil {
			return key, nil
		}
	}
	return nil, errFactor
}

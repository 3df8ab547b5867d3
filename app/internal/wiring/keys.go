package wiring

import (
	"errors"
	"path/filepath"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// Keys are the secrets of the service.
type Keys struct{ Secret, Data keys.Key }

// LoadKeys returns the keys that the configuration names, or those that its database calls
// for: kept beside an embedded one, fresh for one that forgets everything, and demanded
// where several instances need the same. SECRET is demanded only where it signs something. The
// warnings are for the log.
func LoadKeys(c config.Config) (Keys, []string, error) {
	return loadKeys(c, keyPolicy(c.Database.Client))
}

// OperatorKeys returns keys for work that signs and seals nothing: it neither makes a file
// nor demands a setting, so that an operator needs neither, and leaves no key behind that
// the service cannot read.
func OperatorKeys(c config.Config) (Keys, error) {
	k, _, err := loadKeys(c, keys.Fresh)
	return k, err
}

func loadKeys(c config.Config, policy keys.Policy) (Keys, []string, error) {
	secret, warnings, secretErr := keys.Load(keys.Wanted{
		Name:       "SECRET",
		Configured: string(c.Keys.Secret),
		Previous:   texts(c.Keys.SecretPrevious),
		File:       filepath.Join(c.General.DataDir, "secret"),
	}, secretPolicy(c.Sessions.Algorithm, policy))
	data, more, dataErr := keys.Load(keys.Wanted{
		Name:       "DATA_KEY",
		Configured: string(c.Keys.DataKey),
		Previous:   texts(c.Keys.DataKeyPrevious),
		File:       filepath.Join(c.General.DataDir, "data-key"),
	}, policy)
	if err := errors.Join(secretErr, dataErr); err != nil {
		return Keys{}, nil, err
	}
	return Keys{Secret: secret, Data: data}, append(warnings, more...), nil
}

// secretPolicy is that of SECRET, which signs nothing beside key pairs.
func secretPolicy(algorithm string, policy keys.Policy) keys.Policy {
	if policy == keys.Demand && algorithm != auth.AlgorithmHS256 {
		return keys.Fresh
	}
	return policy
}

func keyPolicy(client string) keys.Policy {
	switch client {
	case config.SQLite:
		return keys.Keep
	case config.Memory:
		return keys.Fresh
	}
	return keys.Demand
}

func texts(secrets []config.Secret) []string {
	var list []string
	for _, s := range secrets {
		list = append(list, string(s))
	}
	return list
}

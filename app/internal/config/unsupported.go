package config

import (
	"maps"
	"slices"
	"strings"
)

// checkUnsupported looks for settings of the reference service that change who may do what
// or how much, and that this version does not have. To ignore them in silence would leave an
// operator who brings a configuration along believing in a limit that is not there.
func (l *loader) checkUnsupported(layers ...layer) {
	known := l.knownNames()
	for _, layer := range layers {
		for _, name := range slices.Sorted(maps.Keys(layer.values)) {
			base := strings.TrimSuffix(name, fileSuffix)
			switch {
			case base == "HASH_ASSOCIATED_DATA":
				l.mistake(base, "is not supported, and no password that was hashed with it could be verified", "unset it, and let those who have such a password set a new one")
			case base == "HASH_TYPE" && layer.values[name] != "2":
				l.mistake(base, "is not supported: new hashes are argon2id, and those of argon2i and bcrypt are verified", "unset it")
			case isOfProviders(base) && !isKnown(name, known):
				l.pointOut(name, layer.values[name], known)
			case isUnsupported(base) && !isKnown(name, known):
				l.warn("%s has no effect in this version", name)
			}
		}
	}
}

func isUnsupported(name string) bool {
	if slices.Contains([]string{
		"ADMIN_TOKEN", "CONTENT_SECURITY_POLICY",
		"DB_SEARCH_PATH", "HSTS_ENABLED", "IP_CUSTOM_HEADER", "PRESSURE_LIMITER_ENABLED",
		"REDIS_DB", "REDIS_HOST", "REDIS_USERNAME",
	}, name) {
		return true
	}
	for _, prefix := range []string{"DB_POOL__", "DB_SSL__", "RATE_LIMITER_", "USER_INVITE_", "USER_REGISTER_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

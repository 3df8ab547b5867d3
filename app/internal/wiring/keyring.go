package wiring

import (
	"log/slog"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// provideKeyring returns the keys of access tokens, which are read when they are needed.
func provideKeyring(c config.Config, k Keys, store port.Store, clock port.Clock, log *slog.Logger) (*auth.Keyring, error) {
	sealer, err := auth.NewSealer("signing key", k.Data.Current, k.Data.Previous...)
	if err != nil {
		return nil, err
	}
	settings := auth.KeyringSettings{
		Algorithm: c.Sessions.Algorithm,
		TokenTTL:  max(c.Sessions.AccessTTL, c.Sessions.CookieTTL), // the cookie of session mode is a token
	}
	return auth.NewKeyring(store.SigningKeys(), store.Events(), sealer, clock, settings, log), nil
}

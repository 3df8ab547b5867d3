package server

import (
	"context"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// SigningKeys implements cli.Backend. What it seals the service has to open, so it takes the
// keys of the service, and asks for them where the service would.
func (b Backend) SigningKeys(ctx context.Context, c config.Config, o cli.DatabaseOptions) (auth.KeysAPI, func(), error) {
	if err := prepareDatabase(c, o); err != nil {
		return nil, nil, err
	}
	keyring, warnings, err := wiring.LoadKeys(c)
	if err != nil {
		return nil, nil, err
	}
	for _, warning := range warnings {
		o.Log.Warn(warning)
	}
	service, cleanup, err := wiring.Assemble(ctx, c, keyring, wiring.Environment{Clock: b.Clock, Log: o.Log})
	if err != nil {
		return nil, nil, err
	}
	return service.Keys, cleanup, nil
}

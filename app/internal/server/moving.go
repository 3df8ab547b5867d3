package server

import (
	"context"
	"io"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// Moving implements cli.Backend. What it seals the service has to open, and what was sealed where
// things come from, too: so it takes the keys of the service.
func (b Backend) Moving(ctx context.Context, c config.Config, o cli.DatabaseOptions) (cli.Moving, func(), error) {
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
	seals, err := auth.NewSeals(keyring.Data.Current, keyring.Data.Previous...)
	if err != nil {
		return nil, nil, err
	}
	service, cleanup, err := b.assembleFor(ctx, c, keyring, o)
	if err != nil {
		return nil, nil, err
	}
	return mover{moving.Place{
		Work:          service.Auth.Work,
		Repos:         service.Auth.Repos,
		Sessions:      service.Auth.Sessions,
		Events:        service.Auth.Events,
		SigningKeys:   service.Store.SigningKeys(),
		Clock:         b.Clock,
		SessionTTL:    c.Sessions.AbsoluteTTL,
		CheckPassword: argon2id.Check,
		Seals:         seals,
	}}, cleanup, nil
}

// mover speaks the command line's language for package moving.
type mover struct{ place moving.Place }

func (m mover) Export(ctx context.Context, out io.Writer) (moving.Summary, error) {
	return moving.Export(ctx, m.place, out)
}

func (m mover) Import(ctx context.Context, in io.Reader, o moving.Options) (moving.Summary, error) {
	return moving.Import(ctx, m.place, in, o)
}

func (m mover) ImportUsers(ctx context.Context, in io.Reader, f moving.UserFormat, o moving.Options) (moving.Summary, error) {
	return moving.ImportUsers(ctx, m.place, in, f, o)
}

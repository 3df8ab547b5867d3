//go:build wireinject

package wiring

import (
	"context"

	"github.com/google/wire"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func initPostgres(ctx context.Context, c config.Config, k Keys, e Environment) (*Service, func(), error) {
	wire.Build(baseSet, postgresSet)
	return nil, nil, nil
}

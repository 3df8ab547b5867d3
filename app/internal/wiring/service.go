// Package wiring is the one place that knows every adapter. Wire assembles the service from
// the provider sets here: one injector for each database, chosen by DB_CLIENT when the
// program starts and checked when it is compiled. A database that lacks a port is an error
// of the generator, which names the set and the missing type.
//
// To bring in another adapter, write its provider, put it into a set, and run task gen.
package wiring

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Service is everything that a running service is made of.
type Service struct {
	Auth    *auth.Service
	Keys    *auth.Keyring
	REST    *fiberhttp.Server
	Connect *connectrpc.Server
	Redis   Redis
	Store   port.Store // the primary database
}

// Environment is what the service is given besides its configuration.
type Environment struct {
	Clock   port.Clock
	Log     *slog.Logger
	Version string
}

// injector assembles the service on one database. The caller calls the second result, which
// lets go of everything in reverse order, when it is done.
type injector func(ctx context.Context, c config.Config, k Keys, e Environment) (*Service, func(), error)

// Assemble builds the service that the configuration describes.
func Assemble(ctx context.Context, c config.Config, k Keys, e Environment) (*Service, func(), error) {
	inject, ok := injectors()[c.Database.Client]
	if !ok {
		return nil, nil, fmt.Errorf("wiring: no injector for DB_CLIENT %q", c.Database.Client)
	}
	return inject(ctx, c, k, e)
}

// injectors maps DB_CLIENT to what assembles the service on it.
func injectors() map[string]injector {
	return map[string]injector{
		config.SQLite:     initSQLite,
		config.MySQL:      initMySQL,
		config.PostgreSQL: initPostgres,
		config.Memory:     initMemory,
	}
}

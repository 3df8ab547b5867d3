package wiring

import (
	"context"
	"log/slog"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

// PostgresConfig says how the configured PostgreSQL database is opened.
func PostgresConfig(d config.Database) (postgres.Config, error) {
	encryption, err := databaseTLS(d)
	if err != nil {
		return postgres.Config{}, err
	}
	host := d.Host
	if d.SocketPath != "" {
		host = d.SocketPath
	}
	return postgres.Config{
		ConnectionString: string(d.ConnectionString),
		Host:             host,
		Port:             d.Port,
		Database:         d.Database,
		User:             d.User,
		Password:         string(d.Password),
		TLS:              encryption,
		MinConnections:   d.PoolMin,
		MaxConnections:   d.PoolMax,
		Timeout:          d.Timeout,
		Migrate:          d.Migrate,
	}, nil
}

func openPostgres(ctx context.Context, c config.Config, log *slog.Logger) (port.Store, func(), error) {
	store, err := openServer(ctx, c, log, checked(PostgresConfig), postgres.Open, postgres.IsPassing)
	if err != nil {
		return nil, nil, refusedSchema(err)
	}
	return store, closing(store, log), nil
}

func openPostgresMigrator(ctx context.Context, c config.Config, log *slog.Logger) (*migration.Migrator, error) {
	return openServer(ctx, c, log, checked(PostgresConfig), postgres.OpenMigrator, postgres.IsPassing)
}

package wiring

import (
	"context"
	"log/slog"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MySQLConfig says how the configured MySQL or MariaDB database is opened.
func MySQLConfig(d config.Database) (mysql.Config, error) {
	encryption, err := databaseTLS(d)
	if err != nil {
		return mysql.Config{}, err
	}
	return mysql.Config{
		ConnectionString: string(d.ConnectionString),
		Host:             d.Host,
		Port:             d.Port,
		Socket:           d.SocketPath,
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

func openMySQL(ctx context.Context, c config.Config, log *slog.Logger) (port.Store, func(), error) {
	store, err := openServer(ctx, c, log, checked(MySQLConfig), mysql.Open, mysql.IsPassing)
	if err != nil {
		return nil, nil, refusedSchema(err)
	}
	return store, closing(store, log), nil
}

func openMySQLMigrator(ctx context.Context, c config.Config, log *slog.Logger) (*migration.Migrator, error) {
	return openServer(ctx, c, log, checked(MySQLConfig), mysql.OpenMigrator, mysql.IsPassing)
}

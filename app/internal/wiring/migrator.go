package wiring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// OpenMigrator opens the configured database, whatever schema it has, and waits for a server
// as Assemble does.
func OpenMigrator(ctx context.Context, c config.Config, log *slog.Logger) (*migration.Migrator, error) {
	open, ok := migrators()[c.Database.Client]
	if !ok {
		return nil, fmt.Errorf("wiring: DB_CLIENT %q has no schema", c.Database.Client)
	}
	return open(ctx, c, log)
}

// migrators maps DB_CLIENT to what opens its schema.
func migrators() map[string]func(context.Context, config.Config, *slog.Logger) (*migration.Migrator, error) {
	return map[string]func(context.Context, config.Config, *slog.Logger) (*migration.Migrator, error){
		config.SQLite:     openSQLiteMigrator,
		config.MySQL:      openMySQLMigrator,
		config.PostgreSQL: openPostgresMigrator,
	}
}

// refusedSchema says what to type where the schema is older and DB_MIGRATE is false.
func refusedSchema(err error) error {
	if errors.Is(err, migration.ErrSchemaOlder) {
		return fmt.Errorf("%w (sallyport migrate up does so, and the service by itself unless DB_MIGRATE is false)", err)
	}
	return err
}

// serverName is what the log and errors call a database server.
func serverName(d config.Database) string {
	setting := "DB_HOST"
	switch {
	case d.ConnectionString != "":
		setting = "DB_CONNECTION_STRING"
	case d.SocketPath != "":
		setting = "DB_SOCKET_PATH"
	}
	return "the database that " + setting + " names"
}

// Package server is what the commands of the command line set in motion: the running
// service, the operator's work on its database, and the schema.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Backend is the cli.Backend of the program.
type Backend struct {
	Clock port.Clock
}

var _ cli.Backend = Backend{}

// Operator implements cli.Backend.
func (b Backend) Operator(ctx context.Context, c config.Config, o cli.DatabaseOptions) (auth.OperatorAPI, func(), error) {
	if err := prepareDatabase(c, o); err != nil {
		return nil, nil, err
	}
	keyring, err := wiring.OperatorKeys(c)
	if err != nil {
		return nil, nil, err
	}
	service, cleanup, err := b.assembleFor(ctx, c, keyring, o)
	if err != nil {
		return nil, nil, err
	}
	return service.Auth, cleanup, nil
}

// assembleFor builds the service for a command. On a database server it makes tables only where the
// command may make the database.
func (b Backend) assembleFor(ctx context.Context, c config.Config, k wiring.Keys, o cli.DatabaseOptions) (*wiring.Service, func(), error) {
	mayMakeTables := o.Create || !c.Database.IsServer()
	c.Database.Migrate = c.Database.Migrate && mayMakeTables
	service, cleanup, err := wiring.Assemble(ctx, c, k, wiring.Environment{Clock: b.Clock, Log: o.Log})
	if errors.Is(err, migration.ErrSchemaOlder) && !mayMakeTables {
		return nil, nil, fmt.Errorf("this command makes no tables, neither in an empty database, which may be the wrong one, nor in one of an older version: %w", err)
	}
	return service, cleanup, err
}

// prepareDatabase refuses what a command cannot work on, and makes folders only where the
// command may make the database.
func prepareDatabase(c config.Config, o cli.DatabaseOptions) error {
	if err := refuseForgetful(c); err != nil {
		return err
	}
	if o.Create {
		return makeDataDir(c)
	}
	return refuseAbsent(c)
}

// refuseAbsent keeps a command that looks for something from making an empty database to
// look in, where DATA_DIR or DB_FILENAME is mistyped.
func refuseAbsent(c config.Config) error {
	if c.Database.Client != config.SQLite {
		return nil
	}
	_, err := os.Stat(c.Database.Filename)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database at %s; DATA_DIR or DB_FILENAME says where it is", c.Database.Filename)
	}
	return err // names the path
}

// makeDataDir makes the folders of what an embedded database keeps.
func makeDataDir(c config.Config) error {
	if c.Database.Client != config.SQLite {
		return nil
	}
	if err := os.MkdirAll(c.General.DataDir, 0o700); err != nil {
		return fmt.Errorf("make DATA_DIR: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(c.Database.Filename), 0o700); err != nil {
		return fmt.Errorf("make the folder of DB_FILENAME: %w", err)
	}
	return nil
}

// refuseForgetful keeps a command from doing its work on a database that is gone when the
// command ends.
func refuseForgetful(c config.Config) error {
	if c.Database.Client == config.Memory {
		return fmt.Errorf("DB_CLIENT memory forgets everything with the process, so there is nothing for this command to work on: %w", errForgetful{})
	}
	return nil
}

// errForgetful is a mistake of the operator's.
type errForgetful struct{}

func (errForgetful) Error() string        { return "name another database" }
func (errForgetful) Is(target error) bool { return target == keys.ErrConfiguration }

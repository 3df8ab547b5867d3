package wiring

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// foreignTimeout is how long a statement on the database of another program may take: it reads a
// whole table.
const foreignTimeout = time.Minute

// OpenForeign opens the database of another program, in order to read it: of MySQL or MariaDB, of
// PostgreSQL, or a file of SQLite. An address that can be none of them is a config.Mistakes, which
// calls it by name. The caller closes the result.
func OpenForeign(ctx context.Context, name, address string) (*sqlstore.ForeignTables, error) {
	scheme, path, isURL := strings.Cut(address, "://")
	switch scheme = strings.ToLower(scheme); {
	case isURL && (scheme == "mysql" || scheme == "mariadb"):
		c := mysql.Config{ConnectionString: address, Timeout: foreignTimeout}
		if err := c.Check(); err != nil {
			return nil, refusedAddress(name, "is refused: "+err.Error())
		}
		return mysql.OpenForeign(ctx, c)
	case isURL && (scheme == "postgres" || scheme == "postgresql"):
		c := postgres.Config{ConnectionString: address, Timeout: foreignTimeout}
		if err := c.Check(); err != nil {
			return nil, refusedAddress(name, "is refused: "+err.Error())
		}
		return postgres.OpenForeign(ctx, c)
	case isURL && (scheme == "sqlite" || scheme == "sqlite3"):
		return openForeignFile(ctx, name, path)
	case isURL || address == "":
		return nil, refusedAddress(name, "names no database that can be read")
	}
	return openForeignFile(ctx, name, address)
}

func openForeignFile(ctx context.Context, name, path string) (*sqlstore.ForeignTables, error) {
	tables, err := sqlite.OpenForeign(ctx, sqlite.Config{Path: path, BusyTimeout: foreignTimeout})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refusedAddress(name, "is no address of a server, and no file that is there")
	}
	return tables, err
}

func refusedAddress(name, problem string) error {
	return config.Mistakes{{Name: name, Problem: problem, Fix: "give mysql://USER:PASSWORD@HOST:PORT/DATABASE, postgres://USER:PASSWORD@HOST:PORT/DATABASE, or the path of a file of SQLite"}}
}

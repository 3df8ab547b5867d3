package wiring

import (
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// CheckDatabase tells by config.Mistakes what the adapter of a configured database server
// cannot take. It calls nobody.
func CheckDatabase(d config.Database) error {
	var err error
	switch d.Client {
	case config.MySQL:
		_, err = checked(MySQLConfig)(d)
	case config.PostgreSQL:
		_, err = checked(PostgresConfig)(d)
	}
	return err
}

// checked is configure, and refuses what the adapter would refuse without having connected:
// a mistake of the operator's, which no other start mends.
func checked[C interface{ Check() error }](configure func(config.Database) (C, error)) func(config.Database) (C, error) {
	return func(d config.Database) (C, error) {
		settings, err := configure(d)
		if err != nil {
			return settings, err
		}
		if err := settings.Check(); err != nil {
			return settings, config.Mistakes{unusable(d, err)}
		}
		return settings, nil
	}
}

func unusable(d config.Database, err error) config.Mistake {
	if d.ConnectionString == "" {
		return config.Mistake{Name: "DB_CLIENT", Problem: "cannot be used with the settings beside it: " + err.Error(), Fix: "mend that"}
	}
	return config.Mistake{Name: "DB_CONNECTION_STRING", Problem: "is refused: " + err.Error(), Fix: config.ConnectionFix}
}

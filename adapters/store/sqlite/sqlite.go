// Package sqlite keeps everything in one SQLite file and needs no C compiler. It is the
// database of a service that runs as one process; commands may read and write beside it.
//
// The file is in write-ahead mode, so readers never wait for the writer, and so it must
// be on a local disk: PATH-wal and PATH-shm appear beside it and belong to it. PATH.lock and
// PATH.migrate.lock hold nothing; see Lock and Migrator. One connection writes and several
// read. By default a write is on the disk when it is acknowledged (synchronous FULL) and
// outlives a power cut; those that come at the same time share the wait for the disk.
//
// How rows are found follows from the indexes alone: Open removes the statistics that ANALYZE
// and PRAGMA optimize leave, since those of a small table make SQLite read the large one that
// it becomes from end to end.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

var _ port.Store = (*Store)(nil)

// Store is a port.Store on one SQLite file. Writes and units of work that wait at the same
// time are committed together, without being felt by each other. Units of work run one after
// the other, and other writes wait for them: one that takes longer than Config.BusyTimeout is
// rolled back.
type Store struct {
	*sqlstore.Store
	reader *sqlx.DB
	writes *group
}

// Open opens the database at c.Path. With c.Migrate it makes the file, for its owner only
// (mode 0600), if it is missing; without, that is an error that matches fs.ErrNotExist. It
// returns ErrSchemaNewer, or ErrSchemaOlder unless c.Migrate is set, when the schema is not
// the one that this package knows.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open database: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	if c.Migrate {
		err = createFile(c.Path)
	} else {
		_, err = os.Stat(c.Path)
	}
	if err != nil {
		return nil, err
	}
	writer, err := openWriter(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(ctx, c, writer.DB); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	if err := removeStatistics(ctx, writer); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader, err := connect(c.readerDSN(), c.Readers)
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	writes := newGroup(writer, c.BusyTimeout)
	return &Store{Store: sqlstore.New(reader, writes, dialect{}, sqlstore.PreparedReads()), reader: reader, writes: writes}, nil
}

// openWriter returns the one connection that writes to the file, which must exist.
func openWriter(ctx context.Context, c Config) (*sqlx.DB, error) {
	writer, err := connect(c.writerDSN(), 1)
	if err != nil {
		return nil, err
	}
	if err := startJournal(ctx, c, writer); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return writer, nil
}

func connect(dsn string, connections int) (*sqlx.DB, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	// The name is the one by which sqlx knows how SQLite writes arguments.
	return sqlx.NewDb(db, "sqlite3"), nil
}

// journalPoll is how often a starter that meets others looks again.
const journalPoll = 5 * time.Millisecond

// startJournal opens the first connection, which turns the write-ahead log on. Of several
// that do so at once in a new file, SQLite refuses some without heeding the busy timeout.
func startJournal(ctx context.Context, c Config, db *sqlx.DB) error {
	wait, cancel := context.WithTimeout(ctx, c.BusyTimeout)
	defer cancel()
	again := time.NewTicker(journalPoll)
	defer again.Stop()
	for {
		err := checkJournal(ctx, db)
		if !isBusy(err) {
			return err
		}
		select {
		case <-wait.Done():
			return errors.Join(ctx.Err(), err)
		case <-again.C:
		}
	}
}

// checkJournal makes sure that the log is on: SQLite silently keeps another mode where it
// cannot share memory, as on a network disk.
func checkJournal(ctx context.Context, db *sqlx.DB) error {
	var mode string
	if err := db.GetContext(ctx, &mode, `PRAGMA journal_mode`); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q instead of wal: the database must be on a local disk", mode)
	}
	return nil
}

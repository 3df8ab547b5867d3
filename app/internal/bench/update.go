package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// update is the least that a database can commit.
const update = "UPDATE of one row"

// measureUpdate asks how often the database commits when there is nothing around it: each
// connection changes a row of its own, by a statement that commits itself.
func (w *world) measureUpdate(ctx context.Context, r *report) (err error) {
	db, err := sql.Open(w.database.driver, w.database.dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := makeRows(ctx, db); err != nil {
		return fmt.Errorf("make rows: %w", err)
	}
	for _, n := range w.database.writers {
		w.say("%s, %d connections", update, n)
		clients, shut, err := updaters(ctx, db, n)
		if err != nil {
			return errors.Join(err, shut())
		}
		m, err := measureLoad(ctx, update, w.time, own, clients)
		if err := errors.Join(err, shut()); err != nil {
			return err
		}
		r.lines = append(r.lines, m)
	}
	return nil
}

func makeRows(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, `CREATE TABLE updates (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)`); err != nil {
		return err
	}
	for id := range most {
		if _, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO updates (id, n) VALUES (%d, 0)`, id)); err != nil {
			return err
		}
	}
	return nil
}

// updaters returns n clients, each with a connection and a prepared statement of its own, and
// what closes them.
func updaters(ctx context.Context, db *sql.DB, n int) (clients []client, shut func() error, err error) {
	var open []*sql.Conn
	shut = func() error {
		var err error
		for _, conn := range open {
			err = errors.Join(err, conn.Close())
		}
		return err
	}
	for id := range n {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, shut, err
		}
		open = append(open, conn)
		statement, err := conn.PrepareContext(ctx, fmt.Sprintf(`UPDATE updates SET n = n + 1 WHERE id = %d`, id))
		if err != nil {
			return nil, shut, err
		}
		clients = append(clients, func() error {
			_, err := statement.ExecContext(ctx)
			return err
		})
	}
	return clients, shut, nil
}

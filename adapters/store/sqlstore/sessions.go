package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type sessions struct{ repo }

const sessionColumns = `id, user_id, mode, epoch, generation, secret, created_at, rotated_at,
	expires_at, ends_at, client_ip, client_agent, client_origin`

type sessionRow struct {
	ID           string `db:"id"`
	UserID       string `db:"user_id"`
	Mode         string `db:"mode"`
	Epoch        int64  `db:"epoch"`
	Generation   int64  `db:"generation"`
	Secret       []byte `db:"secret"`
	CreatedAt    int64  `db:"created_at"`
	RotatedAt    int64  `db:"rotated_at"`
	ExpiresAt    int64  `db:"expires_at"`
	EndsAt       int64  `db:"ends_at"`
	ClientIP     string `db:"client_ip"`
	ClientAgent  string `db:"client_agent"`
	ClientOrigin string `db:"client_origin"`
}

// columns are those of sessionColumns.
func (r *sessionRow) columns() []any {
	return []any{
		&r.ID, &r.UserID, &r.Mode, &r.Epoch, &r.Generation, &r.Secret, &r.CreatedAt, &r.RotatedAt,
		&r.ExpiresAt, &r.EndsAt, &r.ClientIP, &r.ClientAgent, &r.ClientOrigin,
	}
}

func (r sessionRow) session() (domain.Session, error) {
	secret, err := secretHash(r.Secret)
	if err != nil {
		return domain.Session{}, err
	}
	return domain.Session{
		ID:         domain.SessionID(r.ID),
		UserID:     domain.UserID(r.UserID),
		Mode:       domain.Mode(r.Mode),
		Epoch:      r.Epoch,
		Generation: r.Generation,
		Secret:     secret,
		CreatedAt:  fromMicros(r.CreatedAt),
		RotatedAt:  fromMicros(r.RotatedAt),
		ExpiresAt:  fromMicros(r.ExpiresAt),
		EndsAt:     fromMicros(r.EndsAt),
		Client:     domain.Client{IP: r.ClientIP, UserAgent: r.ClientAgent, Origin: r.ClientOrigin},
	}, nil
}

const createSession = `INSERT INTO sessions (` + sessionColumns + `)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (s *sessions) Create(ctx context.Context, n domain.Session) error {
	return s.call(ctx, "create session", func() error {
		if err := port.CheckSession(n); err != nil {
			return err
		}
		_, err := s.exec(ctx, createSession,
			string(n.ID), string(n.UserID), string(n.Mode), n.Epoch, n.Generation, n.Secret[:],
			micros(n.CreatedAt), micros(n.RotatedAt), micros(n.ExpiresAt), micros(n.EndsAt),
			n.Client.IP, n.Client.UserAgent, n.Client.Origin)
		return err
	})
}

const sessionByID = `SELECT ` + sessionColumns + ` FROM sessions WHERE id = ?`

func (s *sessions) Get(ctx context.Context, id domain.SessionID, now time.Time) (found domain.Session, err error) {
	err = s.call(ctx, "get session", func() error {
		var err error
		found, err = s.live(ctx, id, now)
		return err
	})
	return found, err
}

// byID returns the session whether it is live or not.
func (s *sessions) byID(ctx context.Context, id domain.SessionID) (domain.Session, error) {
	var row sessionRow
	if err := s.get(ctx, &row, sessionByID, string(id)); err != nil {
		return domain.Session{}, err
	}
	return row.session()
}

func (s *sessions) live(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
	if err := port.CheckKey(string(id)); err != nil {
		return domain.Session{}, err
	}
	found, err := s.byID(ctx, id)
	if err != nil {
		return domain.Session{}, err
	}
	if !found.LiveAt(now) {
		return domain.Session{}, port.ErrNotFound
	}
	return found, nil
}

const listSessions = `SELECT ` + sessionColumns + ` FROM sessions
	WHERE user_id = ? AND expires_at > ? AND ends_at > ? ORDER BY created_at DESC, id LIMIT ?`

func (s *sessions) List(ctx context.Context, user domain.UserID, now time.Time, limit int) (list []domain.Session, err error) {
	err = s.call(ctx, "list sessions", func() error {
		if err := port.CheckKey(string(user)); err != nil || limit < 1 {
			return err
		}
		var rows []sessionRow
		if err := s.list(ctx, &rows, listSessions, string(user), micros(now), micros(now), limit); err != nil {
			return err
		}
		for _, row := range rows {
			one, err := row.session()
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

const rotateSession = `UPDATE sessions SET secret = ?, generation = generation + 1, rotated_at = ?,
	expires_at = ?, client_ip = ?, client_agent = ?, client_origin = ?
	WHERE id = ? AND secret = ? AND expires_at > ? AND ends_at > ?`

func (s *sessions) Rotate(ctx context.Context, r port.Rotation) (current domain.Session, err error) {
	err = s.call(ctx, "rotate session", func() error {
		if err := port.CheckRotation(r); err != nil {
			return err
		}
		var err error
		current, err = s.rotate(ctx, r)
		return err
	})
	return current, err
}

// rotate lets one statement decide. Only who has lost reads, and after it, outside of any
// transaction: one that began before the winner's commit would show the spent secret as current.
func (s *sessions) rotate(ctx context.Context, r port.Rotation) (domain.Session, error) {
	for range maxRotations {
		rotated, err := s.exec(ctx, rotateSession,
			r.Next[:], micros(r.Now), micros(r.ExpiresAt), r.Client.IP, r.Client.UserAgent, r.Client.Origin,
			string(r.ID), r.Old[:], micros(r.Now), micros(r.Now))
		if err != nil || rotated == 1 {
			return domain.Session{}, err
		}
		current, err := s.live(ctx, r.ID, r.Now)
		if err != nil {
			return domain.Session{}, err
		}
		if current.Secret != r.Old {
			return current, port.ErrStale
		}
		// The node of a cluster that answered was behind when it ran the update. To call
		// the current secret stale would end an honest session.
	}
	return domain.Session{}, errors.New("the current secret was not taken as such")
}

// maxRotations bounds how often a rotation is tried on a database that contradicts itself.
const maxRotations = 3

const endReusedSession = `DELETE FROM sessions WHERE id = ? AND secret <> ?`

func (s *sessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (bool, error) {
	ended, err := s.delete(ctx, "end reused session", endReusedSession, id, presented[:])
	return ended == 1, err
}

const deleteSession = `DELETE FROM sessions WHERE id = ?`

func (s *sessions) Delete(ctx context.Context, id domain.SessionID) error {
	_, err := s.delete(ctx, "delete session", deleteSession, id)
	return err
}

func (s *sessions) delete(ctx context.Context, what, query string, id domain.SessionID, guard ...any) (deleted int64, err error) {
	err = s.call(ctx, what, func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		var err error
		deleted, err = s.exec(ctx, query, append([]any{string(id)}, guard...)...)
		return err
	})
	return deleted, err
}

const deleteUserSessions = `DELETE FROM sessions WHERE user_id = ? AND id <> ?`

func (s *sessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	return s.call(ctx, "delete sessions of user", func() error {
		if err := port.CheckKey(string(id), string(except)); err != nil {
			return err
		}
		_, err := s.exec(ctx, deleteUserSessions, string(id), string(except))
		return err
	})
}

// A table of its own around the limited rows, since MySQL has no LIMIT in IN. The condition
// once more outside, since a row may have changed between, and since MySQL and MariaDB, which
// lock what they look at, then find the rows by the index of their end. For two ends they
// would often look at the whole table, so that each end has a statement of its own.
const (
	pruneExpiredSessions = `DELETE FROM sessions
		WHERE id IN (SELECT id FROM (
			SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?) AS dead)
		AND expires_at <= ?`

	pruneEndedSessions = `DELETE FROM sessions
		WHERE id IN (SELECT id FROM (
			SELECT id FROM sessions WHERE ends_at <= ? LIMIT ?) AS dead)
		AND ends_at <= ?`
)

func (s *sessions) Prune(ctx context.Context, now time.Time, limit int) (pruned int, err error) {
	err = s.call(ctx, "prune sessions", func() error {
		at := micros(now)
		for _, query := range []string{pruneExpiredSessions, pruneEndedSessions} {
			left := limit - pruned
			if left < 1 {
				return nil // to SQLite a negative limit is none at all
			}
			n, err := s.exec(ctx, query, at, left, at)
			if err != nil {
				return err
			}
			pruned += int(n)
		}
		return nil
	})
	return pruned, err
}

func sessionQueries() []string {
	return []string{
		createSession, sessionByID, listSessions, rotateSession, endReusedSession, deleteSession,
		deleteUserSessions, pruneExpiredSessions, pruneEndedSessions,
	}
}

package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// sessions is a port.Sessions. lua/session.lua says how sessions are kept.
type sessions struct {
	server *server

	create, get, list, rotate, endReused, delete, deleteUser, prune script
}

func newSessions(s *server) *sessions {
	on := func(flags, name string) script { return newScript(flags, "index", "session", "session_"+name) }
	return &sessions{
		server:     s,
		create:     on(writes, "create"),
		get:        on(reads, "get"),
		list:       on(reads, "list"),
		rotate:     on(writes, "rotate"),
		endReused:  on(frees, "end_reused"),
		delete:     on(frees, "delete"),
		deleteUser: on(frees, "delete_user"),
		prune:      on(frees, "prune"),
	}
}

func (s *sessions) Create(ctx context.Context, n domain.Session) error {
	return s.server.call(ctx, "create session", func(ctx context.Context) error {
		if err := port.CheckSession(n); err != nil {
			return err
		}
		created, err := s.server.count(ctx, s.create,
			string(n.ID), ttl(n.ExpiresAt.Sub(n.CreatedAt)),
			string(n.UserID), string(n.Mode), n.Epoch, n.Generation, n.Secret[:],
			digits(n.CreatedAt), digits(n.RotatedAt), digits(n.ExpiresAt), digits(n.EndsAt),
			n.Client.IP, n.Client.UserAgent, n.Client.Origin)
		if err == nil && created == 0 {
			return port.ErrConflict
		}
		return err
	})
}

func (s *sessions) Get(ctx context.Context, id domain.SessionID, now time.Time) (found domain.Session, err error) {
	err = s.server.call(ctx, "get session", func(ctx context.Context) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		fields, err := s.server.texts(ctx, s.get, string(id), digits(now))
		if err != nil {
			return err
		}
		if len(fields) == 0 {
			return port.ErrNotFound
		}
		found, err = sessionOf(id, fields)
		return err
	})
	return found, err
}

func (s *sessions) List(ctx context.Context, user domain.UserID, now time.Time, limit int) (list []domain.Session, err error) {
	err = s.server.call(ctx, "list sessions", func(ctx context.Context) error {
		if err := port.CheckKey(string(user)); err != nil || limit < 1 {
			return err
		}
		answer, err := s.server.texts(ctx, s.list, string(user), digits(now), limit)
		if err != nil {
			return err
		}
		for one := range slices.Chunk(answer, 1+sessionFields) {
			found, err := sessionOf(domain.SessionID(one[0]), one[1:])
			if err != nil {
				return err
			}
			list = append(list, found)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (s *sessions) Rotate(ctx context.Context, r port.Rotation) (current domain.Session, err error) {
	err = s.server.call(ctx, "rotate session", func(ctx context.Context) error {
		if err := port.CheckRotation(r); err != nil {
			return err
		}
		answer, err := s.server.texts(ctx, s.rotate,
			string(r.ID), digits(r.Now), ttl(r.ExpiresAt.Sub(r.Now)), r.Old[:], r.Next[:],
			digits(r.ExpiresAt), r.Client.IP, r.Client.UserAgent, r.Client.Origin)
		if err != nil {
			return err
		}
		switch outcome, fields := answer[0], answer[1:]; outcome {
		case "rotated":
			return nil
		case "stale":
			if current, err = sessionOf(r.ID, fields); err != nil {
				return err
			}
			return port.ErrStale
		}
		return port.ErrNotFound
	})
	return current, err
}

func (s *sessions) EndReused(ctx context.Context, id domain.SessionID, presented domain.SecretHash) (ended bool, err error) {
	err = s.server.call(ctx, "end reused session", func(ctx context.Context) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		n, err := s.server.count(ctx, s.endReused, string(id), presented[:])
		ended = n == 1
		return err
	})
	return ended, err
}

func (s *sessions) Delete(ctx context.Context, id domain.SessionID) error {
	return s.server.call(ctx, "delete session", func(ctx context.Context) error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		_, err := s.server.count(ctx, s.delete, string(id))
		return err
	})
}

func (s *sessions) DeleteUser(ctx context.Context, id domain.UserID, except domain.SessionID) error {
	return s.server.call(ctx, "delete sessions of user", func(ctx context.Context) error {
		if err := port.CheckKey(string(id), string(except)); err != nil {
			return err
		}
		_, err := s.server.count(ctx, s.deleteUser, string(id), string(except))
		return err
	})
}

func (s *sessions) Prune(ctx context.Context, now time.Time, limit int) (pruned int, err error) {
	err = s.server.call(ctx, "prune sessions", func(ctx context.Context) error {
		if limit < 1 {
			return nil // to Redis a negative limit is none at all
		}
		pruned, err = s.server.count(ctx, s.prune, digits(now), limit)
		return err
	})
	return pruned, err
}

// sessionFields is how many fields lua/session.lua has.
const sessionFields = 12

// sessionOf reads the fields in the order of lua/session.lua.
func sessionOf(id domain.SessionID, fields []string) (domain.Session, error) {
	if len(fields) != sessionFields {
		return domain.Session{}, fmt.Errorf("stored session has %d fields, not %d", len(fields), sessionFields)
	}
	s := domain.Session{
		ID:     id,
		UserID: domain.UserID(fields[0]),
		Mode:   domain.Mode(fields[1]),
		Client: domain.Client{IP: fields[9], UserAgent: fields[10], Origin: fields[11]},
	}
	var errs [7]error
	s.Epoch, errs[0] = strconv.ParseInt(fields[2], 10, 64)
	s.Generation, errs[1] = strconv.ParseInt(fields[3], 10, 64)
	s.Secret, errs[2] = secretHash(fields[4])
	s.CreatedAt, errs[3] = timeOf(fields[5])
	s.RotatedAt, errs[4] = timeOf(fields[6])
	s.ExpiresAt, errs[5] = timeOf(fields[7])
	s.EndsAt, errs[6] = timeOf(fields[8])
	for _, err := range errs {
		if err != nil {
			return domain.Session{}, fmt.Errorf("stored session cannot be read: %w", err)
		}
	}
	return s, nil
}

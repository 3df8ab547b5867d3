package sqlstore

import (
	"context"
	"math"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type events struct{ repo }

const eventColumns = `id, occurred_at, kind, outcome, actor_id, subject_id,
	client_ip, client_agent, client_origin`

type eventRow struct {
	ID           string `db:"id"`
	OccurredAt   int64  `db:"occurred_at"`
	Kind         string `db:"kind"`
	Outcome      string `db:"outcome"`
	ActorID      string `db:"actor_id"`
	SubjectID    string `db:"subject_id"`
	ClientIP     string `db:"client_ip"`
	ClientAgent  string `db:"client_agent"`
	ClientOrigin string `db:"client_origin"`
}

func (r eventRow) event() domain.Event {
	return domain.Event{
		ID:      r.ID,
		At:      fromMicros(r.OccurredAt),
		Kind:    r.Kind,
		Outcome: r.Outcome,
		Actor:   domain.UserID(r.ActorID),
		Subject: domain.UserID(r.SubjectID),
		Client:  domain.Client{IP: r.ClientIP, UserAgent: r.ClientAgent, Origin: r.ClientOrigin},
	}
}

const recordEvent = `INSERT INTO events (` + eventColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (s *events) Record(ctx context.Context, e domain.Event) error {
	return s.call(ctx, "record event", func() error {
		if err := port.CheckEvent(e); err != nil {
			return err
		}
		_, err := s.exec(ctx, recordEvent, e.ID, micros(e.At), e.Kind, e.Outcome, string(e.Actor),
			string(e.Subject), e.Client.IP, e.Client.UserAgent, e.Client.Origin)
		return err
	})
}

const listEvents = `SELECT ` + eventColumns + ` FROM events WHERE id > ? ORDER BY id LIMIT ?`

func (s *events) List(ctx context.Context, after string, limit int) (page []domain.Event, err error) {
	err = s.call(ctx, "list events", func() error {
		if err := port.CheckKey(after); err != nil || limit < 1 {
			return err
		}
		var rows []eventRow
		if err := s.list(ctx, &rows, listEvents, after, limit); err != nil {
			return err
		}
		for _, row := range rows {
			page = append(page, row.event())
		}
		return nil
	})
	return page, err
}

// Of each filter there is a statement of its own, so that the database can plan it. The events of
// a user are those of two indexes, which a condition with OR would leave to the database to find:
// it rather reads the whole trail, from its end. SQLite takes the sides of a CROSS JOIN in their
// order; it would begin with all events of a kind.
const (
	latestEvents       = `SELECT ` + eventColumns + ` FROM events ORDER BY id DESC LIMIT ? OFFSET ?`
	latestEventsOfKind = `SELECT ` + eventColumns + ` FROM events WHERE kind = ? ORDER BY id DESC LIMIT ? OFFSET ?`
	latestEventsOfUser = `SELECT ` + eventColumns + ` FROM (
			SELECT event_id FROM (SELECT id AS event_id FROM events WHERE actor_id = ? ORDER BY id DESC LIMIT ?) AS done_by
			UNION
			SELECT event_id FROM (SELECT id AS event_id FROM events WHERE subject_id = ? ORDER BY id DESC LIMIT ?) AS done_to
		) AS of_user CROSS JOIN events WHERE id = event_id ORDER BY id DESC LIMIT ? OFFSET ?`
	latestEventsOfBoth = `SELECT ` + eventColumns + ` FROM (
			SELECT id AS event_id FROM events WHERE actor_id = ?
			UNION
			SELECT id AS event_id FROM events WHERE subject_id = ?
		) AS of_user CROSS JOIN events WHERE id = event_id AND kind = ? ORDER BY id DESC LIMIT ? OFFSET ?`
)

// latestQuery returns the statement and its arguments but limit and offset, whose sum is last.
func latestQuery(f port.EventFilter, last int) (query string, args []any) {
	user := string(f.User)
	switch {
	case f.Kind != "" && user != "":
		return latestEventsOfBoth, []any{user, user, f.Kind}
	case f.Kind != "":
		return latestEventsOfKind, []any{f.Kind}
	case user != "":
		return latestEventsOfUser, []any{user, last, user, last}
	}
	return latestEvents, nil
}

func (s *events) Latest(ctx context.Context, f port.EventFilter, offset, limit int) (page []domain.Event, err error) {
	err = s.call(ctx, "list latest events", func() error {
		if err := port.CheckEventFilter(f); err != nil || limit < 1 {
			return err
		}
		var rows []eventRow
		offset = max(offset, 0)
		query, args := latestQuery(f, limit+min(offset, math.MaxInt-limit))
		if err := s.list(ctx, &rows, query, append(args, limit, offset)...); err != nil {
			return err
		}
		for _, row := range rows {
			page = append(page, row.event())
		}
		return nil
	})
	return page, err
}

const pruneEvents = `DELETE FROM events
	WHERE id IN (SELECT id FROM (
		SELECT id FROM events WHERE occurred_at < ? LIMIT ?) AS old)
	AND occurred_at < ?`

func (s *events) Prune(ctx context.Context, before time.Time, limit int) (pruned int, err error) {
	err = s.call(ctx, "prune events", func() error {
		if limit < 1 {
			return nil // to SQLite a negative limit is none at all
		}
		at := micros(before)
		n, err := s.exec(ctx, pruneEvents, at, limit, at)
		pruned = int(n)
		return err
	})
	return pruned, err
}

func eventQueries() []string {
	return []string{
		recordEvent, listEvents, latestEvents, latestEventsOfKind, latestEventsOfUser, latestEventsOfBoth, pruneEvents,
	}
}

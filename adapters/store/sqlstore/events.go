package sqlstore

import (
	"context"

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

func eventQueries() []string { return []string{recordEvent, listEvents} }

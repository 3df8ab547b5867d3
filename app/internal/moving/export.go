package moving

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// maxSessions is how many sessions of one account are exported, the newest.
const maxSessions = 10_000

// Export writes all that the place keeps, but for what is over soon: one-time tokens, letters that
// wait, and what limits have counted. It holds no more in memory than a page of it. What it writes
// lets in whoever can guess a password offline, or has the data key: it is as secret as the
// database.
func Export(ctx context.Context, p Place, out io.Writer) (Summary, error) {
	e := &exporter{Place: p, out: bufio.NewWriter(out), summary: Summary{}}
	for _, write := range []func(context.Context) error{e.header, e.roles, e.permissions, e.signingKeys, e.users, e.events} {
		if err := write(ctx); err != nil {
			return e.summary, fmt.Errorf("export: %w", err)
		}
	}
	if err := e.write("", record{End: &endRecord{e.lines}}); err != nil {
		return e.summary, fmt.Errorf("export: %w", err)
	}
	if err := e.out.Flush(); err != nil {
		return e.summary, fmt.Errorf("export: %w", err)
	}
	return e.summary, nil
}

type exporter struct {
	Place
	out     *bufio.Writer
	lines   int
	summary Summary
}

// write adds a line, which counts as one of kind unless that is empty.
func (e *exporter) write(kind Kind, r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	e.lines++
	if kind != "" {
		c := e.summary[kind]
		c.Stored++
		e.summary[kind] = c
	}
	_, err = e.out.Write(append(line, '\n'))
	return err
}

func (e *exporter) header(context.Context) error {
	return e.write("", record{Header: &headerRecord{Version, micros(e.Clock.Now())}})
}

func (e *exporter) roles(ctx context.Context) error {
	roles, err := e.Repos.Roles.List(ctx)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if err := e.write(KindRole, record{Role: recordOfRole(r)}); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) permissions(ctx context.Context) error {
	permissions, err := e.Repos.Permissions.List(ctx)
	if err != nil {
		return err
	}
	for _, p := range permissions {
		if err := e.write(KindPermission, record{Permission: recordOfPermission(p)}); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) signingKeys(ctx context.Context) error {
	keys, err := e.SigningKeys.List(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := e.write(KindSigningKey, record{SigningKey: recordOfSigningKey(k)}); err != nil {
			return err
		}
	}
	return nil
}

// users writes each account with its identities, and behind it its sessions.
func (e *exporter) users(ctx context.Context) error {
	return eachUser(ctx, e.Repos.Users, func(u domain.User) error {
		identities, err := e.Repos.Identities.OfUser(ctx, u.ID)
		if err != nil {
			return err
		}
		if err := e.write(KindUser, record{User: recordOfUser(u, identities)}); err != nil {
			return err
		}
		sessions, err := e.Sessions.List(ctx, u.ID, e.Clock.Now(), maxSessions)
		if err != nil {
			return err
		}
		for _, s := range sessions {
			if s.Epoch != u.Epoch {
				continue // dead: see domain.User
			}
			if err := e.write(KindSession, record{Session: recordOfSession(s)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *exporter) events(ctx context.Context) error {
	const page = 500
	for after := ""; ; {
		list, err := e.Events.List(ctx, after, page)
		if err != nil {
			return err
		}
		for _, event := range list {
			after = event.ID
			if err := e.write(KindEvent, record{Event: recordOfEvent(event)}); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}

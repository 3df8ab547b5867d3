package sqlstore

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type identities struct{ repo }

type identityRow struct {
	Provider string `db:"provider"`
	Subject  string `db:"subject"`
	UserID   string `db:"user_id"`
}

func (r *identityRow) columns() []any { return []any{&r.Provider, &r.Subject, &r.UserID} }

func (r identityRow) identity() domain.Identity {
	return domain.Identity{Provider: r.Provider, Subject: r.Subject, UserID: domain.UserID(r.UserID)}
}

const identityColumns = `provider, subject, user_id`

const linkIdentity = `INSERT INTO identities (` + identityColumns + `) VALUES (?, ?, ?)`

func (s *identities) Link(ctx context.Context, i domain.Identity) error {
	return s.call(ctx, "link identity", func() error {
		if err := port.CheckIdentity(i); err != nil {
			return err
		}
		_, err := s.exec(ctx, linkIdentity, i.Provider, i.Subject, string(i.UserID))
		return err
	})
}

const findIdentity = `SELECT ` + identityColumns + ` FROM identities WHERE provider = ? AND subject = ?`

func (s *identities) Find(ctx context.Context, provider, subject string) (found domain.Identity, err error) {
	err = s.call(ctx, "find identity", func() error {
		if err := port.CheckKey(provider, subject); err != nil {
			return err
		}
		var row identityRow
		if err := s.get(ctx, &row, findIdentity, provider, subject); err != nil {
			return err
		}
		found = row.identity()
		return nil
	})
	return found, err
}

const identitiesOfUser = `SELECT ` + identityColumns + ` FROM identities WHERE user_id = ? ORDER BY provider, subject`

func (s *identities) OfUser(ctx context.Context, id domain.UserID) (all []domain.Identity, err error) {
	err = s.call(ctx, "identities of user", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		var rows []identityRow
		if err := s.list(ctx, &rows, identitiesOfUser, string(id)); err != nil {
			return err
		}
		for _, row := range rows {
			all = append(all, row.identity())
		}
		return nil
	})
	return all, err
}

const unlinkIdentity = `DELETE FROM identities WHERE provider = ? AND subject = ?`

func (s *identities) Unlink(ctx context.Context, provider, subject string) error {
	return s.call(ctx, "unlink identity", func() error {
		if err := port.CheckKey(provider, subject); err != nil {
			return err
		}
		unlinked, err := s.exec(ctx, unlinkIdentity, provider, subject)
		if err == nil && unlinked == 0 {
			return port.ErrNotFound
		}
		return err
	})
}

func identityQueries() []string {
	return []string{linkIdentity, findIdentity, identitiesOfUser, unlinkIdentity}
}

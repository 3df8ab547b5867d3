package sqlstore

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type users struct{ repo }

const userColumns = `id, email, password, status, role_id, first_name, last_name, language,
	static_token, totp_secret, recovery_codes, epoch, version, created_at, last_access, preferences, email_proven`

type userRow struct {
	ID          string `db:"id"`
	Email       string `db:"email"`
	Password    string `db:"password"`
	Status      string `db:"status"`
	RoleID      string `db:"role_id"`
	FirstName   string `db:"first_name"`
	LastName    string `db:"last_name"`
	Language    string `db:"language"`
	StaticToken []byte `db:"static_token"`
	TOTPSecret  []byte `db:"totp_secret"`

	RecoveryCodes []byte `db:"recovery_codes"`

	Epoch       int64  `db:"epoch"`
	Version     int64  `db:"version"`
	CreatedAt   int64  `db:"created_at"`
	LastAccess  int64  `db:"last_access"`
	Preferences []byte `db:"preferences"`
	EmailProven int16  `db:"email_proven"`
}

// columns are those of userColumns.
func (r *userRow) columns() []any {
	return []any{
		&r.ID, &r.Email, &r.Password, &r.Status, &r.RoleID, &r.FirstName, &r.LastName, &r.Language,
		&r.StaticToken, &r.TOTPSecret, &r.RecoveryCodes, &r.Epoch, &r.Version, &r.CreatedAt, &r.LastAccess, &r.Preferences,
		&r.EmailProven,
	}
}

func (r userRow) user() (domain.User, error) {
	u := domain.User{
		ID:          domain.UserID(r.ID),
		Email:       domain.Email(r.Email),
		Password:    r.Password,
		Status:      domain.Status(r.Status),
		Role:        domain.RoleID(r.RoleID),
		FirstName:   r.FirstName,
		LastName:    r.LastName,
		Language:    r.Language,
		TOTP:        r.TOTPSecret,
		Epoch:       r.Epoch,
		Version:     r.Version,
		CreatedAt:   fromMicros(r.CreatedAt),
		LastAccess:  fromMicros(r.LastAccess),
		Preferences: r.Preferences,
		EmailProven: r.EmailProven != 0,
	}
	if r.StaticToken != nil {
		h, err := secretHash(r.StaticToken)
		if err != nil {
			return domain.User{}, err
		}
		u.StaticToken = &h
	}
	var err error
	u.RecoveryCodes, err = secretHashes(r.RecoveryCodes)
	return u, err
}

// staticToken is untyped nil, which every driver keeps as NULL, for a user without one.
func staticToken(u domain.User) any {
	if u.StaticToken == nil {
		return nil
	}
	return u.StaticToken[:]
}

// optional is untyped nil, which every driver keeps as NULL, for bytes that are not there.
// No bytes and none at all are the same to SQLite's driver, so they are to all.
func optional(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

const createUser = `INSERT INTO users
	(id, email, email_key, password, status, role_id, first_name, last_name, language,
	 static_token, totp_secret, recovery_codes, epoch, version, created_at, last_access, preferences, email_proven)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`

func (s *users) Create(ctx context.Context, u domain.User) error {
	return s.call(ctx, "create user", func() error {
		if err := port.CheckUser(u); err != nil {
			return err
		}
		_, err := s.exec(ctx, createUser,
			string(u.ID), string(u.Email), u.Email.Key(), u.Password, string(u.Status), string(u.Role),
			u.FirstName, u.LastName, u.Language, staticToken(u), optional(u.TOTP), optional(joined(u.RecoveryCodes)), u.Epoch,
			micros(u.CreatedAt), micros(u.LastAccess), optional(u.Preferences), flag(u.EmailProven))
		return err
	})
}

const userByID = `SELECT ` + userColumns + ` FROM users WHERE id = ?`

func (s *users) ByID(ctx context.Context, id domain.UserID) (domain.User, error) {
	return s.find(ctx, "user by id", userByID, string(id))
}

const userByEmail = `SELECT ` + userColumns + ` FROM users WHERE email_key = ?`

func (s *users) ByEmail(ctx context.Context, e domain.Email) (domain.User, error) {
	return s.find(ctx, "user by e-mail", userByEmail, e.Key())
}

const userByStaticToken = `SELECT ` + userColumns + ` FROM users WHERE static_token = ?`

func (s *users) ByStaticToken(ctx context.Context, h domain.SecretHash) (domain.User, error) {
	return s.findBy(ctx, "user by static token", userByStaticToken, h[:])
}

func (s *users) find(ctx context.Context, what, query, key string) (domain.User, error) {
	return s.findBy(ctx, what, query, key)
}

// findBy returns the one user whom the query names by key, which is text or bytes.
func (s *users) findBy(ctx context.Context, what, query string, key any) (found domain.User, err error) {
	err = s.call(ctx, what, func() error {
		if text, ok := key.(string); ok {
			if err := port.CheckKey(text); err != nil {
				return err
			}
		}
		var row userRow
		if err := s.get(ctx, &row, query, key); err != nil {
			return err
		}
		var err error
		found, err = row.user()
		return err
	})
	return found, err
}

const listUsers = `SELECT ` + userColumns + ` FROM users WHERE id > ? ORDER BY id LIMIT ?`

func (s *users) List(ctx context.Context, after domain.UserID, limit int) (page []domain.User, err error) {
	err = s.call(ctx, "list users", func() error {
		if err := port.CheckKey(string(after)); err != nil || limit < 1 {
			return err
		}
		page, err = s.page(ctx, listUsers, string(after), limit)
		return err
	})
	return page, err
}

// page returns the users whom query selects, or none with an error.
func (s *users) page(ctx context.Context, query string, args ...any) ([]domain.User, error) {
	var rows []userRow
	if err := s.list(ctx, &rows, query, args...); err != nil {
		return nil, err
	}
	return usersOf(rows)
}

func usersOf(rows []userRow) ([]domain.User, error) {
	var list []domain.User
	for _, row := range rows {
		u, err := row.user()
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}

const (
	updateUser = `UPDATE users SET email = ?, email_key = ?, password = ?, status = ?, role_id = ?,
		first_name = ?, last_name = ?, language = ?, static_token = ?, totp_secret = ?, recovery_codes = ?,
		epoch = ?, preferences = ?, email_proven = ?, version = version + 1
		WHERE id = ? AND version = ?`

	userTimes = `SELECT created_at, last_access FROM users WHERE id = ?`
)

func (s *users) Update(ctx context.Context, u domain.User) (domain.User, error) {
	err := s.call(ctx, "update user", func() error {
		if err := port.CheckUser(u); err != nil {
			return err
		}
		updated, err := s.exec(ctx, updateUser,
			string(u.Email), u.Email.Key(), u.Password, string(u.Status), string(u.Role),
			u.FirstName, u.LastName, u.Language, staticToken(u), optional(u.TOTP), optional(joined(u.RecoveryCodes)),
			u.Epoch, optional(u.Preferences), flag(u.EmailProven), string(u.ID), u.Version)
		if err != nil {
			return err
		}
		// Only what the update has left alone is read back: somebody else's next update
		// may be in the row already.
		var times userTimesRow
		switch err := s.get(ctx, &times, userTimes, string(u.ID)); {
		case err != nil:
			return err
		case updated == 0:
			return port.ErrStale
		}
		u.Version++
		u.CreatedAt, u.LastAccess = fromMicros(times.CreatedAt), fromMicros(times.LastAccess)
		return nil
	})
	if err != nil {
		return domain.User{}, err
	}
	return u, nil
}

// userTimesRow is what userTimes names.
type userTimesRow struct{ CreatedAt, LastAccess int64 }

func (r *userTimesRow) columns() []any { return []any{&r.CreatedAt, &r.LastAccess} }

const (
	deleteUser = `DELETE FROM users WHERE id = ? AND version = ?`

	userVersion = `SELECT version FROM users WHERE id = ?`
)

func (s *users) Delete(ctx context.Context, id domain.UserID, version int64) error {
	return s.call(ctx, "delete user", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		deleted, err := s.exec(ctx, deleteUser, string(id), version)
		if err != nil || deleted == 1 {
			return err
		}
		var stored int64
		if err := s.get(ctx, &stored, userVersion, string(id)); err != nil {
			return err
		}
		return port.ErrStale
	})
}

const touchUser = `UPDATE users SET last_access = ? WHERE id = ? AND last_access < ?`

func (s *users) Touch(ctx context.Context, id domain.UserID, at time.Time) error {
	return s.call(ctx, "touch user", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		_, err := s.exec(ctx, touchUser, micros(at), string(id), micros(at))
		return err
	})
}

const advanceTOTP = `UPDATE users SET totp_step = ? WHERE id = ? AND totp_step < ?`

// AdvanceTOTP lets one guarded statement decide; the read only tells what it has decided.
func (s *users) AdvanceTOTP(ctx context.Context, id domain.UserID, step int64) error {
	return s.call(ctx, "advance TOTP", func() error {
		if err := port.CheckKey(string(id)); err != nil {
			return err
		}
		advanced, err := s.exec(ctx, advanceTOTP, step, string(id), step)
		if err != nil || advanced == 1 {
			return err
		}
		var version int64
		if err := s.get(ctx, &version, userVersion, string(id)); err != nil {
			return err
		}
		return port.ErrStale
	})
}

func userQueries() []string {
	return []string{
		createUser, userByID, userByEmail, userByStaticToken, listUsers, updateUser, userTimes,
		deleteUser, userVersion, touchUser, advanceTOTP,
	}
}

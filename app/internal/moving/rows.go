package moving

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// The names of the formats of rows.
const (
	CSV       = "csv"
	JSONLines = "jsonl"
	Firebase  = "firebase"
	Keycloak  = "keycloak"
)

// UserFormat says what rows look like.
type UserFormat struct {
	Name   string       // one of the above
	Scrypt FirebaseHash // with Firebase
}

// row is an account as another service has it. Its columns in CSV, and members in JSON lines, are
// those of the tags; email is the only one that is needed.
type row struct {
	ID           string    `json:"id"`
	Email        string    `json:"email"`
	EmailProven  bool      `json:"email_proven"`
	Status       string    `json:"status"`
	Role         string    `json:"role"`
	FirstName    string    `json:"first_name"`
	LastName     string    `json:"last_name"`
	Language     string    `json:"language"`
	PasswordHash string    `json:"password_hash"`
	CreatedAt    time.Time `json:"created_at"`
	LastAccess   time.Time `json:"last_access"`

	identities []domain.Identity
	totp       []byte
	parts      []string // why what of it is not kept
}

// ImportUsers makes accounts from rows of another service. An account is there already where one
// has its address, since most services have IDs of another form. Errors are as those of Import.
func ImportUsers(ctx context.Context, p Place, in io.Reader, f UserFormat, o Options) (Summary, error) {
	k, err := newKeeper(ctx, p, o)
	if err != nil {
		return Summary{}, fmt.Errorf("import users: %w", err)
	}
	next, err := rowsOf(in, f)
	if err != nil {
		return k.summary, fmt.Errorf("import users: %w", err)
	}
	for {
		line, r, err := next()
		if errors.Is(err, io.EOF) {
			return k.summary, nil
		}
		if errors.Is(err, ErrDocument) {
			return k.summary, fmt.Errorf("import users: %w", err)
		}
		var became fate
		if err == nil {
			became, err = k.row(ctx, r)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err := k.settle(line, KindUser, nameOf(r.ID), became, err); err != nil {
			return k.summary, interrupted("import users", line, err)
		}
		if err == nil && became == stored {
			for _, why := range r.parts {
				o.Tell(Note{line, KindUser, nameOf(r.ID), why, false})
			}
		}
	}
}

// rowsOf returns what reads one row after the other, with the line that it begins at. A refusal is
// of one row; any other error is the end.
func rowsOf(in io.Reader, f UserFormat) (func() (int, row, error), error) {
	switch f.Name {
	case CSV:
		return csvRows(in)
	case JSONLines:
		return jsonRows(in, func(line []byte) (row, error) {
			var r row
			return r, strictly(line, &r)
		}), nil
	case Firebase:
		return jsonRows(in, f.Scrypt.row), nil
	case Keycloak:
		return jsonRows(in, keycloakRow), nil
	}
	return nil, fmt.Errorf("there is no format %q", f.Name)
}

func jsonRows(in io.Reader, parse func([]byte) (row, error)) func() (int, row, error) {
	l := newLines(in)
	return func() (int, row, error) {
		text, err := l.next()
		if err != nil {
			return l.number, row{}, err
		}
		if isWholeDocument(text) {
			return l.number, row{}, ErrDocument
		}
		r, err := parse(text)
		return l.number, r, err
	}
}

// ErrDocument says that a file is what a program writes, and not yet one user on each line.
var ErrDocument = errors.New("this is one JSON document, and not an object on each line; make them of it by jq -c, as the documentation shows")

// isWholeDocument reports whether the line is the beginning of a document, whose other lines would be
// refused one by one.
func isWholeDocument(line []byte) bool {
	text := bytes.TrimSpace(line)
	return string(text) == "{" || bytes.HasPrefix(text, []byte("[")) || bytes.HasPrefix(text, []byte(`{"users"`))
}

// strictly reads a JSON object that has nothing in it that v has not.
func strictly(line []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	return decoded(decoder, v)
}

// leniently reads a JSON object that may have more in it.
func leniently(line []byte, v any) error { return decoded(json.NewDecoder(bytes.NewReader(line)), v) }

// decoded keeps the decoder's errors to itself, since they may repeat what it read.
func decoded(decoder *json.Decoder, v any) error {
	if err := decoder.Decode(v); err != nil {
		return refusal("it is no JSON object, or has a member that is not known or of another type")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return refusal("there is something behind its JSON object")
	}
	return nil
}

// row makes an account of a row: active unless it says otherwise, with an ID of ours unless it has
// one of the same form.
func (k *keeper) row(ctx context.Context, r row) (fate, error) {
	email, err := domain.ParseEmail(r.Email)
	if err != nil {
		return 0, refusal("it has no e-mail address, or one that cannot be kept")
	}
	encoded, err := readHash(r.PasswordHash)
	if err != nil {
		return 0, err
	}
	if !k.isNew("row", email.Key()) {
		return 0, refusal("a row before it has its e-mail address")
	}
	_, err = k.Repos.Users.ByEmail(ctx, email)
	if err == nil {
		return present, nil
	}
	if !errors.Is(err, port.ErrNotFound) {
		return 0, err
	}
	now := k.Clock.Now()
	u := domain.User{
		ID: domain.UserID(r.ID), Email: email, EmailProven: r.EmailProven, Password: encoded, Status: domain.Status(r.Status), Role: domain.RoleID(r.Role),
		FirstName: r.FirstName, LastName: r.LastName, Language: r.Language, Version: 1,
		CreatedAt: micros(r.CreatedAt), LastAccess: micros(r.LastAccess),
	}
	if u.ID == "" {
		u.ID = domain.UserID(domain.NewUUID(now))
	}
	if u.Status == "" {
		u.Status = domain.StatusActive
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = now
	}
	if r.totp != nil {
		u.TOTP = k.Seals.SealSecondFactor(u.ID, r.totp)
	}
	for i := range r.identities {
		r.identities[i].UserID = u.ID
	}
	return k.user(ctx, u, r.identities)
}

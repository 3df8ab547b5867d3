package cli

import (
	"context"
	"io"
	"log/slog"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Backend is what the commands set in motion. It keeps the command line free of databases
// and servers, so that its tests need neither.
//
// Errors: config.Mistakes and keys.ErrConfiguration, also wrapped, mean that the operator
// has to change a setting (exit 2); a *domain.Error is shown by its message; any other is
// shown as it is, and so must hold no secret.
type Backend interface {
	// Serve runs the service until ctx is done, and then lets requests under way finish.
	// A nil error means that it stopped as it should.
	Serve(ctx context.Context, c config.Config, o ServeOptions) error

	// Operator opens the database and, unless DB_MIGRATE is false, brings its schema up to
	// date; that of a database server only with DatabaseOptions.Create, since an empty
	// database on a server is what a mistyped name looks like. It makes no keys.
	// The caller calls the second result when it is done.
	Operator(ctx context.Context, c config.Config, o DatabaseOptions) (auth.OperatorAPI, func(), error)

	// SigningKeys opens the database, as Operator does, with the keys of the service.
	// The caller calls the second result when it is done.
	SigningKeys(ctx context.Context, c config.Config, o DatabaseOptions) (auth.KeysAPI, func(), error)

	// Moving opens the database, as Operator does, with the keys of the service, for moving
	// things in and out. The caller calls the second result when it is done.
	Moving(ctx context.Context, c config.Config, o DatabaseOptions) (Moving, func(), error)

	// Check tries what the configuration names and Load does not look into: the templates of
	// mails, the hashes of PASSWORD_BREACHED_FILE, and whether the database's own client can read
	// DB_CONNECTION_STRING. It makes nothing and calls nobody.
	Check(c config.Config) error

	// PreviewMail returns a mail as it would be sent, with sample values, and sends none, and
	// the language (BCP 47) that it is in. A kind that there is not is port.ErrNotFound.
	PreviewMail(ctx context.Context, c config.Config, p MailPreview) (mail domain.Mail, written string, err error)

	// TestMail sends a mail that says that it is a test, and returns in words where it is
	// then, as in "in the folder X". The errors are those of port.Mailer.
	TestMail(ctx context.Context, c config.Config, to domain.Email) (where string, err error)

	// ExamineOAuth asks every configured provider what a login would ask, as far as nobody has
	// to log in, and returns what is well and what is not, by what it is about. A provider that
	// is down is a finding, and no error.
	ExamineOAuth(ctx context.Context, c config.Config) ([]Finding, error)

	// Migrations opens the database and leaves its schema as it is. The caller closes
	// the result.
	Migrations(ctx context.Context, c config.Config, o DatabaseOptions) (Migrations, error)
}

// DatabaseOptions is what opening the database needs besides the configuration.
type DatabaseOptions struct {
	Log    *slog.Logger
	Create bool // make the database, or its tables on a server, where there is none; otherwise that is an error, and nothing is made
}

// ServeOptions is what Serve needs besides the configuration.
type ServeOptions struct {
	Log     *slog.Logger
	Banner  io.Writer // for the people at the terminal; nil where nobody reads along
	Version string    // as the version command prints it
}

// MailPreview says which mail is wanted.
type MailPreview struct {
	Kind     domain.LetterKind
	Language string // BCP 47; empty: the default
}

// FindingLevel says how good or bad a Finding is.
type FindingLevel string

// The levels of findings.
const (
	FindingOK    FindingLevel = "ok"
	FindingNote  FindingLevel = "note"  // something to know or to do elsewhere
	FindingWrong FindingLevel = "wrong" // something that keeps people from logging in
)

// Finding is what looking at one thing has shown. It holds no secret.
type Finding struct {
	About string // a setting or a provider, by its name
	Level FindingLevel
	Text  string
	Fix   string // what to do about it; empty: nothing
}

// Migrations changes the schema of a database.
type Migrations interface {
	// Pending returns what Up would apply, in its order, and changes nothing.
	Pending(ctx context.Context) ([]MigrationScript, error)

	// Up applies what is not applied yet, and returns that, in its order.
	Up(ctx context.Context) ([]Migration, error)

	// Down takes back the one that was applied last, and returns it, or nil when there
	// is none.
	Down(ctx context.Context) (*Migration, error)

	// Status returns every migration, in the order of their versions.
	Status(ctx context.Context) ([]Migration, error)

	Close() error
}

// Moving takes things out of the database and into it: see package moving.
type Moving interface {
	Export(ctx context.Context, out io.Writer) (moving.Summary, error)
	Import(ctx context.Context, in io.Reader, o moving.Options) (moving.Summary, error)
	ImportUsers(ctx context.Context, in io.Reader, f moving.UserFormat, o moving.Options) (moving.Summary, error)

	// ImportDirectus reads the database that address names: a URL of MySQL or PostgreSQL, or
	// the file of SQLite. A config.Mistakes says that it names none.
	ImportDirectus(ctx context.Context, address string, o moving.Options) (moving.Summary, error)
}

// Migration is one step of the schema.
type Migration struct {
	Version int64  `json:"version"`
	Name    string `json:"name"` // empty for one that only a newer program knows
	Applied bool   `json:"applied"`
}

// MigrationScript is a migration with what it would run.
type MigrationScript struct {
	Migration
	SQL string
}

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/sallyport-auth/sallyport/app/internal/moving"
)

type exportCommand struct {
	File string `arg:"" optional:"" help:"File to make, for its owner only; there must be none of that name. Unset, or -: standard output."`
}

// Run writes an export.
func (cmd exportCommand) Run(in *invocation) error {
	if isStandard(cmd.File) && isTerminal(in.Stdout) {
		return usageError{errors.New("an export has password hashes in it, which are not for the screen; name a file, or send it on to a program")}
	}
	c, err := in.configure()
	if err != nil {
		return err
	}
	m, done, err := in.Backend.Moving(in.context, c, DatabaseOptions{Log: in.log})
	if err != nil {
		return err
	}
	defer done()
	summary, err := cmd.write(in, m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.Stderr, "Exported %s.\n", counted(summary, func(c moving.Count) int { return c.Stored }))
	return err
}

func isStandard(file string) bool { return file == "" || file == "-" }

// write leaves no file behind that holds a part only.
func (cmd exportCommand) write(in *invocation, m Moving) (_ moving.Summary, err error) {
	if isStandard(cmd.File) {
		return m.Export(in.context, in.Stdout)
	}
	file, err := os.OpenFile(cmd.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(cmd.File))
		}
	}()
	summary, err := m.Export(in.context, file)
	return summary, errors.Join(err, file.Close())
}

// intakeFlags are common to all ways in.
type intakeFlags struct {
	DryRun bool `name:"dry-run" help:"Change nothing; say what would be done."`
}

type importFileCommand struct {
	File string `arg:"" help:"The export; - is standard input."`
	intakeFlags
}

// Run reads an export.
func (cmd importFileCommand) Run(in *invocation) error {
	return in.withInput(cmd.File, func(text io.Reader) error {
		return cmd.takeIn(in, func(m Moving, o moving.Options) (moving.Summary, error) {
			return m.Import(in.context, text, o)
		})
	})
}

type usersImportCommand struct {
	File   string `arg:"" help:"The rows; - is standard input."`
	Format string `required:"" enum:"csv,jsonl,firebase,keycloak" placeholder:"NAME" help:"What the rows look like: csv, jsonl, firebase or keycloak."`
	Config string `name:"firebase-config" placeholder:"FILE" help:"File with the hash parameters of the Firebase project, as its console shows them. Needed with --format=firebase."`
	intakeFlags
}

// Run makes accounts.
func (cmd usersImportCommand) Run(in *invocation) error {
	format := moving.UserFormat{Name: cmd.Format}
	if (cmd.Format == moving.Firebase) != (cmd.Config != "") {
		return usageError{errors.New("--firebase-config goes with --format=firebase, which needs it")}
	}
	if cmd.Config != "" {
		text, err := os.ReadFile(cmd.Config)
		if err != nil {
			return fmt.Errorf("read the hash parameters: %w", err)
		}
		if format.Scrypt, err = moving.ParseFirebaseConfig(string(text)); err != nil {
			return usageError{err}
		}
	}
	return in.withInput(cmd.File, func(text io.Reader) error {
		return cmd.takeIn(in, func(m Moving, o moving.Options) (moving.Summary, error) {
			return m.ImportUsers(in.context, text, format, o)
		})
	})
}

type importDirectusCommand struct {
	From string `required:"" placeholder:"DSN" help:"Its database: mysql://..., postgres://..., or the file of SQLite. - reads that from standard input, where others do not see the password."`
	intakeFlags
}

// maxAddress bounds what is read as the address of a database.
const maxAddress = 4096

// Run reads a Directus.
func (cmd importDirectusCommand) Run(in *invocation) error {
	address := cmd.From
	if address == "-" {
		text, err := io.ReadAll(io.LimitReader(in.Stdin, maxAddress))
		if err != nil {
			return fmt.Errorf("read the address of the database: %w", err)
		}
		address = strings.TrimSpace(string(text))
	}
	return cmd.takeIn(in, func(m Moving, o moving.Options) (moving.Summary, error) {
		return m.ImportDirectus(in.context, address, o)
	})
}

// withInput lends the file, or standard input. Its errors do not name the file, in whose place there
// may be the address of a database, with a password.
func (in *invocation) withInput(file string, use func(io.Reader) error) error {
	if isStandard(file) {
		return use(in.Stdin)
	}
	opened, err := os.Open(file)
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = failure.Err
	}
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	defer opened.Close()
	return use(opened)
}

// errSomeLeftOut makes a script notice that not everything has come along.
var errSomeLeftOut = errors.New("some were left out, as told above; all others were not affected")

// takeIn lends the database to move, tells of each thing that is left out, and sums up.
func (f intakeFlags) takeIn(in *invocation, move func(Moving, moving.Options) (moving.Summary, error)) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	// A dry run makes no tables on a server, where a mistyped name leads to a database of others.
	create := !f.DryRun || !c.Database.IsServer()
	m, done, err := in.Backend.Moving(in.context, c, DatabaseOptions{Log: in.log, Create: create})
	if err != nil {
		return err
	}
	defer done()
	summary, failure := move(m, moving.Options{DryRun: f.DryRun, Tell: func(n moving.Note) {
		fmt.Fprintln(in.Stdout, oneLine(n.String()))
	}})
	if failure != nil && len(summary) == 0 {
		return failure
	}
	if err := f.sumUp(in.Stdout, summary); err != nil {
		return errors.Join(failure, err)
	}
	if failure == nil && summary.LeftOut() > 0 {
		return errSomeLeftOut
	}
	return failure
}

func (f intakeFlags) sumUp(out io.Writer, s moving.Summary) error {
	verb, end := "Stored", ""
	if f.DryRun {
		verb, end = "Would store", " Nothing was changed."
	}
	text := verb + " " + counted(s, func(c moving.Count) int { return c.Stored }) + "."
	for _, part := range []struct {
		words string
		of    func(moving.Count) int
	}{
		{"There already, and left as it is", func(c moving.Count) int { return c.Present }},
		{"Over", func(c moving.Count) int { return c.Over }},
		{"Left out", func(c moving.Count) int { return c.LeftOut }},
	} {
		if list := counted(s, part.of); list != nothing {
			text += " " + part.words + ": " + list + "."
		}
	}
	_, err := fmt.Fprintln(out, text+end)
	return err
}

const nothing = "nothing"

// counted lists how many there are of each kind, as in "1 role, 2 users".
func counted(s moving.Summary, of func(moving.Count) int) string {
	var parts []string
	for _, kind := range moving.Kinds() {
		switch n := of(s[kind]); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+string(kind))
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, kind))
		}
	}
	if len(parts) == 0 {
		return nothing
	}
	return strings.Join(parts, ", ")
}

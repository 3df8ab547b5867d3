package cli_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
)

// moves is a cli.Moving that writes down what it is asked for.
type moves struct {
	summary moving.Summary
	notes   []moving.Note
	err     error

	read    string
	format  string
	address string
	dry     bool
}

func (m *moves) Export(_ context.Context, out io.Writer) (moving.Summary, error) {
	if _, err := io.WriteString(out, "the export\n"); err != nil {
		return nil, err
	}
	return m.summary, m.err
}

func (m *moves) take(in io.Reader, o moving.Options) (moving.Summary, error) {
	text, err := io.ReadAll(in)
	m.read, m.dry = string(text), o.DryRun
	for _, n := range m.notes {
		o.Tell(n)
	}
	return m.summary, errors.Join(err, m.err)
}

func (m *moves) Import(_ context.Context, in io.Reader, o moving.Options) (moving.Summary, error) {
	return m.take(in, o)
}

func (m *moves) ImportUsers(_ context.Context, in io.Reader, f moving.UserFormat, o moving.Options) (moving.Summary, error) {
	m.format = f.Name
	return m.take(in, o)
}

func (m *moves) ImportDirectus(_ context.Context, address string, o moving.Options) (moving.Summary, error) {
	m.address = address
	return m.take(strings.NewReader(""), o)
}

func someMoved() moving.Summary {
	return moving.Summary{moving.KindUser: {Stored: 2, Present: 1}, moving.KindRole: {Stored: 1}, moving.KindSession: {Over: 3}}
}

func TestExport(t *testing.T) {
	t.Run("goes to standard output, and its count does not", func(t *testing.T) {
		for _, args := range [][]string{{"export"}, {"export", "-"}} {
			b := &backend{moves: moves{summary: someMoved()}}
			run(t, b, nil, args...).want(t, cli.ExitOK, "the export\n", "Exported 1 role, 2 users.")
			if b.database.Create || b.closed != 1 {
				t.Errorf("got %+v, closed %d times", b.database, b.closed)
			}
		}
	})
	t.Run("goes to a file that is for its owner only, and overwrites none", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "x.jsonl")
		b := &backend{}
		run(t, b, nil, "export", file).want(t, cli.ExitOK, "", "Exported nothing.")
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("got %v, %v", info.Mode(), err)
		}
		if got := run(t, b, nil, "export", file); got.code != cli.ExitFailed || !strings.Contains(got.stderr, "exists") {
			t.Errorf("got %+v, want a refusal", got)
		}
	})
	t.Run("leaves no part of a file behind", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "x.jsonl")
		b := &backend{moves: moves{err: errors.New("it broke")}}
		run(t, b, nil, "export", file).want(t, cli.ExitFailed, "", "it broke")
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file is there: %v", err)
		}
	})
}

func TestImport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.jsonl")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	const sum = "Stored 1 role, 2 users. There already, and left as it is: 1 user. Over: 3 sessions.\n"
	t.Run("reads a file or standard input", func(t *testing.T) {
		for _, args := range [][]string{{"import", file}, {"import", "-"}, {"import", "file", file}} {
			b := &backend{moves: moves{summary: someMoved()}}
			run(t, b, func(p *cli.Program) { p.Stdin = strings.NewReader("text") }, args...).want(t, cli.ExitOK, sum)
			if b.moves.read != "text" || b.moves.dry || !b.database.Create || b.closed != 1 {
				t.Errorf("%q: got %+v", args, b)
			}
		}
	})
	t.Run("says what it would do", func(t *testing.T) {
		b := &backend{moves: moves{}}
		run(t, b, nil, "import", file, "--dry-run").want(t, cli.ExitOK, "Would store nothing. Nothing was changed.\n")
		if !b.moves.dry {
			t.Error("it was done")
		}
	})
	t.Run("makes no tables on a server in a dry run", func(t *testing.T) {
		for dry, want := range map[string]bool{"--dry-run": false, "--dry-run=false": true} {
			b := &backend{}
			onServer := func(p *cli.Program) { p.Environ = []string{"DB_CONNECTION_STRING=postgres://ann@h.invalid/x"} }
			if got := run(t, b, onServer, "import", file, dry); got.code != cli.ExitOK || b.database.Create != want {
				t.Errorf("%s: got %+v, may make the database %t, want %t", dry, got, b.database.Create, want)
			}
		}
	})
	t.Run("tells what is left out, on one line each, and fails", func(t *testing.T) {
		b := &backend{moves: moves{
			notes:   []moving.Note{{Line: 3, Kind: moving.KindUser, Name: "a\nb", Why: "no reason", Whole: true}, {Kind: moving.KindUser, Why: "a part is not kept"}},
			summary: moving.Summary{moving.KindUser: {LeftOut: 1}},
		}}
		run(t, b, nil, "import", file).want(t, cli.ExitFailed, "line 3, user ab: left out: no reason\nuser: a part is not kept\nStored nothing. Left out: 1 user.\n", "some were left out")
	})
	t.Run("sums up what was done before it ended early", func(t *testing.T) {
		b := &backend{moves: moves{summary: someMoved(), err: errors.New("it broke")}}
		run(t, b, nil, "import", file).want(t, cli.ExitFailed, sum, "it broke")
	})
	t.Run("sums nothing up that did not begin", func(t *testing.T) {
		b := &backend{moves: moves{err: errors.New("it broke")}}
		run(t, b, nil, "import", file).want(t, cli.ExitFailed, "", "it broke")
	})
	t.Run("does not repeat the address of a database in place of the file", func(t *testing.T) {
		if got := run(t, &backend{}, nil, "import", "mysql://ann:hunter2@h/x"); got.code != cli.ExitFailed || strings.Contains(got.stdout+got.stderr, "hunter2") {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("needs the file", func(t *testing.T) {
		b := &backend{}
		if got := run(t, b, nil, "import", file+"x"); got.code != cli.ExitFailed || b.opened != 0 {
			t.Errorf("got %+v", got)
		}
		if got := run(t, b, nil, "import"); got.code != cli.ExitUsage {
			t.Errorf("got %+v", got)
		}
	})
}

func TestImportDirectusCommand(t *testing.T) {
	for _, args := range [][]string{{"import", "directus", "--from", "mysql://a"}, {"import", "directus", "--from=-"}} {
		b := &backend{}
		run(t, b, func(p *cli.Program) { p.Stdin = strings.NewReader("mysql://a\n") }, append(args, "--dry-run")...).
			want(t, cli.ExitOK, "Would store nothing. Nothing was changed.\n")
		if b.moves.address != "mysql://a" || !b.moves.dry {
			t.Errorf("%q: got %+v", args, b.moves)
		}
	}
	if got := run(t, &backend{}, nil, "import", "directus"); got.code != cli.ExitUsage {
		t.Errorf("without --from: got %+v", got)
	}
}

func TestUsersImport(t *testing.T) {
	folder := t.TempDir()
	parameters := filepath.Join(folder, "hash")
	if err := os.WriteFile(parameters, []byte("base64_signer_key: AAAA,\nbase64_salt_separator: Bw==,\nrounds: 8,\nmem_cost: 14,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--format=csv"}, {"--format=jsonl"}, {"--format=keycloak"}, {"--format=firebase", "--firebase-config", parameters}} {
		b := &backend{}
		run(t, b, func(p *cli.Program) { p.Stdin = strings.NewReader("rows") }, append([]string{"users", "import", "-"}, args...)...).
			want(t, cli.ExitOK, "Stored nothing.\n")
		if b.moves.read != "rows" || "--format="+b.moves.format != args[0] {
			t.Errorf("%q: got %+v", args, b.moves)
		}
	}
	for _, args := range [][]string{{}, {"--format=xml"}, {"--format=firebase"}, {"--format=csv", "--firebase-config", parameters}} {
		b := &backend{}
		if got := run(t, b, nil, append([]string{"users", "import", "-"}, args...)...); got.code != cli.ExitUsage || b.opened != 0 {
			t.Errorf("%q: got %+v", args, got)
		}
	}
}

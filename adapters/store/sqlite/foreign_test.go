package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
)

// newForeign makes a file as another program may have it, and opens it for reading.
func newForeign(t *testing.T, statements ...string) (*sqlstore.ForeignTables, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := connect("file:"+path, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := OpenForeign(t.Context(), Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tables.Close() })
	return tables, path
}

// TestForeignTables reads times as programs of Node.js keep them, and as text.
func TestForeignTables(t *testing.T) {
	tables, path := newForeign(t,
		"CREATE TABLE others (id INTEGER, at DATETIME, flag BOOLEAN, `user` TEXT)",
		"INSERT INTO others VALUES (1, 1577934245123, 1, 'ann'), (2, '2020-01-02 03:04:05', 0, ''), (3, '2020-01-02T03:04:05Z', NULL, NULL), (4, NULL, 1, 'bob'), (5, 1577934245123.5, 0, NULL), (6, 'yesterday', 0, NULL)")
	rows, found, err := tables.Read(t.Context(), "others", []sqlstore.ForeignColumn{
		{Name: "id"}, {Name: "at", Type: sqlstore.ForeignTime}, {Name: "flag", Type: sqlstore.ForeignFlag}, {Name: "user"}, {Name: "missing"},
	})
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	want := []map[string]any{
		{"id": "1", "at": at.Add(123 * time.Millisecond), "flag": true, "user": "ann"},
		{"id": "2", "at": at, "flag": false, "user": ""},
		{"id": "3", "at": at},
		{"id": "4", "flag": true, "user": "bob"},
		{"id": "5", "at": at.Add(123*time.Millisecond + 500*time.Microsecond), "flag": false},
		{"id": "6", "flag": false},
	}
	if err != nil || !found || !reflect.DeepEqual(rows, want) {
		t.Errorf("got %v, %t, %v\nwant %v", rows, found, err, want)
	}
	if rows, found, err := tables.Read(t.Context(), "nobodys", []sqlstore.ForeignColumn{{Name: "id"}}); err != nil || found || rows != nil {
		t.Errorf("a table that is not there: got %v, %t, %v", rows, found, err)
	}
	if _, _, err := tables.Read(t.Context(), "others", []sqlstore.ForeignColumn{{Name: "missing"}}); err == nil {
		t.Error("a table of another form is read")
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("there are %v beside the file, %v", files, err)
	}
}

func TestAForeignFileThatIsMissingIsNotMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	if _, err := OpenForeign(t.Context(), Config{Path: path}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
}

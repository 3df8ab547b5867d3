package migration

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func TestWayUp(t *testing.T) {
	file := "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (b INT); -- why\n-- +goose StatementEnd\n\nCREATE TABLE c (d INT);\n" +
		"\n-- +goose Down\nDROP TABLE a;\n"
	want := "CREATE TABLE a (b INT); -- why\n\nCREATE TABLE c (d INT);"
	if got := wayUp(file); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnchanged(t *testing.T) {
	files := fstest.MapFS{"00001_a.sql": {Data: []byte("a")}}
	sum := "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
	if err := Unchanged(files, map[string]string{"00001_a.sql": sum}); err != nil {
		t.Errorf("the same: got error %v, want none", err)
	}
	for name, sums := range map[string]map[string]string{
		"another content": {"00001_a.sql": strings.Repeat("0", 64)},
		"a new file":      {},
		"a file too few":  {"00001_a.sql": sum, "00002_b.sql": sum},
	} {
		if err := Unchanged(files, sums); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
	}
}

func TestCurrent(t *testing.T) {
	applied, pending := Migration{1, "a", true}, Migration{2, "b", false}
	unknown := Migration{Version: 9, Applied: true}
	for _, c := range []struct {
		status []Migration
		want   error
	}{
		{[]Migration{applied}, nil},
		{[]Migration{applied, pending}, ErrSchemaOlder},
		{[]Migration{applied, unknown}, ErrSchemaNewer},
		{[]Migration{pending, unknown}, ErrSchemaNewer},
	} {
		if got := current(c.status); !errors.Is(got, c.want) {
			t.Errorf("%v: got error %v, want %v", c.status, got, c.want)
		}
	}
}

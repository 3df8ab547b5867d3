package wiring

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// TestAConnectionStringThatCannotBeRead is a mistake in the configuration, found by a check and,
// before anything is opened, by a start.
func TestAConnectionStringThatCannotBeRead(t *testing.T) {
	for _, text := range []string{
		"mysql://ann:hunter2hunter2@h/x?tls=bogus",
		"mysql://ann:hunter2hunter2@h/x?foo=1",
		"mysql://ann:hunter2hunter2@h:99999/x",
		"mysql://ann:hunter2hunter2@/x",
		"postgres://ann:hunter2hunter2@h/x?sslmode=bogus",
		"postgres://ann:hunter2hunter2@h:99999/x",
	} {
		t.Run(text, func(t *testing.T) {
			c := load(t, "DB_CONNECTION_STRING="+text)
			k, err := OperatorKeys(c)
			if err != nil {
				t.Fatal(err)
			}
			_, _, starting := Assemble(t.Context(), c, k, Environment{Clock: newClock(), Log: slog.Default()})
			_, migrating := OpenMigrator(t.Context(), c, slog.Default())
			for what, err := range map[string]error{"check": CheckDatabase(c.Database), "start": starting, "migrator": migrating} {
				mistakes, ok := errors.AsType[config.Mistakes](err)
				if !ok || len(mistakes) != 1 || mistakes[0].Name != "DB_CONNECTION_STRING" || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%s: got %v, want one mistake without the password", what, err)
				}
			}
		})
	}
	t.Run("and one that can is none, though nobody is there", func(t *testing.T) {
		for _, text := range []string{"mysql://ann@h.invalid/x?ssl-mode=VERIFY_IDENTITY", "postgres://ann@h.invalid/x?sslmode=verify-full"} {
			if err := CheckDatabase(load(t, "DB_CONNECTION_STRING="+text).Database); err != nil {
				t.Errorf("%s: got %v", text, err)
			}
		}
		if err := CheckDatabase(load(t).Database); err != nil {
			t.Errorf("SQLite: got %v", err)
		}
	})
}

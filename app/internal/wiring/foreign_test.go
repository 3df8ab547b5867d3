package wiring

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// TestAnAddressThatNamesNoDatabase is a mistake in the command line, which is not repeated: it may
// have a password in it.
func TestAnAddressThatNamesNoDatabase(t *testing.T) {
	for _, address := range []string{
		"", "oracle://somebody:hunter2@h/x", "mysql://somebody:hunter2@h/x?foo=1", "mysql://somebody:hunter2@/x", "postgres://somebody:hunter2@h:99999/x", "postgres://somebody:hunter2@h/x?sslmode=bogus",
	} {
		_, err := OpenForeign(t.Context(), "--from", address)
		if mistakes, ok := errors.AsType[config.Mistakes](err); !ok || mistakes[0].Name != "--from" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want a mistake", address, err)
		}
	}
}

// TestADatabaseThatCannotBeReached is told without where it is, and who asks.
func TestADatabaseThatCannotBeReached(t *testing.T) {
	folder := t.TempDir()
	for _, address := range []string{
		"mysql://somebody:hunter2@h/x?socket=" + filepath.Join(folder, "s"), "postgres://somebody:hunter2@/x?host=" + folder,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // passes only where the test fails
		defer cancel()
		_, err := OpenForeign(ctx, "--from", address)
		if err == nil || ctx.Err() != nil {
			t.Fatalf("got %v", err)
		}
		for _, secret := range []string{"hunter2", "somebody", folder} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s is told: %v", secret, err)
			}
		}
	}
}

// TestAnAddressOfAServerThatIsTakenForAFile is not repeated: it has a password in it.
func TestAnAddressOfAServerThatIsTakenForAFile(t *testing.T) {
	for _, address := range []string{
		"somebody:hunter2@tcp(127.0.0.1:3306)/x", "host=127.0.0.1 password=hunter2", "mysql:somebody:hunter2@h/x",
		"sqlite://" + filepath.Join(t.TempDir(), "hunter2"), strings.Repeat("hunter2", 100),
	} {
		_, err := OpenForeign(t.Context(), "--from", address)
		if _, ok := errors.AsType[config.Mistakes](err); !ok && len(address) < 255 {
			t.Errorf("%s: got %v, want a mistake", address, err)
		}
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v, want an error without the address", err)
		}
	}
}

package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
)

func TestLock(t *testing.T) {
	t.Run("is held by one until it is released", func(t *testing.T) {
		path := newPath(t)
		release, err := sqlite.Lock(path)
		must(t, err)
		if _, err := sqlite.Lock(path); !errors.Is(err, sqlite.ErrServed) {
			t.Errorf("second: got error %v, want %v", err, sqlite.ErrServed)
		}
		must(t, release())
		release, err = sqlite.Lock(path)
		must(t, err)
		must(t, release())
	})

	t.Run("is the same by whichever way one came", func(t *testing.T) {
		folder := t.TempDir()
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(folder, link); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
		release, err := sqlite.Lock(filepath.Join(folder, "auth.db"))
		must(t, err)
		defer func() { must(t, release()) }()
		if _, err := sqlite.Lock(filepath.Join(link, "auth.db")); !errors.Is(err, sqlite.ErrServed) {
			t.Errorf("by a link: got error %v, want %v", err, sqlite.ErrServed)
		}
		t.Chdir(folder)
		if _, err := sqlite.Lock("auth.db"); !errors.Is(err, sqlite.ErrServed) {
			t.Errorf("by a relative path: got error %v, want %v", err, sqlite.ErrServed)
		}
	})

	t.Run("of one file keeps nobody from another, nor a command from the same", func(t *testing.T) {
		path := newPath(t)
		release, err := sqlite.Lock(path)
		must(t, err)
		defer func() { must(t, release()) }()
		other, err := sqlite.Lock(newPath(t))
		must(t, err)
		must(t, other())
		must(t, open(t, path).Repos().Users.Create(t.Context(), user("ann")))
	})

	t.Run("in a folder that is not there is an error of its own", func(t *testing.T) {
		_, err := sqlite.Lock(filepath.Join(t.TempDir(), "none", "auth.db"))
		if err == nil || errors.Is(err, sqlite.ErrServed) {
			t.Errorf("got error %v, want one that is not %v", err, sqlite.ErrServed)
		}
	})
}

package breachedfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

// sampled are the ranges that openFolder looks at, and the one that it knows names by.
func sampled() []string {
	prefixes := []string{"ABCDE"}
	for i := range rangeSamples {
		prefixes = append(prefixes, fmt.Sprintf("%05X", (1<<20-1)*i/(rangeSamples-1)))
	}
	return prefixes
}

// ranges makes a folder of the ranges that are looked at in any case, and of those of the
// passwords; a million files would take a test too long.
func ranges(t testing.TB, passwords []string, digits func(string) string, extension string) (path string) {
	t.Helper()
	files := map[string]string{}
	for i, prefix := range sampled() {
		files[prefix] = fmt.Sprintf("%035X:1\r\n%035X:2\r\n", i, i+1)
	}
	for _, p := range passwords {
		hash := hashOf(p)
		files[hash[:5]] = strings.Repeat("0", 35) + ":3\r\n" + hash[5:] + ":7\r\n" + strings.Repeat("F", 35) + ":1\r\n"
	}
	path = t.TempDir()
	for prefix, text := range files {
		if err := os.WriteFile(filepath.Join(path, digits(prefix)+extension), []byte(digits(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// everyRange is a folder with the file of each range, which is empty where no more is known: a
// million real ones would take a test too long.
type everyRange struct {
	known  fs.FS
	broken atomic.Bool
}

func (f *everyRange) Open(name string) (fs.File, error) {
	if f.broken.Load() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("input/output error")}
	}
	file, err := f.known.Open(name)
	if errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(name, ".txt") {
		return f.known.Open(sampled()[1] + ".txt")
	}
	return file, err
}

// folderWorld is a world of the contract on every range.
func folderWorld(t testing.TB, path string) contract.PasswordCheckerWorld {
	t.Helper()
	files := &everyRange{known: os.DirFS(path)}
	f, err := folderOf(files)
	if err != nil {
		t.Fatal(err)
	}
	return contract.PasswordCheckerWorld{
		Checker: &Checker{hashes: f}, Weakness: port.PasswordBreached, Weak: leaked(3),
		Break: func(testing.TB) { files.broken.Store(true) },
	}
}

func TestFolder(t *testing.T) {
	for _, extension := range []string{"", ".txt"} {
		for name, digits := range map[string]func(string) string{"upper case": strings.ToUpper, "lower case": strings.ToLower} {
			c := open(t, ranges(t, leaked(20), digits, extension))
			for _, password := range leaked(20) {
				if got := check(t, c, password); got != port.PasswordBreached {
					t.Errorf("%s%s: %q: got %q", name, extension, password, got)
				}
			}
		}
	}
}

func TestAFolderThatIsNoListIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(path string) error
		want  string
	}{
		"without the names": {func(path string) error { return os.Remove(filepath.Join(path, "ABCDE.txt")) }, "has no file ABCDE or ABCDE.txt"},
		"without a range":   {func(path string) error { return os.Remove(filepath.Join(path, "FFFFF.txt")) }, "file FFFFF.txt, one of those of every range: it cannot be opened"},
		"whole hashes": {func(path string) error {
			return os.WriteFile(filepath.Join(path, "00000.txt"), []byte("00000"+strings.Repeat("0", 35)+"\n"), 0o600)
		}, "file 00000.txt, one of those of every range: it is no list of hashes"},
		"not sorted": {func(path string) error {
			return os.WriteFile(filepath.Join(path, "00000.txt"), fmt.Appendf(nil, "%035X\n%035X\n", 2, 1), 0o600)
		}, "it is not sorted"},
		"folders": {func(path string) error {
			return errors.Join(os.Remove(filepath.Join(path, "00000.txt")), os.Mkdir(filepath.Join(path, "00000.txt"), 0o700))
		}, "it is no file"},
		"huge": {func(path string) error { return os.Truncate(filepath.Join(path, "00000.txt"), maxRange+1) }, "it is no file, or larger"},
	} {
		path := ranges(t, nil, strings.ToUpper, ".txt")
		if err := test.spoil(path); err != nil {
			t.Fatal(err)
		}
		if c, err := Open(path); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v and error %v, want %q in an error", name, c, err, test.want)
		}
	}
}

func TestARangeThatIsGoneIsNoAnswer(t *testing.T) {
	path := ranges(t, leaked(2), strings.ToUpper, ".txt")
	c := open(t, path)
	prefix := hashOf("leaked 0")[:5]
	if err := os.Remove(filepath.Join(path, prefix+".txt")); err != nil {
		t.Fatal(err)
	}
	found, err := c.Check(t.Context(), port.PasswordCandidate{Password: "leaked 0"})
	if !errors.Is(err, fs.ErrNotExist) || found != port.PasswordSound {
		t.Errorf("got %q and error %v, want %v alone", found, err, fs.ErrNotExist)
	}
	if err != nil && strings.Contains(err.Error(), prefix) {
		t.Errorf("got error %v, want it without the digits that were looked for", err)
	}
	if got := check(t, c, "leaked 1"); got != port.PasswordBreached {
		t.Errorf("got %q of another range", got)
	}
}

package testserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// MissingError says that a program is not installed on this machine.
type MissingError struct {
	Names   []string // by any of which the program goes
	Install string   // what to type, such as "apt-get install mariadb-server"
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not installed: %s", strings.Join(e.Names, " or "), e.Install)
}

// Look returns the path of the first of names that is on PATH or where distributions keep
// servers: /usr/sbin, /usr/local/sbin and the newest /usr/lib/postgresql/*/bin. It returns a
// *MissingError when there is none.
func Look(install string, names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
		for _, folder := range serverFolders() {
			if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
				return path, nil
			}
		}
	}
	return "", &MissingError{Names: names, Install: install}
}

// serverFolders are those that are often missing from the PATH of an ordinary user.
func serverFolders() []string {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		panic(err) // the pattern is ours
	}
	slices.SortFunc(folders, func(a, b string) int {
		// 9 is older than 15, and a longer number is larger.
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(b, a)
	})
	return append(folders, "/usr/sbin", "/usr/local/sbin")
}

// Find is Look for a test: without the program the test is skipped, and says what to install,
// or fails where the variable CI is set, since nothing may be left out there.
func Find(t testing.TB, install string, names ...string) string {
	t.Helper()
	path, err := Look(install, names...)
	if err != nil {
		missing(t, err)
	}
	return path
}

// missing ends a test for want of a program.
func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}

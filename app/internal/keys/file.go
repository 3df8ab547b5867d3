package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// maxFileBytes bounds what is read as a key.
const maxFileBytes = 4 << 10

// keep reads the key from its file, and makes the file first where there is none.
func keep(w Wanted) (Key, []string, error) {
	text, warnings, err := read(w)
	made := errors.Is(err, fs.ErrNotExist)
	if made {
		if err := create(w); err != nil {
			return Key{}, nil, fmt.Errorf("keys: make %s: %w", w.Name, err)
		}
		// Read back what is there: another starter may have been first.
		text, warnings, err = read(w)
	}
	if err != nil {
		return Key{}, nil, err
	}
	return Key{Current: []byte(text), Made: made}, warnings, nil
}

// read returns the key that the file holds. The error matches fs.ErrNotExist where there is
// no file.
func read(w Wanted) (text string, warnings []string, err error) {
	info, err := os.Stat(w.File)
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("keys: read %s: %w", w.Name, err)
	case !info.Mode().IsRegular() || info.Size() > maxFileBytes:
		return "", nil, configurationError("%s holds no key: it is not a small file; move it away, or set %s", w.File, w.Name)
	}
	content, err := os.ReadFile(w.File)
	if err != nil {
		return "", nil, fmt.Errorf("keys: read %s: %w", w.Name, err)
	}
	text = strings.TrimRight(string(content), "\r\n")
	if problem := domain.SecretWeakness(text); problem != "" {
		return "", nil, configurationError("%s, the file of %s, %s; put back the right one, or remove it to get a new one, after which people may have to log in again", w.File, w.Name, problem)
	}
	// Windows has no such bits: Go makes them up.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		warnings = append(warnings, fmt.Sprintf("%s, the file of %s, can be read by others (mode %04o); run: chmod 600 %[1]s", w.File, w.Name, mode))
	}
	return text, warnings, nil
}

// create makes the file with a new key in it, all at once, so that nobody ever reads half a
// key and of several starters all end with the same. That the file is there already is no
// error.
func create(w Wanted) error {
	dir := filepath.Dir(w.File)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, "."+filepath.Base(w.File)+"-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	if err := writeDown(temporary, random()+"\n"); err != nil {
		return err
	}
	switch err := os.Link(temporary.Name(), w.File); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return createWithoutLink(w.File)
	}
	return syncDir(dir)
}

// createWithoutLink is for file systems that have no hard links. Who starts at the same
// moment may find the file still empty, is told so, and succeeds when started again.
func createWithoutLink(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := writeDown(file, random()+"\n"); err != nil {
		os.Remove(path)
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeDown writes text to file, sees it to the disk, and closes file.
func writeDown(file *os.File, text string) error {
	_, err := file.WriteString(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncDir sees the name of a new file to the disk.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

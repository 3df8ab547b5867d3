package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Config says where the database is and how it is kept. Only Path has no default.
type Config struct {
	// Path of the database file. Its folder must exist. In-memory databases (":memory:")
	// are refused: each connection would have its own.
	Path string

	// Migrate lets Open make a missing file and bring an older schema up to date. Several
	// processes may do so at once: one migrates, the others wait for it.
	Migrate bool

	// Synchronous is what an acknowledged write outlives: a power cut with "FULL", the
	// default, and "EXTRA"; a crash of the process, but not always a power cut, with
	// "NORMAL". Case does not matter.
	Synchronous string

	// BusyTimeout is the longest wait for a lock that another process holds, in whole
	// milliseconds; default 5s. A write whose context is done waits no longer. A read does:
	// it waits only while another process restores the file after a crash. It is also the
	// longest that one write or unit of work may keep the others waiting; then it fails.
	BusyTimeout time.Duration

	// Readers is how many connections read at once; default 4, or the number of
	// processors where there are more.
	Readers int
}

const (
	defaultSynchronous = "FULL"
	defaultBusyTimeout = 5 * time.Second
	minReaders         = 4
)

// complete returns c with its defaults and the real path.
func (c Config) complete() (Config, error) {
	switch {
	case c.Path == "":
		return c, errors.New("no path is configured")
	case strings.ContainsRune(c.Path, 0):
		return c, errors.New("the path holds a NUL")
	case c.Path == ":memory:":
		return c, errors.New("a database in memory is not supported: name a file")
	}
	path, err := realPath(c.Path)
	if err != nil {
		return c, err
	}
	c.Path = path

	if c.Synchronous == "" {
		c.Synchronous = defaultSynchronous
	}
	c.Synchronous = strings.ToUpper(c.Synchronous)
	switch c.Synchronous {
	case "NORMAL", "FULL", "EXTRA":
	default:
		return c, fmt.Errorf("synchronous is %q, which is none of NORMAL, FULL and EXTRA", c.Synchronous)
	}

	if c.BusyTimeout == 0 {
		c.BusyTimeout = defaultBusyTimeout
	}
	if c.BusyTimeout < time.Millisecond {
		return c, fmt.Errorf("busy timeout of %s is shorter than 1ms", c.BusyTimeout)
	}

	if c.Readers == 0 {
		c.Readers = max(minReaders, runtime.NumCPU())
	}
	if c.Readers < 0 {
		return c, fmt.Errorf("%d reading connections are too few", c.Readers)
	}
	return c, nil
}

// realPath returns the one absolute path of the file, which need not exist, in a folder that
// does. Connections opened later find the same file even if the working directory has
// changed, and a lock beside the file is the same by whichever link one came.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	resolved, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return resolved, err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	return filepath.Join(folder, filepath.Base(path)), err
}

// createFile makes the database file when it is missing, since SQLite would make it
// readable for everybody; the files beside it get its mode. A file that exists is not
// opened: closing it again would drop the locks that SQLite holds on it in this process.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// writerDSN takes the write lock as a transaction begins: SQLite refuses at once, without
// waiting, to turn a reading transaction into a writing one after somebody else has written.
func (c Config) writerDSN() string {
	return c.dsn(url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {c.Synchronous},
		"_txlock":       {"immediate"},
	})
}

func (c Config) readerDSN() string {
	return c.dsn(url.Values{"_query_only": {"1"}})
}

func (c Config) dsn(params url.Values) string {
	params.Set("mode", "rw") // never make the file anew should it be gone
	params.Set("_busy_timeout", strconv.FormatInt(c.BusyTimeout.Milliseconds(), 10))
	params.Set("_defensive", "1")
	params.Set("_dqs", "0")      // a misspelt column in double quotes is no text
	params.Set("_error_rc", "1") // no text of an earlier error
	return fileURI(c.Path) + "?" + params.Encode()
}

// fileURI writes an absolute path as SQLite reads it (https://www.sqlite.org/uri.html): ?, #
// and % escaped, slashes forward, and one before a Windows drive letter.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return "file://" + (&url.URL{Path: path}).EscapedPath()
}

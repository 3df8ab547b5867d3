package breachedfile

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

// hashOf returns the digits that password has in a list.
func hashOf(password string) string { return fmt.Sprintf("%X", sha1.Sum([]byte(password))) }

// leaked returns the names of n passwords.
func leaked(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("leaked %d", i)
	}
	return list
}

// sorted returns the hashes of the passwords in their order, each made a line by form.
func sorted(passwords []string, form func(i int, hash string) string) string {
	hashes := make([]string, len(passwords))
	for i, p := range passwords {
		hashes[i] = hashOf(p)
	}
	slices.Sort(hashes)
	var text strings.Builder
	for i, h := range hashes {
		text.WriteString(form(i, h))
	}
	return text.String()
}

// counted is the form of Have I Been Pwned.
func counted(i int, hash string) string { return fmt.Sprintf("%s:%d\r\n", hash, 1+i*i) }

func plain(_ int, hash string) string { return hash + "\n" }

// write makes a file of the text.
func write(t testing.TB, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "breached.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens what has to be sound.
func open(t testing.TB, path string) *Checker {
	t.Helper()
	c, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// check returns what the checker finds in a password.
func check(t testing.TB, c *Checker, password string) port.PasswordWeakness {
	t.Helper()
	found, err := c.Check(t.Context(), port.PasswordCandidate{Password: password})
	if err != nil {
		t.Fatalf("%s: %v", password, err)
	}
	return found
}

func TestContract(t *testing.T) {
	t.Run("file", func(t *testing.T) {
		path := write(t, sorted(leaked(2000), counted))
		contract.RunPasswordChecker(t, func(t testing.TB) contract.PasswordCheckerWorld {
			c := open(t, path)
			return contract.PasswordCheckerWorld{
				Checker: c, Weakness: port.PasswordBreached, Weak: leaked(3),
				Break: func(t testing.TB) {
					if err := c.Close(); err != nil {
						t.Fatal(err)
					}
				},
			}
		}, contract.Expect(9))
	})
	t.Run("folder", func(t *testing.T) {
		path := ranges(t, leaked(3), strings.ToUpper, ".txt")
		contract.RunPasswordChecker(t, func(t testing.TB) contract.PasswordCheckerWorld { return folderWorld(t, path) }, contract.Expect(9))
	})
}

// reversed are the lines of a text, the last first.
func reversed(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Reverse(lines)
	return strings.Join(lines, "")
}

func TestFormsOfAFile(t *testing.T) {
	for name, form := range map[string]func(i int, hash string) string{
		"counted, CR LF":       counted,
		"counted, LF":          func(i int, h string) string { return fmt.Sprintf("%s:%d\n", h, i) },
		"plain":                plain,
		"plain, CR LF":         func(_ int, h string) string { return h + "\r\n" },
		"lower case":           func(i int, h string) string { return fmt.Sprintf("%s:%d\n", strings.ToLower(h), i) },
		"either case":          func(i int, h string) string { return []string{h, strings.ToLower(h)}[i%2] + "\n" },
		"some have no count":   func(i int, h string) string { return h + []string{"", ":7"}[i%2] + "\n" },
		"each twice":           func(_ int, h string) string { return h + ":1\n" + h + ":2\n" },
		"the longest counts":   func(_ int, h string) string { return h + ":" + strings.Repeat("9", 20) + "\r\n" },
		"cut to 12 digits":     func(_ int, h string) string { return h[:12] + "\n" },
		"cut to 16, and count": func(_ int, h string) string { return h[:16] + ":5\n" },
		"cut to 39":            func(_ int, h string) string { return h[:39] + "\n" },
	} {
		for _, lines := range []int{1, 2, 3, 90, 95, 96, 97, 100, 1000} {
			for _, end := range []string{"with an end", "without"} {
				text := sorted(leaked(lines), form)
				if end == "without" {
					text = strings.TrimRight(text, "\r\n")
				}
				c := open(t, write(t, text))
				for _, password := range leaked(lines) {
					if got := check(t, c, password); got != port.PasswordBreached {
						t.Fatalf("%s, %d lines, %s: %q: got %q", name, lines, end, password, got)
					}
				}
				for _, password := range []string{"", "leaked", "Leaked 0", "leaked 0 ", "leaked -1", fmt.Sprintf("leaked %d", lines)} {
					if got := check(t, c, password); got != port.PasswordSound {
						t.Fatalf("%s, %d lines, %s: %q: got %q", name, lines, end, password, got)
					}
				}
			}
		}
	}
}

// reader counts what is read.
type reader struct {
	io.ReaderAt
	calls, bytes atomic.Int64
}

func (r *reader) ReadAt(p []byte, at int64) (int, error) {
	r.calls.Add(1)
	r.bytes.Add(int64(len(p)))
	return r.ReaderAt.ReadAt(p, at)
}

func TestALookUpReadsLittle(t *testing.T) {
	const lines = 100_000
	text := sorted(leaked(lines), counted)
	r := &reader{ReaderAt: strings.NewReader(text)}
	l := list{r: r, size: int64(len(text)), digits: hashDigits}
	for _, password := range append(leaked(lines)[:500], "nobody has this", "nor this") {
		r.calls.Store(0)
		r.bytes.Store(0)
		found, err := l.holds(t.Context(), hashOf(password))
		if want := strings.HasPrefix(password, "leaked"); found != want || err != nil {
			t.Fatalf("%q: got %t and error %v, want %t", password, found, err, want)
		}
		// 5 MB are halved 11 times until a window of 4 KiB is left, more or less by the length of a line.
		if calls, bytes := r.calls.Load(), r.bytes.Load(); calls > 14 || bytes > 4096+14*128 {
			t.Fatalf("%q: got %d reads of %d bytes, want a few", password, calls, bytes)
		}
	}
}

func TestAFileThatIsNoListIsRefused(t *testing.T) {
	good := sorted(leaked(100), plain)
	large := sorted(leaked(40_000), plain)
	lines := strings.SplitAfter(good, "\n")
	for name, test := range map[string]struct{ text, want string }{
		"empty":                     {"", "is empty"},
		"blank":                     {"\n", "its first line"},
		"words":                     {"password\n123456\n", "its first line"},
		"byte order mark":           {"\ufeff" + good, "its first line"},
		"one long line":             {strings.Repeat("A", 1000), "its first line"},
		"too few digits":            {sorted(leaked(5), func(_ int, h string) string { return h[:MinDigits-1] + "\n" }), "its first line"},
		"too many digits":           {sorted(leaked(5), func(_ int, h string) string { return h + "0\n" }), "its first line"},
		"of another algorithm":      {sorted(leaked(5), func(_ int, h string) string { return h[:32] + "\n" }), "MD5 or NTLM"},
		"count that is none":        {lines[0][:40] + ":many\n", "its first line"},
		"empty count":               {lines[0][:40] + ":\n", "its first line"},
		"count that is too long":    {lines[0][:40] + ":" + strings.Repeat("9", 30) + "\n", "its first line"},
		"not sorted":                {lines[1] + lines[0], "not sorted"},
		"sorted by count":           {reversed(good), "not sorted"},
		"blank line":                {lines[0] + "\n" + lines[1], "at byte 41 "},
		"blank lines at the end":    {good + "\n", "at byte 4100 "},
		"fewer digits further on":   {lines[0] + lines[1][1:], "at byte 41 "},
		"large and not sorted":      {large[len(large)/2/41*41:] + large[:len(large)/2/41*41], "not sorted"},
		"large with another end":    {large + "and so on\n", "at byte 1640000 "},
		"large and begins again":    {large + strings.Join(lines[:20], ""), "not sorted"},
		"large with an early end":   {large + lines[0], "not sorted"},
		"large with something else": {large[:41*100] + strings.Repeat("x", len(large)), "no line of 40"},
	} {
		c, err := Open(write(t, test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v and error %v, want %q in an error", name, c, err, test.want)
		}
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: got error %v, want %v", err, os.ErrNotExist)
	}
	if _, err := Open(os.DevNull); err == nil || !strings.Contains(err.Error(), "neither a file nor a folder") {
		t.Errorf("a device: got error %v", err)
	}
}

func TestWhatAFileHasBecomeIsNoAnswer(t *testing.T) {
	for name, spoil := range map[string]func(path, text string) error{
		"shorter": func(path, _ string) error { return os.Truncate(path, 100) },
		"empty":   func(path, _ string) error { return os.Truncate(path, 0) },
		"overwritten": func(path, text string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("no hash\n"), len(text)), 0o600)
		},
		"turned round": func(path, text string) error { return os.WriteFile(path, []byte(reversed(text)), 0o600) },
	} {
		for _, lines := range []int{20, 1000} { // one window, and more
			text := sorted(leaked(lines), counted)
			path := write(t, text)
			c := open(t, path)
			if got := check(t, c, "leaked 7"); got != port.PasswordBreached {
				t.Fatalf("got %q", got)
			}
			if err := spoil(path, text); err != nil {
				t.Fatal(err)
			}
			for _, password := range []string{"leaked 7", "leaked 8", "nobody has this"} {
				found, err := c.Check(t.Context(), port.PasswordCandidate{Password: password})
				if err == nil || found != port.PasswordSound {
					t.Errorf("%s: %q: got %q and error %v, want an error alone", name, password, found, err)
				}
				if err != nil && (strings.Contains(err.Error(), path) || strings.ContainsAny(err.Error(), "0123456789")) {
					t.Errorf("%s: got error %v, want no place that tells what was looked for", name, err)
				}
			}
		}
	}
}

func TestAFileThatIsReplacedIsSeenAfterARestart(t *testing.T) {
	path := write(t, sorted([]string{"leaked 0", "leaked 1"}, plain))
	c := open(t, path)
	if err := os.Rename(write(t, sorted([]string{"leaked 2"}, plain)), path); err != nil {
		t.Fatal(err)
	}
	if got := check(t, c, "leaked 0") + check(t, c, "leaked 2"); got != port.PasswordBreached {
		t.Errorf("got %q, want what the old file holds", got)
	}
	if got := check(t, open(t, path), "leaked 2"); got != port.PasswordBreached {
		t.Errorf("got %q, want what the new file holds", got)
	}
}

func TestALookUpEndsWithItsContext(t *testing.T) {
	text := sorted(leaked(20_000), counted)
	ctx, cancel := context.WithCancel(t.Context())
	r := &reader{ReaderAt: strings.NewReader(text)}
	l := list{r: cancelling{r, cancel}, size: int64(len(text)), digits: hashDigits}
	if _, err := l.holds(ctx, hashOf("leaked 1")); !errors.Is(err, context.Canceled) || r.calls.Load() != 1 {
		t.Errorf("got error %v after %d reads, want %v after one", err, r.calls.Load(), context.Canceled)
	}
}

// cancelling cancels a context when it is read.
type cancelling struct {
	io.ReaderAt
	cancel func()
}

func (c cancelling) ReadAt(p []byte, at int64) (int, error) {
	c.cancel()
	return c.ReaderAt.ReadAt(p, at)
}

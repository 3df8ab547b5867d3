package keys_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/keys"
)

const (
	good    = "q8Zt3VnR0sLw7YkXc2BhJmP5dUfGaE9i"
	another = "Vb1Nx6QzKp4TgWy8RjLm2HdCs7FuAe0o"
)

func TestLoadConfigured(t *testing.T) {
	t.Run("uses the bytes of the text, and makes no file", func(t *testing.T) {
		for _, policy := range []keys.Policy{keys.Demand, keys.Keep, keys.Fresh} {
			file := filepath.Join(t.TempDir(), "data", "secret")
			key, warnings, err := keys.Load(keys.Wanted{Name: "SECRET", Configured: good, Previous: []string{another}, File: file}, policy)
			if err != nil {
				t.Fatal(err)
			}
			if string(key.Current) != good || len(key.Previous) != 1 || string(key.Previous[0]) != another || len(warnings) > 0 {
				t.Errorf("got %q, previous %q, warnings %q", key.Current, key.Previous, warnings)
			}
			if _, err := os.Stat(filepath.Dir(file)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the folder is there: %v", err)
			}
		}
	})
	t.Run("refuses a weak key, also a previous one", func(t *testing.T) {
		const weak = "short-and-kept-out-of-sight"
		for _, w := range []keys.Wanted{
			{Name: "DATA_KEY", Configured: weak},
			{Name: "DATA_KEY", Configured: good, Previous: []string{another, weak}},
		} {
			_, _, err := keys.Load(w, keys.Fresh)
			if !errors.Is(err, keys.ErrConfiguration) {
				t.Fatalf("got %v, want ErrConfiguration", err)
			}
			if strings.Contains(err.Error(), weak) || !strings.Contains(err.Error(), "DATA_KEY") {
				t.Errorf("got %q, want the name and not the key", err)
			}
		}
	})
}

func TestLoadMissing(t *testing.T) {
	t.Run("is refused under Demand, saying how to make one", func(t *testing.T) {
		_, _, err := keys.Load(keys.Wanted{Name: "SECRET"}, keys.Demand)
		if !errors.Is(err, keys.ErrConfiguration) || !strings.Contains(err.Error(), "openssl rand") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("is made anew each time under Fresh, and not kept", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "secret")
		first, second := load(t, file, keys.Fresh), load(t, file, keys.Fresh)
		if bytes.Equal(first.Current, second.Current) {
			t.Error("got the same key twice")
		}
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is there: %v", err)
		}
	})
	t.Run("is made once under Keep: 32 random bytes in a file of the owner alone", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		file := filepath.Join(dir, "secret")
		first, second := load(t, file, keys.Keep), load(t, file, keys.Keep)
		if !bytes.Equal(first.Current, second.Current) {
			t.Error("got another key the second time")
		}
		if !first.Made || second.Made {
			t.Errorf("said to be made: got %t, then %t; want true, then false", first.Made, second.Made)
		}
		if random, err := base64.RawURLEncoding.DecodeString(string(first.Current)); err != nil || len(random) != 32 {
			t.Errorf("got %d bytes, error %v; want 32 bytes in base64url", len(random), err)
		}
		if runtime.GOOS != "windows" {
			wantMode(t, dir, 0o700)
			wantMode(t, file, 0o600)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("got %v, error %v; want the key and nothing else", entries, err)
		}
	})
	t.Run("starters at the same moment agree", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "data", "secret")
		found := make([]keys.Key, 16)
		var wg sync.WaitGroup
		for i := range found {
			wg.Go(func() { found[i] = load(t, file, keys.Keep) })
		}
		wg.Wait()
		for _, key := range found {
			if !bytes.Equal(key.Current, found[0].Current) {
				t.Fatal("got different keys")
			}
		}
	})
	t.Run("a folder that cannot be made is an error", func(t *testing.T) {
		blocked := filepath.Join(t.TempDir(), "file")
		writeFile(t, blocked, "", 0o600)
		if _, _, err := keys.Load(keys.Wanted{Name: "SECRET", File: filepath.Join(blocked, "secret")}, keys.Keep); err == nil {
			t.Error("got no error")
		}
	})
}

func TestLoadFile(t *testing.T) {
	t.Run("a bad file is refused and left as it is", func(t *testing.T) {
		for name, content := range map[string]string{
			"empty":      "",
			"blank":      "\n",
			"short":      good[:31] + "\n",
			"well known": strings.Repeat("secret", 10),
			"huge":       strings.Repeat(good, 1000),
		} {
			file := filepath.Join(t.TempDir(), "secret")
			writeFile(t, file, content, 0o600)
			_, _, err := keys.Load(keys.Wanted{Name: "SECRET", File: file}, keys.Keep)
			if !errors.Is(err, keys.ErrConfiguration) {
				t.Errorf("%s: got %v, want ErrConfiguration", name, err)
			}
			if got, _ := os.ReadFile(file); string(got) != content {
				t.Errorf("%s: the file was changed", name)
			}
		}
	})
	t.Run("a folder in its place is refused", func(t *testing.T) {
		_, _, err := keys.Load(keys.Wanted{Name: "SECRET", File: t.TempDir()}, keys.Keep)
		if !errors.Is(err, keys.ErrConfiguration) {
			t.Errorf("got %v, want ErrConfiguration", err)
		}
	})
	t.Run("line ends are not part of the key", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "secret")
		writeFile(t, file, good+"\r\n", 0o600)
		if key := load(t, file, keys.Keep); string(key.Current) != good {
			t.Errorf("got %q, want %q", key.Current, good)
		}
	})
	if runtime.GOOS == "windows" {
		return // no such bits
	}
	t.Run("a file that others can read is a warning that says what to do", func(t *testing.T) {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
			file := filepath.Join(t.TempDir(), "secret")
			writeFile(t, file, good, mode)
			_, warnings, err := keys.Load(keys.Wanted{Name: "SECRET", File: file}, keys.Keep)
			if err != nil {
				t.Fatal(err)
			}
			if len(warnings) != 1 || !strings.Contains(warnings[0], "chmod 600 "+file) || strings.Contains(warnings[0], good) {
				t.Errorf("mode %o: got %q", mode, warnings)
			}
		}
	})
}

func load(t *testing.T, file string, p keys.Policy) keys.Key {
	t.Helper()
	key, warnings, err := keys.Load(keys.Wanted{Name: "SECRET", File: file}, p)
	if err != nil {
		t.Error(err)
	}
	if len(warnings) > 0 {
		t.Errorf("got warnings %q, want none", warnings)
	}
	return key
}

func writeFile(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s: got mode %04o, want %04o", path, got, want)
	}
}

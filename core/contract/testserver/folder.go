package testserver

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
)

// MakeFolder makes a new folder that belongs to account (see Command.Account) and that only
// its owner can enter. Its path is short enough for a socket in it, of which the path has at
// most 108 bytes, and whoever makes it removes it.
func MakeFolder(account string) (string, error) {
	parent := ""
	if runtime.GOOS != "windows" {
		parent = "/tmp" // TMPDIR may be long
	}
	folder, err := os.MkdirTemp(parent, "srv")
	if err != nil {
		return "", fmt.Errorf("testserver: make folder: %w", err)
	}
	if err := own(folder, account); err != nil {
		err = errors.Join(err, os.Remove(folder))
		return "", fmt.Errorf("testserver: give folder to %s: %w", account, err)
	}
	return folder, nil
}

// Folder is MakeFolder for a test, at whose end the folder is removed.
func Folder(t testing.TB, account string) string {
	t.Helper()
	folder, err := MakeFolder(account)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCommon(t *testing.T) {
	got, err := common([]byte(`["short", "Longer-Than-Seven", "aaaaaaab", "longer-than-seven"]`))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Error("the list is not sorted, or holds a password twice")
	}
	for password, want := range map[string]bool{"short": false, "longer-than-seven": true, "Longer-Than-Seven": false, "aaaaaaab": true, "password123": true} {
		if slices.Contains(got, password) != want {
			t.Errorf("%s: got %t, want %t", password, !want, want)
		}
	}
	if _, err := common([]byte("{")); err == nil {
		t.Error("got no error for what is no list")
	}
}

func TestRunTakesOneVersionOfTheListAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passwords.json")
	if err := os.WriteFile(path, []byte(`["longer-than-seven"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {path}, {path + ".not"}} {
		var out bytes.Buffer
		if err := run(args, &out); err == nil || out.Len() > 0 {
			t.Errorf("%q: got %v and %d bytes, want an error and none", args, err, out.Len())
		}
	}
}

// What the core holds is what own.txt and the list make: sorted, and with all of own.txt.
func TestTheListInTheCoreIsOurs(t *testing.T) {
	text, err := os.ReadFile("../../core/auth/common_passwords.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) < wanted || !slices.IsSorted(lines) {
		t.Errorf("got %d lines, want at least %d, sorted", len(lines), wanted)
	}
	for password := range strings.FieldsSeq(own) {
		if _, found := slices.BinarySearch(lines, password); !found && !isTooShort(password) {
			t.Errorf("%s of own.txt is missing", password)
		}
	}
}

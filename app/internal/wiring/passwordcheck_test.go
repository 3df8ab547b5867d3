package wiring

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/port"
)

// someHash is the SHA-1 of "another battery staple".
const someHash = "EEDB78AAADBB7F5D148A2D211F235F8D85E98F3D"

func TestPasswordCheckers(t *testing.T) {
	dir := t.TempDir()
	leaked := filepath.Join(dir, "leaked.txt")
	if err := os.WriteFile(leaked, []byte(someHash+":3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		environment []string
		want        map[string]port.PasswordWeakness // by password, in all checkers together
	}{
		"none unless asked for": {nil, map[string]port.PasswordWeakness{"monkey-house": "", "another battery staple": ""}},
		"a score":               {[]string{"PASSWORD_MIN_SCORE=3", "PROJECT_NAME=Quokkawombat"}, map[string]port.PasswordWeakness{"monkey-house": port.PasswordGuessable, "quokkawombat!": port.PasswordGuessable, "another battery staple": ""}},
		"a lower score":         {[]string{"PASSWORD_MIN_SCORE=1"}, map[string]port.PasswordWeakness{"blue-monkey42": ""}},
		"a list":                {[]string{"PASSWORD_BREACHED_FILE=" + leaked}, map[string]port.PasswordWeakness{"monkey-house": "", "another battery staple": port.PasswordBreached}},
		"both":                  {[]string{"PASSWORD_MIN_SCORE=3", "PASSWORD_BREACHED_FILE=" + leaked}, map[string]port.PasswordWeakness{"monkey-house": port.PasswordGuessable, "another battery staple": port.PasswordBreached, "nU4-qTz8-vR2k-Wb7x": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			checkers, closeAll, err := PasswordCheckers(load(t, test.environment...))
			if err != nil {
				t.Fatal(err)
			}
			for password, want := range test.want {
				var got port.PasswordWeakness
				for _, checker := range checkers {
					found, err := checker.Check(t.Context(), port.PasswordCandidate{Password: password})
					if err != nil {
						t.Fatal(err)
					}
					got += found
				}
				if got != want {
					t.Errorf("%q: got %q, want %q", password, got, want)
				}
			}
			closeAll()
			for _, checker := range checkers {
				_, err := checker.Check(t.Context(), port.PasswordCandidate{Password: "another battery staple"})
				if _, onDisk := checker.(interface{ Close() error }); onDisk != (err != nil) {
					t.Errorf("%T: got error %v of one that is closed, where it has something to close", checker, err)
				}
			}
		})
	}
}

func TestAListThatCannotBeUsedIsAMistake(t *testing.T) {
	dir := t.TempDir()
	unsorted := filepath.Join(dir, "unsorted.txt")
	if err := os.WriteFile(unsorted, []byte(someHash+"\n"+strings.Repeat("0", 40)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "nothing"): "what it names cannot be opened: ",
		unsorted:                      "what it names is not sorted by its hashes",
		dir:                           "what it names has no file ABCDE",
	} {
		c := load(t, "PASSWORD_BREACHED_FILE="+path)
		_, _, opening := PasswordCheckers(c)
		for what, err := range map[string]error{"check": CheckPasswordCheckers(c), "start": opening} {
			mistakes, ok := errors.AsType[config.Mistakes](err)
			if !ok || len(mistakes) != 1 || mistakes[0].Name != "PASSWORD_BREACHED_FILE" || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want one mistake that says %q", what, err, want)
			}
		}
	}
}

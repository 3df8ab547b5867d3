package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func checkout(t *testing.T) string {
	t.Helper()
	root, err := workspace.Root(".")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestPage(t *testing.T) {
	root := checkout(t)
	t.Run("in the repository is the one that is made now", func(t *testing.T) {
		var want strings.Builder
		if err := run(root, &want); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(root, "docs", "ports.md"))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want.String() {
			t.Error("docs/ports.md is out of date: go run ./scripts/portsdoc > docs/ports.md")
		}
	})
	t.Run("has every case and every story once", func(t *testing.T) {
		var page strings.Builder
		if err := run(root, &page); err != nil {
			t.Fatal(err)
		}
		for _, c := range append(contract.AllCases(), stories()...) {
			if n := strings.Count(page.String(), "`"+c.ID+"`"); n != 1 {
				t.Errorf("%s stands there %d times, want once", c.ID, n)
			}
		}
	})
}

// commentsIn returns the text of the comments that stand on lines of their own.
func commentsIn(code string) string {
	var text strings.Builder
	for line := range strings.Lines(code) {
		if said, is := strings.CutPrefix(strings.TrimSpace(line), "// "); is {
			text.WriteString(said + "\n")
		}
	}
	return text.String()
}

func TestRules(t *testing.T) {
	s, err := read(filepath.Join(checkout(t), "core", "port"))
	if err != nil {
		t.Fatal(err)
	}
	promised := s.rules
	for _, p := range s.ports {
		promised += "\n" + p.intro
		for _, m := range p.methods {
			promised += "\n" + m.promise
		}
	}
	for _, r := range s.records {
		promised += "\n" + r.intro + "\n" + commentsIn(r.code)
	}
	promised = plain(promised)
	t.Run("stand in the doc comments, word for word", func(t *testing.T) {
		for _, c := range contract.AllCases() {
			if !strings.Contains(promised, plain(c.Rule)) {
				t.Errorf("%s checks %q, which no doc comment of core/port says", c.ID, c.Rule)
			}
		}
	})
	t.Run("that nobody wrote down are found", func(t *testing.T) {
		if strings.Contains(promised, plain("Create stores u with Version 2")) {
			t.Error("found a promise that nobody made")
		}
	})
}

// plain is text without what may differ between a rule and the sentence that it is of: line
// breaks, remarks in brackets, examples after a colon, list marks and the last full stop.
func plain(text string) string {
	text = regexp.MustCompile(`\s+`).ReplaceAllString(text, " ")
	text = regexp.MustCompile(` \((no such|or panics)[^)]*\)`).ReplaceAllString(text, "")
	text = strings.NewReplacer(`\`, "", "  - ", " ").Replace(text)
	return strings.TrimRight(text, ".")
}

func TestRender(t *testing.T) {
	users := portDoc{name: "Users", file: "users.go", intro: "Users keeps accounts."}
	one := contract.CaseInfo{ID: "users/a", Rule: "It keeps | all.", Port: "Users"}
	t.Run("keeps a rule in its cell", func(t *testing.T) {
		page, err := render(source{ports: []portDoc{users}}, []contract.CaseInfo{one}, nil, map[string][]string{"users/a": {"x", "y"}})
		if err != nil {
			t.Fatal(err)
		}
		if want := "| It keeps \\| all. | `users/a` | x, y |\n"; !strings.Contains(page, want) {
			t.Errorf("got\n%s\nwant a line %q", page, want)
		}
	})
	t.Run("refuses a port without cases", func(t *testing.T) {
		if _, err := render(source{ports: []portDoc{users, {name: "Mailer"}}}, []contract.CaseInfo{one}, nil, map[string][]string{"users/a": {"x", "y"}}); err == nil {
			t.Error("got no error")
		}
	})
	t.Run("refuses a case without a port", func(t *testing.T) {
		if _, err := render(source{}, []contract.CaseInfo{one}, nil, map[string][]string{"users/a": {"x", "y"}}); err == nil {
			t.Error("got no error")
		}
	})
}

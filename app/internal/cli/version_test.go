package cli

import (
	"runtime/debug"
	"testing"
)

func TestCommitOf(t *testing.T) {
	for want, settings := range map[string][]debug.BuildSetting{
		"":                  {{Key: "GOOS", Value: "linux"}, {Key: "vcs.modified", Value: "true"}},
		"0123abcd":          {{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.modified", Value: "false"}},
		"0123 with changes": {{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "0123"}},
	} {
		if got := commitOf(settings); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

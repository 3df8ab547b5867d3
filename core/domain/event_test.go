package domain_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Red when a kind is left out of EventKinds.
func TestEventKindsAreAllThatThereAre(t *testing.T) {
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, match := range regexp.MustCompile(`(?m)^\tEvent\w+ += "([a-z-]+)"`).FindAllSubmatch(source, -1) {
		want = append(want, string(match[1]))
	}
	slices.Sort(want)
	if got := domain.EventKinds(); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

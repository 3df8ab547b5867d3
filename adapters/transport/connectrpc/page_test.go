package connectrpc_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// TestTheFailureOfTheReference compares the answer that docs/connect.md shows with what is sent.
func TestTheFailureOfTheReference(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "connect.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```json\n")
	shown, _, _ := strings.Cut(rest, "```")
	w := newWorld(t, auth.DefaultSettings())
	sent := w.post(t, "/sallyport.v1.UserService/GetMe", "{}", nil)
	var got, want any
	if err := json.Unmarshal([]byte(sent.body), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(shown), &want); err != nil {
		t.Fatalf("read %q: %v", shown, err)
	}
	if sent.status != 401 || !reflect.DeepEqual(got, want) {
		t.Errorf("got status %d, %s, want %s", sent.status, sent.body, shown)
	}
}

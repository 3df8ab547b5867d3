package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestExamplesOfConnect runs what docs/connect.md has people type, as it stands there.
func TestExamplesOfConnect(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("install curl: the lines call it")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "connect.md"))
	if err != nil {
		t.Fatal(err)
	}
	const at = "http://127.0.0.1:8056"
	_, section, _ := strings.Cut(string(page), "\n## By hand\n")
	example := regexp.MustCompile("(?s)\n```sh\n(.*?)\n```\n").FindStringSubmatch(section)
	if example == nil || !strings.Contains(example[1], at) {
		t.Fatal("docs/connect.md has no example to run by hand")
	}
	p := serve(t, overConnect(cheap(t.TempDir())))
	command := exec.CommandContext(t.Context(), "sh", "-eu", "-c", strings.ReplaceAll(example[1], at, p.connectURL(t)))
	command.Env = append(os.Environ(), "PASSWORD="+adminPassword)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("run the example: %v\n%s", err, output)
	}
	rest := string(output)
	for _, want := range []string{`"email":"` + adminEmail + `"`, `{}`, `"code":"unauthenticated"`, `"code":"INVALID_CREDENTIALS"`} {
		var found bool
		if _, rest, found = strings.Cut(rest, want); !found {
			t.Errorf("got %s, want %s behind what was before", output, want)
		}
	}
}

// TestThePageHasTheCodesOfConnect compares the table of docs/connect.md with what is answered.
func TestThePageHasTheCodesOfConnect(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "connect.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range domain.Codes() {
		row := regexp.MustCompile("(?m)^\\| `" + connectrpc.Code(info.Class).String() + "` \\|.*`" + string(info.Code) + "`.*\\|$")
		if !row.Match(page) {
			t.Errorf("docs/connect.md does not have %s in the row of %s", info.Code, connectrpc.Code(info.Class))
		}
	}
}

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/oauth/oidc/oidctest"
)

// sdkCases is how many tests docs/examples/js has: one that is no longer found is no longer
// run, which would not show otherwise.
const sdkCases = 90

// TestJavaScriptSDK runs the example in docs/examples/js, which is what a team has that points
// its own client at the service: the official SDK as it is published, over the network, against
// the binary as it is released.
func TestJavaScriptSDK(t *testing.T) {
	t.Parallel()
	example := installExample(t)
	data := t.TempDir()
	port, _ := publicHome(t)
	public := "http://127.0.0.1:" + port
	at := oidctest.GitHub(t, callbacks(public, "GitHub")...)
	at.SetPerson(bobElsewhere)
	program := exec.CommandContext(t.Context(), buildRelease(t), "serve")
	program.Dir, program.Env = t.TempDir(), append(cheap(data), "LIMIT_NOTICE_ACCOUNT=off", "PUBLIC_REGISTRATION=true", "LIMIT_REGISTER_ADDRESS=off") // as its README says
	program.Env = append(append(program.Env, "PORT="+port, "PUBLIC_URL="+public), gitHubOfThePage(at)...)
	service := startProcess(t, program, nil)

	command := npm(t, example, "test", "--", "--test-reporter=tap")
	command.Env = append(os.Environ(),
		"SALLYPORT_URL="+service.URL, "SALLYPORT_EMAIL="+adminEmail, "SALLYPORT_PASSWORD="+adminPassword,
		"SALLYPORT_MAILBOX="+filepath.Join(data, "mailbox"), "SALLYPORT_PROVIDER=GitHub")
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("npm test: %v\n%s", err, output)
	}
	for what, want := range map[string]int{"tests": sdkCases, "pass": sdkCases, "fail": 0, "cancelled": 0, "skipped": 0, "todo": 0} {
		if got := reported(output, what); got != fmt.Sprint(want) {
			t.Errorf("%s: got %s, want %d", what, got, want)
		}
	}
}

// TestJavaScriptSDKSaysWhatIsMissing: where there is no service, npm test says so once, with the
// variable that names one, in place of a failure of each test.
func TestJavaScriptSDKSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	command := npm(t, installExample(t), "test")
	command.Env = append(os.Environ(), "SALLYPORT_URL=http://127.0.0.1:1") // where nobody listens
	output, err := command.CombinedOutput()
	if err == nil {
		t.Error("npm test succeeded, want a failure")
	}
	said := "No service answers at http://127.0.0.1:1. Start one, or say where it is in SALLYPORT_URL."
	if strings.Count(string(output), said) != 1 || strings.Contains(string(output), "ECONNREFUSED") {
		t.Errorf("got %s, want %q once and no test", output, said)
	}
}

// reported returns the number that the runner of Node says at its end.
func reported(output []byte, what string) string {
	match := regexp.MustCompile(`(?m)^# ` + what + ` (\d+)\r?$`).FindSubmatch(output)
	if match == nil {
		return "nothing"
	}
	return string(match[1])
}

// installExample copies the example and installs, in the copy, what its lock file has. Where
// that cannot be had the test is skipped, but never in CI.
func installExample(t testing.TB) string {
	t.Helper()
	lacking := t.Skipf
	if os.Getenv("CI") != "" {
		lacking = t.Fatalf
	}
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			lacking("there is no %s: on Debian, apt-get install npm", name)
		}
	}
	folder := t.TempDir()
	for _, file := range exampleFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := npm(t, folder, "ci", "--prefer-offline", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		lacking("npm cannot install the SDK: %v\n%s", err, output)
	}
	return folder
}

// exampleFiles are the files of the example itself, which has no folders of its own.
func exampleFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "examples", "js", "*.js*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("look for the example: got %d files and error %v", len(files), err)
	}
	return files
}

func npm(t testing.TB, folder string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), "npm", args...)
	command.Dir = folder
	return command
}

// buildRelease builds the binary with the flags of scripts/dist.
func buildRelease(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sallyport")
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "./cmd/sallyport")
	command.Dir = filepath.Join("..", "..")
	command.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, strings.TrimSpace(string(output)))
	}
	return file
}

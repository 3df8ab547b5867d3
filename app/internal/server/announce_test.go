package server

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

// TestLoginLines runs the lines that the banner prints in a real shell. Any password must
// arrive as it is.
func TestLoginLines(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh: the lines are for POSIX shells")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("install curl: the lines call it")
	}
	var got struct{ Email, Password string }
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &got)
		}
		if err != nil || r.URL.Path != "/auth/login" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %s %s, %v", r.URL.Path, body, err)
		}
	}))
	defer service.Close()

	const email = "o'neill@example.com"
	for _, password := range []string{"RUZCGXN5XF246O7OVCCWQNUA7W", `it's "quoted" \ and $HOME & more`, `ends with \`, "  blanks  ", "über 🎵"} {
		for name, line := range map[string]string{
			"printed":  loginLine(service.URL, email, password),
			"prompted": strings.NewReplacer("stty -echo; ", "", "stty echo; ", "").Replace(promptedLoginLine(service.URL, email)), // there is no terminal here
		} {
			got.Email, got.Password = "", ""
			command := exec.CommandContext(t.Context(), shell, "-c", line)
			command.Stdin = strings.NewReader(password + "\n")
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, output)
			}
			if got.Email != email || got.Password != password {
				t.Errorf("%s: got %+v for password %q", name, got, password)
			}
		}
	}
}

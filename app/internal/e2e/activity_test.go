package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestActivityIsFollowed watches the trail beside a running service: events come as they
// happen, one JSON object a line, until an interruption ends the command well.
func TestActivityIsFollowed(t *testing.T) {
	t.Parallel()
	env := cheap(t.TempDir())
	p := serve(t, env)
	login(t, p.Client, domain.ModeJSON)

	follow := sallyport(t, env, "activity", "--follow", "--json")
	out, err := follow.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := follow.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	next := func() (e struct{ Action, Outcome, IP, Timestamp string }) {
		t.Helper()
		if !lines.Scan() {
			t.Fatalf("got no line: %v", lines.Err())
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.IP == "" && e.Action != domain.EventUserCreated || e.Timestamp == "" {
			t.Fatalf("got %s, %v, want an event", lines.Bytes(), err)
		}
		return e
	}
	for _, want := range []string{domain.EventUserCreated, domain.EventLogin} { // what there was
		if got := next(); got.Action != want || got.Outcome != domain.OutcomeSuccess {
			t.Errorf("got %+v, want %s", got, want)
		}
	}
	if _, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: "a wrong password", Mode: domain.ModeJSON}); codeOf(err) != domain.InvalidCredentials {
		t.Fatal(err)
	}
	if got := next(); got.Action != domain.EventLogin || got.Outcome != domain.OutcomeFailure {
		t.Errorf("got %+v, want the failed login", got)
	}
	if err := follow.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if lines.Scan() {
		t.Errorf("got %s, want no more", lines.Bytes())
	}
	if err := follow.Wait(); err != nil {
		t.Errorf("interrupted: got %v, want exit code 0", err)
	}
}

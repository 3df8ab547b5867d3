package e2e

import (
	"strings"
	"testing"
)

// TestCommandsMakeNoTablesOnAServer keeps a command that looks for something from making a
// schema where the name of the database is mistyped, or where migrate down has just been.
func TestCommandsMakeNoTablesOnAServer(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		refuses := func(args ...string) {
			t.Helper()
			before := command(t, env, "", "migrate", "status")
			c := sallyport(t, env, args...)
			c.Stdin = strings.NewReader("horse battery staple\n")
			output, err := c.CombinedOutput()
			if err == nil || c.ProcessState.ExitCode() != 1 || !strings.Contains(string(output), "sallyport migrate up") {
				t.Errorf("%s: got %v, want exit code 1 and what to type\n%s", strings.Join(args, " "), err, output)
			}
			if after := command(t, env, "", "migrate", "status"); after != before || !strings.Contains(after, "not applied") {
				t.Errorf("%s: the schema has become\n%s\nand was\n%s", strings.Join(args, " "), after, before)
			}
		}
		refuses("users", "list")
		refuses("users", "unlock", "ann@example.com")
		refuses("users", "passwd", "ann@example.com", "--password-stdin")

		command(t, env, "horse battery staple\n", "users", "create", "ann@example.com", "--password-stdin")
		if listed := command(t, env, "", "users", "list"); !strings.Contains(listed, "ann@example.com") {
			t.Errorf("got %q, want the account that users create has made, in tables of its own", listed)
		}
		command(t, env, "", "migrate", "down", "--yes")
		refuses("users", "list")
	})
}

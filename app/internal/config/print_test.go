package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func TestPrint(t *testing.T) {
	t.Chdir(t.TempDir())
	const secret = "k7Xw-a-secret-that-nobody-may-see-Qz19"
	c, err := config.Load(config.Input{
		Flags: map[string]string{"HOST": "::1"},
		Environ: []string{
			"SECRET=" + secret, "SECRET_PREVIOUS=" + secret + "1", "DATA_KEY=" + secret + "2",
			"DATA_KEY_PREVIOUS=" + secret + "3", "ADMIN_PASSWORD=" + secret + "4", "PORT=8056",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for line := range strings.Lines(b.String()) {
		fields := strings.Fields(line)
		lines[fields[0]] = fields[1:]
	}

	t.Run("shows value and source", func(t *testing.T) {
		for name, want := range map[string]string{
			"HOST":             "::1 flag",
			"PORT":             "8056 environment",
			"PUBLIC_URL":       "http://localhost:8056 default",
			"ACCESS_TOKEN_TTL": "15m default",
			"SECRET":           "(set, hidden) environment",
			"ADMIN_PASSWORD":   "(set, hidden) environment",
		} {
			if got := strings.Join(lines[name], " "); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})
	t.Run("hides every secret", func(t *testing.T) {
		if strings.Contains(b.String(), secret) {
			t.Errorf("a secret is shown:\n%s", b.String())
		}
	})
	t.Run("has a line for each setting", func(t *testing.T) {
		if got, want := len(lines), len(config.Settings()); got != want {
			t.Errorf("got %d lines, want %d", got, want)
		}
	})
	t.Run("formatting the configuration shows no secret either", func(t *testing.T) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
			if text := fmt.Sprintf(verb, c.Keys) + fmt.Sprintf(verb, c.Admin); strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s shows a secret: %s", verb, text)
			}
		}
	})
}

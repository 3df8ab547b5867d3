package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// TestWhatToCopyForAProvider loads every block of settings in docs/oauth.md as it stands there,
// and wants one for every driver.
func TestWhatToCopyForAProvider(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "oauth.md"))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(config.OAuthSettings(), func(s config.Setting) bool { return s.Name == "AUTH_X_DRIVER" })
	missing := strings.Split(strings.TrimPrefix(config.OAuthSettings()[at].Type, "one of "), ", ")
	for _, match := range regexp.MustCompile("(?s)```sh\n((?:AUTH|OAUTH)_.*?)```").FindAllStringSubmatch(string(text), -1) {
		block := match[1]
		t.Run(strings.SplitN(block, "\n", 2)[0], func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, ".env", block)
			in := config.Input{}
			if !strings.Contains(block, "_PROVIDERS=") {
				in.Environ = provider("GitHub")
			}
			c, err := config.Load(in)
			if err != nil {
				t.Fatal(err)
			}
			if warnings := c.Warnings(); len(warnings) > 0 {
				t.Errorf("got warnings %q", warnings)
			}
			for _, p := range c.OAuth.Places {
				missing = slices.DeleteFunc(missing, func(driver string) bool { return driver == p.Driver })
			}
		})
	}
	if len(missing) > 0 {
		t.Errorf("got no block for %q", missing)
	}
}

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

// TestExamples loads what the files in docs/examples set for the service, with the values that
// they leave to the reader.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "examples", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	ofTheReader := map[string]string{
		"SECRET": goodSecret, "DATA_KEY": anotherSecret, "DB_PASSWORD": "sample", "ADMIN_PASSWORD": "horse battery staple",
	}
	variable := regexp.MustCompile(`\$\{([A-Z_]+)[^}]*\}`)
	line := regexp.MustCompile(`(?m)^ +([A-Z_]+): (.+)$`)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			var environ []string
			for _, match := range line.FindAllStringSubmatch(string(text), -1) {
				name, value := match[1], strings.Trim(match[2], `"`)
				known := slices.ContainsFunc(config.Settings(), func(s config.Setting) bool { return s.Name == name })
				if !known { // of another service
					if !strings.HasPrefix(name, "MARIADB_") && !strings.HasPrefix(name, "POSTGRES_") {
						t.Errorf("%s is no setting", name)
					}
					continue
				}
				value = variable.ReplaceAllStringFunc(value, func(reference string) string {
					return ofTheReader[variable.FindStringSubmatch(reference)[1]]
				})
				environ = append(environ, name+"="+value)
			}
			c, err := config.Load(config.Input{Environ: environ, Serve: true})
			if err != nil {
				t.Fatal(err)
			}
			if !c.Database.IsServer() {
				t.Errorf("the database is %s", c.Database.Client)
			}
			for _, warning := range c.Warnings() {
				if !strings.Contains(warning, "EMAIL_SMTP_IGNORE_TLS") { // the catcher knows no TLS
					t.Errorf("warns: %s", warning)
				}
			}
		})
	}
}

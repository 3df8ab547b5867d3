package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	for name, test := range map[string]struct {
		args, environ  []string
		code           int
		stdout, stderr string
	}{
		"help":                  {nil, nil, 0, "Usage: sallyport <command>", ""},
		"version":               {[]string{"version"}, nil, 0, "sallyport ", ""},
		"config check":          {[]string{"config", "check"}, nil, 0, "The configuration is sound.", ""},
		"a mistake in settings": {[]string{"serve"}, []string{"PORT=x"}, 2, "", "sallyport: 1 problem in the configuration:\n  PORT: "},
		"a mistake in usage":    {[]string{"serve", "--nonsense"}, nil, 2, "", "sallyport: unknown flag --nonsense"},
	} {
		t.Run("ends as it should for "+name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var stdout, stderr strings.Builder
			code := run(t.Context(), test.args, test.environ, strings.NewReader(""), &stdout, &stderr)
			if code != test.code {
				t.Errorf("got exit code %d, want %d", code, test.code)
			}
			if !strings.HasPrefix(stdout.String(), test.stdout) || !strings.HasPrefix(stderr.String(), test.stderr) {
				t.Errorf("got stdout %q, stderr %q; want %q, %q", stdout.String(), stderr.String(), test.stdout, test.stderr)
			}
			if (stdout.Len() == 0) != (test.stdout == "") || (stderr.Len() == 0) != (test.stderr == "") {
				t.Errorf("got stdout %q, stderr %q", stdout.String(), stderr.String())
			}
		})
	}
}

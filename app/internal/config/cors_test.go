package config_test

import (
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func TestOriginsAreAsBrowsersSendThem(t *testing.T) {
	for text, want := range map[string][]string{
		"https://app.example.com":                       {"https://app.example.com"},
		"HTTPS://App.Example.com":                       {"https://app.example.com"},
		"https://app.example.com:443":                   {"https://app.example.com"},
		"https://app.example.com:":                      {"https://app.example.com"},
		"https://app.example.com:80":                    {"https://app.example.com:80"},
		"http://app.example.com:80":                     {"http://app.example.com"},
		"http://localhost:3000, https://b.example.com,": {"http://localhost:3000", "https://b.example.com"},
		"http://192.0.2.7:8080":                         {"http://192.0.2.7:8080"},
		"http://[0:0::1]:8080":                          {"http://[::1]:8080"},
		"array:https://a.example.com":                   {"https://a.example.com"},
	} {
		c, err := config.Load(config.Input{Environ: []string{"CORS_ENABLED=true", "CORS_ORIGIN=" + text}})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !slices.Equal(c.CORS.Origins, want) {
			t.Errorf("%s: got %q, want %q", text, c.CORS.Origins, want)
		}
	}
}

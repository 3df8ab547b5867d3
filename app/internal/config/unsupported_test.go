package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func TestSettingsThatWouldChangePasswords(t *testing.T) {
	for entry, wrong := range map[string]bool{
		"HASH_ASSOCIATED_DATA=abc": true,
		"HASH_TYPE=1":              true,
		"HASH_TYPE=2":              false,
	} {
		_, err := config.Load(config.Input{Environ: []string{entry}})
		name, _, _ := strings.Cut(entry, "=")
		mistakes, ok := errors.AsType[config.Mistakes](err)
		if ok != wrong || wrong && (len(mistakes) != 1 || mistakes[0].Name != name) {
			t.Errorf("%s: got %v, want a mistake: %t", entry, err, wrong)
		}
	}
}

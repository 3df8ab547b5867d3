package config

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "(hidden)"

// Secret is a text that must not be shown. Formatting, logging and encoding it write
// "(hidden)"; string(s) is the text itself.
type Secret string

// Format writes that there is a secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// String returns "(hidden)", or nothing for the empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// MarshalText hides the secret in encodings, JSON among them.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

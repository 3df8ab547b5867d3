package port_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestCheckMail(t *testing.T) {
	good := domain.Mail{ID: "0195f2c6-7d7e-7a10-8000-000000000001", To: "ann@example.com", Subject: "Hello", Text: "Hello\n"}
	for name, c := range map[string]struct {
		change func(m *domain.Mail)
		ok     bool
	}{
		"plain":                       {func(*domain.Mail) {}, true},
		"no subject":                  {func(m *domain.Mail) { m.Subject = "" }, true},
		"line breaks in the bodies":   {func(m *domain.Mail) { m.Text, m.HTML = "a\r\nb\tc", "<p>\n" }, true},
		"letters of all scripts":      {func(m *domain.Mail) { m.Subject, m.To = "Gr\u00fc\u00dfe \U0001f511", "\u00e4@example.com" }, true},
		"ID of one digit":             {func(m *domain.Mail) { m.ID = "7" }, true},
		"ID of 128 bytes":             {func(m *domain.Mail) { m.ID = strings.Repeat("a", 128) }, true},
		"ID of 129 bytes":             {func(m *domain.Mail) { m.ID = strings.Repeat("a", 129) }, false},
		"no ID":                       {func(m *domain.Mail) { m.ID = "" }, false},
		"ID that is a hidden file":    {func(m *domain.Mail) { m.ID = ".id" }, false},
		"ID that is a path":           {func(m *domain.Mail) { m.ID = "a/../b" }, false},
		"ID that ends the Message-ID": {func(m *domain.Mail) { m.ID = "a@example.com>" }, false},
		"ID with another digit":       {func(m *domain.Mail) { m.ID = "a\u0663" }, false},
		"ID with a line break":        {func(m *domain.Mail) { m.ID = "a\n" }, false},
		"no recipient":                {func(m *domain.Mail) { m.To = "" }, false},
		"two recipients":              {func(m *domain.Mail) { m.To = "ann@example.com,bob@example.com" }, false},
		"recipient with a name":       {func(m *domain.Mail) { m.To = "Ann <ann@example.com>" }, false},
		"recipient with a blank":      {func(m *domain.Mail) { m.To = " ann@example.com" }, false},
		"recipient and a header":      {func(m *domain.Mail) { m.To = "ann@example.com\r\nBcc: bob@example.com" }, false},
		"subject and a header":        {func(m *domain.Mail) { m.Subject = "a\r\nBcc: bob@example.com" }, false},
		"subject with a bare CR":      {func(m *domain.Mail) { m.Subject = "a\rb" }, false},
		"subject with U+2028":         {func(m *domain.Mail) { m.Subject = "a\u2028b" }, false},
		"subject with U+0085":         {func(m *domain.Mail) { m.Subject = "a\u0085b" }, false},
		"subject with an escape":      {func(m *domain.Mail) { m.Subject = "\x1b[2J" }, false},
		"text no UTF-8":               {func(m *domain.Mail) { m.Text = "\xff" }, false},
		"NUL in the HTML":             {func(m *domain.Mail) { m.HTML = "a\x00" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := good
			c.change(&m)
			err := port.CheckMail(m)
			if c.ok && err != nil || !c.ok && !errors.Is(err, port.ErrInvalid) {
				t.Errorf("got %v, want ok: %t", err, c.ok)
			}
			if err != nil && strings.Contains(err.Error(), "@") {
				t.Errorf("got %q, which repeats the address", err)
			}
		})
	}
}

func TestIsLine(t *testing.T) {
	for text, want := range map[string]bool{
		"":                   true,
		"M\u00fcller & Sons": true,
		"a\r\nb":             false,
		"a\tb":               false,
		"a\u0085b":           false,
		"a\u2028b":           false,
		"a\u2029b":           false,
		"a\xff":              false,
	} {
		if got := port.IsLine(text); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}

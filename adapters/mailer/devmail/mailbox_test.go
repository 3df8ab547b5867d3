package devmail

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// stepping is a clock that is a second later at each look.
func stepping() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

func newMailbox(t testing.TB, change func(*Config)) *Mailbox {
	t.Helper()
	c := Config{
		Dir:           filepath.Join(t.TempDir(), "data", "mailbox"),
		From:          "no-reply@example.com",
		FromName:      "M\u00fcller & Sons",
		MessageIDHost: "localhost",
		ListenHost:    "127.0.0.1",
		Now:           stepping(),
	}
	if change != nil {
		change(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sample() domain.Mail {
	return domain.Mail{
		ID:      "0193a5f0-0000-7000-8000-000000000001",
		To:      "someone@example.org",
		Subject: "Set a new password \u2013 Sallyport",
		Text:    "Follow this link: http://localhost:8055/admin/reset-password?token=abc=def&x=1.\n\nBye <b>\n",
		HTML:    "<html><head><title>x</title></head><body><p><a href=\"http://localhost:8055/admin/reset-password?token=abc\">link</a></p></body></html>\n",
	}
}

func send(t testing.TB, b *Mailbox, m domain.Mail) {
	t.Helper()
	if err := b.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// files returns the names in the folder, also of what is no mail.
func files(t testing.TB, b *Mailbox) []string {
	t.Helper()
	entries, err := os.ReadDir(b.config.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestSend(t *testing.T) {
	t.Run("keeps one file a mail, whose names sort by time", func(t *testing.T) {
		b := newMailbox(t, nil)
		later := sample()
		later.ID = "0193a5f0-0000-7000-8000-000000000000"
		send(t, b, sample())
		send(t, b, later)
		want := []string{
			"20261123T100001.000000Z-0193a5f0-0000-7000-8000-000000000001.eml",
			"20261123T100002.000000Z-0193a5f0-0000-7000-8000-000000000000.eml",
		}
		if got := files(t, b); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("keeps what mail programs can open", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		content, err := os.ReadFile(filepath.Join(b.config.Dir, files(t, b)[0]))
		if err != nil {
			t.Fatal(err)
		}
		message, err := mail.ReadMessage(strings.NewReader(string(content)))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"Message-Id":     "<0193a5f0-0000-7000-8000-000000000001@localhost>",
			"Date":           "Mon, 23 Nov 2026 10:00:01 +0000",
			"To":             "<someone@example.org>",
			"Auto-Submitted": "auto-generated",
		} {
			if got := message.Header.Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		if strings.Contains(strings.ReplaceAll(string(content), "\r\n", ""), "\n") {
			t.Error("got a line end that is not CRLF")
		}
	})
	t.Run("keeps what comes back equal", func(t *testing.T) {
		b := newMailbox(t, nil)
		send(t, b, sample())
		got, err := b.list()
		if err != nil || len(got) != 1 {
			t.Fatalf("got %v, error %v", got, err)
		}
		want := entry{
			Name: files(t, b)[0], Subject: sample().Subject, From: "M\u00fcller & Sons <no-reply@example.com>", To: string(sample().To),
			Date: got[0].Date, Text: sample().Text, HTML: sample().HTML,
		}
		if got[0] != want || got[0].Date.Unix() != time.Date(2026, 11, 23, 10, 0, 1, 0, time.UTC).Unix() {
			t.Errorf("got %+v, want %+v", got[0], want)
		}
	})
	t.Run("lets nobody else read them", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("there the folder inherits who may read it")
		}
		dir := filepath.Join(t.TempDir(), "mailbox")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		b := newMailbox(t, func(c *Config) { c.Dir = dir })
		send(t, b, sample())
		for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, files(t, b)[0]): 0o600} {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("%s: got mode %o, want %o", filepath.Base(path), got, want)
			}
		}
	})
	t.Run("keeps the newest", func(t *testing.T) {
		b := newMailbox(t, func(c *Config) { c.Keep = 3 })
		for range 5 {
			send(t, b, sample())
		}
		got := files(t, b)
		if len(got) != 3 || !strings.HasPrefix(got[0], "20261123T100003") || !strings.HasPrefix(got[2], "20261123T100005") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("leaves files of others alone", func(t *testing.T) {
		b := newMailbox(t, func(c *Config) { c.Keep = 1 })
		if err := os.MkdirAll(b.config.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(b.config.Dir, "notes.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		send(t, b, sample())
		send(t, b, sample())
		if got := files(t, b); len(got) != 2 || got[1] != "notes.txt" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("keeps all mails of many callers", func(t *testing.T) {
		b := newMailbox(t, nil)
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				if err := b.Send(t.Context(), sample()); err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
		if got := len(files(t, b)); got != 20 {
			t.Errorf("got %d mails, want 20", got)
		}
	})
}

func TestSendRefuses(t *testing.T) {
	for name, change := range map[string]func(*domain.Mail){
		"a line break in the recipient": func(m *domain.Mail) { m.To = "a@example.org\r\nBcc: b@example.org" },
		"two recipients":                func(m *domain.Mail) { m.To = "a@example.org,b@example.org" },
		"no recipient":                  func(m *domain.Mail) { m.To = "" },
		"a line break in the subject":   func(m *domain.Mail) { m.Subject = "Hello\nBcc: b@example.org" },
		"a path for an identifier":      func(m *domain.Mail) { m.ID = "../../x" },
		"a line break in the identifier": func(m *domain.Mail) {
			m.ID = "x\nBcc: b"
		},
		"no identifier":     func(m *domain.Mail) { m.ID = "" },
		"a NUL in the text": func(m *domain.Mail) { m.Text = "\x00" },
	} {
		t.Run(name+" for good", func(t *testing.T) {
			b := newMailbox(t, nil)
			m := sample()
			change(&m)
			err := b.Send(t.Context(), m)
			if !errors.Is(err, port.ErrInvalid) || strings.Contains(err.Error(), "@") {
				t.Errorf("got error %v, want one that matches %q", err, port.ErrInvalid)
			}
			if got := files(t, b); len(got) != 0 {
				t.Errorf("got %q", got)
			}
		})
	}
	t.Run("when the context is done", func(t *testing.T) {
		b := newMailbox(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Send(ctx, sample()); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
		if got := files(t, b); len(got) != 0 {
			t.Errorf("got %q", got)
		}
	})
	t.Run("for now when there is no room for the folder", func(t *testing.T) {
		b := newMailbox(t, nil)
		if err := os.MkdirAll(filepath.Dir(b.config.Dir), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(b.config.Dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := b.Send(t.Context(), sample()); err == nil || errors.Is(err, port.ErrInvalid) {
			t.Errorf("got error %v", err)
		}
	})
}

func TestNew(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no folder":                 func(c *Config) { c.Dir = "" },
		"a negative number to keep": func(c *Config) { c.Keep = -1 },
		"no clock":                  func(c *Config) { c.Now = nil },
		"no sender":                 func(c *Config) { c.From = "" },
		"a name of two lines":       func(c *Config) { c.FromName = "a\r\nb" },
		"a name that is no text":    func(c *Config) { c.FromName = "a\xff" },
		"no host":                   func(c *Config) { c.MessageIDHost = "" },
		"a host of two lines":       func(c *Config) { c.MessageIDHost = "a\r\nb" },
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			c := newMailbox(t, nil).config
			change(&c)
			if _, err := New(c); err == nil {
				t.Error("got no error")
			}
		})
	}
	t.Run("a file where the folder should be is refused", func(t *testing.T) {
		c := newMailbox(t, nil).config
		c.Dir = filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(c.Dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(c); err == nil {
			t.Error("got no error")
		}
	})
}

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

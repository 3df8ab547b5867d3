package server

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// configure reads a configuration in an empty folder.
func configure(t *testing.T, environ ...string) config.Config {
	t.Helper()
	t.Chdir(t.TempDir())
	c, err := config.Load(config.Input{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPreviewMail(t *testing.T) {
	b := Backend{Clock: clock.System{}}
	t.Run("writes the mail as the configuration has it, and nothing else", func(t *testing.T) {
		c := configure(t, "PUBLIC_URL=http://127.0.0.1:9000/auth", "PROJECT_NAME=Example", "PASSWORD_RESET_TOKEN_TTL=30m")
		got, written, err := b.PreviewMail(t.Context(), c, cli.MailPreview{Kind: domain.LetterPasswordReset, Language: "de"})
		if err != nil {
			t.Fatal(err)
		}
		if written != "de" || got.Subject != "Neues Passwort f\u00fcr Example" || !strings.Contains(got.Text, "\nhttp://127.0.0.1:9000/auth/admin/reset-password?token=") ||
			!strings.Contains(got.Text, "30 Minuten") || !strings.Contains(got.HTML, `<html lang="de"`) {
			t.Errorf("got %+v", got)
		}
		if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
			t.Errorf("got %v, error %v", entries, err)
		}
	})
	t.Run("knows no other kinds", func(t *testing.T) {
		if _, _, err := b.PreviewMail(t.Context(), configure(t), cli.MailPreview{Kind: "birthday"}); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
	t.Run("takes templates that are wrong for a mistake in the configuration", func(t *testing.T) {
		c := configure(t, "EMAIL_DEFAULT_LANGUAGE=fr", "EMAIL_TEMPLATES_PATH=nowhere")
		_, _, err := b.PreviewMail(t.Context(), c, cli.MailPreview{Kind: domain.LetterPasswordReset})
		if !errors.Is(err, keys.ErrConfiguration) || !strings.Contains(err.Error(), "nowhere") || !strings.Contains(err.Error(), "default language fr") {
			t.Errorf("got error %v", err)
		}
	})
}

func TestCheck(t *testing.T) {
	b := Backend{Clock: clock.System{}}
	t.Run("finds nothing wrong with the defaults, and makes nothing", func(t *testing.T) {
		if err := b.Check(configure(t)); err != nil {
			t.Errorf("got error %v", err)
		}
		if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
			t.Errorf("got %v, error %v", entries, err)
		}
	})
	t.Run("takes templates that are wrong for a mistake in the configuration", func(t *testing.T) {
		c := configure(t, "EMAIL_TEMPLATES_PATH=mails")
		if err := os.Mkdir("mails", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("mails", "password-reset.en.txt"), []byte("{{.Nonsense}}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := b.Check(c); !errors.Is(err, keys.ErrConfiguration) || !strings.Contains(err.Error(), "password-reset.en.txt") {
			t.Errorf("got error %v", err)
		}
	})
	t.Run("takes hashes that are not there for a mistake in the configuration", func(t *testing.T) {
		err := b.Check(configure(t, "PASSWORD_BREACHED_FILE=nowhere.txt"))
		if mistakes, ok := errors.AsType[config.Mistakes](err); !ok || len(mistakes) != 1 || mistakes[0].Name != "PASSWORD_BREACHED_FILE" {
			t.Errorf("got error %v", err)
		}
	})
	t.Run("and a start say before anything is made that no random password matches the policy", func(t *testing.T) {
		c := configure(t, `PASSWORD_POLICY=^\d{8}$`)
		for name, err := range map[string]error{
			"check": b.Check(c),
			"serve": b.Serve(t.Context(), c, cli.ServeOptions{Log: slog.New(slog.DiscardHandler)}),
		} {
			if mistakes, ok := errors.AsType[config.Mistakes](err); !ok || len(mistakes) != 1 || mistakes[0].Name != "ADMIN_PASSWORD" {
				t.Errorf("%s: got error %v", name, err)
			}
		}
		if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
			t.Errorf("got %v, error %v", entries, err)
		}
		if err := b.Check(configure(t, `PASSWORD_POLICY=^\d{8}$`, "ADMIN_PASSWORD=94728106")); err != nil {
			t.Errorf("with ADMIN_PASSWORD: got error %v", err)
		}
		c = configure(t, `PASSWORD_POLICY=^\d{8}$`)
		if err := os.MkdirAll("data", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(c.Database.Filename, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := b.Check(c); err != nil {
			t.Errorf("with a database, which has an administrator: got error %v", err)
		}
	})
	t.Run("says that the mailbox cannot be", func(t *testing.T) {
		c := configure(t)
		if err := os.MkdirAll("data", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("data", "mailbox"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := b.Check(c); err == nil {
			t.Error("got no error though a file is where the folder of mails would be")
		}
	})
}

func TestTestMail(t *testing.T) {
	b := Backend{Clock: clock.System{}}
	t.Run("puts a mail into the mailbox", func(t *testing.T) {
		c := configure(t)
		where, err := b.TestMail(t.Context(), c, "a@example.com")
		if want := "in the folder " + filepath.Join("data", "mailbox"); err != nil || where != want {
			t.Errorf("got %q, error %v, want %q", where, err, want)
		}
		files, err := filepath.Glob(filepath.Join("data", "mailbox", "*.eml"))
		if err != nil || len(files) != 1 {
			t.Errorf("got %q, error %v, want one mail", files, err)
		}
	})
	t.Run("says that a mail server cannot be reached", func(t *testing.T) {
		c := configure(t, "EMAIL_TRANSPORT=smtp", "EMAIL_SMTP_HOST=127.0.0.1", "EMAIL_SMTP_PORT=1", "EMAIL_FROM=no-reply@example.com")
		if where, err := b.TestMail(t.Context(), c, "a@example.com"); err == nil || where != "" || strings.Contains(err.Error(), "@") {
			t.Errorf("got %q, error %v", where, err)
		}
	})
}

package gotemplate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func newComposer(t testing.TB, c Config) *Composer {
	t.Helper()
	if c.ProjectName == "" {
		c.ProjectName = "Example Service"
	}
	composer, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return composer
}

func sample() port.MailContent {
	return port.MailContent{
		Kind:      domain.LetterPasswordReset,
		FirstName: "Ada",
		Link:      "https://auth.example.com/admin/reset-password?token=abc_DEF-123&x=1",
		ExpiresIn: time.Hour,
		Client:    domain.Client{IP: "192.0.2.7", UserAgent: "Buy now at evil.example", Origin: "https://evil.example"},
	}
}

type mail struct{ subject, text, html string }

func compose(t testing.TB, c *Composer, content port.MailContent) mail {
	t.Helper()
	subject, text, html, err := c.Compose(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	return mail{subject, text, html}
}

func wantContains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("got\n%s\nwant %q in it", text, part)
		}
	}
}

func TestCompose(t *testing.T) {
	c := newComposer(t, Config{})
	t.Run("says in English what the mail is about", func(t *testing.T) {
		got := compose(t, c, sample())
		if want := "Set a new password for Example Service"; got.subject != want {
			t.Errorf("got subject %q, want %q", got.subject, want)
		}
		wantContains(t, got.text, "Hello Ada,", "192.0.2.7", "\n"+sample().Link+"\n", "once, within 1 hour.", "ignore this mail", "Example Service")
		wantContains(t, got.html, `<html lang="en" dir="ltr">`, "Hello Ada,", "192.0.2.7", `href="https://auth.example.com/admin/reset-password?token=abc_DEF-123&amp;x=1"`, "once, within 1 hour.", "ignore this mail")
	})
	t.Run("says it in German", func(t *testing.T) {
		content := sample()
		content.Language = "de-CH"
		got := compose(t, c, content)
		if want := "Neues Passwort f\u00fcr Example Service"; got.subject != want {
			t.Errorf("got subject %q, want %q", got.subject, want)
		}
		wantContains(t, got.text, "Hallo Ada,", "192.0.2.7", "\n"+sample().Link+"\n", "innerhalb von 1 Stunde.")
		wantContains(t, got.html, `<html lang="de" dir="ltr">`, "Hallo Ada,", "innerhalb von 1 Stunde.")
	})
	t.Run("leaves out what nobody knows", func(t *testing.T) {
		content := sample()
		content.FirstName, content.Client = "", domain.Client{}
		got := compose(t, c, content)
		wantContains(t, got.text, "Hello,\n\nsomebody has asked")
		wantContains(t, got.html, "<p>Hello,</p>\n<p>somebody has asked")
	})
	t.Run("lets whoever asked choose no words", func(t *testing.T) {
		got := compose(t, c, sample())
		if strings.Contains(got.subject+got.text+got.html, "evil") {
			t.Errorf("got %+v", got)
		}
		content := sample()
		content.Client.IP = "<b>evil</b>"
		got = compose(t, c, content)
		if strings.Contains(got.subject+got.text+got.html, "evil") {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("reaches for nothing on the network", func(t *testing.T) {
		got := compose(t, c, sample())
		if found := regexp.MustCompile(`(?i)<(img|link|script|iframe)|\bsrc=|url\(|@import|\bon[a-z]+=`).FindString(got.html); found != "" {
			t.Errorf("got %q in\n%s", found, got.html)
		}
		for _, target := range regexp.MustCompile(`https?://[^"<]*`).FindAllString(got.html, -1) {
			if !strings.HasPrefix(target, "https://auth.example.com/") {
				t.Errorf("got %q in\n%s", target, got.html)
			}
		}
	})
	t.Run("can be called by many at once", func(t *testing.T) {
		want := compose(t, newComposer(t, Config{}), sample())
		fresh := newComposer(t, Config{})
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() {
				subject, text, html, err := fresh.Compose(t.Context(), sample())
				if got := (mail{subject, text, html}); err != nil || got != want {
					t.Errorf("got %+v, error %v", got, err)
				}
			})
		}
		callers.Wait()
	})
}

func TestComposeTellsAboutChanges(t *testing.T) {
	c := newComposer(t, Config{})
	for _, test := range []struct {
		kind           domain.LetterKind
		language, want string
	}{
		{domain.LetterPasswordChanged, "en", "Your password for Example Service was changed"},
		{domain.LetterPasswordChanged, "de", "Ihr Passwort f\u00fcr Example Service wurde ge\u00e4ndert"},
		{domain.LetterEmailChanged, "en", "The e-mail address of your account at Example Service was changed"},
		{domain.LetterEmailChanged, "de", "Die E-Mail-Adresse Ihres Kontos bei Example Service wurde ge\u00e4ndert"},
		{domain.LetterTFAEnabled, "en", "A second factor for Example Service was turned on"},
		{domain.LetterTFAEnabled, "de", "Ein zweiter Faktor f\u00fcr Example Service wurde eingeschaltet"},
		{domain.LetterTFADisabled, "en", "Your second factor for Example Service was turned off"},
		{domain.LetterTFADisabled, "de", "Ihr zweiter Faktor f\u00fcr Example Service wurde ausgeschaltet"},
		{domain.LetterRecoveryUsed, "en", "A recovery code for Example Service was used"},
		{domain.LetterRecoveryUsed, "de", "Ein Wiederherstellungscode f\u00fcr Example Service wurde benutzt"},
		{domain.LetterRegisteredTwice, "en", "You already have an account at Example Service"},
		{domain.LetterRegisteredTwice, "de", "Sie haben schon ein Konto bei Example Service"},
		{domain.LetterIdentityLinked, "en", "Your account at Example Service can be opened by another login"},
		{domain.LetterIdentityLinked, "de", "Ihr Konto bei Example Service l\u00e4sst sich mit einer weiteren Anmeldung \u00f6ffnen"},
		{domain.LetterIdentityUnlinked, "en", "A login was removed from your account at Example Service"},
		{domain.LetterIdentityUnlinked, "de", "Eine Anmeldung wurde von Ihrem Konto bei Example Service entfernt"},
	} {
		content := sample()
		content.Kind, content.Language, content.ExpiresIn = test.kind, test.language, 0
		got := compose(t, c, content)
		if got.subject != test.want {
			t.Errorf("%s: got subject %q, want %q", test.kind, got.subject, test.want)
		}
		wantContains(t, got.text, "192.0.2.7", content.Link)
		wantContains(t, got.html, `<html lang="`+test.language+`" dir="ltr">`, "192.0.2.7")
		if strings.Contains(got.text+got.html, "minute") || strings.Contains(got.text+got.html, "evil") {
			t.Errorf("%s: got a link that ends, or words of a stranger:\n%s", test.kind, got.text)
		}
	}
}

func TestComposeLinksIntoAnAccount(t *testing.T) {
	c := newComposer(t, Config{})
	for _, test := range []struct {
		kind           domain.LetterKind
		language, want string
		ends           string
	}{
		{domain.LetterInvitation, "en", "You've been invited to Example Service", "once, within 7 days."},
		{domain.LetterInvitation, "de", "Einladung zu Example Service", "innerhalb von 7 Tagen."},
		{domain.LetterRegistration, "en", "Confirm your address for Example Service", "once, within 7 days."},
		{domain.LetterRegistration, "de", "Best\u00e4tigen Sie Ihre Adresse f\u00fcr Example Service", "innerhalb von 7 Tagen."},
		{domain.LetterEmailConfirm, "en", "Confirm your new address for Example Service", "once, within 7 days."},
		{domain.LetterEmailConfirm, "de", "Best\u00e4tigen Sie Ihre neue Adresse f\u00fcr Example Service", "innerhalb von 7 Tagen."},
	} {
		content := sample()
		content.Kind, content.Language, content.ExpiresIn = test.kind, test.language, 7*24*time.Hour
		got := compose(t, c, content)
		if got.subject != test.want {
			t.Errorf("%s: got subject %q, want %q", test.kind, got.subject, test.want)
		}
		wantContains(t, got.text, "\n"+content.Link+"\n", test.ends)
		wantContains(t, got.html, `<html lang="`+test.language+`" dir="ltr">`, test.ends)
		if strings.Contains(got.text+got.html, "evil") {
			t.Errorf("%s: got words of a stranger:\n%s", test.kind, got.text)
		}
	}
}

// TestSecurity53_ValuesAreEscaped: red when FirstName or ProjectName in values.go is an
// html/template HTML.
func TestSecurity53_ValuesAreEscaped(t *testing.T) {
	c := newComposer(t, Config{ProjectName: "A & B <script>alert(1)</script>"})
	content := sample()
	content.FirstName = "<img src=x onerror=alert(1)>\r\nBcc: a@example.org"
	got := compose(t, c, content)
	t.Run("markup in the HTML body", func(t *testing.T) {
		if strings.Contains(got.html, "<script") || strings.Contains(got.html, "<img") {
			t.Errorf("got %s", got.html)
		}
		wantContains(t, got.html, "A &amp; B &lt;script&gt;", "&lt;img src=x onerror=alert(1)&gt;")
	})
	t.Run("markup of a link", func(t *testing.T) {
		content := sample()
		content.Link = `https://auth.example.com/"><script>alert(1)</script>`
		if got := compose(t, c, content); strings.Contains(got.html, "<script") {
			t.Errorf("got %s", got.html)
		}
	})
	t.Run("a link that is a program", func(t *testing.T) {
		content := sample()
		content.Link = "javascript:alert(1)"
		if got := compose(t, c, content); strings.Contains(got.html, `href="javascript`) {
			t.Errorf("got %s", got.html)
		}
	})
	t.Run("nothing in the text body", func(t *testing.T) {
		wantContains(t, got.text, "A & B <script>", "<img src=x onerror=alert(1)> Bcc: a@example.org,")
	})
	t.Run("line breaks in the subject", func(t *testing.T) {
		got := compose(t, newComposer(t, Config{ProjectName: "One\r\nBcc: two@example.org\u2028three\x0bfour"}), sample())
		if strings.ContainsAny(got.subject, "\r\n\v\u2028") {
			t.Errorf("got %q", got.subject)
		}
	})
}

func TestComposeErrors(t *testing.T) {
	c := newComposer(t, Config{})
	t.Run("a kind without words is not found", func(t *testing.T) {
		content := sample()
		content.Kind = "birthday"
		if _, _, _, err := c.Compose(t.Context(), content); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
	t.Run("a text that is no UTF-8 is invalid", func(t *testing.T) {
		content := sample()
		content.FirstName = "\xff"
		if _, _, _, err := c.Compose(t.Context(), content); !errors.Is(err, port.ErrInvalid) {
			t.Errorf("got error %v, want %v", err, port.ErrInvalid)
		}
	})
	t.Run("a context that is done is its error", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, _, err := c.Compose(ctx, sample()); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
	})
}

func TestLanguages(t *testing.T) {
	for _, test := range []struct{ fallback, asked, want string }{
		{"en", "", "en"},
		{"en", "en", "en"},
		{"en", "de", "de"},
		{"en", "de-DE", "de"},
		{"en", "de_AT", "de"},
		{"en", "DE", "de"},
		{"en", "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"},
		{"en", "en;q=0.5, de", "de"},
		{"en", "fr,de;q=0.5", "de"},
		{"de", "*", "de"},
		{"en", "en-GB", "en"},
		{"en", "ja", "en"},
		{"de", "ja", "de"},
		{"de", "", "de"},
		{"de-CH", "fr", "de"},
		{"", "", "en"},
		{"de", "no language at all", "de"},
		{"de", strings.Repeat("en-", 10_000) + "en", "de"},
	} {
		t.Run("default "+test.fallback+", asked for "+test.asked[:min(20, len(test.asked))], func(t *testing.T) {
			content := sample()
			content.Language = test.asked
			got := compose(t, newComposer(t, Config{DefaultLanguage: test.fallback}), content)
			wantContains(t, got.html, `<html lang="`+test.want+`"`)
			if got := newComposer(t, Config{DefaultLanguage: test.fallback}).Language(content.Kind, test.asked); got != test.want {
				t.Errorf("got language %q, want %q", got, test.want)
			}
		})
	}
}

func TestSpans(t *testing.T) {
	for d, want := range map[time.Duration]span{
		time.Second:         {1, "minute"},
		time.Minute:         {1, "minute"},
		90 * time.Second:    {1, "minute"},
		91 * time.Second:    {2, "minute"},
		2*time.Minute - 1:   {2, "minute"},
		90 * time.Minute:    {90, "minute"},
		time.Hour:           {1, "hour"},
		time.Hour - 10e9:    {1, "hour"},
		time.Hour - 30e9:    {59, "minute"},
		24 * time.Hour:      {1, "day"},
		24*time.Hour - 1:    {1, "day"},
		48 * time.Hour:      {2, "day"},
		49 * time.Hour:      {49, "hour"},
		7 * 24 * time.Hour:  {7, "day"},
		-time.Hour:          {1, "minute"},
		61*time.Minute + 59: {61, "minute"},
	} {
		if got := spanOf(d); got != want {
			t.Errorf("%s: got %v, want %v", d, got, want)
		}
	}
	t.Run("are put into words", func(t *testing.T) {
		c := newComposer(t, Config{})
		for d, want := range map[time.Duration][2]string{
			time.Minute:      {"within 1 minute.", "von 1 Minute."},
			30 * time.Minute: {"within 30 minutes.", "von 30 Minuten."},
			3 * time.Hour:    {"within 3 hours.", "von 3 Stunden."},
			24 * time.Hour:   {"within 1 day.", "von 1 Tag."},
			48 * time.Hour:   {"within 2 days.", "von 2 Tagen."},
		} {
			for i, language := range []string{"en", "de"} {
				content := sample()
				content.ExpiresIn, content.Language = d, language
				got := compose(t, c, content)
				wantContains(t, got.text, want[i])
				wantContains(t, got.html, want[i])
			}
		}
	})
}

// folder makes a folder of files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	path := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const (
	goodText = `{{define "subject"}}Own subject{{end}}Own text {{.Link}}`
	goodHTML = `{{define "content"}}<p>Own page <a href="{{.Link}}">x</a></p>{{end}}`
)

func TestFolder(t *testing.T) {
	t.Run("replaces single files", func(t *testing.T) {
		c := newComposer(t, Config{Path: folder(t, map[string]string{"password-reset.en.txt": goodText, ".hidden": "x"})})
		got := compose(t, c, sample())
		if got.subject != "Own subject" || got.text != "Own text "+sample().Link+"\n" {
			t.Errorf("got %q and %q", got.subject, got.text)
		}
		wantContains(t, got.html, "<title>Own subject</title>", "Choose a new password")
	})
	t.Run("replaces the layout", func(t *testing.T) {
		c := newComposer(t, Config{Path: folder(t, map[string]string{"layout.html": `<main>{{template "content" .}}</main>`})})
		if got := compose(t, c, sample()); !strings.HasPrefix(got.html, "<main><h1>") {
			t.Errorf("got %s", got.html)
		}
	})
	t.Run("adds languages", func(t *testing.T) {
		c := newComposer(t, Config{Path: folder(t, map[string]string{"password-reset.he.txt": goodText, "password-reset.he.html": goodHTML})})
		content := sample()
		content.Language = "he-IL"
		wantContains(t, compose(t, c, content).html, `<html lang="he" dir="rtl">`, "Own page")
	})
	t.Run("can hold the default language", func(t *testing.T) {
		files := map[string]string{}
		for _, kind := range domain.LetterKinds() {
			files[string(kind)+".fr.txt"], files[string(kind)+".fr.html"] = goodText, goodHTML
		}
		c := newComposer(t, Config{DefaultLanguage: "fr", Path: folder(t, files)})
		if got := compose(t, c, sample()); got.subject != "Own subject" {
			t.Errorf("got %q", got.subject)
		}
	})
}

func TestLanguageOfAKindWithoutWords(t *testing.T) {
	if got := newComposer(t, Config{}).Language("birthday", "de"); got != "" {
		t.Errorf("got %q, want none", got)
	}
}

func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		file, text, want string
	}{
		"a template that cannot be parsed":   {"password-reset.en.txt", "{{.Link", "password-reset.en.txt:1"},
		"HTML that cannot be parsed":         {"password-reset.en.html", "{{if}}", "password-reset.en.html:1"},
		"HTML that cannot be escaped":        {"password-reset.en.html", `{{define "content"}}<a href="{{if .IP}}"{{end}}>{{.Link}}{{end}}`, "password-reset.en.html"},
		"a layout that cannot be parsed":     {"layout.html", "{{end}}", "layout.html:1"},
		"a layout without the content":       {"layout.html", "<p></p>", `layout.html: does not show what a mail says; write {{template "content" .}}`},
		"a layout with a value there is not": {"layout.html", `{{.Token}}{{template "content" .}}`, "layout.html:1"},
		"a value that there is not":          {"password-reset.en.txt", `{{define "subject"}}x{{end}}{{.Link}}{{.Token}}`, "password-reset.en.txt:1"},
		"which values there are":             {"password-reset.en.html", `{{define "content"}}{{.Token}}{{end}}`, ".Link, .IP, .ExpiresIn, .Language, .Direction, .Subject, .ExpiresIn.Count, .ExpiresIn.Unit"},
		"a value that there is not, nested":  {"password-reset.en.txt", `{{define "subject"}}x{{end}}{{.Link}}{{if not .IP}}{{.Token}}{{end}}`, "password-reset.en.txt:1"},
		"a text without its link":            {"password-reset.en.txt", `{{define "subject"}}x{{end}}Hello`, "password-reset.en.txt: does not show {{.Link}}"},
		"HTML without its link":              {"password-reset.en.html", `{{define "content"}}{{.Link}}{{end}}`, "password-reset.en.html: has no link to {{.Link}}"},
		"no subject":                         {"password-reset.en.txt", "{{.Link}}", `does not define the template "subject"`},
		"an empty subject":                   {"password-reset.en.txt", `{{define "subject"}} {{end}}{{.Link}}`, "the subject is empty"},
		"no content":                         {"password-reset.en.html", "{{.Link}}", `does not define the template "content"`},
		"a language with half of its files":  {"password-reset.fr.txt", goodText, "password-reset.fr.html"},
		"a language with its other half":     {"password-reset.fr.html", goodHTML, "password-reset.fr.txt"},
		"a kind that there is not":           {"birthday.en.txt", goodText, `no kind of mail "birthday"`},
		"a language that there is not":       {"password-reset.e.txt", goodText, `"e" is no language tag`},
		"a file of another kind of template": {"password-reset.liquid", "", "password-reset.liquid: is no name of a template"},
		"a file that is too large":           {"password-reset.en.txt", goodText + strings.Repeat("x", maxFileBytes), "is larger than"},
	} {
		t.Run(name+" is told at the start", func(t *testing.T) {
			_, err := New(Config{Path: folder(t, map[string]string{test.file: test.text})})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q in it", err, test.want)
			}
		})
	}
	t.Run("all are told at once", func(t *testing.T) {
		_, err := New(Config{DefaultLanguage: "ja", Path: folder(t, map[string]string{
			"password-reset.en.txt": "{{", "password-reset.de.html": "{{", "x.y": "", "password-reset.fr.txt": goodText,
		})})
		for _, want := range []string{"password-reset.en.txt", "password-reset.de.html", "x.y", "password-reset.fr.html", "default language ja"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want %q in it", err, want)
			}
		}
	})
	t.Run("a mistake hides none of another file, and is told once", func(t *testing.T) {
		for _, layout := range []string{"<p></p>", "{{end}}", `{{.Token}}{{template "content" .}}`} {
			_, err := New(Config{Path: folder(t, map[string]string{
				"layout.html":            layout,
				"password-reset.en.txt":  "{{",
				"password-reset.en.html": `{{define "content"}}{{.Token}}{{end}}`,
				"password-reset.de.html": `{{define "content"}}{{.Link}}{{end}}`,
			})})
			if err == nil {
				t.Fatal("got no error")
			}
			if got := strings.Count(err.Error(), "layout.html"); got != 1 && !strings.Contains(layout, "Token") {
				t.Errorf("got layout.html %d times in %v, want once", got, err)
			}
			if got := len(strings.Split(err.Error(), "\n")); got != 4 {
				t.Errorf("got %d mistakes, want 4: %v", got, err)
			}
			for _, want := range []string{"layout.html", "password-reset.en.txt:1", "password-reset.en.html:1", "password-reset.de.html: has no link"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got error %v, want %q in it", err, want)
				}
			}
		}
	})
	t.Run("a folder that is a file is told by its name", func(t *testing.T) {
		path := filepath.Join(folder(t, map[string]string{"letters": ""}), "letters")
		if _, err := New(Config{Path: path}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("got error %v, want %q in it", err, path)
		}
	})
	t.Run("a folder that is not there is told", func(t *testing.T) {
		if _, err := New(Config{Path: filepath.Join(t.TempDir(), "nowhere")}); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got error %v, want %v", err, os.ErrNotExist)
		}
	})
	t.Run("a folder where a template should be is told", func(t *testing.T) {
		path := t.TempDir()
		if err := os.Mkdir(filepath.Join(path, "password-reset.en.txt"), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Config{Path: path}); err == nil || !strings.Contains(err.Error(), "no regular file") {
			t.Errorf("got error %v", err)
		}
	})
	t.Run("a default language that is no tag is told", func(t *testing.T) {
		if _, err := New(Config{DefaultLanguage: "!"}); err == nil {
			t.Error("got no error")
		}
	})
}

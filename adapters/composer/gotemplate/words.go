package gotemplate

import (
	"errors"
	"fmt"
	"html"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"time"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// words are the templates of one kind of mail in one language.
type words struct {
	language           language.Tag
	textName, htmlName string
	text               *template.Template
	html               *htmltemplate.Template
}

// write fills the templates in. The subject comes out as one line.
func (w words) write(v values) (subject, text, html string, err error) {
	var b strings.Builder
	if err := w.text.ExecuteTemplate(&b, "subject", v); err != nil {
		return "", "", "", err
	}
	subject = strings.Join(strings.FieldsFunc(b.String(), breaks), " ")
	v.Subject = subject

	b.Reset()
	if err := w.text.Execute(&b, v); err != nil {
		return "", "", "", err
	}
	text = strings.TrimSpace(b.String()) + "\n"

	b.Reset()
	if err := w.html.ExecuteTemplate(&b, layoutFile, v); err != nil {
		return "", "", "", err
	}
	return subject, text, b.String(), nil
}

// try writes a mail in which every value is set and one in which those that may be empty
// are.
func (w words) try(project string) error {
	if w.text.Lookup("subject") == nil {
		return fmt.Errorf(`%s: does not define the template "subject"`, w.textName)
	}
	full := port.MailContent{
		FirstName: "Ada",
		Link:      "https://auth.example.com/reset-password?token=sample&more=1",
		ExpiresIn: time.Hour,
		Client:    domain.Client{IP: "192.0.2.1"},
	}
	sparse := port.MailContent{Link: full.Link, ExpiresIn: 90 * time.Minute}
	for _, content := range []port.MailContent{full, sparse} {
		subject, text, page, err := w.write(valuesOf(content, project, w.language))
		if err != nil {
			return err
		}
		if err := w.look(subject, text, page, content.Link); err != nil {
			return err
		}
	}
	return nil
}

// look finds what would make a mail useless.
func (w words) look(subject, text, page, link string) error {
	var mistakes []error
	if subject == "" {
		mistakes = append(mistakes, fmt.Errorf("%s: the subject is empty", w.textName))
	}
	if !strings.Contains(text, link) {
		mistakes = append(mistakes, fmt.Errorf("%s: does not show {{.Link}}", w.textName))
	}
	if !strings.Contains(html.UnescapeString(page), `"`+link+`"`) {
		mistakes = append(mistakes, fmt.Errorf(`%s: has no link to {{.Link}}; write <a href="{{.Link}}">`, w.htmlName))
	}
	return errors.Join(mistakes...)
}

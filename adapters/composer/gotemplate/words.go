package gotemplate

import (
	htmltemplate "html/template"
	"strings"
	"text/template"

	"golang.org/x/text/language"
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
	if subject, text, err = w.writeText(v); err != nil {
		return "", "", "", err
	}
	v.Subject = subject
	if html, err = w.writeHTML(v); err != nil {
		return "", "", "", err
	}
	return subject, text, html, nil
}

func (w words) writeText(v values) (subject, text string, err error) {
	var b strings.Builder
	if err := w.text.ExecuteTemplate(&b, "subject", v); err != nil {
		return "", "", err
	}
	subject = strings.Join(strings.FieldsFunc(b.String(), breaks), " ")
	v.Subject = subject

	b.Reset()
	if err := w.text.Execute(&b, v); err != nil {
		return "", "", err
	}
	return subject, strings.TrimSpace(b.String()) + "\n", nil
}

func (w words) writeHTML(v values) (string, error) {
	var b strings.Builder
	err := w.html.ExecuteTemplate(&b, layoutFile, v)
	return b.String(), err
}

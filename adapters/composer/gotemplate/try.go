package gotemplate

import (
	"errors"
	"fmt"
	"html"
	htmltemplate "html/template"
	"reflect"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// samples are a mail in which every value is set and one in which those that may be empty
// are.
func samples(project string, tag language.Tag) []values {
	full := port.MailContent{
		FirstName: "Ada",
		Link:      "https://auth.example.com/reset-password?token=sample&more=1",
		ExpiresIn: time.Hour,
		Client:    domain.Client{IP: "192.0.2.1"},
	}
	sparse := port.MailContent{Link: full.Link, ExpiresIn: 90 * time.Minute}
	return []values{valuesOf(full, project, tag), valuesOf(sparse, project, tag)}
}

// try writes the samples with those of the two templates that there are, and finds what would
// make a mail useless.
func (w words) try(project string) error {
	return errors.Join(w.tryText(project), w.tryHTML(project))
}

func (w words) tryText(project string) error {
	if w.text == nil {
		return nil
	}
	for _, v := range samples(project, w.language) {
		subject, text, err := w.writeText(v)
		if err != nil {
			return withValues(err)
		}
		var mistakes []error
		if subject == "" {
			mistakes = append(mistakes, fmt.Errorf("%s: the subject is empty", w.textName))
		}
		if !strings.Contains(text, v.Link) {
			mistakes = append(mistakes, fmt.Errorf("%s: does not show {{.Link}}", w.textName))
		}
		if len(mistakes) > 0 {
			return errors.Join(mistakes...)
		}
	}
	return nil
}

func (w words) tryHTML(project string) error {
	if w.html == nil {
		return nil
	}
	for _, v := range samples(project, w.language) {
		v.Subject = "Sample"
		page, err := w.writeHTML(v)
		if err != nil {
			return withValues(err)
		}
		if !linksTo(page, v.Link) {
			return fmt.Errorf(`%s: has no link to {{.Link}}; write <a href="{{.Link}}">`, w.htmlName)
		}
	}
	return nil
}

// tryLayout writes the samples with a content that is a link alone.
func tryLayout(layout *htmltemplate.Template, project string) error {
	page, err := layout.Clone()
	if err != nil {
		return fmt.Errorf("%s: %w", layoutFile, err)
	}
	if _, err := page.New("content").Parse(`<a href="{{.Link}}">x</a>`); err != nil {
		return fmt.Errorf("%s: %w", layoutFile, err)
	}
	for _, v := range samples(project, language.English) {
		v.Subject = "Sample"
		text, err := words{html: page}.writeHTML(v)
		if err != nil {
			return withValues(err)
		}
		if !linksTo(text, v.Link) {
			return fmt.Errorf(`%s: does not show what a mail says; write {{template "content" .}} where it belongs`, layoutFile)
		}
	}
	return nil
}

func linksTo(page, link string) bool {
	return strings.Contains(html.UnescapeString(page), `"`+link+`"`)
}

// withValues adds which values there are to the error of a template that wants another.
func withValues(err error) error {
	if !strings.Contains(err.Error(), "can't evaluate field") { // the library has no type for it
		return err
	}
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[values]()) {
		names = append(names, "."+field.Name)
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[span]()) {
		names = append(names, ".ExpiresIn."+field.Name)
	}
	return fmt.Errorf("%w; there are %s", err, strings.Join(names, ", "))
}

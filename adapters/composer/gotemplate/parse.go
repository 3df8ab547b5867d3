package gotemplate

import (
	"cmp"
	"errors"
	"fmt"
	html "html/template"
	"slices"
	text "text/template"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// parse makes templates of the texts and tries them. The error lists all mistakes.
func (s sources) parse(fallback language.Tag, project string) (map[domain.LetterKind]translations, error) {
	layout, layoutErr := parseLayout(s.layout, project)
	parsed := map[domain.LetterKind]translations{}
	mistakes := []error{layoutErr}
	for _, kind := range domain.LetterKinds() {
		var all []words
		for _, tag := range s.languages(kind) {
			w, err := s.parseWords(layout, kind, tag)
			mistakes = append(mistakes, err, w.try(project))
			all = append(all, w)
		}
		t, err := newTranslations(all, fallback)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", kind, err))
		}
		parsed[kind] = t
	}
	return parsed, errors.Join(mistakes...)
}

// parseLayout tries the layout around a content of its own, so that what is wrong with it is
// told once, and not of every mail. Beside an error it returns the layout of the binary, in
// which the mails can be tried all the same.
func parseLayout(source, project string) (*html.Template, error) {
	layout, err := html.New(layoutFile).Parse(source)
	if err == nil {
		err = tryLayout(layout, project)
	}
	if err == nil {
		return layout, nil
	}
	shipped, unread := html.ParseFS(embedded, "templates/"+layoutFile)
	return shipped, errors.Join(err, unread)
}

// languages returns the languages that have any file of the kind, in a stable order.
func (s sources) languages(kind domain.LetterKind) []language.Tag {
	var tags []language.Tag
	for b := range s.bodies {
		if b.kind == kind && !slices.Contains(tags, b.language) {
			tags = append(tags, b.language)
		}
	}
	slices.SortFunc(tags, func(a, b language.Tag) int { return cmp.Compare(a.String(), b.String()) })
	return tags
}

// parseWords returns, beside an error, those of the two templates that could be parsed.
func (s sources) parseWords(layout *html.Template, kind domain.LetterKind, tag language.Tag) (words, error) {
	w := words{language: tag}
	textBody, htmlBody := body{kind, tag, "txt"}, body{kind, tag, "html"}
	w.textName, w.htmlName = s.names[textBody], s.names[htmlBody]
	switch {
	case w.textName == "":
		return w, fmt.Errorf("%s: there is no text file beside it: %s.%s.txt", w.htmlName, kind, tag)
	case w.htmlName == "":
		return w, fmt.Errorf("%s: there is no HTML file beside it: %s.%s.html", w.textName, kind, tag)
	}
	var textErr, htmlErr error
	w.text, textErr = parseText(w.textName, s.bodies[textBody])
	w.html, htmlErr = parseHTML(layout, w.htmlName, s.bodies[htmlBody])
	return w, errors.Join(textErr, htmlErr)
}

func parseText(name, source string) (*text.Template, error) {
	t, err := text.New(name).Parse(source)
	if err != nil {
		return nil, err // Parse returns a template beside it
	}
	if t.Lookup("subject") == nil {
		return nil, fmt.Errorf(`%s: does not define the template "subject"`, name)
	}
	return t, nil
}

// parseHTML puts the templates of one file beside a copy of the layout.
func parseHTML(layout *html.Template, name, source string) (*html.Template, error) {
	page, err := layout.Clone()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := page.New(name).Parse(source); err != nil {
		return nil, err
	}
	if page.Lookup("content") == nil {
		return nil, fmt.Errorf(`%s: does not define the template "content"`, name)
	}
	return page, nil
}

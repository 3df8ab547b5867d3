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
	layout, err := html.New(layoutFile).Parse(s.layout)
	if err != nil {
		return nil, err
	}
	parsed := map[domain.LetterKind]translations{}
	var mistakes []error
	for _, kind := range kinds() {
		var all []words
		for _, tag := range s.languages(kind) {
			w, err := s.parseWords(layout, kind, tag)
			if err == nil {
				err = w.try(project)
			}
			mistakes = append(mistakes, err)
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
	w.text, textErr = text.New(w.textName).Parse(s.bodies[textBody])
	w.html, htmlErr = parseHTML(layout, w.htmlName, s.bodies[htmlBody])
	return w, errors.Join(textErr, htmlErr)
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

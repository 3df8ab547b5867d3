package gotemplate

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// maxLanguageBytes is the longest preference that is looked at; longer ones are none.
const maxLanguageBytes = 600 // an account's own and an Accept-Language

// translations are one kind of mail in every language that it is there in.
type translations struct {
	all     []words // the first is the default
	matcher language.Matcher
}

// newTranslations puts the default language first, where the matcher looks for it.
func newTranslations(all []words, fallback language.Tag) (translations, error) {
	tags := make([]language.Tag, len(all))
	for i, w := range all {
		tags[i] = w.language
	}
	_, at, confidence := language.NewMatcher(tags).Match(fallback)
	if confidence < language.High {
		return translations{}, fmt.Errorf("there are no templates in the default language %s; there are some in %s", fallback, listed(tags))
	}
	all[0], all[at] = all[at], all[0]
	tags[0], tags[at] = tags[at], tags[0]
	return translations{all: all, matcher: language.NewMatcher(tags)}, nil
}

// nearest returns the words in the language that somebody who asks for preferred, a tag
// (BCP 47) or an Accept-Language (RFC 9110, section 12.5.4), understands best, or those in
// the default one.
func (t translations) nearest(preferred string) words {
	if preferred == "" || len(preferred) > maxLanguageBytes {
		return t.all[0]
	}
	tags, _, err := language.ParseAcceptLanguage(preferred)
	if err != nil {
		return t.all[0]
	}
	_, at, _ := t.matcher.Match(tags...)
	return t.all[at]
}

// listed names the languages, in their order.
func listed(tags []language.Tag) string {
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = tag.String()
	}
	return strings.Join(names, ", ")
}

package pages

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/text/language"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

//go:embed texts/*.json
var textFiles embed.FS

// texts are the words of the pages in one language.
type texts struct {
	tag    language.Tag
	phrase map[string]string // by key; those with arguments are formats of package fmt
}

// loadTexts returns the languages there are. The first is for whoever reads none of them.
func loadTexts() ([]texts, error) {
	var all []texts
	for _, tag := range []language.Tag{language.English, language.German} {
		file, err := textFiles.ReadFile("texts/" + tag.String() + ".json")
		if err != nil {
			return nil, err
		}
		t := texts{tag: tag}
		if err := json.Unmarshal(file, &t.phrase); err != nil {
			return nil, fmt.Errorf("read texts in %v: %w", tag, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func matcherOf(all []texts) language.Matcher {
	var tags []language.Tag
	for _, t := range all {
		tags = append(tags, t.tag)
	}
	return language.NewMatcher(tags)
}

// textsFor returns the texts in the language that suits best. Each of wanted is a language
// (BCP 47) or an Accept-Language header field (RFC 9110, section 12.5.4); the first that
// we have goes before all later ones.
func (h *Handler) textsFor(wanted ...string) texts {
	for _, list := range wanted {
		tags, _, err := language.ParseAcceptLanguage(httpedge.Languages(list))
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := h.matcher.Match(tags...); confidence > language.No {
			return h.texts[i]
		}
	}
	return h.texts[0]
}

// say returns the text of key. A key that is not there is a mistake of ours.
func (t texts) say(key string, args ...any) (string, error) {
	format, ok := t.phrase[key]
	if !ok {
		return "", fmt.Errorf("no text %q in %v", key, t.tag)
	}
	if len(args) == 0 {
		return format, nil
	}
	return fmt.Sprintf(format, args...), nil
}

// sayWait says when to come back.
func (t texts) sayWait(d time.Duration) (string, error) {
	n, unit := httpedge.RetryAfter(d), "seconds"
	if n > 90 {
		n, unit = (n+59)/60, "minutes"
	}
	if n == 1 {
		return t.say("wait.second")
	}
	return t.say("wait."+unit, n)
}

package oidc

import (
	"context"
	"encoding/json"
	"strings"

	"golang.org/x/oauth2"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// person reads a profile.
func (p *Provider) person(told profile) (domain.ExternalUser, error) {
	c := p.config
	who := domain.ExternalUser{
		Subject:   text(told.person, c.SubjectKey),
		FirstName: strings.TrimSpace(text(told.person, c.FirstNameKey)),
		LastName:  strings.TrimSpace(text(told.person, c.LastNameKey)),
	}
	if who.Subject == "" {
		return domain.ExternalUser{}, unbelieved("nobody has logged in")
	}
	if err := port.CheckKey(who.Subject); err != nil {
		return domain.ExternalUser{}, unbelieved("the subject is no key")
	}
	if who.FirstName == "" && who.LastName == "" {
		who.FirstName, who.LastName = splitName(text(told.person, c.NameKey))
	}
	if email, err := domain.ParseEmail(text(told.address, c.EmailKey)); err == nil {
		who.Email, who.EmailVerified = email, truth(told.address, c.VerifiedKey)
	}
	return who, nil
}

// splitName takes the last word of a name for the last name.
func splitName(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 {
		return strings.Join(words, ""), ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}

// at returns what profile has at key, in which a dot leads into an object unless the whole key
// is a member. Whatever it has at "-" is nothing.
func at(profile map[string]any, key string) any {
	if key == "-" {
		return nil
	}
	if value, ok := profile[key]; ok {
		return value
	}
	head, rest, deeper := strings.Cut(key, ".")
	inner, _ := profile[head].(map[string]any)
	if !deeper || inner == nil {
		return nil
	}
	return at(inner, rest)
}

// text returns a text, or a number as it was written.
func text(profile map[string]any, key string) string {
	switch value := at(profile, key).(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// truth returns a truth value; some providers write theirs as text.
func truth(profile map[string]any, key string) bool {
	switch value := at(profile, key).(type) {
	case bool:
		return value
	case string:
		return value == "true"
	}
	return false
}

// primaryEmail returns the primary address of a GitHub account and whether that has been
// verified. The one in the profile anybody may have written there.
func (p *Provider) primaryEmail(ctx context.Context, token *oauth2.Token) (map[string]any, error) {
	var emails []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := p.ask(ctx, "the addresses", p.config.EmailsURL, token, &emails); err != nil {
		return nil, err
	}
	address := map[string]any{}
	for _, e := range emails {
		if e.Primary {
			address[p.config.EmailKey], address[p.config.VerifiedKey] = e.Email, e.Verified
		}
	}
	return address, nil
}

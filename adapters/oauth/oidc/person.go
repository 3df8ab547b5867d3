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
func (p *Provider) person(profile map[string]any) (domain.ExternalUser, error) {
	c := p.config
	who := domain.ExternalUser{
		Subject:   text(profile, c.SubjectKey),
		FirstName: strings.TrimSpace(text(profile, c.FirstNameKey)),
		LastName:  strings.TrimSpace(text(profile, c.LastNameKey)),
	}
	if who.Subject == "" {
		return domain.ExternalUser{}, unbelieved("nobody has logged in")
	}
	if err := port.CheckKey(who.Subject); err != nil {
		return domain.ExternalUser{}, unbelieved("the subject is no key")
	}
	if who.FirstName == "" && who.LastName == "" {
		who.FirstName, who.LastName = splitName(text(profile, c.NameKey))
	}
	if email, err := domain.ParseEmail(text(profile, c.EmailKey)); err == nil {
		who.Email, who.EmailVerified = email, truth(profile, c.VerifiedKey)
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
// is a member.
func at(profile map[string]any, key string) any {
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

// primaryEmail replaces the address of a GitHub profile, which anybody may have written there,
// with the primary one of the account and whether that has been verified.
func (p *Provider) primaryEmail(ctx context.Context, token *oauth2.Token, profile map[string]any) error {
	var emails []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := p.ask(ctx, "the addresses", p.config.EmailsURL, token, &emails); err != nil {
		return err
	}
	delete(profile, p.config.EmailKey)
	delete(profile, p.config.VerifiedKey)
	for _, e := range emails {
		if e.Primary {
			profile[p.config.EmailKey], profile[p.config.VerifiedKey] = e.Email, e.Verified
		}
	}
	return nil
}

package fiberhttp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// answerUser writes the user, or those of its members that the fields parameter names.
func answerUser(c *fiber.Ctx, user domain.User) error {
	shown, err := shownUser(user, requestedFields(c))
	if err != nil {
		return err
	}
	return answerData(c, shown)
}

// answerUsers writes the users in the same way, with the counts that were asked for, if any.
func answerUsers(c *fiber.Ctx, users []domain.User, meta map[string]int) error {
	fields := requestedFields(c)
	shown := make([]any, len(users)) // and never null
	for i, user := range users {
		var err error
		if shown[i], err = shownUser(user, fields); err != nil {
			return err
		}
	}
	return answerList(c, shown, meta)
}

// shownUser returns what is shown of the user where those fields are asked for.
func shownUser(user domain.User, fields []string) (any, error) {
	shown, err := newUserAnswer(user)
	if err != nil || namesAll(fields) {
		return shown, err
	}
	return selected(shown, fields)
}

// userAnswer is how a user is shown, null for what it has not.
type userAnswer struct {
	ID                 domain.UserID `json:"id"`
	FirstName          *string       `json:"first_name"`
	LastName           *string       `json:"last_name"`
	Email              domain.Email  `json:"email"`
	Password           *string       `json:"password"`
	Language           *string       `json:"language"`
	TFASecret          *string       `json:"tfa_secret"`
	Status             domain.Status `json:"status"`
	Role               *string       `json:"role"`
	Token              *string       `json:"token"`
	LastAccess         *string       `json:"last_access"`
	Provider           string        `json:"provider"`
	ExternalIdentifier *string       `json:"external_identifier"`
	AuthData           *string       `json:"auth_data"`
	Policies           []string      `json:"policies"`
	preferencesAnswer
}

// preferencesAnswer shows the preferences as they are kept. Its members are ours, whatever
// is kept beside them: what an import put there may have the name of any member of a user.
type preferencesAnswer struct {
	Location            json.RawMessage `json:"location"`
	Title               json.RawMessage `json:"title"`
	Description         json.RawMessage `json:"description"`
	Tags                json.RawMessage `json:"tags"`
	Avatar              json.RawMessage `json:"avatar"`
	LastPage            json.RawMessage `json:"last_page"`
	EmailNotifications  json.RawMessage `json:"email_notifications"`
	Appearance          json.RawMessage `json:"appearance"`
	ThemeDark           json.RawMessage `json:"theme_dark"`
	ThemeLight          json.RawMessage `json:"theme_light"`
	ThemeDarkOverrides  json.RawMessage `json:"theme_dark_overrides"`
	ThemeLightOverrides json.RawMessage `json:"theme_light_overrides"`
	TextDirection       json.RawMessage `json:"text_direction"`
}

func newUserAnswer(u domain.User) (userAnswer, error) {
	kept := httpedge.NewKept(u)
	preferences, err := newPreferencesAnswer(u.Preferences)
	return userAnswer{
		ID:                 kept.ID,
		FirstName:          textOrNull(u.FirstName),
		LastName:           textOrNull(u.LastName),
		Email:              u.Email,
		Password:           kept.Password,
		Language:           textOrNull(u.Language),
		TFASecret:          kept.TFASecret,
		Status:             u.Status,
		Role:               textOrNull(string(u.Role)),
		Token:              kept.Token,
		LastAccess:         kept.LastAccess,
		Provider:           kept.Provider,
		ExternalIdentifier: kept.ExternalIdentifier,
		AuthData:           kept.AuthData,
		Policies:           kept.Policies,
		preferencesAnswer:  preferences,
	}, err
}

func newPreferencesAnswer(preferences []byte) (preferencesAnswer, error) {
	kept, err := httpedge.KeptPreferences(preferences)
	return preferencesAnswer{
		Location:            kept["location"],
		Title:               kept["title"],
		Description:         kept["description"],
		Tags:                kept["tags"],
		Avatar:              kept["avatar"],
		LastPage:            kept["last_page"],
		EmailNotifications:  kept["email_notifications"],
		Appearance:          kept["appearance"],
		ThemeDark:           kept["theme_dark"],
		ThemeLight:          kept["theme_light"],
		ThemeDarkOverrides:  kept["theme_dark_overrides"],
		ThemeLightOverrides: kept["theme_light_overrides"],
		TextDirection:       kept["text_direction"],
	}, err
}

func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// timeOrNull writes a time as ISO 8601 in UTC with milliseconds.
func timeOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return textOrNull(httpedge.Timestamp(t))
}

// requestedFields returns the names of fields=a,b and fields[]=a&fields[]=b.
func requestedFields(c *fiber.Ctx) []string { return listParameter(c, "fields") }

// listParameter returns the parts of a query parameter that is a list: name=a,b, or
// name[]=a&name[]=b.
func listParameter(c *fiber.Ctx, parameter string) []string {
	var names []string
	for key, value := range c.Context().QueryArgs().All() {
		if name := string(key); name == parameter || strings.HasPrefix(name, parameter+"[") && strings.HasSuffix(name, "]") {
			for part := range strings.SplitSeq(string(value), ",") {
				if part = strings.TrimSpace(part); part != "" {
					names = append(names, part)
				}
			}
		}
	}
	return names
}

// namesAll reports whether fields names every member, as none, "*" and "*.*" do.
func namesAll(fields []string) bool {
	return len(fields) == 0 || slices.ContainsFunc(fields, func(name string) bool { return member(name) == "*" })
}

// selected returns those members of a record that fields names. A name that there is not shows
// nothing but which it is, as for somebody who may read nothing else.
func selected(record any, fields []string) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("select members of a record: %w", err)
	}
	picked := map[string]json.RawMessage{}
	for _, name := range fields {
		value, ok := all[member(name)]
		if !ok {
			return map[string]json.RawMessage{"id": all["id"]}, nil
		}
		picked[member(name)] = value
	}
	return picked, nil
}

// member returns the member of a record that field is about. Relations are not followed: a
// member is shown whole.
func member(field string) string {
	name, _, _ := strings.Cut(field, ".")
	return name
}

package fiberhttp

import (
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// answerUser writes one's own account, or those of its members that the fields parameter names.
func answerUser(c *fiber.Ctx, user domain.User) error {
	return answerAccount(c, auth.OwnAccount(user))
}

// answerAccount writes the account in the same way, without what the caller may not read.
func answerAccount(c *fiber.Ctx, account auth.Account) error {
	record, err := readableAccount(account)
	if err != nil {
		return err
	}
	return answerRecord(c, record)
}

// answerAccounts writes accounts, with the counts that were asked for, if any.
func answerAccounts(c *fiber.Ctx, accounts []auth.Account, meta map[string]int) error {
	records := make([]readable, len(accounts))
	for i, account := range accounts {
		var err error
		if records[i], err = readableAccount(account); err != nil {
			return err
		}
	}
	return answerRecords(c, records, meta)
}

func readableAccount(account auth.Account) (readable, error) {
	record, err := newUserAnswer(account.User)
	return readable{record, account.Fields}, err
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

package graphql

import (
	"encoding/json"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// related is a record that is not followed: its ID stands for it.
type related struct{ ID graphql.ID }

func relatedOrNull(id string) *related {
	if id == "" {
		return nil
	}
	return &related{graphql.ID(id)}
}

// user is how an account is shown, null for what it has not.
type user struct {
	ID                 graphql.ID
	FirstName          *string
	LastName           *string
	Email              *string
	Password           *string
	Language           *string
	TFASecret          *string
	Status             *string
	Role               *related
	Token              *string
	LastAccess         *date
	Provider           *string
	ExternalIdentifier *string
	AuthData           *jsonValue

	Location            *string
	Title               *string
	Description         *string
	Tags                *jsonValue
	Avatar              *related
	LastPage            *string
	EmailNotifications  *bool
	Appearance          *string
	ThemeDark           *string
	ThemeLight          *string
	ThemeLightOverrides *jsonValue
	ThemeDarkOverrides  *jsonValue
	TextDirection       *string
}

// accounts shows accounts that a use case has returned, or its failure.
func (x *exchange) accounts(accounts []auth.Account, err error) (*[]*user, error) {
	if err != nil {
		return nil, x.failed(err)
	}
	shown := make([]*user, len(accounts)) // and never null
	for i, account := range accounts {
		if shown[i], err = x.account(account, nil); err != nil {
			return nil, err
		}
	}
	return &shown, nil
}

// account shows an account, null for what the caller may not read: the core has taken out of it
// what accounts have, and here goes what is said of every one.
func (x *exchange) account(account auth.Account, err error) (*user, error) {
	shown, err := x.user(account.User, err)
	if err != nil || account.Fields.HasAll() {
		return shown, err
	}
	if !account.Fields.Has("provider") {
		shown.Provider = nil
	}
	if !account.Fields.Has("email_notifications") {
		shown.EmailNotifications = nil
	}
	if !account.Fields.Has("text_direction") {
		shown.TextDirection = nil
	}
	return shown, nil
}

// user shows one's own account that a use case has returned, or its failure.
func (x *exchange) user(u domain.User, err error) (*user, error) {
	if err != nil {
		return nil, x.failed(err)
	}
	shown := &user{
		ID:         graphql.ID(u.ID),
		FirstName:  textOrNull(u.FirstName),
		LastName:   textOrNull(u.LastName),
		Email:      textOrNull(string(u.Email)),
		Password:   httpedge.ConcealedOrNull(u.Password != ""),
		Language:   textOrNull(u.Language),
		TFASecret:  httpedge.ConcealedOrNull(u.TOTP != nil),
		Status:     textOrNull(string(u.Status)),
		Role:       relatedOrNull(string(u.Role)),
		Token:      httpedge.ConcealedOrNull(u.StaticToken != nil),
		LastAccess: dateOrNull(u.LastAccess),
		Provider:   new("default"),
	}
	if err := shown.prefer(u.Preferences); err != nil {
		return nil, x.failed(err)
	}
	return shown, nil
}

// prefer shows the preferences. One of another type than the schema has, as an import may have
// left it, is null.
func (u *user) prefer(preferences []byte) error {
	kept, err := httpedge.KeptPreferences(preferences)
	if err != nil {
		return err
	}
	u.Location = keptAs[string](kept["location"])
	u.Title = keptAs[string](kept["title"])
	u.Description = keptAs[string](kept["description"])
	u.Tags = keptJSON(kept["tags"])
	if id := keptAs[string](kept["avatar"]); id != nil {
		u.Avatar = relatedOrNull(*id)
	}
	u.LastPage = keptAs[string](kept["last_page"])
	u.EmailNotifications = keptAs[bool](kept["email_notifications"])
	u.Appearance = keptAs[string](kept["appearance"])
	u.ThemeDark = keptAs[string](kept["theme_dark"])
	u.ThemeLight = keptAs[string](kept["theme_light"])
	u.ThemeDarkOverrides = keptJSON(kept["theme_dark_overrides"])
	u.ThemeLightOverrides = keptJSON(kept["theme_light_overrides"])
	u.TextDirection = keptAs[string](kept["text_direction"])
	return nil
}

// keptAs reads a value of a type, and returns nil for another or none.
func keptAs[T string | bool](kept json.RawMessage) *T {
	var value *T
	if len(kept) == 0 || json.Unmarshal(kept, &value) != nil {
		return nil
	}
	return value
}

func keptJSON(kept json.RawMessage) *jsonValue {
	if len(kept) == 0 || string(kept) == "null" {
		return nil
	}
	return &jsonValue{kept}
}

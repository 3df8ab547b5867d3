package moving

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/totp"
)

// keptTexts and keptJSON are the columns of a user that mean nothing to the service, and that clients
// read and write: see domain.User.Preferences.
func keptTexts() []string {
	return []string{"location", "title", "description", "avatar", "last_page", "appearance", "theme_light", "theme_dark", "text_direction"}
}

func keptJSON() []string { return []string{"tags", "theme_light_overrides", "theme_dark_overrides"} }

func (d *directus) users(ctx context.Context) error {
	columns := []Column{{"last_access", Time}, {"email_notifications", Flag}}
	for _, name := range []string{
		"id", "email", "password", "status", "role", "first_name", "last_name", "language", "token", "tfa_secret", "provider", "external_identifier",
	} {
		columns = append(columns, Column{name, Text})
	}
	for _, name := range append(keptTexts(), keptJSON()...) {
		columns = append(columns, Column{name, Text})
	}
	rows, found, err := d.read(ctx, "directus_users", columns)
	if err != nil {
		return err
	}
	if !found {
		return ErrNoDirectus
	}
	for _, r := range rows {
		f, err := d.userRow(ctx, r)
		if err == nil {
			err = ctx.Err()
		}
		if err := d.settle(0, KindUser, nameOf(r.text("id")), f, err); err != nil {
			return err
		}
	}
	return nil
}

func (d *directus) userRow(ctx context.Context, r Row) (fate, error) {
	name := nameOf(r.text("id"))
	u := domain.User{
		ID: domain.UserID(r.text("id")), Status: domain.Status(r.text("status")), Role: domain.RoleID(r.text("role")),
		FirstName: r.text("first_name"), LastName: r.text("last_name"), Language: r.text("language"),
		Version: 1, CreatedAt: d.Clock.Now(), LastAccess: r.time("last_access"),
	}
	if email, err := domain.ParseEmail(r.text("email")); err == nil {
		u.Email = email
	} else if r.has("email") {
		return 0, refusal("its e-mail address is none that can be kept")
	}
	if r.has("tfa_secret") {
		secret, err := totp.DecodeSecret(r.text("tfa_secret"))
		if err != nil {
			return 0, errFactor
		}
		u.TOTP = d.Seals.SealSecondFactor(u.ID, secret)
	}
	var identities []domain.Identity
	if provider := r.text("provider"); r.has("external_identifier") && provider != "" && provider != "default" {
		identities = []domain.Identity{{Provider: provider, Subject: r.text("external_identifier"), UserID: u.ID}}
	}
	notes := d.credentials(r, &u)
	var err error
	if u.Preferences, err = preferencesOf(r); err != nil {
		return 0, err
	}
	if len(u.Preferences) > domain.MaxPreferencesBytes {
		u.Preferences = nil
		notes = append(notes, fmt.Sprintf("what clients keep with it is not kept: it is longer than %d bytes", domain.MaxPreferencesBytes))
	}
	for _, column := range keptJSON() {
		if r.has(column) && !json.Valid([]byte(r.text(column))) {
			notes = append(notes, "its "+column+": not kept, since that is no JSON")
		}
	}
	if len(d.access.ofUser[string(u.ID)]) > 0 {
		notes = append(notes, "policies that are its own, and not of its role, are not kept")
	}
	f, err := d.user(ctx, u, identities)
	if err != nil {
		return 0, err
	}
	d.active[u.ID] = u.Status == domain.StatusActive
	if f == stored {
		for _, note := range notes {
			d.part(KindUser, name, note)
		}
	}
	return f, nil
}

// credentials gives the account its password and its static token, and says which of them cannot be
// kept. An account without a password can ask for a new one.
func (d *directus) credentials(r Row, u *domain.User) (notes []string) {
	if r.has("password") {
		u.Password = r.text("password")
		if d.CheckPassword(u.Password) != nil {
			u.Password = ""
			notes = append(notes, "its password hash is none that can be verified here, or costs too much to verify; it has to ask for a new password")
		}
	}
	if !r.has("token") {
		return notes
	}
	token := r.text("token")
	switch {
	case !auth.IsStaticToken(token):
		notes = append(notes, fmt.Sprintf("its static token is not kept: it has less than %d or more than %d characters, or some that are not of ASCII or are blanks", auth.MinStaticTokenBytes, auth.MaxStaticTokenBytes))
	case !d.isNew("directus token", token):
		notes = append(notes, "its static token is not kept: another account has the same")
	default:
		hash := domain.HashSecret(token)
		u.StaticToken = &hash
	}
	return notes
}

// preferencesOf returns what clients keep with the user, as a JSON object.
func preferencesOf(r Row) ([]byte, error) {
	object := map[string]any{}
	for _, name := range keptTexts() {
		if r.has(name) {
			object[name] = r.text(name)
		}
	}
	for _, name := range keptJSON() {
		if text := r.text(name); r.has(name) && json.Valid([]byte(text)) {
			object[name] = json.RawMessage(text)
		}
	}
	if notifies, ok := r["email_notifications"].(bool); ok {
		object["email_notifications"] = notifies
	}
	if len(object) == 0 {
		return nil, nil
	}
	return json.Marshal(object)
}

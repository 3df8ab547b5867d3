package moving

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// sessions takes the refresh tokens that are live, as if they had been handed out here: hashed, and
// good until they would have ended there. Nobody can tell whether one is held as a token or in a
// session cookie.
func (d *directus) sessions(ctx context.Context) error {
	rows, _, err := d.read(ctx, "directus_sessions", []Column{
		{"token", Text},
		{"user", Text},
		{"expires", Time},
		{"ip", Text},
		{"user_agent", Text},
		{"share", Text},
		{"origin", Text},
		{"next_token", Text},
		{"oauth_client", Text},
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		name := "of user " + nameOf(r.text("user"))
		if !r.has("user") {
			name = "of no user"
		}
		f, err := d.sessionRow(ctx, r)
		if err == nil {
			err = ctx.Err()
		}
		if err := d.settle(0, KindSession, name, f, err); err != nil {
			return err
		}
	}
	return nil
}

func (d *directus) sessionRow(ctx context.Context, r Row) (fate, error) {
	now := d.Clock.Now()
	user := domain.UserID(r.text("user"))
	id, secret, ok := auth.SplitRefreshToken(r.text("token"))
	switch {
	case r.has("share"):
		return 0, refusal("it is a look at a shared record, of which there are none here")
	case r.has("oauth_client"):
		return 0, refusal("an application holds it by OAuth, and has to be let in anew")
	case user == "":
		return 0, refusal("it belongs to nobody")
	case !ok:
		return 0, refusal("its token has not the 64 characters that tokens have")
	case r.has("next_token"):
		return 0, over("it has been renewed, and its successor moves")
	case !r.time("expires").After(now):
		return 0, over("it is over")
	}
	if isActive, known := d.active[user]; known && !isActive {
		return 0, over("its account is not active")
	}
	session := domain.Session{
		ID: id, UserID: user, Mode: domain.ModeImported, Secret: secret,
		CreatedAt: now, RotatedAt: now, ExpiresAt: r.time("expires"), EndsAt: now.Add(d.SessionTTL),
		Client: domain.Client{IP: r.text("ip"), UserAgent: r.text("user_agent"), Origin: r.text("origin")}.Bounded(),
	}
	if session.EndsAt.Before(session.ExpiresAt) {
		session.ExpiresAt = session.EndsAt
	}
	return d.session(ctx, session)
}

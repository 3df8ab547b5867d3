package cli_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func (o operator) ResetTFA(_ context.Context, email string) (domain.User, error) {
	o.unlocked = append(o.unlocked, "second factor of "+email)
	u := domain.User{ID: "id-1", Email: domain.Email(email)}
	if email == "on@example.com" {
		u.TOTP = []byte("sealed")
	}
	return u, o.userErr
}

// ResealSecrets finds one more secret for each call, and an unreadable one in the account "lost".
func (o operator) ResealSecrets(ctx context.Context, after domain.UserID, limit int) (auth.Resealed, error) {
	users, err := o.ListUsers(ctx, after, min(limit, 2))
	done := auth.Resealed{Seen: len(users), Last: after}
	for _, u := range users {
		done.Last = u.ID
		done.Resealed = 1
		if u.Email == "lost@example.com" {
			done.Unreadable++
		}
	}
	return done, err
}

func TestUsersTFAReset(t *testing.T) {
	b := &backend{}
	run(t, b, nil, "users", "tfa-reset", "on@example.com").want(t, cli.ExitOK, "Turned off the second factor of on@example.com, and forgot its wrong codes (LIMIT_TFA_ACCOUNT). Its sessions go on; its owner is told by mail.\n")
	run(t, b, nil, "users", "tfa-reset", "off@example.com").want(t, cli.ExitOK, "The second factor of off@example.com was off. Forgot its wrong codes (LIMIT_TFA_ACCOUNT).\n")
	if want := []string{"second factor of on@example.com", "second factor of off@example.com"}; !slices.Equal(b.unlocked, want) || b.closed != 2 {
		t.Errorf("got %q, %d closed", b.unlocked, b.closed)
	}
	b.userErr = errors.New("nobody")
	if o := run(t, b, nil, "users", "tfa-reset", "on@example.com"); o.code == cli.ExitOK || o.stdout != "" {
		t.Errorf("got %q, exit code %d", o.stdout, o.code)
	}
}

func TestKeysReseal(t *testing.T) {
	var users []domain.User
	for _, id := range []domain.UserID{"a", "b", "c", "d", "e"} {
		users = append(users, domain.User{ID: id})
	}
	run(t, &backend{users: users}, nil, "keys", "reseal").want(t, cli.ExitOK, "Looked at 5 accounts, and sealed the secrets of 3 second factors anew under DATA_KEY.\n")
	users[4].Email = "lost@example.com"
	o := run(t, &backend{users: users}, nil, "keys", "reseal")
	if o.code == cli.ExitOK || !strings.Contains(o.stdout, "Looked at 5 accounts") || !strings.Contains(o.stderr, "DATA_KEY_PREVIOUS") {
		t.Errorf("got %q and %q, exit code %d", o.stdout, o.stderr, o.code)
	}
}

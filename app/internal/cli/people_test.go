package cli_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func (o operator) InviteUser(_ context.Context, email string, role domain.RoleID) error {
	o.unlocked = append(o.unlocked, "invite "+email+" to "+string(role))
	return o.userErr
}

func (o operator) SetStatus(_ context.Context, email string, status domain.Status) (domain.User, error) {
	o.unlocked = append(o.unlocked, email+" is "+string(status))
	return domain.User{Email: domain.Email(email), Status: status}, o.userErr
}

func (o operator) MakeStaticToken(_ context.Context, email string) (domain.User, string, error) {
	o.unlocked = append(o.unlocked, "token of "+email)
	return domain.User{Email: domain.Email(email)}, "made-token", o.userErr
}

func (o operator) RemoveStaticToken(_ context.Context, email string) (domain.User, error) {
	o.unlocked = append(o.unlocked, "no token of "+email)
	return domain.User{Email: domain.Email(email)}, o.userErr
}

func TestUsersInvite(t *testing.T) {
	b := withRoles()
	b.found = domain.User{Email: "ada@example.com", Status: domain.StatusInvited}
	run(t, b, nil, "users", "invite", "ada@example.com", "--role=Editors").want(t, cli.ExitOK, "Invited ada@example.com. The service sends the link when it runs (USER_INVITE_TOKEN_TTL).\n")
	b.found.Status = domain.StatusActive
	run(t, b, nil, "users", "invite", "ada@example.com", "--role=r1").want(t, cli.ExitOK, "ada@example.com has an account already: nothing was changed, and no mail is sent.\n")
	if want := []string{"invite ada@example.com to r1", "invite ada@example.com to r1"}; !slices.Equal(b.unlocked, want) {
		t.Errorf("got %q, want %q", b.unlocked, want)
	}
	for _, role := range []string{"Twin", "nobody"} {
		if o := run(t, b, nil, "users", "invite", "ada@example.com", "--role="+role); o.code == cli.ExitOK || o.stdout != "" {
			t.Errorf("%s: got %q, exit code %d", role, o.stdout, o.code)
		}
	}
	if o := run(t, b, nil, "users", "invite", "ada@example.com"); o.code != cli.ExitUsage {
		t.Errorf("without a role: got exit code %d", o.code)
	}
}

func TestUsersSuspendAndActivate(t *testing.T) {
	b := &backend{}
	run(t, b, nil, "users", "suspend", "ada@example.com").want(t, cli.ExitOK, "Suspended ada@example.com: nobody logs in to it, and its sessions have ended.\n")
	run(t, b, nil, "users", "activate", "ada@example.com").want(t, cli.ExitOK, "Activated ada@example.com: who knows its password may log in.\n")
	if want := []string{"ada@example.com is suspended", "ada@example.com is active"}; !slices.Equal(b.unlocked, want) {
		t.Errorf("got %q, want %q", b.unlocked, want)
	}
	b.userErr = errors.New("nobody")
	if o := run(t, b, nil, "users", "suspend", "ada@example.com"); o.code == cli.ExitOK || o.stdout != "" {
		t.Errorf("got %q, exit code %d", o.stdout, o.code)
	}
}

// The token alone is on standard output, so that a script can take it.
func TestUsersToken(t *testing.T) {
	b := &backend{}
	o := run(t, b, nil, "users", "token", "ada@example.com")
	if o.code != cli.ExitOK || o.stdout != "made-token\n" || !strings.Contains(o.stderr, "not shown again") {
		t.Errorf("got %q and %q, exit code %d", o.stdout, o.stderr, o.code)
	}
	run(t, b, nil, "users", "token", "ada@example.com", "--remove").want(t, cli.ExitOK, "ada@example.com has no static token any more.\n")
	if want := []string{"token of ada@example.com", "no token of ada@example.com"}; !slices.Equal(b.unlocked, want) {
		t.Errorf("got %q, want %q", b.unlocked, want)
	}
	b.userErr = errors.New("nobody")
	if o := run(t, b, nil, "users", "token", "ada@example.com"); o.code == cli.ExitOK || o.stdout != "" {
		t.Errorf("got %q, exit code %d", o.stdout, o.code)
	}
}

package cli_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// asked is what the stub was asked to do with roles and permissions.
type asked struct {
	roles       []domain.Role
	permissions []domain.Permission
	rolePatch   auth.RolePatch
	patch       auth.PermissionPatch
	id          string
}

func (o operator) AllRoles(context.Context) ([]domain.Role, error) { return o.rights.roles, o.userErr }

func (o operator) MakeRole(_ context.Context, patch auth.RolePatch) (domain.Role, error) {
	o.rights.rolePatch = patch
	return domain.Role{ID: "made", Name: *patch.Name}, o.userErr
}

func (o operator) ChangeRole(_ context.Context, id domain.RoleID, patch auth.RolePatch) (domain.Role, error) {
	o.rights.rolePatch, o.rights.id = patch, string(id)
	return domain.Role{ID: id, Name: "Editors"}, o.userErr
}

func (o operator) RemoveRole(_ context.Context, id domain.RoleID) error {
	o.rights.id = string(id)
	return o.userErr
}

func (o operator) AllPermissions(context.Context) ([]domain.Permission, error) {
	return o.rights.permissions, o.userErr
}

func (o operator) MakePermission(_ context.Context, patch auth.PermissionPatch) (domain.Permission, error) {
	o.rights.patch = patch
	return domain.Permission{ID: "made"}, o.userErr
}

func (o operator) RemovePermission(_ context.Context, id domain.PermissionID) error {
	o.rights.id = string(id)
	return o.userErr
}

func withRoles() *backend {
	b := &backend{}
	b.rights.roles = []domain.Role{{ID: "r1", Name: "Editors", EnforceTFA: true}, {ID: "r2", Name: "Twin"}, {ID: "r3", Name: "Twin"}}
	b.rights.permissions = []domain.Permission{
		{ID: "p1", Role: "r1", Collection: "directus_users", Action: "read", Fields: []string{"id", "email"}, Filter: `{"id":{"_eq":"$CURRENT_USER"}}`},
		{ID: "p2", Collection: "articles", Action: "read", Fields: []string{"*"}},
	}
	return b
}

func TestRoles(t *testing.T) {
	t.Run("are listed", func(t *testing.T) {
		o := run(t, withRoles(), nil, "roles", "list")
		if o.code != cli.ExitOK || !strings.Contains(o.stdout, "r1                                    false  false  true         Editors") {
			t.Errorf("got %d %s %s", o.code, o.stdout, o.stderr)
		}
		o = run(t, withRoles(), nil, "roles", "list", "--json")
		if o.code != cli.ExitOK || !strings.Contains(o.stdout, `"enforce_tfa": true`) {
			t.Errorf("got %d %s %s", o.code, o.stdout, o.stderr)
		}
	})
	t.Run("are made with what is said, and nothing else", func(t *testing.T) {
		b := withRoles()
		run(t, b, nil, "roles", "create", "Readers", "--enforce-tfa").want(t, cli.ExitOK, "Made the role Readers (made).\n")
		if p := b.rights.rolePatch; *p.Name != "Readers" || p.Admin != nil || p.App != nil || p.EnforceTFA == nil || !*p.EnforceTFA {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("are changed by ID or by name", func(t *testing.T) {
		for _, role := range []string{"r1", "Editors"} {
			b := withRoles()
			o := run(t, b, nil, "roles", "update", role, "--no-admin")
			if p := b.rights.rolePatch; o.code != cli.ExitOK || b.rights.id != "r1" || p.Admin == nil || *p.Admin || p.Name != nil || p.EnforceTFA != nil {
				t.Errorf("%s: got %d %s, and %+v of %s", role, o.code, o.stderr, p, b.rights.id)
			}
		}
	})
	t.Run("that nobody knows, or that are several, are refused", func(t *testing.T) {
		for role, said := range map[string]string{"Nobody": "there is no role", "Twin": "2 roles have the name"} {
			b := withRoles()
			o := run(t, b, nil, "roles", "delete", role)
			if o.code != cli.ExitFailed || !strings.Contains(o.stderr, said) || b.rights.id != "" {
				t.Errorf("%s: got %d %s, and %q removed", role, o.code, o.stderr, b.rights.id)
			}
		}
	})
	t.Run("are removed", func(t *testing.T) {
		b := withRoles()
		if o := run(t, b, nil, "roles", "delete", "Editors"); o.code != cli.ExitOK || b.rights.id != "r1" {
			t.Errorf("got %d %s", o.code, o.stderr)
		}
	})
}

func TestPermissions(t *testing.T) {
	t.Run("are listed", func(t *testing.T) {
		o := run(t, withRoles(), nil, "permissions", "list")
		for _, part := range []string{"public", "articles", `id,email  {"id":{"_eq":"$CURRENT_USER"}}`} {
			if o.code != cli.ExitOK || !strings.Contains(o.stdout, part) {
				t.Errorf("got %d %s %s, want %s", o.code, o.stdout, o.stderr, part)
			}
		}
		o = run(t, withRoles(), nil, "permissions", "list", "--json")
		if o.code != cli.ExitOK || !strings.Contains(o.stdout, `"role": null`) {
			t.Errorf("got %d %s %s", o.code, o.stdout, o.stderr)
		}
	})
	t.Run("are made for a role or for the public", func(t *testing.T) {
		for _, one := range []struct {
			args   []string
			role   domain.RoleID
			fields []string
		}{
			{[]string{"articles", "read", "--public"}, "", []string{"*"}},
			{[]string{"directus_users", "update", "--role", "Editors", "--fields", "first_name,last_name", "--filter", `{"status":{"_eq":"active"}}`}, "r1", []string{"first_name", "last_name"}},
		} {
			b := withRoles()
			o := run(t, b, nil, append([]string{"permissions", "create"}, one.args...)...)
			if p := b.rights.patch; o.code != cli.ExitOK || *p.Role != one.role || *p.Collection != one.args[0] || string(*p.Action) != one.args[1] || !slices.Equal(*p.Fields, one.fields) {
				t.Errorf("%q: got %d %s, and %+v", one.args, o.code, o.stderr, p)
			}
		}
	})
	t.Run("for nobody, for two, or of another action are refused", func(t *testing.T) {
		for _, args := range [][]string{{"articles", "read"}, {"articles", "read", "--public", "--role", "r1"}, {"articles", "share", "--public"}} {
			b := withRoles()
			if o := run(t, b, nil, append([]string{"permissions", "create"}, args...)...); o.code != cli.ExitUsage || b.opened > 0 {
				t.Errorf("%q: got %d %s", args, o.code, o.stderr)
			}
		}
	})
	t.Run("are removed", func(t *testing.T) {
		b := withRoles()
		if o := run(t, b, nil, "permissions", "delete", "p2"); o.code != cli.ExitOK || b.rights.id != "p2" {
			t.Errorf("got %d %s", o.code, o.stderr)
		}
	})
	t.Run("that are not there are named where one is to be removed", func(t *testing.T) {
		b := withRoles()
		b.userErr = &domain.Error{Code: domain.Forbidden}
		if o := run(t, b, nil, "permissions", "delete", "p9"); o.code != cli.ExitFailed || !strings.Contains(o.stderr, `there is no permission "p9"`) {
			t.Errorf("got %d %s", o.code, o.stderr)
		}
	})
}

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

type permissionsListCommand struct {
	JSON bool `name:"json" help:"Write one JSON array."`
}

// permissionObject is how a permission is written as JSON: as over REST.
type permissionObject struct {
	ID         domain.PermissionID `json:"id"`
	Role       *domain.RoleID      `json:"role"`
	Collection string              `json:"collection"`
	Action     domain.Action       `json:"action"`
	Filter     json.RawMessage     `json:"permissions"`
	Fields     []string            `json:"fields"`
}

func newPermissionObject(p domain.Permission) permissionObject {
	o := permissionObject{ID: p.ID, Collection: p.Collection, Action: p.Action, Fields: p.Fields}
	if p.Role != domain.PublicRole {
		o.Role = &p.Role
	}
	if json.Valid([]byte(p.Filter)) {
		o.Filter = json.RawMessage(p.Filter)
	}
	return o
}

// Run lists the permissions.
func (cmd permissionsListCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		rows, err := operator.AllPermissions(in.context)
		if err != nil {
			return err
		}
		if cmd.JSON {
			objects := make([]permissionObject, len(rows)) // and never null
			for i, p := range rows {
				objects[i] = newPermissionObject(p)
			}
			return in.writeJSON(objects)
		}
		const row = "%-36s  %-36s  %-6s  %-20s  %s\n"
		if _, err := fmt.Fprintf(in.Stdout, row, "ID", "ROLE", "ACTION", "COLLECTION", "FIELDS AND CONDITION"); err != nil {
			return err
		}
		for _, p := range rows {
			role := roleName(p.Role)
			if p.Role == domain.PublicRole {
				role = "public"
			}
			what := strings.TrimSpace(strings.Join(p.Fields, ",") + "  " + p.Filter)
			if _, err := fmt.Fprintf(in.Stdout, row, p.ID, role, p.Action, oneLine(p.Collection), oneLine(what)); err != nil {
				return err
			}
		}
		return nil
	})
}

type permissionsCreateCommand struct {
	Collection string   `arg:"" help:"Collection, such as directus_users, or a name that an application uses."`
	Action     string   `arg:"" enum:"create,read,update,delete" help:"create, read, update or delete."`
	Role       string   `xor:"whose" required:"" placeholder:"ROLE" help:"ID or name of the role that may."`
	Public     bool     `xor:"whose" required:"" help:"Let everybody who has no role."`
	Fields     []string `default:"*" placeholder:"NAME,..." help:"Fields that may be read or written; default: *."`
	Filter     string   `placeholder:"JSON" help:"Condition on the records, as in docs/permissions.md."`
}

// Run makes a permission.
func (cmd permissionsCreateCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		role := domain.PublicRole
		if !cmd.Public {
			var err error
			if role, err = in.role(operator, cmd.Role); err != nil {
				return err
			}
		}
		made, err := operator.MakePermission(in.context, auth.PermissionPatch{
			Role: &role, Collection: &cmd.Collection, Action: (*domain.Action)(&cmd.Action), Fields: &cmd.Fields, Filter: &cmd.Filter,
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, "Made the permission %s. Every instance goes by it within a second.\n", made.ID)
		return err
	})
}

type permissionsDeleteCommand struct {
	ID string `arg:"" name:"id" help:"ID of the permission, which permissions list shows."`
}

// Run removes a permission.
func (cmd permissionsDeleteCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		err := operator.RemovePermission(in.context, domain.PermissionID(cmd.ID))
		// Nothing is withheld from an operator: what is refused is not there.
		if failure, ok := errors.AsType[*domain.Error](err); ok && failure.Code == domain.Forbidden {
			return fmt.Errorf("there is no permission %q: permissions list shows those that there are", cmd.ID)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, "Removed the permission %s. Every instance goes by that within a second.\n", cmd.ID)
		return err
	})
}

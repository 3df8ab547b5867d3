package cli

import (
	"encoding/json"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

type rolesListCommand struct {
	JSON bool `name:"json" help:"Write one JSON array."`
}

// roleObject is how a role is written as JSON.
type roleObject struct {
	ID         domain.RoleID `json:"id"`
	Name       string        `json:"name"`
	App        bool          `json:"app_access"`
	Admin      bool          `json:"admin_access"`
	EnforceTFA bool          `json:"enforce_tfa"`
}

// Run lists the roles.
func (cmd rolesListCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		roles, err := operator.AllRoles(in.context)
		if err != nil {
			return err
		}
		if cmd.JSON {
			objects := make([]roleObject, len(roles)) // and never null
			for i, r := range roles {
				objects[i] = roleObject(r)
			}
			return in.writeJSON(objects)
		}
		const row = "%-36s  %-5v  %-5v  %-11v  %s\n"
		if _, err := fmt.Fprintf(in.Stdout, row, "ID", "ADMIN", "APP", "ENFORCE-TFA", "NAME"); err != nil {
			return err
		}
		for _, r := range roles {
			if _, err := fmt.Fprintf(in.Stdout, row, r.ID, r.Admin, r.App, r.EnforceTFA, oneLine(r.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// asOperator lends the database of the configuration, which has to be there.
func (in *invocation) asOperator(use func(auth.OperatorAPI) error) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, use)
}

func (in *invocation) writeJSON(v any) error {
	encoder := json.NewEncoder(in.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// roleFlags are what a role gives to its users. What is not said stays as it is.
type roleFlags struct {
	Admin      *bool `negatable:"" help:"Whether its users may do everything."`
	App        *bool `negatable:"" help:"Whether its users are let into the pages of an administration app."`
	EnforceTFA *bool `name:"enforce-tfa" negatable:"" help:"Whether its users have to set up a second factor before anything else."`
}

func (f roleFlags) patch(name *string) auth.RolePatch {
	return auth.RolePatch{Name: name, Admin: f.Admin, App: f.App, EnforceTFA: f.EnforceTFA}
}

type rolesCreateCommand struct {
	Name string `arg:"" help:"Name of the role."`
	roleFlags
}

// Run makes a role.
func (cmd rolesCreateCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		role, err := operator.MakeRole(in.context, cmd.patch(&cmd.Name))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, "Made the role %s (%s).\n", oneLine(role.Name), role.ID)
		return err
	})
}

type rolesUpdateCommand struct {
	Role string  `arg:"" help:"ID of the role, or its name if no other has the same."`
	Name *string `help:"Another name."`
	roleFlags
}

// Run changes a role.
func (cmd rolesUpdateCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		id, err := in.role(operator, cmd.Role)
		if err != nil {
			return err
		}
		role, err := operator.ChangeRole(in.context, id, cmd.patch(cmd.Name))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, "Changed the role %s (%s). Every instance goes by it within a second.\n", oneLine(role.Name), role.ID)
		return err
	})
}

type rolesDeleteCommand struct {
	Role string `arg:"" help:"ID of the role, or its name if no other has the same."`
}

// Run removes a role.
func (cmd rolesDeleteCommand) Run(in *invocation) error {
	return in.asOperator(func(operator auth.OperatorAPI) error {
		id, err := in.role(operator, cmd.Role)
		if err != nil {
			return err
		}
		if err := operator.RemoveRole(in.context, id); err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.Stdout, "Removed the role %s and its permissions.\n", id)
		return err
	})
}

// role returns the ID of the role that is meant.
func (in *invocation) role(operator auth.OperatorAPI, meant string) (domain.RoleID, error) {
	roles, err := operator.AllRoles(in.context)
	if err != nil {
		return "", err
	}
	var named []domain.RoleID
	for _, r := range roles {
		if string(r.ID) == meant {
			return r.ID, nil
		}
		if r.Name == meant {
			named = append(named, r.ID)
		}
	}
	switch len(named) {
	case 0:
		return "", fmt.Errorf("there is no role %q: roles list shows those that there are", meant)
	case 1:
		return named[0], nil
	}
	return "", fmt.Errorf("%d roles have the name %q: give the ID, which roles list shows", len(named), meant)
}

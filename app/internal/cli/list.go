package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// pageSize is how many accounts are asked for at a time.
const pageSize = 200

type usersListCommand struct {
	JSON bool `name:"json" help:"Write one JSON array."`
}

// Run lists the accounts page by page, so that a long list takes no more memory than a
// short one.
func (cmd usersListCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		var list userList = &userTable{out: in.Stdout}
		if cmd.JSON {
			list = &userArray{out: in.Stdout}
		}
		var after domain.UserID
		for {
			page, err := operator.ListUsers(in.context, after, pageSize)
			if err != nil {
				return err
			}
			for _, user := range page {
				if err := list.add(user); err != nil {
					return err
				}
				after = user.ID
			}
			if len(page) < pageSize {
				return list.end()
			}
		}
	})
}

// userList writes accounts one after the other.
type userList interface {
	add(domain.User) error
	end() error
}

// userTable is for people. The address, the one column of any width, comes last.
type userTable struct {
	out     io.Writer
	started bool
}

const userRow = "%-36s  %-10s  %-20s  %-20s  %-36s  %s\n"

func (t *userTable) add(u domain.User) error {
	if err := t.head(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(t.out, userRow, u.ID, u.Status, moment(u.CreatedAt), moment(u.LastAccess), roleName(u.Role), u.Email)
	return err
}

func (t *userTable) end() error { return t.head() }

func (t *userTable) head() error {
	if t.started {
		return nil
	}
	t.started = true
	_, err := fmt.Fprintf(t.out, userRow, "ID", "STATUS", "CREATED", "LAST SEEN", "ROLE", "E-MAIL")
	return err
}

func moment(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format(time.RFC3339)
}

func roleName(id domain.RoleID) string {
	switch id {
	case "":
		return "-"
	case domain.AdministratorRole:
		return "administrator"
	}
	return string(id)
}

// userArray writes one JSON array.
type userArray struct {
	out     io.Writer
	started bool
}

// userJSON is an account without anything secret.
type userJSON struct {
	ID         domain.UserID `json:"id"`
	Email      domain.Email  `json:"email"`
	Status     domain.Status `json:"status"`
	Role       domain.RoleID `json:"role"`
	FirstName  string        `json:"first_name"`
	LastName   string        `json:"last_name"`
	CreatedAt  time.Time     `json:"created_at,omitzero"`
	LastAccess time.Time     `json:"last_access,omitzero"`
}

func (a *userArray) add(u domain.User) error {
	text, err := json.Marshal(userJSON{u.ID, u.Email, u.Status, u.Role, u.FirstName, u.LastName, u.CreatedAt.UTC(), u.LastAccess.UTC()})
	if err != nil {
		return fmt.Errorf("cli: encode an account: %w", err)
	}
	before := ",\n"
	if !a.started {
		a.started = true
		before = "[\n"
	}
	_, err = fmt.Fprintf(a.out, "%s  %s", before, text)
	return err
}

func (a *userArray) end() error {
	text := "\n]\n"
	if !a.started {
		text = "[]\n"
	}
	_, err := io.WriteString(a.out, text)
	return err
}

// writeJSON writes v, indented.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("cli: write JSON: %w", err)
	}
	return nil
}

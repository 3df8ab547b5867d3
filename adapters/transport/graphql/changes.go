package graphql

import (
	"fmt"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// changedBy are the mutations that change accounts or ask for the password of one, and the argument
// that holds one element for each account; "" for those of one.
func changedBy() map[string]string {
	return map[string]string{
		"update_users_me": "", "create_users_item": "", "update_users_item": "", "delete_users_item": "",
		"create_users_items": "data", "update_users_batch": "data", "update_users_items": "ids", "delete_users_items": "ids",
		"users_me_tfa_generate": "", "users_me_tfa_recovery_codes": "",
		"users_invite": "", "users_invite_accept": "", "users_register": "", "users_register_verify": "", "users_me_email_confirm": "",
	}
}

// allowChanges refuses an operation whose mutations together change more accounts than one may, as
// each of them may have a password to be hashed. One mutation alone is refused by the core.
func allowChanges(roots []document.Root, declared []document.Variable, variables map[string]any) error {
	if len(roots) < 2 {
		return nil
	}
	by, accounts := changedBy(), 0
	for _, root := range roots {
		argument, changes := by[root.Field]
		if !changes {
			continue
		}
		accounts++
		for _, a := range root.Arguments {
			if a.Name == argument {
				accounts += elements(a.Value, declared, variables) - 1
			}
		}
	}
	if accounts > auth.MaxChangedAccounts {
		return invalid(&document.Error{Message: fmt.Sprintf("The mutations of an operation change more than %d accounts together.", auth.MaxChangedAccounts)})
	}
	return nil
}

// elements returns how many elements a list has. What is none stands for a list of itself.
func elements(v document.Value, declared []document.Variable, variables map[string]any) int {
	switch v.Kind {
	case document.List:
		return len(v.Elements)
	case document.Reference:
		if list, ok := variables[v.Variable].([]any); ok {
			return len(list)
		}
		if _, given := variables[v.Variable]; given {
			return 1
		}
		for _, d := range declared {
			if d.Name == v.Variable && d.Default != nil {
				return elements(*d.Default, nil, nil)
			}
		}
	}
	return 1
}

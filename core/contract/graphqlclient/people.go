package graphqlclient

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// profileFields is what the kit looks at of a user.
const profileFields = "{ id email first_name last_name language }"

// user is an account as the wire has it.
type user struct {
	ID        domain.UserID `json:"id"`
	Email     string        `json:"email"`
	FirstName string        `json:"first_name"`
	LastName  string        `json:"last_name"`
	Language  string        `json:"language"`
}

// profileData returns the members that the patch names.
func profileData(patch auth.ProfilePatch) map[string]any {
	data := map[string]any{}
	for name, value := range map[string]*string{
		"first_name": patch.FirstName, "last_name": patch.LastName, "language": patch.Language,
		"email": patch.Email, "password": patch.Password,
	} {
		if value != nil {
			data[name] = *value
		}
	}
	for name, value := range patch.Preferences {
		data[name] = value
	}
	return data
}

func accountData(patch auth.AccountPatch) map[string]any {
	data := profileData(patch.ProfilePatch)
	if patch.Status != nil {
		data["status"] = *patch.Status
	}
	if patch.Role != nil && *patch.Role == "" {
		data["role"] = nil
	} else if patch.Role != nil {
		data["role"] = map[string]any{"id": *patch.Role}
	}
	if patch.Token != nil {
		data["token"] = *patch.Token
	}
	return data
}

// account makes a call whose answer is an account, and returns the session cookie beside it,
// if one came.
func (c Client) account(ctx context.Context, what Call) (contract.Profile, string, error) {
	response, err := c.Do(ctx, what)
	if err != nil {
		return contract.Profile{}, "", err
	}
	var data struct{ Answer *user }
	if err := response.Data(&data); err != nil {
		return contract.Profile{}, "", err
	}
	if data.Answer == nil {
		return contract.Profile{}, "", errors.New("the answer holds no account, and no error")
	}
	return contract.Profile(*data.Answer), response.Cookies[SessionCookie], nil
}

// ListAccounts lists accounts.
func (c Client) ListAccounts(ctx context.Context, credential auth.Credential, q port.UserQuery) ([]contract.Profile, error) {
	sort := []string{}
	for _, by := range q.Sort {
		field := string(by.Field)
		if by.Descending {
			field = "-" + field
		}
		sort = append(sort, field)
	}
	variables := filterVariables(q.UserFilter)
	variables["sort"], variables["offset"], variables["limit"] = sort, q.Offset, q.Limit
	response, err := c.Do(ctx, Call{
		Query: "query ($filter: directus_users_filter, $search: String, $sort: [String], $offset: Int, $limit: Int) " +
			"{ answer: users(filter: $filter, search: $search, sort: $sort, offset: $offset, limit: $limit) " + profileFields + " }",
		Variables: variables,
	}.by(credential))
	if err != nil {
		return nil, err
	}
	var data struct{ Answer []user }
	if err := response.Data(&data); err != nil {
		return nil, err
	}
	var list []contract.Profile
	for _, u := range data.Answer {
		list = append(list, contract.Profile(u))
	}
	return list, nil
}

// CountAccounts counts accounts.
func (c Client) CountAccounts(ctx context.Context, credential auth.Credential, f port.UserFilter) (int, error) {
	response, err := c.Do(ctx, Call{
		Query:     "query ($filter: directus_users_filter, $search: String) { answer: users_aggregated(filter: $filter, search: $search) { countAll } }",
		Variables: filterVariables(f),
	}.by(credential))
	if err != nil {
		return 0, err
	}
	var data struct {
		Answer []struct {
			CountAll *int `json:"countAll"`
		}
	}
	if err := response.Data(&data); err != nil {
		return 0, err
	}
	if len(data.Answer) != 1 || data.Answer[0].CountAll == nil {
		return 0, errors.New("the answer has no count")
	}
	return *data.Answer[0].CountAll, nil
}

func filterVariables(f port.UserFilter) map[string]any {
	variables := map[string]any{}
	if f.Search != "" {
		variables["search"] = f.Search
	}
	filter := map[string]any{}
	for field, value := range f.Equal {
		condition := map[string]any{"_eq": value}
		if field == port.UserFieldRole {
			condition = map[string]any{"id": condition}
		}
		filter[string(field)] = condition
	}
	if len(filter) > 0 {
		variables["filter"] = filter
	}
	return variables
}

// ReadAccount reads one account.
func (c Client) ReadAccount(ctx context.Context, credential auth.Credential, id domain.UserID) (contract.Profile, error) {
	profile, _, err := c.account(ctx, Call{
		Query:     "query ($id: ID!) { answer: users_by_id(id: $id) " + profileFields + " }",
		Variables: map[string]any{"id": id},
	}.by(credential))
	return profile, err
}

// CreateAccount makes an account.
func (c Client) CreateAccount(ctx context.Context, credential auth.Credential, patch auth.AccountPatch) (contract.Profile, error) {
	profile, _, err := c.account(ctx, Call{
		Query:     "mutation ($data: create_directus_users_input!) { answer: create_users_item(data: $data) " + profileFields + " }",
		Variables: map[string]any{"data": accountData(patch)},
	}.by(credential))
	return profile, err
}

// UpdateAccount changes an account.
func (c Client) UpdateAccount(ctx context.Context, credential auth.Credential, id domain.UserID, patch auth.AccountPatch) (contract.Profile, error) {
	profile, _, err := c.account(ctx, Call{
		Query:     "mutation ($id: ID!, $data: update_directus_users_input!) { answer: update_users_item(id: $id, data: $data) " + profileFields + " }",
		Variables: map[string]any{"id": id, "data": accountData(patch)},
	}.by(credential))
	return profile, err
}

// DeleteAccount removes an account.
func (c Client) DeleteAccount(ctx context.Context, credential auth.Credential, id domain.UserID) error {
	return c.removed(ctx, Call{
		Query:     "mutation ($id: ID!) { answer: delete_users_item(id: $id) { id } }",
		Variables: map[string]any{"id": id},
	}.by(credential), string(id))
}

// removed makes a call whose answer must name what has been removed.
func (c Client) removed(ctx context.Context, what Call, id string) error {
	response, err := c.Do(ctx, what)
	if err != nil {
		return err
	}
	var data struct{ Answer struct{ ID string } }
	if err := response.Data(&data); err != nil {
		return err
	}
	if data.Answer.ID != id {
		return errors.New("the answer names something else that was removed")
	}
	return nil
}

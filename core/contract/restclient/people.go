package restclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// userAnswer is what the kit looks at of a user as the wire has it.
type userAnswer struct {
	ID        domain.UserID `json:"id"`
	Email     string        `json:"email"`
	FirstName string        `json:"first_name"`
	LastName  string        `json:"last_name"`
	Language  string        `json:"language"`
}

// profileBody returns the members that the patch names.
func profileBody(patch auth.ProfilePatch) map[string]any {
	body := map[string]any{}
	for name, value := range map[string]*string{
		"first_name": patch.FirstName, "last_name": patch.LastName, "language": patch.Language,
		"email": patch.Email, "password": patch.Password,
	} {
		if value != nil {
			body[name] = *value
		}
	}
	for name, value := range patch.Preferences {
		body[name] = value
	}
	return body
}

func accountBody(patch auth.AccountPatch) map[string]any {
	body := profileBody(patch.ProfilePatch)
	if patch.Status != nil {
		body["status"] = *patch.Status
	}
	if patch.Role != nil {
		body["role"] = *patch.Role
	}
	if patch.Token != nil {
		body["token"] = *patch.Token
	}
	return body
}

// ListAccounts lists accounts.
func (c Client) ListAccounts(ctx context.Context, credential auth.Credential, q port.UserQuery) ([]contract.Profile, error) {
	parameters, err := filterParameters(q.UserFilter)
	if err != nil {
		return nil, err
	}
	var sort []string
	for _, by := range q.Sort {
		field := string(by.Field)
		if by.Descending {
			field = "-" + field
		}
		sort = append(sort, field)
	}
	parameters.Set("sort", strings.Join(sort, ","))
	parameters.Set("offset", fmt.Sprint(q.Offset))
	parameters.Set("limit", fmt.Sprint(q.Limit))
	response, err := c.Do(ctx, Call{Method: http.MethodGet, Path: "/users?" + parameters.Encode()}.by(credential))
	if err != nil {
		return nil, err
	}
	var users []userAnswer
	if err := response.Data(&users); err != nil {
		return nil, err
	}
	var list []contract.Profile
	for _, u := range users {
		list = append(list, contract.Profile(u))
	}
	return list, nil
}

// CountAccounts counts accounts.
func (c Client) CountAccounts(ctx context.Context, credential auth.Credential, f port.UserFilter) (int, error) {
	parameters, err := filterParameters(f)
	if err != nil {
		return 0, err
	}
	parameters.Set("meta", "filter_count")
	parameters.Set("limit", "0")
	response, err := c.Do(ctx, Call{Method: http.MethodGet, Path: "/users?" + parameters.Encode()}.by(credential))
	if err != nil {
		return 0, err
	}
	var counted struct {
		Meta struct {
			FilterCount *int `json:"filter_count"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(response.Body, &counted); err != nil {
		return 0, err
	}
	if counted.Meta.FilterCount == nil {
		return 0, errors.New("the answer has no count")
	}
	return *counted.Meta.FilterCount, nil
}

func filterParameters(f port.UserFilter) (url.Values, error) {
	parameters := url.Values{}
	if f.Search != "" {
		parameters.Set("search", f.Search)
	}
	if len(f.Equal) == 0 {
		return parameters, nil
	}
	conditions := map[port.UserField]map[string]string{}
	for field, value := range f.Equal {
		conditions[field] = map[string]string{"_eq": value}
	}
	text, err := json.Marshal(conditions)
	parameters.Set("filter", string(text))
	return parameters, err
}

// ReadAccount reads one account.
func (c Client) ReadAccount(ctx context.Context, credential auth.Credential, id domain.UserID) (contract.Profile, error) {
	return c.account(ctx, credential, Call{Method: http.MethodGet, Path: accountPath(id)})
}

// CreateAccount makes an account.
func (c Client) CreateAccount(ctx context.Context, credential auth.Credential, patch auth.AccountPatch) (contract.Profile, error) {
	return c.account(ctx, credential, Call{Method: http.MethodPost, Path: "/users", Body: accountBody(patch)})
}

// UpdateAccount changes an account.
func (c Client) UpdateAccount(ctx context.Context, credential auth.Credential, id domain.UserID, patch auth.AccountPatch) (contract.Profile, error) {
	return c.account(ctx, credential, Call{Method: http.MethodPatch, Path: accountPath(id), Body: accountBody(patch)})
}

// DeleteAccount removes an account.
func (c Client) DeleteAccount(ctx context.Context, credential auth.Credential, id domain.UserID) error {
	return c.noContent(ctx, Call{Method: http.MethodDelete, Path: accountPath(id)}.by(credential))
}

func accountPath(id domain.UserID) string { return "/users/" + url.PathEscape(string(id)) }

func (c Client) account(ctx context.Context, credential auth.Credential, what Call) (contract.Profile, error) {
	response, err := c.Do(ctx, what.by(credential))
	if err != nil {
		return contract.Profile{}, err
	}
	var user userAnswer
	err = response.Data(&user)
	return contract.Profile(user), err
}

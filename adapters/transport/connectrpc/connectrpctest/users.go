package connectrpctest

import (
	"context"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Me reads the own account.
func (c Client) Me(ctx context.Context, credential auth.Credential) (contract.Profile, error) {
	answer, err := c.Users.GetMe(as(ctx, credential), &v1.GetMeRequest{})
	return profileOf(answer.GetUser()), Failed(err)
}

// UpdateMe changes the own account.
func (c Client) UpdateMe(ctx context.Context, credential auth.Credential, patch auth.ProfilePatch) (contract.Profile, string, error) {
	sent, err := profilePatch(patch)
	if err != nil {
		return contract.Profile{}, "", err
	}
	answer, err := c.Users.UpdateMe(as(ctx, credential), &v1.UpdateMeRequest{Patch: sent})
	return profileOf(answer.GetUser()), answer.GetTokens().GetSessionToken(), Failed(err)
}

// ListAccounts lists accounts.
func (c Client) ListAccounts(ctx context.Context, credential auth.Credential, q port.UserQuery) ([]contract.Profile, error) {
	request := &v1.ListUsersRequest{Filter: filter(q.UserFilter), Offset: int32(q.Offset), Limit: new(int32(q.Limit))}
	for _, by := range q.Sort {
		request.Sort = append(request.Sort, &v1.UserOrder{Field: string(by.Field), Descending: by.Descending})
	}
	answer, err := c.Users.ListUsers(as(ctx, credential), request)
	if err != nil {
		return nil, Failed(err)
	}
	var list []contract.Profile
	for _, u := range answer.GetUsers() {
		list = append(list, profileOf(u))
	}
	return list, nil
}

// CountAccounts counts accounts.
func (c Client) CountAccounts(ctx context.Context, credential auth.Credential, f port.UserFilter) (int, error) {
	answer, err := c.Users.CountUsers(as(ctx, credential), &v1.CountUsersRequest{Filter: filter(f)})
	return int(answer.GetCount()), Failed(err)
}

// ReadAccount reads one account.
func (c Client) ReadAccount(ctx context.Context, credential auth.Credential, id domain.UserID) (contract.Profile, error) {
	answer, err := c.Users.GetUser(as(ctx, credential), &v1.GetUserRequest{Id: string(id)})
	return profileOf(answer.GetUser()), Failed(err)
}

// CreateAccount makes an account.
func (c Client) CreateAccount(ctx context.Context, credential auth.Credential, patch auth.AccountPatch) (contract.Profile, error) {
	sent, err := userPatch(patch)
	if err != nil {
		return contract.Profile{}, err
	}
	answer, err := c.Users.CreateUser(as(ctx, credential), &v1.CreateUserRequest{Patch: sent})
	return profileOf(answer.GetUser()), Failed(err)
}

// UpdateAccount changes an account.
func (c Client) UpdateAccount(ctx context.Context, credential auth.Credential, id domain.UserID, patch auth.AccountPatch) (contract.Profile, error) {
	sent, err := userPatch(patch)
	if err != nil {
		return contract.Profile{}, err
	}
	answer, err := c.Users.UpdateUser(as(ctx, credential), &v1.UpdateUserRequest{Id: string(id), Patch: sent})
	return profileOf(answer.GetUser()), Failed(err)
}

// DeleteAccount removes an account.
func (c Client) DeleteAccount(ctx context.Context, credential auth.Credential, id domain.UserID) error {
	_, err := c.Users.DeleteUser(as(ctx, credential), &v1.DeleteUserRequest{Id: string(id)})
	return Failed(err)
}

func filter(f port.UserFilter) *v1.UserFilter {
	sent := &v1.UserFilter{Search: f.Search, Equal: map[string]string{}}
	for field, value := range f.Equal {
		sent.Equal[string(field)] = value
	}
	return sent
}

func profilePatch(p auth.ProfilePatch) (*v1.ProfilePatch, error) {
	sent := &v1.ProfilePatch{FirstName: p.FirstName, LastName: p.LastName, Language: p.Language, Email: p.Email, Password: p.Password}
	for name, text := range p.Preferences {
		var value structpb.Value
		if err := protojson.Unmarshal(text, &value); err != nil {
			return nil, err
		}
		if sent.Preferences == nil {
			sent.Preferences = map[string]*structpb.Value{}
		}
		sent.Preferences[name] = &value
	}
	return sent, nil
}

func userPatch(p auth.AccountPatch) (*v1.UserPatch, error) {
	profile, err := profilePatch(p.ProfilePatch)
	return &v1.UserPatch{Profile: profile, Status: (*string)(p.Status), RoleId: (*string)(p.Role), Token: p.Token}, err
}

func profileOf(u *v1.User) contract.Profile {
	return contract.Profile{
		ID: domain.UserID(u.GetId()), Email: u.GetEmail(),
		FirstName: u.GetFirstName(), LastName: u.GetLastName(), Language: u.GetLanguage(),
	}
}

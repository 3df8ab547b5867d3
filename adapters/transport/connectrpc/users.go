package connectrpc

import (
	"context"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// userService answers the procedures of UserService, as authService does those of AuthService.
type userService struct{ *Server }

var _ sallyportv1connect.UserServiceHandler = userService{}

// GetMe returns the account of the caller.
func (s userService) GetMe(ctx context.Context, _ *v1.GetMeRequest) (*v1.GetMeResponse, error) {
	user, err := s.api.Me(ctx, callOf(ctx).caller)
	return &v1.GetMeResponse{User: shownUser(user)}, err
}

// UpdateMe changes the account of the caller.
func (s userService) UpdateMe(ctx context.Context, m *v1.UpdateMeRequest) (*v1.UpdateMeResponse, error) {
	c := callOf(ctx)
	if _, err := s.api.Me(ctx, c.caller); err != nil {
		return nil, err // rather than what is wrong with the patch
	}
	patch, err := profilePatch(m.GetPatch())
	if err != nil {
		return nil, err
	}
	user, tokens, err := s.api.UpdateMe(ctx, c.caller, patch, c.client)
	if err != nil {
		return nil, err
	}
	answer := &v1.UpdateMeResponse{User: shownUser(user)}
	if tokens != nil {
		answer.Tokens = shownTokens(*tokens)
	}
	return answer, nil
}

// defaultLimit is how many accounts a list has where nobody says.
const defaultLimit = 100

// ListUsers lists accounts.
func (s userService) ListUsers(ctx context.Context, m *v1.ListUsersRequest) (*v1.ListUsersResponse, error) {
	query := port.UserQuery{UserFilter: userFilter(m.GetFilter()), Offset: int(m.GetOffset()), Limit: defaultLimit}
	if m.Limit != nil {
		query.Limit = int(m.GetLimit())
	}
	if query.Offset < 0 || query.Limit < 0 {
		return nil, domain.InvalidQueryError(`"offset" and "limit" must be whole numbers, at least 0`)
	}
	for _, by := range m.GetSort() {
		query.Sort = append(query.Sort, port.UserOrder{Field: port.UserField(by.GetField()), Descending: by.GetDescending()})
	}
	users, err := s.api.ListAccounts(ctx, callOf(ctx).caller, query)
	answer := &v1.ListUsersResponse{}
	for _, u := range users {
		answer.Users = append(answer.Users, shownUser(u.User))
	}
	return answer, err
}

// CountUsers counts accounts.
func (s userService) CountUsers(ctx context.Context, m *v1.CountUsersRequest) (*v1.CountUsersResponse, error) {
	n, err := s.api.CountAccounts(ctx, callOf(ctx).caller, userFilter(m.GetFilter()))
	return &v1.CountUsersResponse{Count: int64(n)}, err
}

func userFilter(f *v1.UserFilter) port.UserFilter {
	filter := port.UserFilter{Search: f.GetSearch()}
	for field, value := range f.GetEqual() {
		if filter.Equal == nil {
			filter.Equal = map[port.UserField]string{}
		}
		filter.Equal[port.UserField(field)] = value
	}
	return filter
}

// GetUser returns one account.
func (s userService) GetUser(ctx context.Context, m *v1.GetUserRequest) (*v1.GetUserResponse, error) {
	user, err := s.api.ReadAccount(ctx, callOf(ctx).caller, domain.UserID(m.GetId()))
	return &v1.GetUserResponse{User: shownUser(user.User)}, err
}

// CreateUser makes an account.
func (s userService) CreateUser(ctx context.Context, m *v1.CreateUserRequest) (*v1.CreateUserResponse, error) {
	c := callOf(ctx)
	patch, err := s.accountPatch(ctx, domain.ActionCreate, m.GetPatch())
	if err != nil {
		return nil, err
	}
	user, err := s.api.CreateAccount(ctx, c.caller, patch, c.client)
	return &v1.CreateUserResponse{User: shownUser(user.User)}, err
}

// UpdateUser changes an account.
func (s userService) UpdateUser(ctx context.Context, m *v1.UpdateUserRequest) (*v1.UpdateUserResponse, error) {
	c := callOf(ctx)
	patch, err := s.accountPatch(ctx, domain.ActionUpdate, m.GetPatch())
	if err != nil {
		return nil, err
	}
	if err := s.dropConcealed(ctx, domain.UserID(m.GetId()), &patch); err != nil {
		return nil, err
	}
	user, err := s.api.UpdateAccount(ctx, c.caller, domain.UserID(m.GetId()), patch, c.client)
	return &v1.UpdateUserResponse{User: shownUser(user.User)}, err
}

// DeleteUser removes an account.
func (s userService) DeleteUser(ctx context.Context, m *v1.DeleteUserRequest) (*v1.DeleteUserResponse, error) {
	c := callOf(ctx)
	return &v1.DeleteUserResponse{}, s.api.DeleteAccount(ctx, c.caller, domain.UserID(m.GetId()), c.client)
}

func shownUser(u domain.User) *v1.User {
	return &v1.User{
		Id:        string(u.ID),
		Email:     string(u.Email),
		FirstName: u.FirstName,
		LastName:  u.LastName,
		Language:  u.Language,
		Status:    string(u.Status),
		RoleId:    string(u.Role),

		Preferences: shownPreferences(u.Preferences),
	}
}

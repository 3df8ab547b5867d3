package graphql

import (
	"context"
	"maps"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// defaultLimit is how many records a list has where nobody says.
const defaultLimit = 100

// UsersMe resolves users_me.
func (r *resolver) UsersMe(ctx context.Context) (*user, error) {
	ctx, x := exchangeOf(ctx)
	u, err := r.handler.api.Me(ctx, x.caller)
	return x.user(u, err)
}

// UpdateUsersMe resolves update_users_me.
func (r *resolver) UpdateUsersMe(ctx context.Context, args struct{ Data object }) (*user, error) {
	ctx, x := exchangeOf(ctx)
	if _, err := r.handler.api.Me(ctx, x.caller); err != nil {
		return nil, x.failed(err)
	}
	patch, err := profilePatch(args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	u, tokens, err := r.handler.api.UpdateMe(ctx, x.caller, patch, x.client())
	if err != nil {
		return nil, x.failed(err)
	}
	config := r.handler.config
	switch {
	case tokens != nil:
		x.setCookie(config.SessionCookie.Set(tokens.Access, tokens.TTL, config.Now()))
	case x.caller.Session.Mode == domain.ModeSession && u.Epoch != x.caller.User.Epoch:
		x.setCookie(config.SessionCookie.Expire()) // its session has ended, and no other was started
	}
	return x.user(u, nil)
}

// Users resolves users.
func (r *resolver) Users(ctx context.Context, args struct {
	Filter object
	Sort   *[]*string
	Search *string
	window
},
) (*[]*user, error) {
	ctx, x := exchangeOf(ctx)
	query, err := userQuery(args.Filter, args.Search, args.Sort, args.window)
	if err != nil {
		return nil, x.failed(err)
	}
	return x.accounts(r.handler.api.ListAccounts(ctx, x.caller, query))
}

func userQuery(filter object, search *string, sort *[]*string, p window) (port.UserQuery, error) {
	offset, limit, err := p.bounds(defaultLimit, auth.MaxListedAccounts)
	if err != nil {
		return port.UserQuery{}, err
	}
	f, err := userFilter(filter, search)
	if err != nil {
		return port.UserQuery{}, err
	}
	var names []string
	for _, name := range orNone(sort) {
		if name != nil {
			names = append(names, *name)
		}
	}
	by, err := httpedge.UserSort(names)
	return port.UserQuery{UserFilter: f, Sort: by, Offset: offset, Limit: limit}, err
}

// usersAggregated is a count of accounts.
type usersAggregated struct{ CountAll *int32 }

// UsersAggregated resolves users_aggregated.
func (r *resolver) UsersAggregated(ctx context.Context, args struct {
	Filter object
	Search *string
},
) (*[]*usersAggregated, error) {
	ctx, x := exchangeOf(ctx)
	filter, err := userFilter(args.Filter, args.Search)
	if err != nil {
		return nil, x.failed(err)
	}
	n, err := r.handler.api.CountAccounts(ctx, x.caller, filter)
	if err != nil {
		return nil, x.failed(err)
	}
	return &[]*usersAggregated{{new(int32(n))}}, nil
}

// UsersByID resolves users_by_id.
func (r *resolver) UsersByID(ctx context.Context, args struct{ ID graphql.ID }) (*user, error) {
	ctx, x := exchangeOf(ctx)
	u, err := r.handler.api.ReadAccount(ctx, x.caller, domain.UserID(args.ID))
	return x.account(u, err)
}

// CreateUsersItem resolves create_users_item.
func (r *resolver) CreateUsersItem(ctx context.Context, args struct{ Data object }) (*user, error) {
	ctx, x := exchangeOf(ctx)
	patch, err := r.accountPatch(ctx, x, domain.ActionCreate, args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	u, err := r.handler.api.CreateAccount(ctx, x.caller, patch, x.client())
	return x.account(u, err)
}

// UpdateUsersItem resolves update_users_item.
func (r *resolver) UpdateUsersItem(ctx context.Context, args struct {
	ID   graphql.ID
	Data object
},
) (*user, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionUsers, domain.ActionUpdate); err != nil {
		return nil, x.failed(err)
	}
	change, err := r.changed(ctx, x, domain.UserID(args.ID), args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	patch, err := accountPatch(change)
	if err != nil {
		return nil, x.failed(err)
	}
	u, err := r.handler.api.UpdateAccount(ctx, x.caller, domain.UserID(args.ID), patch, x.client())
	return x.account(u, err)
}

// accountPatch refuses who may write no account before it looks at what was sent.
func (r *resolver) accountPatch(ctx context.Context, x *exchange, action domain.Action, data object) (auth.AccountPatch, error) {
	if err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionUsers, action); err != nil {
		return auth.AccountPatch{}, err
	}
	return accountPatch(data)
}

// changed returns what is left of the change of an account without what it is shown with.
func (r *resolver) changed(ctx context.Context, x *exchange, id domain.UserID, data object) (object, error) {
	members, err := data.members()
	if err != nil {
		return nil, err
	}
	names, err := httpedge.Unchanged(members, func() (domain.User, error) {
		account, err := r.handler.api.ReadAccount(ctx, x.caller, id)
		return account.User, err
	})
	change := maps.Clone(data)
	for _, name := range names {
		delete(change, name)
	}
	return change, err
}

// deleted names what has been removed.
type deleted struct{ ID graphql.ID }

// DeleteUsersItem resolves delete_users_item.
func (r *resolver) DeleteUsersItem(ctx context.Context, args struct{ ID graphql.ID }) (*deleted, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.DeleteAccount(ctx, x.caller, domain.UserID(args.ID), x.client()); err != nil {
		return nil, x.failed(err)
	}
	return &deleted{args.ID}, nil
}

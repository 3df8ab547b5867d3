package graphql

import (
	"context"
	"maps"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// CreateUsersItems resolves create_users_items.
func (r *resolver) CreateUsersItems(ctx context.Context, args struct{ Data *[]object }) (*[]*user, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionUsers, domain.ActionCreate); err != nil {
		return nil, x.failed(err)
	}
	var patches []auth.AccountPatch
	list := orNone(args.Data)
	for i, data := range list {
		patch, err := accountPatch(data)
		if err != nil {
			return nil, x.failed(domain.OfElement(err, i, len(list)))
		}
		patches = append(patches, patch)
	}
	return x.accounts(r.handler.api.CreateAccounts(ctx, x.caller, patches, x.client()))
}

// UpdateUsersItems resolves update_users_items.
func (r *resolver) UpdateUsersItems(ctx context.Context, args struct {
	IDs  []*graphql.ID
	Data object
},
) (*[]*user, error) {
	ctx, x := exchangeOf(ctx)
	patch, err := r.accountPatch(ctx, x, domain.ActionUpdate, args.Data)
	if err != nil {
		return nil, x.failed(err)
	}
	ids, err := userIDs(args.IDs)
	if err != nil {
		return nil, x.failed(err)
	}
	var updates []auth.AccountUpdate
	for _, id := range ids {
		updates = append(updates, auth.AccountUpdate{ID: id, Patch: patch})
	}
	return x.accounts(r.handler.api.UpdateAccounts(ctx, x.caller, updates, x.client()))
}

// UpdateUsersBatch resolves update_users_batch.
func (r *resolver) UpdateUsersBatch(ctx context.Context, args struct{ Data *[]object }) (*[]*user, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionUsers, domain.ActionUpdate); err != nil {
		return nil, x.failed(err)
	}
	var updates []auth.AccountUpdate
	list := orNone(args.Data)
	for i, data := range list {
		update, err := r.accountUpdate(ctx, x, data, len(list) <= auth.MaxChangedAccounts)
		if err != nil {
			return nil, x.failed(domain.OfElement(err, i, len(list)))
		}
		updates = append(updates, update)
	}
	return x.accounts(r.handler.api.UpdateAccounts(ctx, x.caller, updates, x.client()))
}

// accountUpdate takes a change that names the account itself. Where more accounts are named than
// are changed at once, all are refused, and none need be read.
func (r *resolver) accountUpdate(ctx context.Context, x *exchange, data object, mayRead bool) (auth.AccountUpdate, error) {
	id := data.text("id")
	if id == nil || *id == "" {
		return auth.AccountUpdate{}, domain.InvalidPayloadError("id", `"id" is required`)
	}
	update := auth.AccountUpdate{ID: domain.UserID(*id)}
	change := maps.Clone(data)
	delete(change, "id") // which names the account, and does not change
	var err error
	if mayRead {
		if change, err = r.changed(ctx, x, update.ID, change); err != nil {
			return auth.AccountUpdate{}, err
		}
	}
	update.Patch, err = accountPatch(change)
	return update, err
}

// deletedMany names what has been removed.
type deletedMany struct{ IDs []*graphql.ID }

// DeleteUsersItems resolves delete_users_items.
func (r *resolver) DeleteUsersItems(ctx context.Context, args struct{ IDs []*graphql.ID }) (*deletedMany, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionUsers, domain.ActionDelete); err != nil {
		return nil, x.failed(err)
	}
	ids, err := userIDs(args.IDs)
	if err == nil {
		err = r.handler.api.DeleteAccounts(ctx, x.caller, ids, x.client())
	}
	if err != nil {
		return nil, x.failed(err)
	}
	return &deletedMany{args.IDs}, nil
}

// userIDs refuses a null among the IDs, which the schema lets in as that of Directus does.
func userIDs(list []*graphql.ID) ([]domain.UserID, error) {
	var ids []domain.UserID
	for i, id := range list {
		if id == nil || *id == "" {
			return nil, domain.OfElement(domain.InvalidPayloadError("ids", `"ids" must hold IDs`), i, len(list))
		}
		ids = append(ids, domain.UserID(*id))
	}
	return ids, nil
}

package intercept

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type permissions struct {
	inner port.Permissions
	hooks Hooks
}

func (r permissions) Create(ctx context.Context, p domain.Permission) error {
	return called(ctx, r.hooks, "Permissions.Create", func() error { return r.inner.Create(ctx, p) })
}

func (r permissions) List(ctx context.Context) ([]domain.Permission, error) {
	return asked(ctx, r.hooks, "Permissions.List", func() ([]domain.Permission, error) { return r.inner.List(ctx) })
}

func (r permissions) Update(ctx context.Context, p domain.Permission) error {
	return called(ctx, r.hooks, "Permissions.Update", func() error { return r.inner.Update(ctx, p) })
}

func (r permissions) Delete(ctx context.Context, id domain.PermissionID) error {
	return called(ctx, r.hooks, "Permissions.Delete", func() error { return r.inner.Delete(ctx, id) })
}

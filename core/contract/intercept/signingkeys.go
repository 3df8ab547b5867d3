package intercept

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type signingKeys struct {
	inner port.SigningKeys
	hooks Hooks
}

func (r signingKeys) Create(ctx context.Context, k domain.SigningKey) error {
	return called(ctx, r.hooks, "SigningKeys.Create", func() error { return r.inner.Create(ctx, k) })
}

func (r signingKeys) List(ctx context.Context) ([]domain.SigningKey, error) {
	return asked(ctx, r.hooks, "SigningKeys.List", func() ([]domain.SigningKey, error) { return r.inner.List(ctx) })
}

func (r signingKeys) Delete(ctx context.Context, id string) error {
	return called(ctx, r.hooks, "SigningKeys.Delete", func() error { return r.inner.Delete(ctx, id) })
}

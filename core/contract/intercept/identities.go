package intercept

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

type identities struct {
	inner port.Identities
	hooks Hooks
}

func (r identities) Link(ctx context.Context, i domain.Identity) error {
	return called(ctx, r.hooks, "Identities.Link", func() error { return r.inner.Link(ctx, i) })
}

func (r identities) Find(ctx context.Context, provider, subject string) (domain.Identity, error) {
	return asked(ctx, r.hooks, "Identities.Find", func() (domain.Identity, error) { return r.inner.Find(ctx, provider, subject) })
}

func (r identities) OfUser(ctx context.Context, id domain.UserID) ([]domain.Identity, error) {
	return asked(ctx, r.hooks, "Identities.OfUser", func() ([]domain.Identity, error) { return r.inner.OfUser(ctx, id) })
}

func (r identities) Unlink(ctx context.Context, provider, subject string) error {
	return called(ctx, r.hooks, "Identities.Unlink", func() error { return r.inner.Unlink(ctx, provider, subject) })
}

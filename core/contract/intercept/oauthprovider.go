package intercept

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// OAuthProvider returns p with hooks around its methods that take a context.
func OAuthProvider(p port.OAuthProvider, h Hooks) port.OAuthProvider { return oauthProvider{p, h} }

type oauthProvider struct {
	inner port.OAuthProvider
	hooks Hooks
}

func (r oauthProvider) Name() string { return r.inner.Name() }

func (r oauthProvider) AuthURL(ctx context.Context, q port.AuthRequest) (string, error) {
	return asked(ctx, r.hooks, "OAuthProvider.AuthURL", func() (string, error) { return r.inner.AuthURL(ctx, q) })
}

func (r oauthProvider) Exchange(ctx context.Context, c port.Callback) (domain.ExternalUser, error) {
	return asked(ctx, r.hooks, "OAuthProvider.Exchange", func() (domain.ExternalUser, error) { return r.inner.Exchange(ctx, c) })
}

package wiring

import (
	"net/http"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func provideGraphQLConfig(c config.Config, e Environment) (graphql.Config, error) {
	publicURL, err := parsePublicURL(c)
	if err != nil {
		return graphql.Config{}, err
	}
	return graphql.Config{
		PublicURL: publicURL,
		Client: func(r *http.Request) domain.Client {
			return fiberhttp.ClientOf(r, fiberhttp.Proxies(c.Server.TrustedProxies))
		},
		TrustsOrigin:    corsOf(c.CORS).Trusts,
		ProjectName:     c.General.ProjectName,
		Version:         e.Version,
		RefreshCookie:   httpedge.Cookie(settingsOf(config.Cookie(c.RefreshCookie))),
		SessionCookie:   httpedge.Cookie(settingsOf(config.Cookie(c.SessionCookie))),
		NoIntrospection: !c.GraphQL.Introspection,
		SingleUse:       c.GraphQL.SingleUse,
		MaxBody:         c.Server.MaxPayloadSize,
		Now:             e.Clock.Now,
		Log:             e.Log,
	}, nil
}

package wiring

import (
	"net/http"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func provideConnectConfig(c config.Config, e Environment, service *auth.Service) (connectrpc.Config, error) {
	publicURL, err := parsePublicURL(c)
	if err != nil {
		return connectrpc.Config{}, err
	}
	return connectrpc.Config{
		PublicURL: publicURL,
		Client: func(r *http.Request) domain.Client {
			return fiberhttp.ClientOf(r, fiberhttp.Proxies(c.Server.TrustedProxies))
		},
		Admit:          admission(c, service),
		MaxBody:        c.Server.MaxPayloadSize,
		MaxConnections: c.Server.MaxConnections,
		RequestTimeout: c.Server.RequestTimeout,
		ReadTimeout:    c.Server.ReadTimeout,
		WriteTimeout:   c.Server.WriteTimeout,
		IdleTimeout:    c.Server.IdleTimeout,
		Now:            e.Clock.Now,
		Log:            e.Log,
	}, nil
}

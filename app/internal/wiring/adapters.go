package wiring

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/adapters/token/jwt"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func provideHasherConfig(c config.Config) argon2id.Config {
	return argon2id.Config{
		MemoryKiB:   c.Hash.MemoryKiB,
		Iterations:  c.Hash.Iterations,
		Parallelism: c.Hash.Parallelism,
		HashLength:  c.Hash.Length,
		Slots:       c.Hash.Concurrency,
		Queue:       c.Hash.Queue,
	}
}

func provideTokenConfig(c config.Config, k Keys, keyring *auth.Keyring) jwt.Config {
	if c.Sessions.Algorithm == auth.AlgorithmHS256 {
		return jwt.Config{Secret: k.Secret.Current, Previous: k.Secret.Previous}
	}
	return jwt.Config{Algorithm: c.Sessions.Algorithm, Keys: keyring}
}

func provideRESTConfig(c config.Config, e Environment, office PostOffice, rooms *pages.Handler, explorer Explorer, graph *graphql.Handler, keyring *auth.Keyring, service *auth.Service) (fiberhttp.Config, error) {
	publicURL, err := parsePublicURL(c)
	if err != nil {
		return fiberhttp.Config{}, err
	}
	return fiberhttp.Config{
		PublicURL:      publicURL,
		ProjectName:    c.General.ProjectName,
		Version:        e.Version,
		RootRedirect:   c.Server.RootRedirect,
		LoginPage:      publicURL.JoinPath("admin", "login").String(),
		RefreshCookie:  fiberhttp.Cookie(settingsOf(config.Cookie(c.RefreshCookie))),
		SessionCookie:  fiberhttp.Cookie(settingsOf(config.Cookie(c.SessionCookie))),
		TrustedProxies: fiberhttp.Proxies(c.Server.TrustedProxies),
		Admit:          admission(c, service),
		CORS:           corsOf(c.CORS),
		KeySet:         keyring.KeySet,
		Mounts:         mounts(office, rooms, explorer, graph),
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

// admission is nobody's to ask where requests as such are not limited.
func admission(c config.Config, service *auth.Service) func(context.Context, domain.Client) error {
	if !c.Limits.RequestsEnabled {
		return nil
	}
	return service.AdmitRequest
}

func corsOf(k config.CORS) fiberhttp.CORS {
	return fiberhttp.CORS{
		Origins:        k.Origins,
		Credentials:    k.Credentials,
		Methods:        k.Methods,
		AllowedHeaders: k.AllowedHeaders,
		ExposedHeaders: k.ExposedHeaders,
		MaxAge:         time.Duration(k.MaxAge) * time.Second,
	}
}

func mounts(office PostOffice, rooms *pages.Handler, explorer Explorer, graph *graphql.Handler) []fiberhttp.Mount {
	list := []fiberhttp.Mount{{Path: "/admin", Handler: rooms}}
	list = append(list, explorer.mounts()...) // before what programs find at the same paths
	list = append(list, fiberhttp.Mount{Path: "/graphql", Handler: graph, IsShared: true})
	if office.Mailbox != nil {
		list = append(list, fiberhttp.Mount{Path: "/mailbox", Handler: office.Mailbox.Handler(), Admits: office.Mailbox.Admits})
	}
	return list
}

func providePagesConfig(c config.Config, e Environment) (pages.Config, error) {
	publicURL, err := parsePublicURL(c)
	if err != nil {
		return pages.Config{}, err
	}
	return pages.Config{
		PublicURL: publicURL,
		Client: func(r *http.Request) domain.Client {
			return fiberhttp.ClientOf(r, fiberhttp.Proxies(c.Server.TrustedProxies))
		},
		Returns:       c.Server.LoginReturns,
		ProjectName:   c.General.ProjectName,
		SessionCookie: pages.Cookie(settingsOf(config.Cookie(c.SessionCookie))),
		Now:           e.Clock.Now,
		Log:           e.Log,
	}, nil
}

func parsePublicURL(c config.Config) (*url.URL, error) {
	publicURL, err := url.Parse(c.Server.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("wiring: read PUBLIC_URL: %w", err)
	}
	return publicURL, nil
}

// cookieSettings has the shape in which both transports want a cookie.
type cookieSettings struct {
	Name     string
	Domain   string
	Insecure bool
	SameSite string
}

func settingsOf(k config.Cookie) cookieSettings {
	sameSite := map[string]string{"lax": "Lax", "strict": "Strict", "none": "None"}
	return cookieSettings{Name: k.Name, Domain: k.Domain, Insecure: !k.Secure, SameSite: sameSite[k.SameSite]}
}

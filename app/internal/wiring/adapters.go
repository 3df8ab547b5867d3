package wiring

import (
	"fmt"
	"net/url"

	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/adapters/token/jwt"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/app/internal/config"
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

func provideTokenConfig(k Keys) jwt.Config {
	return jwt.Config{Secret: k.Secret.Current, Previous: k.Secret.Previous}
}

func provideRESTConfig(c config.Config, e Environment) (fiberhttp.Config, error) {
	publicURL, err := url.Parse(c.Server.PublicURL)
	if err != nil {
		return fiberhttp.Config{}, fmt.Errorf("wiring: read PUBLIC_URL: %w", err)
	}
	return fiberhttp.Config{
		PublicURL:      publicURL,
		ProjectName:    c.General.ProjectName,
		Version:        e.Version,
		RefreshCookie:  cookie(config.Cookie(c.RefreshCookie)),
		SessionCookie:  cookie(config.Cookie(c.SessionCookie)),
		TrustedProxies: c.Server.TrustedProxies,
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

func cookie(k config.Cookie) fiberhttp.Cookie {
	sameSite := map[string]string{"lax": "Lax", "strict": "Strict", "none": "None"}
	return fiberhttp.Cookie{Name: k.Name, Domain: k.Domain, Insecure: !k.Secure, SameSite: sameSite[k.SameSite]}
}

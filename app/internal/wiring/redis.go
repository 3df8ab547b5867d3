package wiring

import (
	"context"
	"log/slog"
	"net/url"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// Redis is what is kept in Redis instead of the database. The zero Redis keeps nothing.
type Redis struct {
	sessions *redis.Store // nil: the database keeps them
	limiter  *redis.Store // nil: the database keeps them; the same as sessions on one server
}

// redisServer is one server that the service cannot do without.
type redisServer struct {
	name  string // as health checks call it
	store *redis.Store
}

// servers returns each server once.
func (r Redis) servers() []redisServer {
	switch {
	case r.sessions == nil && r.limiter == nil:
		return nil
	case r.limiter == nil || r.sessions == r.limiter:
		return []redisServer{{"redis", r.sessions}}
	case r.sessions == nil:
		return []redisServer{{"redis", r.limiter}}
	}
	return []redisServer{{"redis-sessions", r.sessions}, {"redis-limits", r.limiter}}
}

func openRedis(ctx context.Context, c config.Config, log *slog.Logger) (Redis, func(), error) {
	r, err := connectRedis(c.Redis, func(setting string, address config.Secret) (*redis.Store, error) {
		return openRedisServer(ctx, c, setting, address, log)
	})
	closeAll := func() {
		for _, server := range r.servers() {
			if err := server.store.Close(); err != nil {
				log.Warn("the connection to Redis was not closed cleanly", "server", server.name, "error", err)
			}
		}
	}
	if err != nil {
		closeAll()
		return Redis{}, nil, err
	}
	return r, closeAll, nil
}

// redisOpener connects to the server that a setting names.
type redisOpener func(setting string, address config.Secret) (*redis.Store, error)

// connectRedis opens each server that is asked for, and one that is asked for twice once. The
// result of a failure holds what was opened before.
func connectRedis(c config.Redis, open redisOpener) (r Redis, err error) {
	if c.SessionsURL != "" {
		if r.sessions, err = open("SESSIONS_URL", c.SessionsURL); err != nil {
			return Redis{}, err
		}
	}
	if c.LimiterStore != config.InRedis {
		return r, nil
	}
	if c.URL == c.SessionsURL {
		r.limiter = r.sessions
		return r, nil
	}
	limiter, err := open("REDIS", c.URL)
	if err != nil {
		return r, err
	}
	r.limiter = limiter
	return r, nil
}

func openRedisServer(ctx context.Context, c config.Config, setting string, address config.Secret, log *slog.Logger) (*redis.Store, error) {
	settings := redis.Config{
		URL:            string(address),
		Password:       redisPassword(address, c.Redis.Password),
		Prefix:         c.Redis.Prefix,
		MaxConnections: c.Redis.MaxConnections,
		Timeout:        c.Database.Timeout,
	}
	return await(ctx, patience{c.Database.ConnectTimeout, log}, "the Redis that "+setting+" names", func(ctx context.Context) (*redis.Store, error) {
		return redis.Open(ctx, settings)
	}, redis.IsPassing)
}

// redisPassword returns the password that is set beside the URL, unless that holds one.
func redisPassword(address, password config.Secret) string {
	u, err := url.Parse(string(address))
	if err != nil {
		return string(password)
	}
	if _, own := u.User.Password(); own {
		return ""
	}
	return string(password)
}

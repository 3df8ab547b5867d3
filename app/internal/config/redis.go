package config

import (
	"net/netip"
	"net/url"
	"strings"
)

// The values of Redis.LimiterStore.
const (
	InDatabase = "database"
	InRedis    = "redis"
)

// Redis holds what is kept in Redis instead of the database. LimiterStore is InRedis only
// where URL is set; an empty SessionsURL means that sessions are kept in the database.
type Redis struct {
	URL            Secret `env:"REDIS" secret:"true" doc:"The Redis or Valkey server that keeps the counts of attempts: redis://HOST:6379, rediss:// for TLS, or unix:///PATH of a socket; USER:PASSWORD@ may stand before the host, and the number of a database after it, as in redis://HOST:6379/1."`
	Password       Secret `env:"REDIS_PASSWORD" secret:"true" doc:"The password for Redis, where the URL in REDIS or SESSIONS_URL holds none."`
	LimiterStore   string `env:"RATE_LIMITER_STORE" oneof:"database|redis" unset:"redis where REDIS is set, else database" doc:"Where the counts of attempts are kept. Every instance sees them in either. memory, as in Directus, is read as database."`
	SessionsURL    Secret `env:"SESSIONS_URL" secret:"true" unset:"sessions are kept in the database" doc:"The Redis or Valkey server that keeps the sessions, written like REDIS; it may be the same. What it forgets logs people out, so that it has to run with appendonly yes, appendfsync always and maxmemory-policy noeviction." own:"true"`
	Prefix         string `env:"REDIS_PREFIX" envDefault:"sallyport:" doc:"What the names of all keys in Redis begin with. Services that share a server need different ones." own:"true"`
	MaxConnections int    `env:"REDIS_POOL__MAX" envDefault:"32" min:"1" max:"1000" doc:"How many connections to a Redis server one instance opens at most." own:"true"`
}

const maxPrefixBytes = 64

// deriveRedis fills in what follows from other settings of Redis.
func (l *loader) deriveRedis(r *Redis) {
	if l.isSet("RATE_LIMITER_STORE") {
		return
	}
	r.LimiterStore = InDatabase
	if r.URL != "" {
		r.LimiterStore = InRedis
	}
	l.values["RATE_LIMITER_STORE"] = r.LimiterStore
}

func (l *loader) checkRedis(r Redis) {
	l.checkRedisURL("REDIS", r.URL)
	l.checkRedisURL("SESSIONS_URL", r.SessionsURL)
	if r.LimiterStore == InRedis && r.URL == "" && l.sound("REDIS", "RATE_LIMITER_STORE") {
		l.mistake("REDIS", "is not set, and RATE_LIMITER_STORE is redis", "name the Redis server, or set RATE_LIMITER_STORE to database")
	}
	if len(r.Prefix) > maxPrefixBytes {
		l.mistake("REDIS_PREFIX", "is longer than 64 bytes", "write a short word and a colon, such as sallyport:")
	}
	if strings.EqualFold(l.values["RATE_LIMITER_STORE"], "memory") {
		l.warn("RATE_LIMITER_STORE memory is read as database: counts that every instance keeps for itself would be no limit")
	}
	if r.URL != "" && r.LimiterStore == InDatabase && l.sound("RATE_LIMITER_STORE") {
		l.warn("REDIS has no effect while RATE_LIMITER_STORE is database; sessions are kept where SESSIONS_URL says")
	}
	if r.LimiterStore != InRedis && r.SessionsURL == "" {
		for _, name := range []string{"REDIS_PASSWORD", "REDIS_PREFIX", "REDIS_POOL__MAX"} {
			if l.isSet(name) {
				l.warn("%s has no effect: nothing is kept in Redis", name)
			}
		}
	}
}

// checkRedisURL repeats nothing of it: it may hold a password.
func (l *loader) checkRedisURL(name string, text Secret) {
	if text == "" {
		return
	}
	const fix = "write it like redis://HOST:6379, rediss://HOST:6379 for TLS, or unix:///PATH, with %40 for an @ in a password"
	u, err := url.Parse(string(text))
	if err != nil {
		l.mistake(name, "is no URL", fix)
		return
	}
	for option := range u.Query() {
		if option != "db" {
			l.mistake(name, "has an option after the ?", "leave options out; ?db=1 alone is read")
			return
		}
	}
	switch u.Scheme {
	case "redis", "rediss":
		if !isHost(u.Hostname()) {
			l.mistake(name, "has no host, or a bad one", fix)
			return
		}
		if !isPortOrNone(u.Port()) {
			l.mistake(name, "has a port that is none", fix)
			return
		}
		if u.Scheme == "redis" && isOnOpenNetwork(u.Hostname()) {
			l.warn("the connection of %s is not encrypted; write rediss://, unless nobody else is on the way", name)
		}
	case "unix":
		if u.Path == "" || u.Host != "" {
			l.mistake(name, "has no path of a socket", fix)
		}
	default:
		l.mistake(name, "does not begin with redis://, rediss:// or unix://", fix)
	}
}

// isOnOpenNetwork reports whether host may be far away. A name without a dot is one of a
// private network, such as that of containers.
func isOnOpenNetwork(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsLoopback() && !address.IsPrivate()
	}
	return strings.Contains(host, ".") && !isLoopback(host)
}

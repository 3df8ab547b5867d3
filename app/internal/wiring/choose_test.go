package wiring

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/memory"
	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

func TestChoiceOfRedis(t *testing.T) {
	store, err := memory.Open(t.Context(), memory.Config{})
	if err != nil {
		t.Fatal(err)
	}
	one, another := &redis.Store{}, &redis.Store{}
	for name, test := range map[string]struct {
		redis             Redis
		sessions, limiter string
		probes            []string
	}{
		"is that of the database without Redis": {Redis{}, "memory", "memory", []string{"memory"}},
		"takes both from one server":            {Redis{one, one}, "redis", "redis", []string{"memory", "redis"}},
		"takes sessions alone":                  {Redis{sessions: one}, "redis", "memory", []string{"memory", "redis"}},
		"takes limits alone":                    {Redis{limiter: one}, "memory", "redis", []string{"memory", "redis"}},
		"takes each from a server of its own":   {Redis{one, another}, "redis", "redis", []string{"memory", "redis-sessions", "redis-limits"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := fmt.Sprintf("%T", chooseSessions(store, test.redis)), "*"+test.sessions+".sessions"; got != want {
				t.Errorf("sessions are %s, want %s", got, want)
			}
			if got, want := fmt.Sprintf("%T", chooseLimiter(store, test.redis)), "*"+test.limiter+".limiter"; got != want {
				t.Errorf("the limiter is %s, want %s", got, want)
			}
			var c config.Config
			c.Database.Client = config.Memory
			var probes []string
			for _, probe := range provideProbes(store, test.redis, newClock(), c) {
				probes = append(probes, probe.Name)
			}
			if !slices.Equal(probes, test.probes) {
				t.Errorf("health checks are %q, want %q", probes, test.probes)
			}
		})
	}
}

func TestConnectRedis(t *testing.T) {
	const a, b = config.Secret("redis://a"), config.Secret("redis://b")
	for name, test := range map[string]struct {
		config config.Redis
		opened []config.Secret
		same   bool
	}{
		"opens nothing without need":         {config.Redis{URL: a, LimiterStore: config.InDatabase}, nil, true},
		"opens one server for both once":     {config.Redis{URL: a, LimiterStore: config.InRedis, SessionsURL: a}, []config.Secret{a}, true},
		"opens two servers":                  {config.Redis{URL: a, LimiterStore: config.InRedis, SessionsURL: b}, []config.Secret{b, a}, false},
		"opens the server of limits alone":   {config.Redis{URL: a, LimiterStore: config.InRedis}, []config.Secret{a}, false},
		"opens the server of sessions alone": {config.Redis{URL: b, LimiterStore: config.InDatabase, SessionsURL: a}, []config.Secret{a}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var opened []config.Secret
			r, err := connectRedis(test.config, func(_ string, address config.Secret) (*redis.Store, error) {
				opened = append(opened, address)
				return new(redis.Store), nil
			})
			if err != nil || !slices.Equal(opened, test.opened) || len(r.servers()) != len(test.opened) {
				t.Errorf("got %v, opened %d of %d, servers %v", err, len(opened), len(test.opened), r.servers())
			}
			if (r.sessions == r.limiter) != test.same {
				t.Errorf("sessions and limits are together: %t", !test.same)
			}
		})
	}
	t.Run("keeps what it has opened when the second fails, so that it can be closed", func(t *testing.T) {
		down := errors.New("down")
		r, err := connectRedis(config.Redis{URL: a, LimiterStore: config.InRedis, SessionsURL: b}, func(_ string, address config.Secret) (*redis.Store, error) {
			if address == a {
				return nil, down
			}
			return new(redis.Store), nil
		})
		if !errors.Is(err, down) || len(r.servers()) != 1 {
			t.Errorf("got %v, servers %v", err, r.servers())
		}
	})
}

func TestRedisPassword(t *testing.T) {
	for address, want := range map[config.Secret]string{
		"redis://db.example.com":              "beside",
		"redis://user@db.example.com":         "beside",
		"rediss://user:within@db.example.com": "",
		"unix://:within@/run/redis.sock":      "",
	} {
		if got := redisPassword(address, "beside"); got != want {
			t.Errorf("%s: got %q, want %q", string(address), got, want)
		}
	}
}

package redis_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestWarnings(t *testing.T) {
	server := redistest.Start(t, "--appendonly", "yes")
	t.Cleanup(func() { must(t, server.Kill()) }) // it would finish writing what nobody reads
	client := raw(t, server)
	s := openAt(t, redis.Config{URL: server.URL()})
	for _, c := range []struct {
		name     string
		settings map[string]string
		want     []string // of each warning
	}{
		{"that all is well", map[string]string{"appendfsync": "always"}, nil},
		{"that writes are acknowledged early", map[string]string{"appendfsync": "everysec"}, []string{"appendfsync everysec"}},
		{"that a full memory drops keys", map[string]string{"maxmemory": "100mb", "maxmemory-policy": "volatile-lru"}, []string{"maxmemory-policy volatile-lru"}},
		{"not of what drops nothing", map[string]string{"maxmemory": "100mb", "maxmemory-policy": "noeviction"}, nil},
		{"not of a memory without an end", map[string]string{"maxmemory": "0", "maxmemory-policy": "volatile-lru"}, nil},
		{"that nothing is kept", map[string]string{"appendonly": "no", "appendfsync": "always"}, []string{"no append-only file"}},
		{
			"of all there is",
			map[string]string{"appendonly": "no", "maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"},
			[]string{"no append-only file", "maxmemory-policy allkeys-lru"},
		},
		{"that it is a replica", map[string]string{"replica": "yes"}, []string{"is a replica"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			settings := map[string]string{
				"appendonly": "yes", "appendfsync": "always", "maxmemory": "0", "maxmemory-policy": "noeviction",
			}
			for name, value := range c.settings {
				settings[name] = value
			}
			if _, ok := settings["replica"]; ok {
				delete(settings, "replica")
				must(t, client.Do(t.Context(), "REPLICAOF", "127.0.0.1", "1").Err())
				defer func() { must(t, client.Do(context.WithoutCancel(t.Context()), "REPLICAOF", "NO", "ONE").Err()) }()
			}
			for name, value := range settings {
				must(t, client.ConfigSet(t.Context(), name, value).Err())
			}
			wantWarnings(t, s, c.want)
		})
	}
}

func wantWarnings(t *testing.T, s *redis.Store, want []string) {
	t.Helper()
	got, err := s.Warnings(t.Context())
	must(t, err)
	if len(got) != len(want) {
		t.Fatalf("got warnings %q, want %d", got, len(want))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("got warning %q, want one of %q", got[i], want[i])
		}
	}
}

// The commands that an account needs, as the documentation of the package has them.
const allowed = "+eval +evalsha +exists +del +pttl +pexpire +hmget +hset +hincrby +get +set +sadd +srem +smembers +zadd +zrem +zrange"

func TestAccountThatMayDoNoMoreThanNeeded(t *testing.T) {
	server := redistest.Start(t)
	rule := append([]any{"ACL", "SETUSER", "sallyport", "on", ">" + password, "~sallyport:*"}, words(allowed)...)
	must(t, raw(t, server).Do(t.Context(), rule...).Err())
	c := redis.Config{URL: strings.Replace(server.URL(), "//", "//sallyport:"+escaped+"@", 1)}
	for name, call := range calls() {
		t.Run("can/"+name, func(t *testing.T) {
			s := openAt(t, c)
			must(t, s.Sessions().DeleteUser(t.Context(), "ann", ""))
			must(t, s.Sessions().Create(t.Context(), session("laptop")))
			must(t, call(t.Context(), s))
		})
	}

	t.Run("has no more than it needs", func(t *testing.T) {
		for _, one := range words(allowed) {
			command := strings.TrimPrefix(one.(string), "+")
			if command == "eval" {
				continue // of use after the server has forgotten its scripts only
			}
			must(t, raw(t, server).Do(t.Context(), "ACL", "SETUSER", "sallyport", "-"+command).Err())
			failed := 0
			for _, call := range calls() {
				if err := useAll(t.Context(), c, call); err != nil {
					failed++
				}
			}
			if failed == 0 {
				t.Errorf("without %s: got no error of any call, want one", command)
			}
			must(t, raw(t, server).Do(t.Context(), "ACL", "SETUSER", "sallyport", "+"+command).Err())
		}
	})

	t.Run("is warned that the settings are not known", func(t *testing.T) {
		wantWarnings(t, openAt(t, c), []string{"could not be checked"})
	})
}

func useAll(ctx context.Context, c redis.Config, call func(context.Context, *redis.Store) error) error {
	s, err := redis.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Sessions().DeleteUser(ctx, "ann", ""); err != nil {
		return err
	}
	if err := s.Sessions().Create(ctx, session("laptop")); err != nil {
		return err
	}
	return call(ctx, s)
}

func words(list string) []any {
	var all []any
	for word := range strings.FieldsSeq(list) {
		all = append(all, word)
	}
	return all
}

func TestServerThatTakesNoWrites(t *testing.T) {
	for name, deny := range map[string][]any{
		"as a replica":          {"REPLICAOF", "127.0.0.1", "1"},
		"for want of a replica": {"CONFIG", "SET", "min-replicas-to-write", "1"},
		"for want of memory":    {"CONFIG", "SET", "maxmemory", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			s := openAt(t, redis.Config{URL: server.URL()})
			first := session("laptop")
			must(t, s.Sessions().Create(t.Context(), first))
			client := raw(t, server)
			must(t, client.Do(t.Context(), deny...).Err())
			all := calls()
			for _, write := range []string{"create", "rotate", "take", "refund", "ping"} {
				err := all[write](t.Context(), s)
				wantNoAnswer(t, err)
			}
			got, err := s.Sessions().Get(t.Context(), "laptop", t0)
			must(t, err)
			if got != first {
				t.Errorf("got %+v, want it unchanged: %+v", got, first)
			}
			if name == "for want of memory" {
				must(t, s.Sessions().Delete(t.Context(), "laptop"))
				must(t, s.Limiter().Reset(t.Context(), "ann"))
			}
		})
	}
}

func TestConnections(t *testing.T) {
	server := redistest.Start(t)
	const most = 3
	s := openAt(t, redis.Config{URL: server.URL(), MaxConnections: most})
	client := raw(t, server)
	must(t, client.Ping(t.Context()).Err())

	t.Run("are as many as configured at most, for which others wait", func(t *testing.T) {
		errs := make(chan error, 200)
		for i := range cap(errs) {
			go func() {
				x := session(domain.SessionID(fmt.Sprint("session ", i)))
				errs <- s.Sessions().Create(t.Context(), x)
			}()
		}
		for range cap(errs) {
			must(t, <-errs)
		}
		list, err := client.ClientList(t.Context()).Result()
		must(t, err)
		if got := strings.Count(list, "\n") - 1; got > most {
			t.Errorf("got %d connections, want %d at most", got, most)
		}
	})

	t.Run("are waited for until the context ends", func(t *testing.T) {
		must(t, server.Pause())
		defer func() { must(t, server.Resume()) }()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		errs := make(chan error, 3*most)
		for range cap(errs) {
			go func() { errs <- s.Ping(ctx) }()
		}
		all := make([]error, cap(errs))
		for i := range all {
			all[i] = <-errs
		}
		if slices.Contains(all, nil) {
			t.Errorf("got errors %v, want nothing else", all)
		}
	})
}

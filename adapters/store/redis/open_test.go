package redis_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

const password = "hunter2/:@"

// escaped is password as a URL has it.
const escaped = "hunter2%2F%3A%40"

// wantDiscreet wants an error that gives neither the password nor the server's address away.
func wantDiscreet(t *testing.T, err error, address string) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error, want one")
	}
	for _, secret := range []string{"hunter2", address} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("got error %q, want none with %q", err, secret)
		}
	}
}

func TestOpen(t *testing.T) {
	ctx := t.Context()
	t.Run("refuses what it cannot use", func(t *testing.T) {
		for name, c := range map[string]redis.Config{
			"no URL":                {},
			"no redis":              {URL: "https://:hunter2@h/"},
			"no scheme":             {URL: "localhost:6379"},
			"no host":               {URL: "redis:localhost:6379"},
			"a broken URL":          {URL: "redis://:hunter2@h:port/"},
			"a broken escape":       {URL: "redis://:hunter2%zz@h/"},
			"a database by name":    {URL: "redis://:hunter2@h/sessions"},
			"a path":                {URL: "redis://:hunter2@h/1/2"},
			"no path of a socket":   {URL: "unix://"},
			"retries":               {URL: "redis://:hunter2@h/?max_retries=3"},
			"no verification":       {URL: "rediss://:hunter2@h/?skip_verify=true"},
			"a broken prefix":       {URL: "redis://h/", Prefix: "a\x00b"},
			"too long a prefix":     {URL: "redis://h/", Prefix: strings.Repeat("p", 255)},
			"negative connections":  {URL: "redis://h/", MaxConnections: -1},
			"a negative timeout":    {URL: "redis://h/", Timeout: -time.Second},
			"a timeout of no use":   {URL: "redis://h/", Timeout: time.Microsecond},
			"a negative database":   {URL: "redis://h/-1"},
			"a database in a query": {URL: "redis://h/?db=x"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := redis.Open(ctx, c)
				wantDiscreet(t, err, "h:6379")
				if strings.Contains(err.Error(), "look up") || strings.Contains(err.Error(), "connect:") {
					t.Errorf("got error %v, want one that comes before a server is looked for", err)
				}
			})
		}
	})

	t.Run("fails without a server", func(t *testing.T) {
		port := testserver.FreePort(t)
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		_, err := redis.Open(ctx, redis.Config{URL: "redis://" + address, Password: password})
		wantDiscreet(t, err, address)
	})

	t.Run("fails where no server is known", func(t *testing.T) {
		_, err := redis.Open(ctx, redis.Config{URL: "redis://:hunter2@no-such-host.invalid", Timeout: time.Second})
		wantDiscreet(t, err, "no-such-host")
	})

	t.Run("fails within the timeout where nobody answers", func(t *testing.T) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		defer silent.Close()
		began := time.Now()
		_, err = redis.Open(ctx, redis.Config{URL: "redis://" + silent.Addr().String(), Timeout: 100 * time.Millisecond})
		wantDiscreet(t, err, silent.Addr().String())
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %s, want the timeout of 100ms", took)
		}
	})

	t.Run("fails when the context is done", func(t *testing.T) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := redis.Open(over, redis.Config{URL: shared.Get(t).URL()}); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
	})

	t.Run("has the password", func(t *testing.T) {
		server := redistest.Start(t, "--requirepass", password)
		at := func(user string) string { return strings.Replace(server.URL(), "//", "//"+user+"@", 1) }
		openAt(t, redis.Config{URL: at(":" + escaped)})
		openAt(t, redis.Config{URL: at("default:" + escaped)})
		openAt(t, redis.Config{URL: server.URL(), Password: password})
		openAt(t, redis.Config{URL: at(":wrong"), Password: password})
		if _, err := redis.Open(ctx, redis.Config{URL: server.URL()}); err == nil || !strings.Contains(err.Error(), "wants a password") {
			t.Errorf("without a password: got error %v, want one that says so", err)
		}
		for _, c := range []redis.Config{{URL: server.URL()}, {URL: at(":" + escaped), Password: "hunter22"}, {URL: at("hunter2:" + escaped)}} {
			_, err := redis.Open(ctx, c)
			wantDiscreet(t, err, server.Address())
		}
	})

	t.Run("takes the database of the URL", func(t *testing.T) {
		server := redistest.Start(t)
		must(t, openAt(t, redis.Config{URL: server.URL() + "/3"}).Sessions().Create(ctx, session("laptop")))
		if keys := keysOf(t, raw(t, server), ""); len(keys) > 0 {
			t.Errorf("got keys %q in database 0, want none", keys)
		}
		s := openAt(t, redis.Config{URL: server.URL() + "?db=3"})
		if _, err := s.Sessions().Get(ctx, "laptop", t0); err != nil {
			t.Errorf("got error %v, want the session of database 3", err)
		}
	})

	t.Run("goes through a socket", func(t *testing.T) {
		path := filepath.Join(testserver.Folder(t, ""), "redis.sock")
		redistest.Start(t, "--unixsocket", path, "--requirepass", password)
		openAt(t, redis.Config{URL: "unix://:" + escaped + "@" + path + "?db=1"})
		_, err := redis.Open(ctx, redis.Config{URL: "unix://" + path + "x"})
		wantDiscreet(t, err, path)
	})

	t.Run("refuses a node of a cluster", func(t *testing.T) {
		server := redistest.Start(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(testserver.FreePort(t)))
		if _, err := redis.Open(ctx, redis.Config{URL: server.URL()}); err == nil || !strings.Contains(err.Error(), "Cluster") {
			t.Errorf("got error %v, want one that says why", err)
		}
	})

	t.Run("refuses a replica", func(t *testing.T) {
		primary := shared.Get(t)
		host, port, err := net.SplitHostPort(primary.Address())
		must(t, err)
		server := redistest.Start(t, "--replicaof", host+" "+port)
		if _, err := redis.Open(ctx, redis.Config{URL: server.URL()}); err == nil || !strings.Contains(err.Error(), "replica") {
			t.Errorf("got error %v, want one that says why", err)
		}
	})
}

func TestServerThatQuotesCommands(t *testing.T) {
	server := redistest.Start(t, "--rename-command", "EVALSHA", "")
	_, err := redis.Open(t.Context(), redis.Config{URL: server.URL(), Prefix: "hunter2"})
	wantDiscreet(t, err, server.Address())
	if !strings.Contains(err.Error(), "unknown command") {
		t.Errorf("got error %v, want what the server says", err)
	}
}

func TestClose(t *testing.T) {
	s := open(t)
	must(t, s.Close())
	must(t, s.Close())
	for name, call := range calls() {
		t.Run("ends/"+name, func(t *testing.T) {
			err := call(t.Context(), s)
			wantNoAnswer(t, err)
			if !strings.Contains(err.Error(), "closed") {
				t.Errorf("got error %v, want one that says why", err)
			}
		})
	}
}

func TestCloseEndsWhatNeedsNoServer(t *testing.T) {
	s := open(t)
	must(t, s.Close())
	_, err := s.Sessions().Prune(t.Context(), t0, 0)
	wantNoAnswer(t, err)
	_, err = s.Limiter().Prune(t.Context(), t0, 0)
	wantNoAnswer(t, err)
}

func TestReopen(t *testing.T) {
	server := shared.Get(t)
	c := redis.Config{URL: server.URL(), Prefix: server.Prefix()}
	s := openAt(t, c)
	must(t, s.Sessions().Create(t.Context(), session("laptop")))
	must(t, s.Close())
	got, err := openAt(t, c).Sessions().Get(t.Context(), "laptop", t0)
	must(t, err)
	if want := session("laptop"); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

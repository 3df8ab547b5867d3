package redis_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// shared is the server of every test that leaves it running.
var shared = testserver.NewShared(func() (*redistest.Server, error) {
	return redistest.New(context.Background())
})

// certificates is where the certificate "trusted" is, which this process trusts.
var certificates string

func TestMain(m *testing.M) {
	folder, err := trust()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	certificates = folder
	code := m.Run()
	if err := errors.Join(shared.Stop(), os.RemoveAll(folder)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// t0 is when every test begins.
var t0 = time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)

// open returns an empty store on the shared server.
func open(t testing.TB) *redis.Store {
	t.Helper()
	server := shared.Get(t)
	return openAt(t, redis.Config{URL: server.URL(), Prefix: server.Prefix()})
}

func openAt(t testing.TB, c redis.Config) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// session returns a session that is live at t0 for an hour.
func session(id domain.SessionID) domain.Session {
	return domain.Session{
		ID: id, UserID: "ann", Mode: domain.ModeJSON, Secret: domain.HashSecret("first"),
		CreatedAt: t0, RotatedAt: t0, ExpiresAt: t0.Add(time.Hour), EndsAt: t0.Add(24 * time.Hour),
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// raw returns a client for what no store does.
func raw(t testing.TB, server *redistest.Server) *goredis.Client {
	t.Helper()
	client := goredis.NewClient(&goredis.Options{Addr: server.Address(), Protocol: 2})
	t.Cleanup(func() { must(t, client.Close()) })
	return client
}

// eventually asks again and again until there is no error, for 10 s.
func eventually(t testing.TB, ask func() error) {
	t.Helper()
	patience := time.NewTimer(10 * time.Second)
	defer patience.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-patience.C:
			t.Fatalf("got error %v to the end, want none", err)
		case <-again.C:
		}
	}
}

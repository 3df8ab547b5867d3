package postgres_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/adapters/store/postgres/postgrestest"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
)

// server is the one that all tests use which do not break theirs.
var server = testserver.NewShared(func() (*postgrestest.Server, error) { return postgrestest.Start() })

func TestMain(m *testing.M) {
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open returns a store on the database that c names, for the time of the test.
func open(t testing.TB, c postgres.Config) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

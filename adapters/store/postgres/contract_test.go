package postgres_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

// kit is how many cases there are.
const kit = 391

func TestContract(t *testing.T) {
	s := server.Get(t)
	contract.RunStore(t, func(t testing.TB) port.Store {
		return open(t, s.Config(s.Migrated(t)))
	}, contract.Expect(kit))
}

// In PgBouncer's transaction mode nothing can be prepared.
func TestContractWithoutPreparedStatements(t *testing.T) {
	s := server.Get(t)
	contract.RunStore(t, func(t testing.TB) port.Store {
		return open(t, postgres.Config{
			ConnectionString: s.ConnectionString(s.Migrated(t)) + "&default_query_exec_mode=exec",
		})
	}, contract.Expect(kit))
}

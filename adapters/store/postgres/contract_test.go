package postgres_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/postgres"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

// kit is how many cases there are.
const kit = 575

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

// A language puts a before B, and the queries must not notice.
func TestContractInTheCollationOfALanguage(t *testing.T) {
	s := server.Get(t)
	if version := queryTexts(t, s.Config("postgres"), `SHOW server_version_num`)[0]; version < "150000" {
		t.Skip("PostgreSQL 15 is the first that comes with the collations of all languages")
	}
	const english = `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0`
	if got := queryTexts(t, s.Config(s.Migrated(t, english)), `SELECT ('a' < 'B')::text`)[0]; got != "true" {
		t.Fatalf("got 'a' < 'B' %s, want true: the collation shows nothing", got)
	}
	contract.RunStore(t, func(t testing.TB) port.Store {
		return open(t, s.Config(s.Migrated(t, english)))
	}, contract.Expect(kit))
}

package mysql_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/mysql"
	"github.com/sallyport-auth/sallyport/adapters/store/mysql/mysqltest"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/testserver"
	"github.com/sallyport-auth/sallyport/core/port"
)

// provider is Galera's library where distributions put it.
func provider() (string, error) {
	for _, path := range []string{"/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", &testserver.MissingError{Names: []string{"galera"}, Install: "apt-get install galera-4"}
}

// startNode starts a node that is a cluster by itself.
func startNode() (*mysqltest.Server, error) {
	library, err := provider()
	if err != nil {
		return nil, err
	}
	port, err := testserver.Port()
	if err != nil {
		return nil, err
	}
	return mysqltest.Start(context.Background(),
		"--wsrep-on=ON", "--wsrep-provider="+library, "--wsrep-cluster-address=gcomm://", "--wsrep-new-cluster",
		"--wsrep-node-address=127.0.0.1", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2",
		fmt.Sprintf("--wsrep-provider-options=base_host=127.0.0.1;base_port=%d;gmcast.listen_addr=tcp://127.0.0.1:%[1]d;gcache.size=8M", port))
}

// TestContractOnClusterNode is for what a node does differently even when it is alone: it
// certifies each commit and replicates each change of the schema.
func TestContractOnClusterNode(t *testing.T) {
	server := node.Get(t)
	status, err := server.Query(t.Context(), `SELECT variable_value FROM information_schema.global_status
		WHERE variable_name = 'wsrep_cluster_status'`)
	if err != nil || status != "Primary" {
		t.Fatalf("got cluster status %q and error %v, want Primary", status, err)
	}
	fresh := &databases{server: server}
	contract.RunStore(t, func(t testing.TB) port.Store { return open(t, fresh.take(t)) }, contract.Expect(kit))
}

func TestClusterNode(t *testing.T) {
	server := node.Get(t)
	cutOff := func(t testing.TB) {
		t.Helper()
		must(t, server.Exec(t.Context(), `SET GLOBAL wsrep_reject_queries = 'ALL'`))
	}
	join := func(t testing.TB) {
		t.Helper()
		must(t, server.Exec(context.Background(), `SET GLOBAL wsrep_reject_queries = 'NONE'`))
	}

	t.Run("that is not ready answers nothing, loses its connections and is used again", func(t *testing.T) {
		c := server.Database(t)
		t.Cleanup(func() { join(t) })
		s := open(t, c)
		must(t, s.Repos().Users.Create(t.Context(), user("ann")))
		before := connections(t, server, c)
		cutOff(t)
		err := s.Ping(t.Context())
		wantNoAnswer(t, err)
		if !mysql.Dialect().IsRetryable(err) {
			t.Errorf("got error %v, want the node's refusal", err)
		}
		wantNoAnswer(t, s.Repos().Users.Create(t.Context(), user("bob")))
		join(t)
		must(t, s.Ping(t.Context()))
		must(t, s.Repos().Users.Create(t.Context(), user("bob")))
		for _, id := range connections(t, server, c) {
			if slices.Contains(before, id) {
				t.Errorf("got connection %s used again, want it given up: another node may be reached by a new one", id)
			}
		}
	})

	t.Run("that is cut off before a commit has done nothing, and nothing later is taken for a part of it", func(t *testing.T) {
		c := server.Database(t)
		c.MaxConnections = 1
		t.Cleanup(func() { join(t) })
		s := open(t, c)
		wantNoAnswer(t, s.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
			must(t, r.Users.Create(ctx, user("ann")))
			cutOff(t)
			return nil
		}))
		join(t)
		must(t, s.Repos().Users.Create(t.Context(), user("bob")))
		other := open(t, c)
		list, err := other.Repos().Users.List(t.Context(), "", 10)
		must(t, err)
		if len(list) != 1 || list[0].ID != "id-of-bob" {
			t.Errorf("got %d users, want bob alone", len(list))
		}
	})
}

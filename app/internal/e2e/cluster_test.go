//go:build cluster

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/e2e/history"
)

// The tests of this file need the three nodes that scripts/cluster starts: task test:cluster.

// scriptTime bounds each call of the script, whose own waits have 90 s.
const scriptTime = 3 * time.Minute

// script runs scripts/cluster and returns what it printed.
func script(t testing.TB, args ...string) string {
	t.Helper()
	path, err := filepath.Abs("../../../scripts/cluster")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), scriptTime) // also at the end of the test
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	var problems strings.Builder
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		t.Fatalf("cluster %s: %v\n%s", strings.Join(args, " "), err, problems.String())
	}
	return strings.TrimSpace(string(output))
}

// clusterNodes is how many nodes the script starts, numbered from 1.
const clusterNodes = 3

// startOnCluster starts one instance of the service for each node, on an empty database.
func startOnCluster(t *testing.T) []*instance {
	t.Helper()
	if os.Getenv("CLUSTER_DIR") == "" {
		t.Fatal("there is no cluster: run task test:cluster")
	}
	script(t, "sql", "1", "DROP DATABASE sallyport; CREATE DATABASE sallyport")
	var instances []*instance
	for node := range clusterNodes {
		host, digits, _ := strings.Cut(script(t, "address", strconv.Itoa(node+1)), ":")
		port, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		env := onServer(t, "mysql", host, port, "sallyport", "sallyport", "sallyport")
		instances = append(instances, startInstance(t, withFaults(env)))
	}
	createBystander(t, instances[0].env)
	return instances
}

// TestSecurity94a_ATokenOfOneNodeIsKnownToTheNextOnACluster rotates in turn over instances on
// different nodes: none may be refused, or fail at all. Without wsrep_sync_wait on each connection
// of the MySQL adapter, a node answers from what it knew a moment ago, and it is red.
func TestSecurity94a_ATokenOfOneNodeIsKnownToTheNextOnACluster(t *testing.T) {
	instances := startOnCluster(t)
	l := startLoad(t, clients{count: 8, sessionsEach: 4, logoutEvery: 1000}, instances...)
	l.awaitUses(t, 1600)
	figures := l.judge(t, instances...)
	if figures.Errors > 0 {
		t.Errorf("got %v, want no errors", figures)
	}
	t.Logf("in turn over %d nodes: %v", clusterNodes, figures)
}

// TestSecurity94_NothingIsLostWithANodeOrAnInstanceOnACluster makes one fault after the other while
// clients go on: a node dies, an instance dies, a node is cut off from the others, and one hangs.
// To answer 401 for what the database could not say turns it red.
func TestSecurity94_NothingIsLostWithANodeOrAnInstanceOnACluster(t *testing.T) {
	chance := random(t)
	var total history.Figures
	for _, fault := range []struct {
		name        string
		times       int
		begin, over func(t *testing.T, instances []*instance)
	}{
		{
			"a node is killed", 2,
			func(t *testing.T, _ []*instance) { script(t, "kill", "2") },
			func(t *testing.T, _ []*instance) { script(t, "up", "2") },
		},
		{
			"an instance is killed", 5,
			func(_ *testing.T, instances []*instance) { instances[2].kill() },
			func(t *testing.T, instances []*instance) { instances[2].start(t) },
		},
		{
			"a node and the instance of another are killed", 1,
			func(t *testing.T, instances []*instance) {
				instances[1].kill()
				script(t, "kill", "1")
			},
			func(t *testing.T, instances []*instance) {
				script(t, "up", "1")
				instances[1].start(t)
			},
		},
		{
			"a node is cut off", 1,
			func(t *testing.T, _ []*instance) { script(t, "isolate", "3") },
			func(t *testing.T, _ []*instance) { script(t, "heal", "3") },
		},
		{
			"a node hangs", 1,
			func(t *testing.T, _ []*instance) { script(t, "pause", "2") },
			func(t *testing.T, _ []*instance) { script(t, "resume", "2") },
		},
	} {
		t.Run(fault.name, func(t *testing.T) {
			instances := startOnCluster(t)
			l := startLoad(t, clients{count: 8, sessionsEach: 16, logoutEvery: 250}, instances...)
			for range fault.times {
				l.awaitUses(t, 300+chance.IntN(300))
				wait(chance)
				fault.begin(t, instances)
				l.awaitUses(t, 1000)
				fault.over(t, instances)
				awaitReady(t, instances)
			}
			l.awaitUses(t, 500)
			figures := l.judge(t, instances...)
			if figures.Errors == 0 {
				t.Errorf("got %v, want clients to notice the fault", figures)
			}
			t.Logf("%v", figures)
			total = total.Add(figures)
		})
	}
	t.Logf("together: %v", total)
}

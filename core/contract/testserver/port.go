package testserver

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports are taken from below those that systems give to outgoing connections, so that one
// is still free when its server is started again.
const (
	firstPort = 20000
	lastPort  = 32000
)

// Port returns a TCP port of 127.0.0.1 on which nobody listened a moment ago.
func Port() (int, error) {
	var failed error
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			failed = err
			continue
		}
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("testserver: look for a free port: %w", err)
		}
		return port, nil
	}
	return 0, errors.Join(errors.New("testserver: found no free port"), failed)
}

// FreePort is Port for a test, which fails when there is none.
func FreePort(t testing.TB) int {
	t.Helper()
	port, err := Port()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

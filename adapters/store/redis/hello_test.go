package redis_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/redis"
)

// introduce listens as a server that says what it is, and answers whatever else it is asked
// with 1.
func introduce(t *testing.T, version, mode string) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	hello := "*6\r\n"
	for _, text := range []string{"server", "redis", "version", version, "mode", mode} {
		hello += fmt.Sprintf("$%d\r\n%s\r\n", len(text), text)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				requests := bufio.NewScanner(conn)
				for requests.Scan() { // *1, $5, HELLO: one line for each
					switch line := strings.ToLower(requests.Text()); line {
					case "hello":
						fmt.Fprint(conn, hello)
					case "evalsha":
						fmt.Fprint(conn, ":1\r\n")
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})
	return "redis://" + listener.Addr().String()
}

func TestServerThatWillNotDo(t *testing.T) {
	for _, c := range []struct{ version, mode, want string }{
		{"7.2.4", "sentinel", "Sentinel"},
		{"7.2.4", "cluster", "Cluster"},
		{"6.2.14", "standalone", "6.2.14"},
		{"10.0.0", "standalone", ""},
		{"7.0.0", "standalone", ""},
	} {
		t.Run(c.mode+" "+c.version, func(t *testing.T) {
			s, err := redis.Open(t.Context(), redis.Config{URL: introduce(t, c.version, c.mode), Timeout: 5 * time.Second})
			if err == nil {
				must(t, s.Close())
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

package wiring

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// TestConnectCountsRequestsWithREST wants callers of Connect to be asked about where those of REST
// are.
func TestConnectCountsRequestsWithREST(t *testing.T) {
	for setting, want := range map[string]bool{"true": true, "false": false} {
		c, err := provideConnectConfig(load(t, "RATE_LIMITER_ENABLED="+setting), Environment{Clock: newClock()}, &auth.Service{})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Admit != nil; got != want {
			t.Errorf("RATE_LIMITER_ENABLED=%s: got asked %t, want %t", setting, got, want)
		}
	}
}

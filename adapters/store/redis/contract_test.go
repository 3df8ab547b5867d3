package redis_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestSessionsContract(t *testing.T) {
	contract.RunSessions(t, func(t testing.TB) port.Sessions { return open(t).Sessions() }, contract.Expect(70))
}

func TestLimiterContract(t *testing.T) {
	contract.RunLimiter(t, func(t testing.TB) port.RateLimiter { return open(t).Limiter() }, contract.Expect(38))
}

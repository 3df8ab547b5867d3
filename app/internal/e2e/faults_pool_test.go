package e2e

import (
	"sync"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestAnExhaustedPoolAnswersEverybody has more requests than connections, to a server that is slow.
// Some wait in vain for a connection, and everybody has an answer. A store that waits for a free
// connection without an end turns it red.
func TestAnExhaustedPoolAnswersEverybody(t *testing.T) {
	t.Parallel()
	forEachDisturbed(t, func(t *testing.T, d disturbed) {
		p := serve(t, append(d.env, "DB_POOL__MAX=2", "REDIS_POOL__MAX=2"))
		held := login(t, p.Client, domain.ModeJSON)
		d.network.slow(50 * time.Millisecond)
		var mu sync.Mutex
		outcomes := map[domain.Code]int{}
		var requests sync.WaitGroup
		const each = 30
		for range each {
			for _, request := range []func() error{
				func() error { return guessAt(t, p.Client, adminPassword) },
				func() error { return useSession(t, p.Client, held.Access) },
			} {
				requests.Go(func() {
					got := outcome(request())
					mu.Lock()
					defer mu.Unlock()
					outcomes[got]++
				})
			}
		}
		requests.Wait()
		if outcomes["200"]+outcomes[domain.ServiceUnavailable] != 2*each || outcomes["200"] == 0 || outcomes[domain.ServiceUnavailable] == 0 {
			t.Errorf("got %v, want 200 or %s, and some of both", outcomes, domain.ServiceUnavailable)
		}

		d.network.heal()
		mustRecover(t, "use the session", func() error { return useSession(t, p.Client, held.Access) })
		mustLogin(t, p.Client, adminPassword)
		t.Logf("outcomes: %v", outcomes)
	})
}

package e2e

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// withMailServer starts a mail server, and returns the settings of a service that uses it.
func withMailServer(t *testing.T, env []string) (*mailServer, []string) {
	t.Helper()
	address := unusedAddress(t)
	_, port, _ := strings.Cut(address, ":")
	return startMailServer(t, address), append(withFaults(env), "EMAIL_TRANSPORT=smtp", "EMAIL_FROM=login@example.com",
		"EMAIL_SMTP_HOST=127.0.0.1", "EMAIL_SMTP_PORT="+port, "EMAIL_SMTP_IGNORE_TLS=true",
		"LIMIT_RESET_ACCOUNT=off", "LIMIT_RESET_ADDRESS=off")
}

// askForMail asks the instances in turn, all at once.
func askForMail(t *testing.T, letters int, instances ...*process) {
	t.Helper()
	var askers sync.WaitGroup
	for i := range letters {
		askers.Go(func() {
			if err := instances[i%len(instances)].RequestReset(t.Context(), adminEmail, ""); err != nil {
				t.Errorf("ask for a reset: %v", err)
			}
		})
	}
	askers.Wait()
}

// distinct returns how many different letters the mails are of.
func (s *mailServer) distinct() int {
	ids := map[string]bool{}
	for _, m := range s.taken() {
		ids[m.Header.Get("Message-Id")] = true
	}
	return len(ids)
}

// TestInstancesShareTheMailQueue lets two instances empty one queue: no letter goes out twice,
// and none is left.
func TestInstancesShareTheMailQueue(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		const letters = 100
		server, env := withMailServer(t, env)
		one, other := serve(t, env), serve(t, env)
		askForMail(t, letters, one, other)
		server.awaitTries(t, letters)
		one.stop(t) // finishes the letters under way
		other.stop(t)
		if server.distinct() != letters || len(server.taken()) != letters {
			t.Errorf("got %d mails of %d letters, want %d of each", len(server.taken()), server.distinct(), letters)
		}
	})
}

// TestLettersOutliveTheKillOfAnInstance kills one of two instances that has a letter in its hands.
// The letter is on loan, and the other one sends it when the loan is over. An instance that takes a
// letter out of the queue before it is sent turns it red.
func TestLettersOutliveTheKillOfAnInstance(t *testing.T) {
	t.Parallel()
	forEachServer(t, func(t *testing.T, env []string) {
		const letters = 40
		server, env := withMailServer(t, env)
		server.begun, server.held = make(chan struct{}, 10*letters), make(chan struct{})
		now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
		one := serveAt(t, now, env)
		askForMail(t, letters/2, one)
		<-server.begun
		other := serveAt(t, now, env)
		askForMail(t, letters/2, one, other)
		one.kill()
		close(server.held)
		other.clock.Advance(6 * time.Minute)
		for server.distinct() < letters {
			server.awaitTries(t, len(server.taken())+1)
		}
	})
}

package e2e

import (
	"sync"
	"testing"
	"time"
)

// TestStopFinishesTheMailUnderWay stops the program while the mail server thinks about a
// mail. Handing DeliverMail's own context on to the letter turns it red, and so does closing
// the store without waiting for the loops.
func TestStopFinishesTheMailUnderWay(t *testing.T) {
	t.Parallel()
	certificate := newCertificate(t)
	server := startSecureMailServer(t, certificate)
	offered, answer := make(chan struct{}, 1), make(chan struct{})
	release := sync.OnceFunc(func() { close(answer) })
	t.Cleanup(release)
	server.onData = func() {
		offered <- struct{}{}
		<-answer
	}
	dir := t.TempDir()
	p := serve(t, append(cheap(dir), mailBy(t, server.port, certificate)...))
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatalf("ask for a reset: %v", err)
	}
	awaitSignal(t, offered, "the mail server was offered no mail")

	p.signal(t)
	p.log.await(t, `"msg":"stopped"`) // requests are finished, and only the mail is left
	release()
	p.awaitEnd(t)
	if mails := server.taken(); len(mails) != 1 {
		t.Errorf("got %d mails, want the one that was under way", len(mails))
	}
	awaitDelivery(t, dir) // the program that is no more has taken the letter off its queue
}

// TestStopWaitsForNoSilentMailServer stops the program while it waits for a mail server that
// says nothing. It ends after SHUTDOWN_TIMEOUT and not when the mailer gives up, after 20 s,
// and the letter goes out after the next start, once its loan is over. Waiting for the loops
// without a limit in Serve turns it red, and so does a Claim that takes the letter off the
// queue.
func TestStopWaitsForNoSilentMailServer(t *testing.T) {
	t.Parallel()
	certificate := newCertificate(t)
	for name, start := range map[string]func(t *testing.T) (port string, called <-chan struct{}){
		"silent from the beginning": startSilentServer,
		"silent once it has the mail": func(t *testing.T) (string, <-chan struct{}) {
			server := startSecureMailServer(t, certificate)
			over, called := make(chan struct{}), make(chan struct{}, 1)
			t.Cleanup(func() { close(over) })
			server.onData = func() {
				called <- struct{}{}
				<-over
			}
			return server.port, called
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port, called := start(t)
			now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
			dir := t.TempDir()
			p := serveAt(t, now, append(append(cheap(dir), "SHUTDOWN_TIMEOUT=1s"), mailBy(t, port, certificate)...))
			if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
				t.Fatalf("ask for a reset: %v", err)
			}
			awaitSignal(t, called, "the mail server was not called")

			began := time.Now()
			p.signal(t)
			p.awaitEnd(t)
			if took := time.Since(began); took < time.Second || took > 10*time.Second {
				t.Errorf("the program took %v to end, want SHUTDOWN_TIMEOUT, 1 s, and little more", took)
			}
			p.log.await(t, "work beside requests was cut off")

			server := startSecureMailServer(t, certificate)
			p = serveAt(t, now.Add(6*time.Minute), append(cheap(dir), mailBy(t, server.port, certificate)...))
			server.awaitTries(t, 1)
			awaitDelivery(t, dir)
			if mails := server.taken(); len(mails) != 1 {
				t.Fatalf("got %d mails after the next start, want one", len(mails))
			}
			if err := p.Reset(t.Context(), tokenIn(t, server.taken()[0]), "another battery staple"); err != nil {
				t.Errorf("the link: %v", err)
			}
		})
	}
}

// startSilentServer starts what accepts connections and never says a word. It tells of the
// first one.
func startSilentServer(t *testing.T) (string, <-chan struct{}) {
	t.Helper()
	listener := listen(t)
	called := make(chan struct{})
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		close(called)
		<-t.Context().Done()
	}()
	return portOf(listener), called
}

func awaitSignal(t testing.TB, signal <-chan struct{}, otherwise string) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(patience):
		t.Fatalf("%s within %v", otherwise, patience)
	}
}

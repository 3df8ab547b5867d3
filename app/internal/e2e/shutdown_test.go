package e2e

import (
	"net"
	"strings"
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
	p.log.await(t, `"msg":"requests are finished"`) // and only the mail is left
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
			if lines := strings.Split(strings.TrimSpace(p.log.String()), "\n"); !strings.Contains(lines[len(lines)-1], `"msg":"stopped"`) {
				t.Errorf("got the last line %s, want the one that the program has stopped", lines[len(lines)-1])
			}

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

// TestStopHasOneDeadline stops the program while it waits for a mail server that says nothing
// and for a client that does not finish its request. Waiting for the one with a time of its
// own after the other turns it red.
func TestStopHasOneDeadline(t *testing.T) {
	t.Parallel()
	const timeout = 5 * time.Second
	certificate := newCertificate(t)
	port, called := startSilentServer(t)
	p := serve(t, append(append(cheap(t.TempDir()), "SHUTDOWN_TIMEOUT="+timeout.String(), "HTTP_READ_TIMEOUT=1m"), mailBy(t, port, certificate)...))
	if err := p.RequestReset(t.Context(), adminEmail, ""); err != nil {
		t.Fatalf("ask for a reset: %v", err)
	}
	awaitSignal(t, called, "the mail server was not called")
	p.beginRequest(t)

	began := time.Now()
	p.signal(t)
	awaitSignal(t, p.ended, "the program did not end")
	if took := time.Since(began); took < timeout || took > timeout*9/5 {
		t.Errorf("the program took %v to end, want SHUTDOWN_TIMEOUT, %v, and little more", took, timeout)
	}
	if code := p.command.ProcessState.ExitCode(); code != 1 {
		t.Errorf("got exit code %d, want 1", code)
	}
	for _, want := range []string{"requests were cut off after SHUTDOWN_TIMEOUT", "work beside requests was cut off after SHUTDOWN_TIMEOUT"} {
		if !strings.Contains(p.log.String(), want) {
			t.Errorf("the program did not log %q", want)
		}
	}
}

// beginRequest sends a part of a request, and no more until the test ends.
func (p *process) beginRequest(t testing.TB) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := conn.Write([]byte("POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	// The answer to Expect (RFC 9110, section 10.1.1) tells that the program has read it.
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatalf("begin a request: %v", err)
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

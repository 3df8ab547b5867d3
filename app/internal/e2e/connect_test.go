package e2e

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/connectrpctest"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// overConnect has the program answer Connect and gRPC, too.
func overConnect(env []string) []string { return append(env, "CONNECT_ADDRESS=127.0.0.1:0") }

// connectURL returns where the program answers Connect.
func (p *process) connectURL(t testing.TB) string {
	t.Helper()
	for line := range strings.Lines(p.log.String()) {
		var entry struct {
			Msg     string
			Address string `json:"connect_address"`
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "ready" && entry.Address != "" {
			return "http://" + entry.Address
		}
	}
	t.Fatalf("the program does not say where it answers Connect:\n%s", p.log)
	return ""
}

// grpc returns a client of the program by gRPC.
func (p *process) grpc(t testing.TB) connectrpctest.Client {
	t.Helper()
	client := connectrpctest.NewHTTP(true)
	client.Timeout = patience
	t.Cleanup(client.CloseIdleConnections)
	return connectrpctest.New(p.connectURL(t), client, connect.WithGRPC())
}

// TestContractOverGRPC tells every story of the inbound kit to the whole program by gRPC.
func TestContractOverGRPC(t *testing.T) {
	contract.RunTransport(t, func(t testing.TB, s auth.Settings) contract.World {
		grpc := func(t testing.TB, p *process) contract.Client { return p.grpc(t) }
		return tellStories(t, inFile(t), s, grpc, overConnect(nil)...)
	}, contract.Expect(stories))
}

// TestConnectAndRESTAreOneService begins a session at one listener and ends it at the other.
func TestConnectAndRESTAreOneService(t *testing.T) {
	t.Parallel()
	p := serve(t, overConnect(cheap(t.TempDir())))
	client := p.grpc(t)
	held, err := p.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: domain.ModeSession})
	if err != nil {
		t.Fatal(err)
	}
	caller := auth.Credential{Cookie: held.Token}
	if me, err := client.Me(t.Context(), caller); err != nil || me.Email != adminEmail {
		t.Errorf("got %+v, %v by gRPC of a session that REST began", me, err)
	}
	if err := client.Logout(t.Context(), domain.ModeSession, held.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Me(t.Context(), caller); err == nil {
		t.Error("the session is still good over REST")
	}
}

// TestSecurity09_ConnectCountsCallersAsRESTDoes guesses at one listener, through a proxy, and is held up at
// the other.
func TestSecurity09_ConnectCountsCallersAsRESTDoes(t *testing.T) {
	t.Parallel()
	p := serve(t, append(overConnect(cheap(t.TempDir())), "IP_TRUST_PROXY=127.0.0.1", "LIMIT_LOGIN_ADDRESS=1/1h"))
	body := `{"email":"` + adminEmail + `","password":"wrong"}`
	for _, c := range []struct {
		url, ip string
		want    domain.Code
	}{
		{p.connectURL(t) + "/sallyport.v1.AuthService/Login", "192.0.2.7", domain.InvalidCredentials},
		{p.URL + "/auth/login", "192.0.2.7", domain.RequestsExceeded},
		{p.URL + "/auth/login", "192.0.2.8", domain.InvalidCredentials},
		{p.connectURL(t) + "/sallyport.v1.AuthService/Login", "192.0.2.8", domain.RequestsExceeded},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Forwarded-For", "10.9.8.7, "+c.ip)
		response, err := p.HTTP.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(text), string(c.want)) {
			t.Errorf("%s from %s: got %s, %v, want %s", c.url, c.ip, text, err, c.want)
		}
	}
}

// TestConnectIsOffUnlessItIsAskedFor looks for a second listener.
func TestConnectIsOffUnlessItIsAskedFor(t *testing.T) {
	t.Parallel()
	p := serve(t, cheap(t.TempDir()))
	if strings.Contains(p.log.String(), "connect_address") {
		t.Errorf("the program answers Connect:\n%s", p.log)
	}
	if _, err := connectrpctest.New(p.URL, p.HTTP).Me(t.Context(), auth.Credential{}); err == nil || !strings.Contains(err.Error(), "unimplemented") {
		t.Errorf("got %v from the listener of REST, want that there is no such procedure", err)
	}
}

// TestStopFinishesCallsOverConnect stops the program while a call waits for its turn to hash: a
// call that was begun is answered, and no more connections are taken at either listener.
func TestStopFinishesCallsOverConnect(t *testing.T) {
	t.Parallel()
	p := serve(t, append(overConnect(cheap(t.TempDir())), "HASH_MEMORY_COST=65536", "HASH_TIME_COST=10", "HASH_CONCURRENCY=1", "LOG_LEVEL=debug"))
	client, at := p.grpc(t), p.connectURL(t)
	if _, err := client.Me(t.Context(), auth.Credential{}); err == nil { // and the connection is there
		t.Fatal("got an account of nobody")
	}
	answered := make(chan error, 8)
	for range cap(answered) {
		go func() {
			_, err := client.Login(t.Context(), auth.LoginInput{Email: adminEmail, Password: adminPassword, Mode: domain.ModeJSON})
			answered <- err
		}()
	}
	if err := <-answered; err != nil { // the others have begun, and most of them wait
		t.Fatal(err)
	}
	p.signal(t)
	p.log.await(t, `"msg":"stopping`)
	for range cap(answered) - 1 {
		if err := <-answered; err != nil {
			t.Errorf("got %v of a call that was under way", err)
		}
	}
	p.awaitEnd(t)
	for _, url := range []string{p.URL, at} {
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://")); err == nil {
			conn.Close()
			t.Errorf("%s is still listened on", url)
		}
	}
}

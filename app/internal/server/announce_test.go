package server

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// TestLoginLines runs the lines that the banner prints in a real shell. Any password must
// arrive as it is.
func TestLoginLines(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh: the lines are for POSIX shells")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("install curl: the lines call it")
	}
	var got struct{ Email, Password string }
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &got)
		}
		if err != nil || r.URL.Path != "/auth/login" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("got %s %s, %v", r.URL.Path, body, err)
		}
	}))
	defer service.Close()

	const email = "o'neill@example.com"
	for _, password := range []string{"RUZCGXN5XF246O7OVCCWQNUA7W", `it's "quoted" \ and $HOME & more`, `ends with \`, "  blanks  ", "über 🎵"} {
		for name, line := range map[string]string{
			"printed":  loginLine(service.URL, email, password),
			"prompted": strings.NewReplacer("stty -echo; ", "", "stty echo; ", "").Replace(promptedLoginLine(service.URL, email)), // there is no terminal here
		} {
			got.Email, got.Password = "", ""
			command := exec.CommandContext(t.Context(), shell, "-c", line)
			command.Stdin = strings.NewReader(password + "\n")
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, output)
			}
			if got.Email != email || got.Password != password {
				t.Errorf("%s: got %+v for password %q", name, got, password)
			}
		}
	}
}

func TestBanner(t *testing.T) {
	for name, test := range map[string]struct {
		transport, publicURL, address, want string
	}{
		"says where to sign in and where the mail is": {config.Mailbox, "http://localhost:8055", "127.0.0.1:8055", `
Sallyport is ready.

  API      http://127.0.0.1:8055
  Sign in  http://127.0.0.1:8055/admin/login
  Mail     http://127.0.0.1:8055/mailbox
  Health   http://127.0.0.1:8055/server/health
  Data     ./data
`},
		"names no mailbox when a mail server gets the mail": {config.SMTP, "http://localhost:8055", "127.0.0.1:8055", `
Sallyport is ready.

  API      http://127.0.0.1:8055
  Sign in  http://127.0.0.1:8055/admin/login
  Health   http://127.0.0.1:8055/server/health
  Data     ./data
`},
		"names no mailbox where its page answers nobody": {config.Mailbox, "http://localhost:8055", "0.0.0.0:8055", `
Sallyport is ready.

  API      http://localhost:8055
  Sign in  http://localhost:8055/admin/login
  Health   http://localhost:8055/server/health
  Data     ./data
`},
		"names no mailbox where others are led to the service": {config.Mailbox, "https://login.example.com", "127.0.0.1:8055", `
Sallyport is ready.

  API      http://127.0.0.1:8055
  Sign in  http://127.0.0.1:8055/admin/login
  Health   http://127.0.0.1:8055/server/health
  Data     ./data
`},
	} {
		t.Run(name, func(t *testing.T) {
			var c config.Config
			c.Server.Host, c.Server.PublicURL = "127.0.0.1", test.publicURL
			c.General.ProjectName, c.General.DataDir = "Sallyport", "./data"
			c.Database.Client, c.Mail.Transport = config.SQLite, test.transport
			var got strings.Builder
			address := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(test.address))
			if err := banner(&got, c, addresses{REST: address}, administrator{}); err != nil {
				t.Fatal(err)
			}
			if urls, _, _ := strings.Cut(got.String(), "\nLog in"); urls != test.want {
				t.Errorf("got %s\nwant %s", urls, test.want)
			}
		})
	}
}

func TestBannerSaysWhereConnectIs(t *testing.T) {
	var got strings.Builder
	at := addresses{
		REST:    net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:8055")),
		Connect: net.TCPAddrFromAddrPort(netip.MustParseAddrPort("[::]:8056")),
	}
	if err := banner(&got, config.Config{}, at, administrator{}); err != nil {
		t.Fatal(err)
	}
	if want := "\n  Connect  http://localhost:8056\n"; !strings.Contains(got.String(), want) {
		t.Errorf("got %s, want %q in it", got.String(), want)
	}
}

func TestBannerNamesThePagesForDevelopers(t *testing.T) {
	at := addresses{REST: net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:8055"))}
	for page, c := range map[string]config.Config{
		"  Docs     http://127.0.0.1:8055/docs\n":    {Explorer: config.Explorer{Docs: true}},
		"  GraphiQL http://127.0.0.1:8055/graphql\n": {Explorer: config.Explorer{GraphQL: true}},
	} {
		var on, off strings.Builder
		if err := errors.Join(banner(&on, c, at, administrator{}), banner(&off, config.Config{}, at, administrator{})); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(on.String(), page) {
			t.Errorf("got %s, want %q in it", on.String(), page)
		}
		if strings.Contains(off.String(), page) {
			t.Errorf("a page that is turned off is named: %s", off.String())
		}
	}
}

func TestBannerSaysWhereDataIs(t *testing.T) {
	for client, want := range map[string]string{
		config.SQLite:     "./data",
		config.MySQL:      "on a MySQL or MariaDB server",
		config.PostgreSQL: "on a PostgreSQL server",
		config.Memory:     "in memory, gone when the service stops",
	} {
		var c config.Config
		c.General.DataDir, c.Database.Client = "./data", client
		if got := whereDataIs(c); got != want {
			t.Errorf("%s: got %q, want %q", client, got, want)
		}
	}
}

package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
)

// announce says where the service is: to people in a banner, to everybody else in a line
// of the log. A password made at random is shown on a terminal, or kept in a file.
func announce(o cli.ServeOptions, c config.Config, l listeners, first administrator) error {
	announceAdministrator(o, first)
	at := l.addresses()
	ready := []any{"address", at.REST.String(), "public_url", c.Server.PublicURL, "database", c.Database.Client, "version", o.Version}
	if at.Connect != nil {
		ready = append(ready, "connect_address", at.Connect.String())
	}
	o.Log.Info("ready", ready...)
	if o.Banner == nil {
		return nil
	}
	return banner(o.Banner, c, at, first)
}

// announceAdministrator tells where the first administrator's password is, unless a banner
// is going to show it.
func announceAdministrator(o cli.ServeOptions, first administrator) {
	switch {
	case !first.made || o.Banner != nil:
	case first.file == "":
		o.Log.Info("the first administrator was made, with ADMIN_PASSWORD")
	default:
		o.Log.Warn("the first administrator was made: log in, change the password and remove the file", "password_file", first.file)
	}
}

func banner(w io.Writer, c config.Config, a addresses, first administrator) error {
	var b strings.Builder
	url := localURL(a.REST)
	fmt.Fprintf(&b, "\n%s is ready.\n\n", c.General.ProjectName)
	line := func(name, value string) { fmt.Fprintf(&b, "  %-8s %s\n", name, value) }
	line("API", url)
	if a.Connect != nil {
		line("Connect", localURL(a.Connect))
	}
	line("Sign in", url+"/admin/login")
	if showsMailbox(c, a.REST) {
		line("Mail", url+"/mailbox")
	}
	if c.Explorer.Docs {
		line("Docs", url+"/docs")
	}
	if c.Explorer.GraphQL {
		line("GraphiQL", url+"/graphql")
	}
	line("Health", url+"/server/health")
	line("Data", whereDataIs(c))
	switch {
	case first.made && first.password != "":
		fmt.Fprintf(&b, "\nThe first administrator was made. This password is shown once:\n\n  %s\n  %s\n", first.email, first.password)
		fmt.Fprintf(&b, "\nLog in:\n\n%s\n\n", loginLine(url, first.email, first.password))
	case first.made:
		fmt.Fprintf(&b, "\nThe first administrator was made: %s, with ADMIN_PASSWORD. Log in:\n\n%s\n\n", first.email, promptedLoginLine(url, first.email))
	default:
		fmt.Fprintf(&b, "\nLog in (a lost password: sallyport users passwd EMAIL):\n\n%s\n\n", promptedLoginLine(url, first.email))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// whereDataIs says so to people.
func whereDataIs(c config.Config) string {
	switch c.Database.Client {
	case config.SQLite:
		return c.General.DataDir
	case config.MySQL:
		return "on a MySQL or MariaDB server"
	case config.PostgreSQL:
		return "on a PostgreSQL server"
	}
	return "in memory, gone when the service stops"
}

// showsMailbox reports whether mail is kept in the mailbox and its page is there: it is not
// where the service listens to other machines, too, or they are led to it.
func showsMailbox(c config.Config, address net.Addr) bool {
	bound, err := netip.ParseAddrPort(address.String())
	return c.Mail.Transport == config.Mailbox && c.Server.IsLocal() && err == nil && bound.Addr().Unmap().IsLoopback()
}

// localURL is where this machine reaches the service.
func localURL(address net.Addr) string {
	host := address.String()
	if bound, err := netip.ParseAddrPort(host); err == nil && bound.Addr().IsUnspecified() {
		host = fmt.Sprintf("localhost:%d", bound.Port())
	}
	return "http://" + host
}

// loginLine is a command that logs in as it stands.
func loginLine(url, email, password string) string {
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	if err != nil { // two strings: cannot be
		return ""
	}
	return fmt.Sprintf("curl %s/auth/login -H 'Content-Type: application/json' -d %s", url, quoted(string(body)))
}

// promptedLoginLine asks for the password first, so that it is in no history of commands,
// and writes it as JSON, whatever it holds.
func promptedLoginLine(url, email string) string {
	address, err := json.Marshal(email)
	if err != nil { // a string: cannot be
		return ""
	}
	return `stty -echo; printf 'Password: '; IFS= read -r P; stty echo; echo; ` +
		fmt.Sprintf("curl %s/auth/login -H 'Content-Type: application/json' -d %s\"$(printf %%s \"$P\" | sed 's/[\\\\\"]/\\\\&/g')\"%s",
			url, quoted(`{"email":`+string(address)+`,"password":"`), quoted(`"}`))
}

// quoted is text as one word of a POSIX shell.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

package e2e

import (
	"net"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowser goes through a forgotten password as a person does who has a keyboard and no
// mouse, in a browser that says what it asks of whom, and looks at every page on the way.
func TestBrowser(t *testing.T) {
	t.Parallel()
	program := chromium(t)
	const password, name = "several words in a row", "Ada"
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	// The link of the mail is followed from another site than the one it leads to, as from
	// a mail that is read on the web.
	public, mailbox := "http://"+address, "http://localhost:"+port+"/mailbox"
	serve(t, append(cheap(t.TempDir()), "PORT="+port, "PUBLIC_URL="+public))
	b := openBrowser(t, program, address, "localhost:"+port)

	b.open(public + "/admin")
	b.at("/admin/login", "Sign in")
	b.accessible()

	b.focused("#email")
	b.press(adminEmail + kb.Tab)
	b.focused("#password")
	b.press("not the password" + kb.Enter)
	b.at("/admin/login", "Error: Sign in")
	b.focused("#password")
	b.accessible()

	b.tabTo(`a[href="/admin/forgot-password"]`)
	b.press(kb.Enter)
	b.at("/admin/forgot-password", "Forgot your password?")
	b.focused("#email")
	b.accessible()
	b.press(adminEmail + kb.Enter)
	b.at("/admin/forgot-password?sent", "Look into your mail")
	b.accessible()

	b.openUntil(mailbox, `td a`)
	b.accessible()
	b.tabTo("td a")
	b.press(kb.Enter)
	b.sees("pre a")
	b.accessible()
	b.tabTo(`a[href*="/admin/reset-password?token="]`)
	b.press(kb.Enter)
	b.at("/admin/reset-password", "Set a new password")
	b.accessible()

	b.focused("#password")
	b.press("too few" + kb.Tab)
	b.focused("#repeated")
	b.press("too few" + kb.Enter) // the browser itself says what is wrong
	b.focused("#password")
	b.selectAll()
	b.press("password1" + kb.Tab)
	b.selectAll()
	b.press("password1" + kb.Enter)
	b.at("/admin/reset-password", "Error: Set a new password")
	b.accessible()
	b.focused("#password")
	b.press(password + kb.Tab + password + kb.Enter)
	b.at("/admin/login?changed", "Sign in")
	b.accessible()

	b.press(adminEmail + kb.Tab + password + kb.Enter)
	b.at("/admin", "Your account")
	b.accessible()
	b.tabTo("#first_name")
	b.press(name + kb.Tab + kb.Tab)
	b.focused("#language")
	b.press("D")
	b.tabTo("button")
	b.press(kb.Enter)
	b.at("/admin?saved", "Ihr Konto")
	b.holds("#first_name", name)
	b.holds("#language", "de")
	b.accessible()

	b.tabTo(`form[action="/admin/logout"] button`)
	b.press(kb.Enter)
	b.at("/admin/login?signed-out", "Sign in")
	b.accessible()
	b.open(public + "/admin")
	b.at("/admin/login", "Sign in")

	b.open(public + "/admin/reset-password")
	b.at("/admin/reset-password", "Error: Set a new password")
	b.accessible()
	b.open(public + "/admin/nowhere")
	b.at("/admin/nowhere", "Error: This did not work")
	b.accessible()
}

// freeAddress returns a loopback address that nobody listens on. Links that a browser
// follows need a port that is known before the service starts.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity53_NoMailIsInjected asks for mails with everything in the address that might make
// two of it, and with markup in all that a mail shows. One mail goes out, to one recipient, with
// the headers that all have, and without markup.
//
// Red when FirstName in values.go of the composer is an html/template HTML.
func TestSecurity53_NoMailIsInjected(t *testing.T) {
	t.Parallel()
	const markup = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	certificate := newCertificate(t)
	server := startSecureMailServer(t, certificate)
	page := "https://app.example.com/reset"
	dir := t.TempDir()
	p := serve(t, append(append(cheap(dir), mailBy(t, server.port, certificate)...), "PASSWORD_RESET_URL_ALLOW_LIST="+page, "LOG_LEVEL=trace"))
	ask := func(t *testing.T, body any, status int) {
		t.Helper()
		got, err := p.Do(t.Context(), restclient.Call{
			Method: http.MethodPost, Path: "/auth/password/request", Body: body,
			Header: http.Header{"User-Agent": {markup}, "Accept-Language": {"en" + markup}},
		})
		if got.Status != status {
			t.Errorf("%v: got %d %s, %v, want %d", body, got.Status, got.Body, err, status)
		}
	}

	const other = "other@example.com"
	for _, typed := range []string{
		adminEmail + "\r\nBcc: " + other, adminEmail + "\nBcc: " + other, adminEmail + "\rBcc: " + other, adminEmail + "\u2028Bcc: " + other,
		"Bcc: " + other + "\r\n" + adminEmail, adminEmail + "\x00" + other, adminEmail + "%0d%0aBcc:" + other, adminEmail + "%0aBcc:" + other,
		adminEmail + "," + other, adminEmail + ", " + other, adminEmail + ";" + other, adminEmail + " " + other, adminEmail + "\t" + other,
		"Someone <" + adminEmail + ">", "<" + adminEmail + ">", adminEmail + " <" + other + ">", "<" + other + ">" + adminEmail,
		"group:" + adminEmail + "," + other + ";", adminEmail + "(" + other + ")", `"` + adminEmail + `"`, `"admin"@example.com`, "admin@example.com.",
		"@relay.example:" + adminEmail, "admin%example.com@relay.example", "admin@[127.0.0.1]", adminEmail + ">\r\nRCPT TO:<" + other,
	} {
		ask(t, map[string]any{"email": typed}, 204) // to nobody, like every address that there is not
	}
	for _, value := range []any{[]string{adminEmail, other}, []string{adminEmail}, map[string]string{"$in": adminEmail}, 7, nil, true} {
		ask(t, map[string]any{"email": value}, 400)
	}
	ask(t, map[string]any{"email": adminEmail, "reset_url": page + "?x=" + markup}, 400)
	ask(t, map[string]any{"email": adminEmail, "reset_url": "https://app.example.com/reset\r\nBcc: " + other}, 400)
	awaitDelivery(t, dir)
	if envelopes := server.sealed(); len(envelopes) != 0 {
		t.Fatalf("got mails to %+v, want none", envelopes)
	}

	held := login(t, p.Client, domain.ModeJSON)
	if _, _, err := p.UpdateMe(t.Context(), auth.Credential{Bearer: held.Access}, auth.ProfilePatch{FirstName: new(markup[:50])}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.UpdateMe(t.Context(), auth.Credential{Bearer: held.Access}, auth.ProfilePatch{FirstName: new("<b>\r\nBcc: " + other)}); err != nil {
		t.Fatal(err)
	}
	ask(t, map[string]any{"email": adminEmail, "reset_url": page + "?x=%22%3E%3Cscript%3E&%0d%0aBcc:" + other}, 204)
	server.awaitTries(t, 1)
	awaitDelivery(t, dir)
	mails, envelopes := server.taken(), server.sealed()
	if len(mails) != 1 || envelopes[0].to != adminEmail || envelopes[0].recipients != 1 {
		t.Fatalf("got %d mails, %+v, want one to one recipient", len(mails), envelopes)
	}
	var names []string
	for name, values := range mails[0].Header {
		names = append(names, name)
		if len(values) != 1 {
			t.Errorf("got %d headers %s, want one", len(values), name)
		}
	}
	slices.Sort(names)
	if want := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}; !slices.Equal(names, want) {
		t.Errorf("got headers %q, want %q", names, want)
	}
	html := part(t, mails[0], "text/html")
	for _, tag := range []string{"<script", "<img src=x", "<b>"} {
		if strings.Contains(html, tag) {
			t.Errorf("got HTML with %q in it:\n%s", tag, html)
		}
	}
	if !strings.Contains(html, "&lt;b&gt;") || !strings.Contains(html, page+"?") {
		t.Errorf("got HTML without the name or the link:\n%s", html)
	}
}

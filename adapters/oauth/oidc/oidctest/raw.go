package oidctest

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/sallyport-auth/sallyport/core/contract"
)

// Levers by which a provider repeats what it was asked in an answer that is no HTTP, and that a
// client's library quotes.
const (
	RawStatus   contract.OAuthLever = "raw-status"   // a status line without a status
	RawHeader   contract.OAuthLever = "raw-header"   // a header field without a name
	RawNothing  contract.OAuthLever = "raw-nothing"  // no status line
	RawLocation contract.OAuthLever = "raw-location" // a redirect to what is no address
)

// RawLevers returns all of them.
func RawLevers() []contract.OAuthLever {
	return []contract.OAuthLever{RawStatus, RawHeader, RawNothing, RawLocation}
}

// answerRaw answers as one of RawLevers wants it, and reports whether it has.
func answerRaw(w http.ResponseWriter, r *http.Request, lever contract.OAuthLever) bool {
	form, raw := map[contract.OAuthLever]string{
		RawStatus:   "HTTP/1.1 %s\r\n\r\n",
		RawHeader:   "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		RawNothing:  "%s\r\n\r\n",
		RawLocation: "HTTP/1.1 302 Found\r\nLocation: http://%%zz/?%s\r\nContent-Length: 0\r\n\r\n",
	}[lever]
	if !raw {
		return false
	}
	body, _ := io.ReadAll(r.Body)
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	defer connection.Close()
	said := strings.Join([]string{"something is wrong with", r.URL.RawQuery, string(body), r.Header.Get("Authorization")}, " ")
	_, _ = fmt.Fprintf(connection, form, said)
	return true
}

package fiberhttp_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// beginLink returns where Ann's browser goes to link an account, and the cookies that it has
// then: that of her session and that of the link.
func (w world) beginLink(t testing.TB) (way string, session, link *http.Cookie) {
	t.Helper()
	session = w.sessionOf(t, "ann@example.com")
	begun := w.browse(t, "POST", "/auth/oauth/github/link", `{"redirect":"/account"}`, []*http.Cookie{session}, "")
	if cookies := begun.Cookies(); len(cookies) != 1 || !strings.Contains(cookies[0].Name, "oauth") {
		t.Fatalf("got cookies %v, want that of the link", cookies)
	}
	return dataOf[map[string]string](t, begun)["url"], session, begun.Cookies()[0]
}

func (w world) sessionOf(t testing.TB, email string) *http.Cookie {
	t.Helper()
	_, in := w.login(t, email, domain.ModeSession)
	c := (&http.Response{Header: in.header}).Cookies()
	for _, cookie := range c {
		if cookie.Name == sessionCookie {
			return cookie
		}
	}
	t.Fatalf("got cookies %v, want that of the session", c)
	return nil
}

// TestLogoutTakesALinkAway: red when logout leaves the cookie of a link.
func TestLogoutTakesALinkAway(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	_, session, link := w.beginLink(t)
	out := w.browse(t, "POST", "/auth/logout", `{"mode":"session"}`, []*http.Cookie{session, link}, "")
	if gone := cookieOf(out, link.Name); out.StatusCode != http.StatusNoContent || gone == nil || gone.Value != "" || gone.MaxAge >= 0 {
		t.Errorf("got %d and cookie %v, want 204 and one that is over", out.StatusCode, gone)
	}
}

// TestALinkIsRefusedToAnothersBrowser: red when finishOAuth leaves out the session cookie.
func TestALinkIsRefusedToAnothersBrowser(t *testing.T) {
	w := newWorld(t, auth.DefaultSettings())
	w.seed(t, "ann@example.com")
	w.seed(t, "cid@example.com")
	way, _, link := w.beginLink(t)
	refused := w.comeBack(t, way, []*http.Cookie{w.sessionOf(t, "cid@example.com"), link})
	at, err := url.Parse(refused.Header.Get("Location"))
	if err != nil || at.Path != "/account" || at.Query().Get("reason") != "INVALID_CREDENTIALS" {
		t.Errorf("got to %q and error %v, want the reason INVALID_CREDENTIALS", at, err)
	}
	way, session, link := w.beginLink(t)
	if linked := w.comeBack(t, way, []*http.Cookie{session, link}); linked.Header.Get("Location") != "/account" {
		t.Errorf("her own browser: got to %q, want /account", linked.Header.Get("Location"))
	}
}

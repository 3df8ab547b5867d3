package auth_test

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Red when isLocalPath parses neither the path nor the query.
func TestALoginEndsAtNoPathThatCannotBeRead(t *testing.T) {
	for _, redirect := range []string{"/%zz", "/x%", "/x?a=%zz", "/x?a=1;b=2"} {
		_, err := newElsewhere(t, nil).service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: redirect})
		wantCode(t, err, domain.InvalidPayload)
	}
}

// Red when sealState escapes HTML, and when it does not look at the length.
func TestTheCookieOfALoginFitsIntoABrowser(t *testing.T) {
	e := newElsewhere(t, nil)
	longest := "/?" + strings.Repeat("&", 2046)
	begun := e.begin(t, longest)
	if got := len(begun.Cookie); got > 3800 {
		t.Errorf("got a cookie of %d bytes, want at most 3800", got)
	}
	if finished, err := e.service.FinishOAuth(t.Context(), e.back(t, begun, bob)); finished.Redirect != longest {
		t.Errorf("got %d bytes of redirect and error %v, want it as it was", len(finished.Redirect), err)
	}
	_, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{
		Provider: "GitHub", CallbackPath: "/" + strings.Repeat("x", 900), Redirect: longest,
	})
	wantCode(t, err, domain.InvalidPayload)
}

package pages_test

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const oauthCookie = "__Host-sallyport_oauth"

var bobElsewhere = contract.OAuthPerson{Subject: "2001", Email: "bob@example.com", EmailVerified: true}

// comeBack logs who in at the provider, and does what REST does at the callback.
func (w world) comeBack(t testing.TB, b *browser, provider, address string, who contract.OAuthPerson) (auth.OAuthFinished, error) {
	t.Helper()
	query, err := w.elsewhere.Login(address, who)
	if err != nil {
		t.Fatal(err)
	}
	return w.service.FinishOAuth(t.Context(), auth.OAuthCallback{
		Provider: provider, Cookie: b.cookie(t, "/auth/login", oauthCookie), State: query.Get("state"), Code: query.Get("code"), Issuer: query.Get("iss"),
	})
}

// refreshed returns where the page leads by itself, and wants a link there, too.
func (a answer) refreshed(t testing.TB) string {
	t.Helper()
	found := regexp.MustCompile(`<meta http-equiv="refresh" content="0;url=([^"]+)">`).FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("the page leads nowhere:\n%s", a.body)
	}
	address := html.UnescapeString(found[1])
	a.shows(t, http.StatusOK, `<a role="button" href="`+address+`">`)
	return address
}

func TestSignInElsewhere(t *testing.T) {
	t.Run("has a button for each provider, by its label", func(t *testing.T) {
		newWorld(t).browser(t).get(t, "/admin/login").shows(t, http.StatusOK,
			`href="/admin/sign-in-with?provider=GitHub">Sign in with GitHub, Inc.</a>`, `href="/admin/sign-in-with?provider=Google">Sign in with Google</a>`)
	})
	t.Run("leads there and back, and ends with the session cookie whatever the provider's mode is", func(t *testing.T) {
		for _, provider := range []string{"GitHub", "Okta"} {
			w := newWorld(t)
			if provider == "Okta" {
				identity := domain.Identity{Provider: provider, Subject: bobElsewhere.Subject, UserID: w.ann(t).ID}
				if err := w.store.Repos().Identities.Link(t.Context(), identity); err != nil {
					t.Fatal(err)
				}
			} else if err := w.store.Repos().Roles.Create(t.Context(), domain.Role{ID: contract.OAuthRole, Name: "Readers"}); err != nil {
				t.Fatal(err)
			}
			b := w.browser(t)
			got := b.get(t, "/admin/sign-in-with?provider="+strings.ToLower(provider))
			at, err := url.Parse(got.header.Get("Location"))
			if err != nil || got.status != http.StatusSeeOther || at.Query().Get("redirect_uri") != site+"/auth/login/"+provider+"/callback" {
				t.Fatalf("got %d to %q", got.status, at)
			}
			if c := got.set(oauthCookie); c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 300 || c.Domain != "" || c.Path != "/" {
				t.Errorf("got cookie %v", c)
			}
			finished, err := w.comeBack(t, b, provider, at.String(), bobElsewhere)
			if err != nil || finished.Tokens.Mode != domain.ModeSession || finished.Redirect != "/admin/login" {
				t.Errorf("got mode %q, to %q, and error %v", finished.Tokens.Mode, finished.Redirect, err)
			}
		}
	})
	t.Run("knows no other provider", func(t *testing.T) {
		newWorld(t).browser(t).get(t, "/admin/sign-in-with?provider=%3Cscript%3E").shows(t, http.StatusNotFound, "This page does not exist.")
	})
	t.Run("says in words why it failed, and nothing that others have written", func(t *testing.T) {
		b := newWorld(t).browser(t)
		for query, want := range map[string]string{
			"reason=INVALID_CREDENTIALS":                           "it was cancelled, took too long",
			"reason=INVALID_CREDENTIALS&detail=NOT_REGISTERED":     "no account here belongs to it",
			"reason=INVALID_USER&detail=NOT_REGISTERED":            "no account here belongs to it",
			"reason=INVALID_CREDENTIALS&detail=ADDRESS_TAKEN":      "has your e-mail address already",
			"reason=INVALID_CREDENTIALS&detail=ADDRESS_UNVERIFIED": "has not been confirmed there",
			"reason=INVALID_CREDENTIALS&detail=ADDRESS_MISSING":    "No e-mail address was passed on",
			"reason=INVALID_OTP":                                   "asks for a second factor",
			"reason=SERVICE_UNAVAILABLE":                           "cannot be reached at the moment",
			"reason=REQUESTS_EXCEEDED":                             "too many attempts",
			"reason=INTERNAL_SERVER_ERROR":                         "went wrong on our side",
			"reason=%3Cscript%3E&detail=%3Cscript%3E":              "it was cancelled, took too long",
		} {
			got := b.get(t, "/admin/login?"+query)
			got.shows(t, http.StatusOK, want, `role="alert"`, "<title>Error: Sign in")
			got.hides(t, "<script>")
		}
		b.header.Set("Accept-Language", "de")
		b.get(t, "/admin/login?reason=SERVICE_UNAVAILABLE").shows(t, http.StatusOK, "im Moment nicht erreichbar", "Anmelden mit Google")
	})
	t.Run("is the only way where passwords are switched off", func(t *testing.T) {
		w := newWorld(t, func(_ *pages.Config, s *auth.Settings) { s.DisableDefault = true })
		b := w.browser(t)
		got := b.get(t, "/admin/login")
		got.shows(t, http.StatusOK, "Sign in with Google")
		got.hides(t, `type="password"`, "forgot-password")
		b.post(t, "/admin/login", "email", annEmail, "password", password).shows(t, http.StatusNotFound)
	})
}

func TestLinks(t *testing.T) {
	t.Run("are listed, made and removed", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		b.get(t, "/admin").shows(t, http.StatusOK, "Other ways to sign in", "with your password alone", ">Link GitHub, Inc.</button>", ">Link Google</button>")
		leaving := b.post(t, "/admin/link", "provider", "Google")
		leaving.shows(t, http.StatusOK, "You are led to Google", "Go on to Google")
		finished, err := w.comeBack(t, b, "Google", leaving.refreshed(t), bobElsewhere)
		if err != nil || !finished.Linked || finished.Redirect != "/admin?linked" || finished.Tokens != (auth.Tokens{}) {
			t.Fatalf("got a link: %t, to %q, and error %v", finished.Linked, finished.Redirect, err)
		}
		linked := b.get(t, finished.Redirect)
		linked.shows(t, http.StatusOK, "you can sign in that way, too", ">Remove Google</button>", ">Link GitHub, Inc.</button>")
		linked.hides(t, ">Link Google</button>")
		b.post(t, "/admin/unlink", "provider", "Google").leadsTo(t, "/admin?unlinked")
		b.get(t, "/admin?unlinked").shows(t, http.StatusOK, "has been removed", ">Link Google</button>")
		b.post(t, "/admin/unlink", "provider", "Google").leadsTo(t, "/admin?unlinked")
	})
	t.Run("that are the last way in stay", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		w.changeAnn(t, func(u *domain.User) { u.Password = "" })
		if err := w.store.Repos().Identities.Link(t.Context(), domain.Identity{Provider: "Google", Subject: "1001", UserID: w.ann(t).ID}); err != nil {
			t.Fatal(err)
		}
		b.post(t, "/admin/unlink", "provider", "Google").shows(t, http.StatusUnprocessableEntity, "the only way into your account", ">Remove Google</button>", annEmail)
	})
	t.Run("that failed are told on the page of the account", func(t *testing.T) {
		b := newWorld(t).signedIn(t)
		b.get(t, "/admin?reason=RECORD_NOT_UNIQUE").shows(t, http.StatusOK, "opens another account here already", annEmail)
		b.post(t, "/admin/link", "provider", "apple").shows(t, http.StatusNotFound)
	})
	t.Run("are for those who are signed in", func(t *testing.T) {
		w := newWorld(t)
		for _, path := range []string{"/admin/link", "/admin/unlink"} {
			w.browser(t).post(t, path, "provider", "Google").leadsTo(t, "/admin/login")
			w.signedIn(t).get(t, path).shows(t, http.StatusMethodNotAllowed)
		}
	})
	t.Run("to places that are not configured any more can be removed", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		if err := w.store.Repos().Identities.Link(t.Context(), domain.Identity{Provider: "Twitter", Subject: "1", UserID: w.ann(t).ID}); err != nil {
			t.Fatal(err)
		}
		b.get(t, "/admin").shows(t, http.StatusOK, ">Remove Twitter</button>")
		b.post(t, "/admin/unlink", "provider", "Twitter").leadsTo(t, "/admin?unlinked")
	})
	t.Run("that nobody can look up are no empty list", func(t *testing.T) {
		w := newWorld(t)
		b := w.signedIn(t)
		w.faults.Set(func(_ context.Context, call string) error {
			if strings.HasPrefix(call, "Identities.") {
				return errors.New("the cable is out")
			}
			return nil
		})
		b.get(t, "/admin").shows(t, http.StatusServiceUnavailable, "cannot answer at the moment")
	})
}

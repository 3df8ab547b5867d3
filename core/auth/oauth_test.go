package auth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	publicURL = "https://auth.example.com"
	appURL    = "https://app.example.org/welcome"
	roleID    = domain.RoleID("0195f2c6-7d7e-7a10-8000-0000000000e1")
)

// elsewhere is a world with a provider where people log in.
type elsewhere struct {
	world
	provider *fakes.OAuthProvider
}

// newElsewhere returns one with the provider "GitHub", which change may change, and a second
// one, "Google", where nothing is allowed.
func newElsewhere(t testing.TB, change func(*auth.OAuthPlace), ports ...func(*auth.Ports)) elsewhere {
	t.Helper()
	e := elsewhere{provider: fakes.NewOAuthProvider("GitHub")}
	place := auth.OAuthPlace{Provider: e.provider, Label: "GitHub", Driver: "oauth2", RedirectURLs: []string{appURL}}
	if change != nil {
		change(&place)
	}
	s := atOnce()
	s.PublicURL = publicURL
	e.world = newWorld(t, s, append([]func(*auth.Ports){func(p *auth.Ports) {
		p.OAuth = []auth.OAuthPlace{place, {Provider: fakes.NewOAuthProvider("Google"), Driver: "openid"}}
	}}, ports...)...)
	if err := e.store.Repos().Roles.Create(t.Context(), domain.Role{ID: roleID, Name: "Readers"}); err != nil {
		t.Fatal(err)
	}
	return e
}

func allowed(p *auth.OAuthPlace) {
	p.AllowRegistration, p.DefaultRole, p.LinkByEmail = true, roleID, true
}

// bob is nobody here yet; annElsewhere has Ann's address.
var (
	bob          = contract.OAuthPerson{Subject: "2001", Email: "bob@example.com", EmailVerified: true, FirstName: "Bob", LastName: "Green"}
	annElsewhere = contract.OAuthPerson{Subject: "1001", Email: annEmail, EmailVerified: true, FirstName: "Ann", LastName: "Brown"}
)

func (e elsewhere) begin(t testing.TB, redirect string) auth.OAuthBegun {
	t.Helper()
	begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "github", CallbackPath: "/auth/oauth/GitHub/callback", Redirect: redirect})
	wantCode(t, err, "")
	return begun
}

// back returns what p's browser brings back.
func (e elsewhere) back(t testing.TB, begun auth.OAuthBegun, p contract.OAuthPerson) auth.OAuthCallback {
	t.Helper()
	query, err := e.provider.Login(begun.URL, p)
	if err != nil {
		t.Fatal(err)
	}
	return auth.OAuthCallback{
		Provider: "GITHUB", Cookie: begun.Cookie, State: query.Get("state"), Code: query.Get("code"), Issuer: query.Get("iss"), Client: visitor,
	}
}

func (e elsewhere) finish(t testing.TB, p contract.OAuthPerson) (auth.OAuthFinished, error) {
	t.Helper()
	return e.service.FinishOAuth(t.Context(), e.back(t, e.begin(t, "/home"), p))
}

func (e elsewhere) wantFinish(t testing.TB, p contract.OAuthPerson, code domain.Code) auth.OAuthFinished {
	t.Helper()
	finished, err := e.finish(t, p)
	wantCode(t, err, code)
	if code != "" && finished.Tokens != (auth.Tokens{}) {
		t.Error("got tokens beside an error")
	}
	return finished
}

func (e elsewhere) link(t testing.TB, provider, subject string, user domain.UserID) {
	t.Helper()
	if err := e.store.Repos().Identities.Link(t.Context(), domain.Identity{Provider: provider, Subject: subject, UserID: user}); err != nil {
		t.Fatal(err)
	}
}

func (e elsewhere) users(t testing.TB) int {
	t.Helper()
	list, err := e.store.Repos().Users.List(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestOAuthLogin(t *testing.T) {
	t.Run("lets who is linked in, in the mode of the provider", func(t *testing.T) {
		e := newElsewhere(t, nil)
		e.seedAnn(t, nil)
		e.link(t, "GitHub", annElsewhere.Subject, annID)
		finished := e.wantFinish(t, annElsewhere, "")
		if finished.Redirect != "/home" || finished.Tokens.Mode != domain.ModeSession {
			t.Errorf("got redirect %q and mode %q, want /home and session", finished.Redirect, finished.Tokens.Mode)
		}
		e.wantIn(t, finished.Tokens)
	})
	t.Run("makes an account with names and role where that is allowed", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		p := e.authenticate(t, e.wantFinish(t, bob, "").Tokens)
		if u := p.User; u.Email != "bob@example.com" || u.Role != roleID || u.FirstName != "Bob" || u.LastName != "Green" || u.Password != "" {
			t.Errorf("got account %+v", u)
		}
		changed := bob
		changed.Email = "bob@example.net"
		if again := e.authenticate(t, e.wantFinish(t, changed, "").Tokens); again.User.ID != p.User.ID {
			t.Errorf("got account %q at the second login, want %q", again.User.ID, p.User.ID)
		}
	})
	t.Run("of one person in many windows makes one account", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		callbacks := make([]auth.OAuthCallback, 16)
		for i := range callbacks {
			callbacks[i] = e.back(t, e.begin(t, ""), bob)
		}
		errs := race(len(callbacks), func(i int) error {
			_, err := e.service.FinishOAuth(t.Context(), callbacks[i])
			return err
		})
		if n := countCodes(errs, ""); n != len(callbacks) || e.users(t) != 1 {
			t.Errorf("got %d of %d logins and %d accounts, want all and 1: %v", n, len(callbacks), e.users(t), errs)
		}
	})
	t.Run("is in the mode that was asked for, with no token in an answer that leads away", func(t *testing.T) {
		for _, c := range []struct {
			redirect    string
			asked, want domain.Mode
		}{
			{"", domain.ModeJSON, domain.ModeJSON},
			{"/home", domain.ModeJSON, domain.ModeCookie},
			{"/home", domain.ModeCookie, domain.ModeCookie},
			{"/home", "", domain.ModeSession},
		} {
			e := newElsewhere(t, allowed)
			begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: c.redirect, Mode: c.asked})
			wantCode(t, err, "")
			finished, err := e.service.FinishOAuth(t.Context(), e.back(t, begun, bob))
			if wantCode(t, err, ""); finished.Tokens.Mode != c.want {
				t.Errorf("%q to %q: got mode %q, want %q", c.asked, c.redirect, finished.Tokens.Mode, c.want)
			}
		}
	})
	t.Run("of a closed account is refused", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		e.seedAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
		e.link(t, "GitHub", annElsewhere.Subject, annID)
		e.wantFinish(t, annElsewhere, domain.InvalidCredentials)
	})
	t.Run("asks for the second factor where the operator says so", func(t *testing.T) {
		for _, require := range []bool{false, true} {
			e := newElsewhere(t, func(p *auth.OAuthPlace) { p.RequireOTP = require })
			e.seedAnn(t, func(u *domain.User) { u.TOTP = []byte("sealed") })
			e.link(t, "GitHub", annElsewhere.Subject, annID)
			want := domain.Code("")
			if require {
				want = domain.InvalidOTP
			}
			e.wantFinish(t, annElsewhere, want)
		}
	})
	t.Run("tells a provider that is down from one that refuses", func(t *testing.T) {
		e := newElsewhere(t, nil)
		c := e.back(t, e.begin(t, "/home"), bob)
		e.provider.Pull(contract.OAuthDown)
		finished, err := e.service.FinishOAuth(t.Context(), c)
		if wantCode(t, err, domain.ServiceUnavailable); finished.Redirect != "/home" {
			t.Errorf("got redirect %q beside the error, want /home", finished.Redirect)
		}
	})
	t.Run("that was denied shows nothing of what the provider says", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		c := e.back(t, e.begin(t, ""), bob)
		c.Code, c.Error = "", "<script>"
		_, err := e.service.FinishOAuth(t.Context(), c)
		if failure := wantCode(t, err, domain.InvalidCredentials); strings.Contains(failure.Message+failure.Reason, "script") {
			t.Errorf("got %q, %q", failure.Message, failure.Reason)
		}
	})
	t.Run("at a provider that there is not is no route", func(t *testing.T) {
		_, err := newElsewhere(t, nil).service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "apple"})
		wantCode(t, err, domain.RouteNotFound)
	})
}

// TestSecurity64_TheStateIsOfOneBrowserAndOneLogin brings back what another browser began, what
// was changed, what is late and what was used.
//
// Red when openState does not compare the state, the provider or the time, when spendState does
// not look at the error of Put, and when BeginOAuth writes anything.
func TestSecurity64_TheStateIsOfOneBrowserAndOneLogin(t *testing.T) {
	for name, change := range map[string]func(e elsewhere, c *auth.OAuthCallback){
		"no state":          func(_ elsewhere, c *auth.OAuthCallback) { c.State = "" },
		"a forged state":    func(_ elsewhere, c *auth.OAuthCallback) { c.State += "x" },
		"no cookie":         func(_ elsewhere, c *auth.OAuthCallback) { c.Cookie = "" },
		"a forged cookie":   func(_ elsewhere, c *auth.OAuthCallback) { c.Cookie = c.Cookie[:len(c.Cookie)-2] + "AA" },
		"another browser":   func(e elsewhere, c *auth.OAuthCallback) { c.Cookie = e.begin(t, "/home").Cookie },
		"another provider":  func(_ elsewhere, c *auth.OAuthCallback) { c.Provider = "Google" },
		"five minutes late": func(e elsewhere, _ *auth.OAuthCallback) { e.clock.Advance(auth.OAuthStateTTL) },
	} {
		t.Run(name, func(t *testing.T) {
			e := newElsewhere(t, allowed)
			c := e.back(t, e.begin(t, "/home"), bob)
			change(e, &c)
			finished, err := e.service.FinishOAuth(t.Context(), c)
			wantCode(t, err, domain.InvalidCredentials)
			if finished != (auth.OAuthFinished{}) || e.users(t) != 0 {
				t.Errorf("got %+v and %d accounts, want nothing", finished, e.users(t))
			}
		})
	}
	t.Run("states differ", func(t *testing.T) {
		e := newElsewhere(t, nil)
		seen := map[string]bool{}
		for range 20 {
			at, err := url.Parse(e.begin(t, "").URL)
			if err != nil {
				t.Fatal(err)
			}
			if state := at.Query().Get("state"); len(state) < 26 || seen[state] {
				t.Errorf("got state %q again, or a short one", state)
			} else {
				seen[state] = true
			}
		}
	})
	t.Run("a beginning writes nothing", func(t *testing.T) {
		var made intercept.Recorder
		e := newElsewhere(t, nil, intercepted(intercept.Hooks{Before: made.Hook}))
		e.begin(t, "/home")
		if calls := made.Calls(); len(calls) != 0 {
			t.Errorf("got calls %q, want none", calls)
		}
	})
}

// Red when challengeOf is plain, and when AuthRequest has no Nonce. The provider looks at both.
func TestSecurity65_EveryLoginHasItsVerifierAndNonce(t *testing.T) {
	e := newElsewhere(t, allowed)
	first, err := url.Parse(e.begin(t, "").URL)
	if err != nil {
		t.Fatal(err)
	}
	second, err := url.Parse(e.begin(t, "").URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if a, b := first.Query().Get(name), second.Query().Get(name); a == "" || a == b {
			t.Errorf("%s: got %q and %q, want two", name, a, b)
		}
	}
	if got := first.Query().Get("redirect_uri"); got != publicURL+"/auth/oauth/GitHub/callback" {
		t.Errorf("got redirect URI %q", got)
	}
	e.wantFinish(t, bob, "")
}

// Red when isLocalPath takes two slashes or a backslash, when checkRedirect compares origins by
// their beginning, and when openState does not call it.
func TestSecurity66_ALoginEndsHereOrAtAListedPlace(t *testing.T) {
	for _, redirect := range []string{
		"//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https:/evil.example", "/\t/evil.example", "/\n/evil.example",
		"https://evil.example", publicURL + "@evil.example", publicURL + ".evil.example/", "https://user@auth.example.com/", "http://auth.example.com/",
		"https://auth.example.com:8443/", "javascript:alert(1)", "data:text/html,x", appURL + "/deeper", appURL + "#fragment", "https://app.example.org/", "home", " /home", "/\u00e9",
		"/" + strings.Repeat("x", 3000),
	} {
		t.Run(redirect[:min(len(redirect), 40)], func(t *testing.T) {
			e := newElsewhere(t, nil)
			begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: redirect})
			wantCode(t, err, domain.InvalidPayload)
			if begun != (auth.OAuthBegun{}) {
				t.Error("got a way to the provider beside an error")
			}
		})
	}
	for _, redirect := range []string{"", "/", "/home?x=1", publicURL + "/any/page", "https://AUTH.example.com:443/", appURL, appURL + "?from=here"} {
		e := newElsewhere(t, nil)
		if got := e.begin(t, redirect); got.URL == "" {
			t.Errorf("%q: got no way to the provider", redirect)
		}
	}
	t.Run("a place that left the list meanwhile", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		c := e.back(t, e.begin(t, appURL), bob)
		e.ports.OAuth[0].RedirectURLs = nil
		finished, err := e.service.FinishOAuth(t.Context(), c)
		if wantCode(t, err, domain.InvalidPayload); finished.Redirect != "" || finished.Tokens != (auth.Tokens{}) {
			t.Errorf("got %+v, want nothing", finished)
		}
	})
	t.Run("an error goes to the same place", func(t *testing.T) {
		if got := newElsewhere(t, nil).wantFinish(t, bob, domain.InvalidCredentials).Redirect; got != "/home" {
			t.Errorf("got redirect %q, want /home", got)
		}
	})
}

// Red when adopt does not look at EmailVerified or at LinkByEmail, and when linkedUser leaves
// the provider out.
func TestSecurity67_AnAddressIsNobody(t *testing.T) {
	unverified := annElsewhere
	unverified.EmailVerified = false
	nobody := annElsewhere
	nobody.Email = ""
	for name, c := range map[string]struct {
		place func(*auth.OAuthPlace)
		who   contract.OAuthPerson
		code  domain.Code
	}{
		"verified and linking allowed":                       {allowed, annElsewhere, ""},
		"verified, linking not allowed":                      {func(p *auth.OAuthPlace) { p.AllowRegistration = true }, annElsewhere, domain.InvalidCredentials},
		"unverified and linking allowed":                     {allowed, unverified, domain.InvalidCredentials},
		"without an address":                                 {allowed, nobody, domain.InvalidCredentials},
		"unverified, at a provider that the operator trusts": {func(p *auth.OAuthPlace) { p.LinkByEmail, p.TrustEmail = true, true }, unverified, ""},
		"without an address, at a trusted one":               {func(p *auth.OAuthPlace) { allowed(p); p.TrustEmail = true }, nobody, domain.InvalidCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			e := newElsewhere(t, c.place)
			e.seedAnn(t, nil)
			finished := e.wantFinish(t, c.who, c.code)
			if c.code == "" {
				e.wantIn(t, finished.Tokens)
			}
			if n := e.users(t); n != 1 {
				t.Errorf("got %d accounts, want Ann's alone", n)
			}
		})
	}
	t.Run("a stranger's account with an unverified address is not made", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		squatter := bob
		squatter.EmailVerified = false
		e.wantFinish(t, squatter, domain.InvalidCredentials)
		if n := e.users(t); n != 0 {
			t.Errorf("got %d accounts, want none", n)
		}
	})
	t.Run("nobody is registered unless that is allowed", func(t *testing.T) {
		e := newElsewhere(t, nil)
		e.wantFinish(t, bob, domain.InvalidCredentials)
		if n := e.users(t); n != 0 {
			t.Errorf("got %d accounts, want none", n)
		}
	})
	t.Run("a subject of another provider is another", func(t *testing.T) {
		e := newElsewhere(t, nil)
		e.seedAnn(t, nil)
		e.link(t, "Google", annElsewhere.Subject, annID)
		e.wantFinish(t, annElsewhere, domain.InvalidCredentials)
	})
	t.Run("who has got Ann's address does not get her account", func(t *testing.T) {
		e := newElsewhere(t, func(p *auth.OAuthPlace) { p.AllowRegistration = true })
		e.seedAnn(t, nil)
		e.link(t, "GitHub", annElsewhere.Subject, annID)
		heir := annElsewhere
		heir.Subject = "1002"
		e.wantFinish(t, heir, domain.InvalidCredentials)
	})
}

// The provider would refuse a code that is spent, too, so what counts is that it is asked once.
//
// Red when FinishOAuth does not call spendState, and when that overlooks a conflict.
func TestSecurity69_ACallbackIsUsedOnce(t *testing.T) {
	var asked intercept.Recorder
	e := newElsewhere(t, func(p *auth.OAuthPlace) {
		allowed(p)
		p.Provider = intercept.OAuthProvider(p.Provider, intercept.Hooks{Before: asked.Hook})
	})
	c := e.back(t, e.begin(t, "/home"), bob)
	asked.Reset()
	errs := race(20, func(int) error {
		_, err := e.service.FinishOAuth(t.Context(), c)
		return err
	})
	if n := countCodes(errs, ""); n != 1 || countCodes(errs, domain.InvalidCredentials) != 19 {
		t.Errorf("got %d successes of 20, want 1, and the others refused: %v", n, errs)
	}
	if calls := asked.Calls(); len(calls) != 1 {
		t.Errorf("got the provider asked %q, want once", calls)
	}
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestOAuthCodeForApps(t *testing.T) {
	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	challenge := s256(verifier)
	codeOf := func(t *testing.T, e elsewhere) string {
		t.Helper()
		begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: appURL, AppChallenge: challenge})
		wantCode(t, err, "")
		finished, err := e.service.FinishOAuth(t.Context(), e.back(t, begun, bob))
		wantCode(t, err, "")
		if finished.Tokens != (auth.Tokens{}) || len(finished.AppCode) < 43 || finished.Redirect != appURL {
			t.Fatalf("got tokens, or a code of %d bytes for %q", len(finished.AppCode), finished.Redirect)
		}
		return finished.AppCode
	}
	trade := func(t *testing.T, e elsewhere, code, verifier string) (auth.Tokens, error) {
		t.Helper()
		return e.service.ExchangeOAuthCode(t.Context(), auth.OAuthCode{Code: code, Verifier: verifier, Client: visitor})
	}
	t.Run("it is good once", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		code := codeOf(t, e)
		tokens, err := trade(t, e, code, verifier)
		if wantCode(t, err, ""); tokens.Mode != domain.ModeJSON || tokens.Refresh == "" {
			t.Errorf("got mode %q, want json with a refresh token", tokens.Mode)
		}
		_, err = trade(t, e, code, verifier)
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("it is good for sixty seconds", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		code := codeOf(t, e)
		e.clock.Advance(time.Minute)
		_, err := trade(t, e, code, verifier)
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("another verifier spends it", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		code := codeOf(t, e)
		_, err := trade(t, e, code, verifier+"x")
		wantCode(t, err, domain.InvalidCredentials)
		_, err = trade(t, e, code, verifier)
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("it is nothing once the sessions of the account have ended", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		code := codeOf(t, e)
		users, err := e.store.Repos().Users.List(t.Context(), "", 1)
		if err != nil {
			t.Fatal(err)
		}
		users[0].Epoch++
		if _, err := e.store.Repos().Users.Update(t.Context(), users[0]); err != nil {
			t.Fatal(err)
		}
		_, err = trade(t, e, code, verifier)
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("an app needs a challenge of S256 and a place on the list", func(t *testing.T) {
		for _, in := range []auth.OAuthBegin{
			{Redirect: appURL, AppChallenge: verifier},
			{Redirect: appURL, AppChallenge: "short"},
			{Redirect: "/home", AppChallenge: challenge},
			{AppChallenge: challenge},
			{Redirect: publicURL + "/x", AppChallenge: challenge},
		} {
			in.Provider = "GitHub"
			_, err := newElsewhere(t, nil).service.BeginOAuth(t.Context(), in)
			wantCode(t, err, domain.InvalidPayload)
		}
	})
}

func TestOAuthLinks(t *testing.T) {
	// linked lets the principal link who.
	linked := func(t *testing.T, e elsewhere, p auth.Principal, who contract.OAuthPerson) (auth.OAuthFinished, error) {
		t.Helper()
		begun, err := e.service.BeginOAuthLink(t.Context(), p, auth.OAuthBegin{Provider: "GitHub", Redirect: "/account"})
		wantCode(t, err, "")
		return e.service.FinishOAuth(t.Context(), e.back(t, begun, who))
	}
	world := func(t *testing.T) (elsewhere, auth.Principal) {
		t.Helper()
		e := newElsewhere(t, nil)
		e.seedAnn(t, nil)
		return e, e.authenticate(t, e.login(t, domain.ModeSession))
	}
	t.Run("who is logged in links, lists and unlinks", func(t *testing.T) {
		e, ann := world(t)
		other := bob // another address than Ann's
		finished, err := linked(t, e, ann, other)
		if wantCode(t, err, ""); !finished.Linked || finished.Tokens != (auth.Tokens{}) {
			t.Errorf("got %+v, want a link and no tokens", finished)
		}
		e.wantIn(t, e.wantFinish(t, other, "").Tokens)
		list, err := e.service.ListIdentities(t.Context(), ann)
		if wantCode(t, err, ""); len(list) != 1 || list[0].Provider != "GitHub" || list[0].Subject != other.Subject {
			t.Errorf("got %+v, want the link", list)
		}
		wantCode(t, e.service.UnlinkIdentity(t.Context(), ann, "github", visitor), "")
		e.wantFinish(t, other, domain.InvalidCredentials)
		wantCode(t, e.service.UnlinkIdentity(t.Context(), ann, "github", visitor), domain.Forbidden)
	})
	t.Run("linking again changes nothing, and what is another's is not taken", func(t *testing.T) {
		e, ann := world(t)
		_, err := linked(t, e, ann, annElsewhere)
		wantCode(t, err, "")
		_, err = linked(t, e, ann, annElsewhere)
		wantCode(t, err, "")
		e.link(t, "GitHub", bob.Subject, "somebody-else")
		_, err = linked(t, e, ann, bob)
		wantCode(t, err, domain.RecordNotUnique)
	})
	t.Run("a link begun before the sessions ended comes to nothing", func(t *testing.T) {
		e, ann := world(t)
		begun, err := e.service.BeginOAuthLink(t.Context(), ann, auth.OAuthBegin{Provider: "GitHub"})
		wantCode(t, err, "")
		e.changeAnn(t, func(u *domain.User) { u.Epoch++ })
		_, err = e.service.FinishOAuth(t.Context(), e.back(t, begun, bob))
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("the last way in stays", func(t *testing.T) {
		e, ann := world(t)
		e.changeAnn(t, func(u *domain.User) { u.Password = "" })
		e.link(t, "GitHub", "1001", annID)
		e.link(t, "Gone", "1001", annID) // of a provider that is configured no more
		wantCode(t, e.service.UnlinkIdentity(t.Context(), ann, "GitHub", visitor), domain.UnprocessableContent)
		e.link(t, "Google", "1001", annID)
		errs := race(2, func(i int) error {
			return e.service.UnlinkIdentity(t.Context(), ann, []string{"GitHub", "Google"}[i], visitor)
		})
		if countCodes(errs, "") != 1 || countCodes(errs, domain.UnprocessableContent) != 1 {
			t.Errorf("got %v, want one success and one refusal", errs)
		}
	})
	t.Run("nobody who is not logged in", func(t *testing.T) {
		e, _ := world(t)
		_, err := e.service.BeginOAuthLink(t.Context(), auth.Principal{}, auth.OAuthBegin{Provider: "GitHub"})
		wantCode(t, err, domain.InvalidCredentials)
		_, err = e.service.ListIdentities(t.Context(), auth.Principal{})
		wantCode(t, err, domain.InvalidCredentials)
		wantCode(t, e.service.UnlinkIdentity(t.Context(), auth.Principal{}, "GitHub", visitor), domain.InvalidCredentials)
	})
	t.Run("end with the account", func(t *testing.T) {
		e, _ := world(t)
		e.link(t, "GitHub", "1001", annID)
		root, err := e.service.CreateUser(t.Context(), auth.NewUser{Email: rootEmail, Password: password, Admin: true})
		wantCode(t, err, "")
		wantCode(t, e.service.DeleteAccount(t.Context(), auth.Principal{User: root}, annID, visitor), "")
		if _, err := e.store.Repos().Identities.Find(t.Context(), "GitHub", "1001"); !errors.Is(err, port.ErrNotFound) {
			t.Errorf("got error %v, want %v", err, port.ErrNotFound)
		}
	})
}

func TestOAuthProviders(t *testing.T) {
	got := newElsewhere(t, nil).service.OAuthProviders()
	want := []auth.OAuthProviderInfo{{Name: "GitHub", Label: "GitHub", Driver: "oauth2"}, {Name: "Google", Driver: "openid"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

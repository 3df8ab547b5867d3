package contract

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// OAuthPerson is somebody with an account at a provider.
type OAuthPerson struct {
	Subject             string
	Email               string // empty: the provider knows none
	EmailVerified       bool
	FirstName, LastName string
}

// OAuthLever is a way in which a provider under test can go wrong.
type OAuthLever string

// The levers of every provider. From when one is pulled on, every answer but that to a
// browser is so.
const (
	OAuthDown      OAuthLever = "down"      // it accepts no connection
	OAuthSlow      OAuthLever = "slow"      // it takes a question and never answers
	OAuthFailing   OAuthLever = "failing"   // status 500
	OAuthHuge      OAuthLever = "huge"      // an answer without an end
	OAuthNonsense  OAuthLever = "nonsense"  // status 200, and a page
	OAuthRedirects OAuthLever = "redirects" // to another host, which would answer as asked
	OAuthNobody    OAuthLever = "nobody"    // a login without a subject
)

// The levers of a provider that issues ID tokens.
const (
	OAuthOtherIssuer   OAuthLever = "other-issuer"
	OAuthOtherAudience OAuthLever = "other-audience"
	OAuthUnknownKey    OAuthLever = "unknown-key" // which is not among those that it publishes
	OAuthRotatedKey    OAuthLever = "rotated-key" // which it has published just now
)

// OAuthWorld is a port.OAuthProvider under test and the provider behind it.
type OAuthWorld struct {
	Provider    port.OAuthProvider
	Name        string
	OpenID      bool   // it issues ID tokens
	Secret      string // of the client
	RedirectURI string // one that is registered; with "/other" behind it, another
	// Login lets p log in at an address of AuthURL, as a browser does, and returns the query
	// with which the browser is sent back.
	Login func(t testing.TB, address string, p OAuthPerson) url.Values
	// Pull makes the provider go wrong.
	Pull func(t testing.TB, lever OAuthLever)
	// Now is the provider's time. ID tokens live for an hour at most.
	Now func() time.Time
	// Elsewhere is how many questions have come to another host than the provider's.
	Elsewhere func() int
}

// RunOAuthProvider runs OAuthProviderCases, each on what open returns: a provider that issues
// no ID tokens.
func RunOAuthProvider(t *testing.T, open func(t testing.TB) OAuthWorld, opts ...Option) {
	t.Helper()
	run(t, "oauth", OAuthProviderCases(), open, opts)
}

// RunOpenIDProvider runs OAuthProviderCases and OpenIDCases, each on what open returns: a
// provider that issues ID tokens.
func RunOpenIDProvider(t *testing.T, open func(t testing.TB) OAuthWorld, opts ...Option) {
	t.Helper()
	run(t, "openid", slices.Concat(OAuthProviderCases(), OpenIDCases()), open, opts)
}

// OAuthProviderCases returns the rules of port.OAuthProvider that every provider can be asked
// about.
func OAuthProviderCases() []Case[OAuthWorld] {
	return slices.Concat(
		oauthAuthURLCases(), oauthPersonCases(), oauthRefusedCases(), oauthBrokenCases(), oauthMethods().cancelled(),
	)
}

// oauthLogin is a login that has begun.
type oauthLogin struct {
	request port.AuthRequest
	kept    port.Callback // without Code and Issuer
}

// beginLogin returns a login with random bits of its own for each name.
func (w OAuthWorld) beginLogin(name string) oauthLogin {
	bits := func(what string) string {
		sum := sha256.Sum256([]byte(what + " of " + name))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	verifier := bits("verifier")
	sum := sha256.Sum256([]byte(verifier))
	return oauthLogin{
		request: port.AuthRequest{
			State: bits("state"), Nonce: bits("nonce"), RedirectURI: w.RedirectURI,
			Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
		},
		kept: port.Callback{Verifier: verifier, Nonce: bits("nonce"), RedirectURI: w.RedirectURI},
	}
}

// loggedIn returns the callback of a login of p, which has not been exchanged.
func (w OAuthWorld) loggedIn(t testing.TB, name string, p OAuthPerson) port.Callback {
	t.Helper()
	login := w.beginLogin(name)
	query := w.Login(t, value(w.Provider.AuthURL(t.Context(), login.request))(t), p)
	c := login.kept
	c.Code, c.Issuer, c.Now = query.Get("code"), query.Get("iss"), w.Now()
	if c.Code == "" || query.Get("state") != login.request.State {
		t.Fatalf("got a browser back with %d bytes of code and the right state: %t", len(c.Code), query.Get("state") == login.request.State)
	}
	return c
}

// exchanged returns who has logged in when p does.
func (w OAuthWorld) exchanged(t testing.TB, name string, p OAuthPerson) domain.ExternalUser {
	t.Helper()
	return value(w.Provider.Exchange(t.Context(), w.loggedIn(t, name, p)))(t)
}

// refuses ends the case unless the callback is ErrInvalid.
func (w OAuthWorld) refuses(t testing.TB, c port.Callback) {
	t.Helper()
	who, err := w.Provider.Exchange(t.Context(), c)
	wantError(t, err, port.ErrInvalid)
	wantEqual(t, who, domain.ExternalUser{})
}

func annAtProvider() OAuthPerson {
	return OAuthPerson{Subject: "1001", Email: "Ann@example.com", EmailVerified: true, FirstName: "Ann", LastName: "Brown"}
}

func oauthAuthURLCases() []Case[OAuthWorld] {
	const rule = "AuthURL returns the address at which a browser begins a login: it asks for a code, with the State, RedirectURI and Challenge of r, and with its Nonce where the provider issues ID tokens."
	return []Case[OAuthWorld]{
		{"oauth/name", "Name returns the name under which the provider is configured.", func(t testing.TB, w OAuthWorld) {
			wantEqual(t, w.Provider.Name(), w.Name)
		}},
		{"oauth/auth-url/asks-for-a-code", rule, func(t testing.TB, w OAuthWorld) {
			r := w.beginLogin("ann").request
			address := value(w.Provider.AuthURL(t.Context(), r))(t)
			at, err := url.Parse(address)
			must(t, err)
			if !at.IsAbs() || at.Host == "" {
				t.Fatalf("got %q, want an absolute address", address)
			}
			want := map[string]string{
				"response_type": "code", "state": r.State, "redirect_uri": r.RedirectURI,
				"code_challenge": r.Challenge, "code_challenge_method": "S256",
			}
			if w.OpenID {
				want["nonce"] = r.Nonce
			}
			for name, value := range want {
				if got := at.Query()[name]; !slices.Equal(got, []string{value}) {
					t.Errorf("%s: got %q, want %q", name, got, value)
				}
			}
		}},
		{"oauth/auth-url/holds-no-secret", "The address holds no secret.", func(t testing.TB, w OAuthWorld) {
			login := w.beginLogin("ann")
			address := value(w.Provider.AuthURL(t.Context(), login.request))(t)
			for _, secret := range []string{w.Secret, login.kept.Verifier} {
				if strings.Contains(address, secret) || strings.Contains(address, url.QueryEscape(secret)) {
					t.Error("got an address with a secret in it")
				}
			}
		}},
	}
}

func oauthPersonCases() []Case[OAuthWorld] {
	const ruleSubject = "A person has one Subject, whatever else changes, and nobody else has it."
	const ruleEmail = "EmailVerified is true only where the provider vouches for the address; one that is missing or no address is empty, and no reason to fail."
	email := func(p OAuthPerson, want domain.Email, verified bool) func(testing.TB, OAuthWorld) {
		return func(t testing.TB, w OAuthWorld) {
			got := w.exchanged(t, "login", p)
			if got.Email.Key() != want.Key() || got.EmailVerified != verified {
				t.Errorf("got address %q, verified: %t, want %q and %t", got.Email, got.EmailVerified, want, verified)
			}
			if got.Subject == "" {
				t.Error("got nobody")
			}
		}
	}
	with := func(address string, verified bool) OAuthPerson {
		p := annAtProvider()
		p.Email, p.EmailVerified = address, verified
		return p
	}
	return []Case[OAuthWorld]{
		{"oauth/exchange/who", "Exchange trades the code for who has logged in.", func(t testing.TB, w OAuthWorld) {
			got := w.exchanged(t, "login", annAtProvider())
			if got.Subject != "1001" || got.FirstName != "Ann" || got.LastName != "Brown" {
				t.Errorf("got subject %q, %q %q, want 1001, Ann Brown", got.Subject, got.FirstName, got.LastName)
			}
		}},
		{"oauth/exchange/subject-stays", ruleSubject, func(t testing.TB, w OAuthWorld) {
			first := w.exchanged(t, "first login", annAtProvider())
			later := annAtProvider()
			later.Email, later.LastName = "ann.green@example.org", "Green"
			if got := w.exchanged(t, "later login", later); got.Subject != first.Subject {
				t.Errorf("got subject %q behind another address, want %q", got.Subject, first.Subject)
			}
		}},
		{"oauth/exchange/subjects-differ", ruleSubject, func(t testing.TB, w OAuthWorld) {
			ann := w.exchanged(t, "ann", annAtProvider())
			heir := annAtProvider() // of the address and the name
			heir.Subject = "1002"
			if got := w.exchanged(t, "heir", heir); got.Subject == ann.Subject {
				t.Errorf("got subject %q for two people", got.Subject)
			}
		}},
		{"oauth/exchange/email-verified", ruleEmail, email(with("ann@example.com", true), "ann@example.com", true)},
		{"oauth/exchange/email-unverified", ruleEmail, email(with("ann@example.com", false), "ann@example.com", false)},
		{"oauth/exchange/email-missing", ruleEmail, email(with("", true), "", false)},
		{"oauth/exchange/email-is-no-address", ruleEmail, email(with("ann\r\nBcc: bob@example.com", true), "", false)},
		{"oauth/exchange/callers-do-not-mix", "Methods are safe for concurrent use.", func(t testing.TB, w OAuthWorld) {
			callbacks := make([]port.Callback, racers)
			for i := range callbacks {
				p := annAtProvider()
				p.Subject = fmt.Sprint("200", i)
				callbacks[i] = w.loggedIn(t, p.Subject, p)
			}
			race(t, racers, func(i int) error {
				who, err := w.Provider.Exchange(t.Context(), callbacks[i])
				if want := fmt.Sprint("200", i); err == nil && who.Subject != want {
					err = fmt.Errorf("got subject %q, want %q", who.Subject, want)
				}
				return err
			}).want(t, racers, nil)
		}},
	}
}

func oauthRefusedCases() []Case[OAuthWorld] {
	const rule = "It returns ErrInvalid when the provider refuses the code: one that is unknown, spent, or of a login with another Verifier or RedirectURI."
	refused := func(change func(w OAuthWorld, c *port.Callback)) func(testing.TB, OAuthWorld) {
		return func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			change(w, &c)
			w.refuses(t, c)
		}
	}
	return []Case[OAuthWorld]{
		{"oauth/exchange/unknown-code", rule, refused(func(_ OAuthWorld, c *port.Callback) { c.Code = "another" + c.Code })},
		{"oauth/exchange/spent-code", rule, func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			must(t, errorOf(w.Provider.Exchange(t.Context(), c)))
			w.refuses(t, c)
		}},
		{"oauth/exchange/other-verifier", rule, refused(func(w OAuthWorld, c *port.Callback) {
			c.Verifier = w.beginLogin("another").kept.Verifier
		})},
		{"oauth/exchange/other-redirect", rule, refused(func(_ OAuthWorld, c *port.Callback) { c.RedirectURI += "/other" })},
		{"oauth/exchange/other-provider", ruleUnbelieved, refused(func(_ OAuthWorld, c *port.Callback) {
			c.Issuer = "https://another.example.com"
		})},
		{"oauth/exchange/nobody", ruleUnbelieved, func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			w.Pull(t, OAuthNobody)
			w.refuses(t, c)
		}},
	}
}

const ruleUnbelieved = "It returns ErrInvalid as well when the provider is not to be believed: when Issuer names another provider, when nobody is named as Subject, and when an ID token is of another issuer, for another audience or login, over at Now, or signed by a key that is not the provider's."

// outOfOrder are the levers after which a provider says nothing that can be understood.
func outOfOrder() []OAuthLever {
	return []OAuthLever{OAuthDown, OAuthSlow, OAuthFailing, OAuthHuge, OAuthNonsense}
}

func oauthBrokenCases() []Case[OAuthWorld] {
	const rule = "A provider that is down, slow or out of order is an error that matches no sentinel, within a bounded time and with bounded memory."
	var cases []Case[OAuthWorld]
	for _, lever := range outOfOrder() {
		cases = append(cases, Case[OAuthWorld]{"oauth/exchange/" + string(lever) + "-is-no-answer", rule, func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			w.Pull(t, lever)
			done := make(chan struct{})
			var who domain.ExternalUser
			var err error
			go func() {
				defer close(done)
				who, err = w.Provider.Exchange(t.Context(), c)
			}()
			await(t, done, "Exchange")
			if err == nil || isSentinel(err) {
				t.Errorf("got error %v, want one that is no sentinel", err)
			}
			wantEqual(t, who, domain.ExternalUser{})
		}})
	}
	return append(
		cases,
		Case[OAuthWorld]{"oauth/exchange/stays-at-the-provider", "A redirect to another host is not followed.", func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			w.Pull(t, OAuthRedirects)
			if _, err := w.Provider.Exchange(t.Context(), c); err == nil {
				t.Error("got no error from a provider that sends elsewhere")
			}
			if n := w.Elsewhere(); n > 0 {
				t.Errorf("got %d questions at another host, want none", n)
			}
		}},
		Case[OAuthWorld]{"oauth/exchange/errors-are-discreet", "No error holds a secret, a token, a code or a verifier.", func(t testing.TB, w OAuthWorld) {
			c := w.loggedIn(t, "login", annAtProvider())
			spoiled := c
			spoiled.Verifier = w.beginLogin("another").kept.Verifier
			_, refused := w.Provider.Exchange(t.Context(), spoiled)
			w.Pull(t, OAuthFailing)
			_, failed := w.Provider.Exchange(t.Context(), c)
			for _, err := range []error{refused, failed} {
				for _, secret := range []string{w.Secret, c.Code, c.Verifier, spoiled.Verifier} {
					if err != nil && strings.Contains(err.Error(), secret) {
						t.Error("got an error with a secret in it")
					}
				}
			}
		}},
	)
}

func oauthMethods() methods[OAuthWorld] {
	return methods[OAuthWorld]{
		port:      "oauth",
		seed:      func(testing.TB, OAuthWorld) {},
		untouched: func(testing.TB, OAuthWorld) {}, // it keeps nothing
		list: []method[OAuthWorld]{
			{"AuthURL", func(ctx context.Context, w OAuthWorld) error {
				return errorOf(w.Provider.AuthURL(ctx, w.beginLogin("ann").request))
			}},
			{"Exchange", func(ctx context.Context, w OAuthWorld) error {
				return errorOf(w.Provider.Exchange(ctx, w.beginLogin("ann").kept))
			}},
		},
	}
}

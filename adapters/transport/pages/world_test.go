package pages_test

import (
	"bytes"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

const (
	site          = "https://login.example.com"
	annEmail      = "ann@example.com"
	password      = "correct horse & battery"
	newPassword   = "another battery <staple>"
	sessionCookie = "directus_session_token"
	resetCookie   = "sallyport_reset_token"
)

// world is the pages of a service on the reference store and fakes.
type world struct {
	handler http.Handler
	service *auth.Service
	clock   *fakes.Clock
	store   port.Store
	hasher  *fakes.Hasher
	mailbox *fakes.Mailbox
	calls   *intercept.Recorder
	faults  *intercept.Switch
	log     *fakes.Log

	elsewhere *fakes.OAuthProvider // each of contract.OAuthPlaces
}

func newWorld(t testing.TB, changes ...func(*pages.Config, *auth.Settings)) world {
	t.Helper()
	w := world{
		clock:   fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)),
		hasher:  fakes.NewHasher(2),
		mailbox: &fakes.Mailbox{},
		calls:   &intercept.Recorder{},
		faults:  &intercept.Switch{},
		log:     &fakes.Log{},

		elsewhere: fakes.NewOAuthProvider("GitHub"),
	}
	hooks := intercept.Hooks{Before: intercept.Chain(w.calls.Hook, w.faults.Hook)}
	w.store = refstore.New()
	store := intercept.Store(w.store, hooks)
	keys, err := auth.NewKeys([]byte("a data key that is long enough to be one"))
	if err != nil {
		t.Fatal(err)
	}
	tokens := fakes.NewTokens("a key for tests", "directus")
	logger := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	settings := auth.DefaultSettings()
	settings.ResetPage, settings.PublicURL = site+"/admin/reset-password", site
	settings.InvitePage = site + "/admin/accept-invite"
	settings.Registration.Open, settings.Registration.Page = true, site+"/admin/verify-email"
	settings.EmailPage = site + "/admin/confirm-email"
	config := pages.Config{
		PublicURL:   &url.URL{Scheme: "https", Host: "login.example.com"},
		ProjectName: "Ann & <Sons>",
		Client: func(r *http.Request) domain.Client {
			return domain.Client{IP: "192.0.2.7", UserAgent: r.UserAgent()}
		},
		Now: w.clock.Now,
		Log: logger,
	}
	for _, change := range changes {
		change(&config, &settings)
	}
	w.service = auth.New(auth.Ports{
		Work: store, Repos: store.Repos(), Sessions: store.Sessions(), Limiter: store.Limiter(), Events: store.Events(),
		Hasher: intercept.Hasher(w.hasher, hooks), Issuer: tokens, Verifier: tokens, Asserter: tokens,
		OAuth:  contract.OAuthPlaces(w.elsewhere.Named),
		Mailer: w.mailbox, Composer: fakes.Composer{}, Clock: w.clock, Log: logger,
	}, settings, keys)
	handler, err := pages.New(config, w.service)
	if err != nil {
		t.Fatal(err)
	}
	w.handler = handler
	w.seed(t, annEmail)
	return w
}

// seed makes an account with password, after changes, if there are any.
func (w world) seed(t testing.TB, email domain.Email, changes ...func(*domain.User)) domain.User {
	t.Helper()
	encoded, err := w.hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	user := domain.User{
		ID: domain.UserID(domain.NewUUID(w.clock.Now())), Email: email, Password: encoded,
		Status: domain.StatusActive, CreatedAt: w.clock.Now(), Version: 1,
	}
	for _, change := range changes {
		change(&user)
	}
	if err := w.store.Repos().Users.Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	return user
}

// ann returns Ann's account as stored.
func (w world) ann(t testing.TB) domain.User {
	t.Helper()
	user, err := w.store.Repos().Users.ByEmail(t.Context(), annEmail)
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// changeAnn stores another state of Ann's account.
func (w world) changeAnn(t testing.TB, change func(*domain.User)) {
	t.Helper()
	user := w.ann(t)
	change(&user)
	if _, err := w.store.Repos().Users.Update(t.Context(), user); err != nil {
		t.Fatal(err)
	}
}

// link has the mail of one reset delivered, and returns the path and query of its link.
func (w world) link(t testing.TB) string {
	t.Helper()
	if err := w.service.RequestReset(t.Context(), auth.ResetRequest{Email: annEmail}); err != nil {
		t.Fatal(err)
	}
	return w.deliveredLink(t)
}

// deliveredLink delivers what is queued, and returns the path and query of the last link.
func (w world) deliveredLink(t testing.TB) string {
	t.Helper()
	if _, err := w.service.DeliverMail(t.Context()); err != nil {
		t.Fatal(err)
	}
	mails := w.mailbox.Mails()
	if len(mails) == 0 {
		t.Fatal("no mail was sent")
	}
	found := regexp.MustCompile(regexp.QuoteMeta(site) + `(/\S+)`).FindStringSubmatch(mails[len(mails)-1].Text)
	if found == nil {
		t.Fatalf("no link in %q", mails[len(mails)-1].Text)
	}
	return found[1]
}

// tokenOf returns the token in the query of a link.
func tokenOf(t testing.TB, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Query().Get("token") == "" {
		t.Fatalf("no token in %q: %v", link, err)
	}
	return u.Query().Get("token")
}

// browser keeps cookies as a person's does. It follows no redirects.
type browser struct {
	handler http.Handler
	jar     *cookiejar.Jar
	header  http.Header // sent with each request
}

func (w world) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{handler: w.handler, jar: jar, header: http.Header{}}
}

// signedIn is the browser of Ann, who has signed in.
func (w world) signedIn(t testing.TB) *browser {
	t.Helper()
	b := w.browser(t)
	b.post(t, "/admin/login", "email", annEmail, "password", password).leadsTo(t, "/admin")
	return b
}

func (b *browser) get(t testing.TB, path string) answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil)
}

// post sends a form of names and values as a browser does from a page of the site, whose
// Referrer-Policy makes its Origin "null".
//
// As a browser does, it sends the hidden field by which the form of a link knows it.
func (b *browser) post(t testing.TB, path string, fields ...string) answer {
	t.Helper()
	if cookie := linkCookies()[path]; cookie != "" && b.cookie(t, path, cookie) != "" {
		fields = append(fields, "link", b.get(t, path).hidden(t, "link"))
	}
	return b.doForm(t, path, fields...)
}

// doForm sends a form of these names and values, and nothing else.
func (b *browser) doForm(t testing.TB, path string, fields ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do(t, http.MethodPost, path, strings.NewReader(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded", "Origin", "null", "Sec-Fetch-Site", "same-origin")
}

// do sends a request with these header fields; "" takes one away.
func (b *browser) do(t testing.TB, method, path string, body io.Reader, fields ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, site+path, body)
	for name, values := range b.header {
		r.Header[name] = values
	}
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
		if fields[i+1] == "" {
			r.Header.Del(fields[i])
		}
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host // where a server has it
		r.Header.Del("Host")
	}
	for _, cookie := range b.jar.Cookies(r.URL) {
		r.AddCookie(cookie)
	}
	recorder := httptest.NewRecorder()
	b.handler.ServeHTTP(recorder, r)
	got := recorder.Result()
	defer got.Body.Close()
	b.jar.SetCookies(r.URL, got.Cookies())
	return answer{status: got.StatusCode, header: got.Header, body: recorder.Body.String(), cookies: got.Cookies()}
}

// cookie returns the value of the cookie that would go with a request for path, or "".
func (b *browser) cookie(t testing.TB, path, name string) string {
	t.Helper()
	u, err := url.Parse(site + path)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range b.jar.Cookies(u) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	body    string
	cookies []*http.Cookie
}

// leadsTo ends the test unless the answer is a redirect to that place.
func (a answer) leadsTo(t testing.TB, place string) {
	t.Helper()
	if got := a.header.Get("Location"); a.status != http.StatusSeeOther || got != place {
		t.Fatalf("got status %d, Location %q, want 303 to %q\n%s", a.status, got, place, a.body)
	}
}

// shows fails the test unless the answer is a page of that status with these words.
func (a answer) shows(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("got status %d, want %d\n%s", a.status, status, a.body)
	}
	text := html.UnescapeString(a.body)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not on the page:\n%s", w, text)
		}
	}
}

// hides fails the test if the answer has any of these, in its body or its header.
func (a answer) hides(t testing.TB, secrets ...string) {
	t.Helper()
	var header bytes.Buffer
	if err := a.header.Write(&header); err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if strings.Contains(html.UnescapeString(a.body), secret) || strings.Contains(header.String(), secret) {
			t.Errorf("%q is in the answer:\n%s%s", secret, header.String(), a.body)
		}
	}
}

// hidden returns the value of the hidden field of that name on the page.
func (a answer) hidden(t testing.TB, name string) string {
	t.Helper()
	found := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]+)">`).FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("no hidden field %q on the page:\n%s", name, a.body)
	}
	return found[1]
}

// set returns the cookie of that name that the answer sets, or nil.
func (a answer) set(name string) *http.Cookie {
	for _, cookie := range a.cookies {
		if cookie.Name == name {
			return cookie
		}
	}
	return nil
}

package graphql_test

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// world is a server on a loopback port, on the reference store and fakes.
type world struct {
	client  graphqlclient.Client
	clock   *fakes.Clock
	store   port.Store
	hasher  *fakes.Hasher
	mails   *fakes.Mailbox
	worker  auth.Worker
	calls   *intercept.Recorder
	faults  *intercept.Switch
	log     *fakes.Log
	service *auth.Service

	elsewhere *fakes.OAuthProvider // each of contract.OAuthPlaces
}

func newWorld(t testing.TB, s auth.Settings, changes ...func(*graphql.Config)) world {
	t.Helper()
	w := newService(t, s)
	w.client = w.serve(t, w.service, changes...)
	return w
}

// newService returns a world without a server.
func newService(t testing.TB, s auth.Settings) world {
	t.Helper()
	w := world{
		clock:  fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)),
		hasher: fakes.NewHasher(2),
		mails:  &fakes.Mailbox{},
		calls:  &intercept.Recorder{},
		faults: &intercept.Switch{},
		log:    &fakes.Log{},

		elsewhere: fakes.NewOAuthProvider("GitHub"),
	}
	hooks := intercept.Hooks{Before: intercept.Chain(w.calls.Hook, w.faults.Hook)}
	w.store = refstore.New()
	store := intercept.Store(w.store, hooks)
	tokens := fakes.NewTokens("a key for tests", "directus")
	keys, err := auth.NewKeys([]byte("a data key that is long enough to be one"))
	if err != nil {
		t.Fatal(err)
	}
	w.service = auth.New(auth.Ports{
		Work: store, Repos: store.Repos(), Sessions: store.Sessions(), Limiter: store.Limiter(), Events: store.Events(),
		Hasher: intercept.Hasher(w.hasher, hooks), Issuer: intercept.Issuer(tokens, hooks), Verifier: intercept.Verifier(tokens, hooks), Asserter: intercept.Asserter(tokens, hooks),
		OAuth:  contract.OAuthPlaces(w.elsewhere.Named),
		Mailer: w.mails, Composer: fakes.Composer{}, Clock: w.clock, Log: w.logger(),
		Probes: []auth.Probe{{Name: "store", Ping: store.Ping}},
	}, s, keys)
	w.worker = w.service
	return w
}

func (w world) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// serve serves api by GraphQL until the test ends.
func (w world) serve(t testing.TB, api auth.API, changes ...func(*graphql.Config)) graphqlclient.Client {
	t.Helper()
	config := graphql.Config{
		PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"},
		Client: func(r *http.Request) domain.Client {
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			return domain.Client{IP: host, UserAgent: r.UserAgent(), Origin: r.Header.Get("Origin")}.Bounded()
		},
		Version: "v1.2.3",
		Now:     w.clock.Now,
		Log:     w.logger(),
	}
	for _, change := range changes {
		change(&config)
	}
	handler, err := graphql.New(config, api)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := graphqlclient.Client{URL: server.URL, HTTP: &http.Client{Timeout: 30 * time.Second}}
	t.Cleanup(client.HTTP.CloseIdleConnections)
	return client
}

const password = "correct horse & battery"

// seed makes an account with password, after changes, if there are any.
func (w world) seed(t testing.TB, email domain.Email, changes ...func(*domain.User)) domain.User {
	t.Helper()
	encoded, err := w.hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	user := domain.User{
		ID:        domain.UserID(domain.NewUUID(w.clock.Now())),
		Email:     email,
		Password:  encoded,
		Status:    domain.StatusActive,
		CreatedAt: w.clock.Now(),
		Version:   1,
	}
	for _, change := range changes {
		change(&user)
	}
	if err := w.store.Repos().Users.Create(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	return user
}

// seedAdministrator makes an account with password and a role that administrates.
func (w world) seedAdministrator(t testing.TB, email domain.Email) domain.User {
	t.Helper()
	role := domain.Role{ID: domain.AdministratorRole, Name: "Administrator", App: true, Admin: true}
	if err := w.store.Repos().Roles.Create(t.Context(), role); err != nil {
		t.Fatal(err)
	}
	return w.seed(t, email, func(u *domain.User) { u.Role = role.ID })
}

// unlimited are the default settings without limits, for tests that fail to log in often.
func unlimited() auth.Settings {
	s := auth.DefaultSettings()
	s.LoginAccount, s.LoginAddress = port.Limit{}, port.Limit{}
	return s
}

// do sends the call and ends the test if no answer came. An answer with errors is an answer.
func (w world) do(t testing.TB, what graphqlclient.Call) graphqlclient.Response {
	t.Helper()
	got, err := w.client.Do(t.Context(), what)
	if got.Status == 0 {
		t.Fatal(err)
	}
	return got
}

// login logs in by the page's own words and returns the tokens.
func (w world) login(t testing.TB, email string) graphqlclient.Tokens {
	t.Helper()
	got := w.do(t, graphqlclient.Call{Query: `mutation { auth_login(email: "` + email + `", password: "` + password + `") { access_token refresh_token } }`})
	var data struct {
		Tokens graphqlclient.Tokens `json:"auth_login"`
	}
	if err := got.Data(&data); err != nil || data.Tokens.AccessToken == "" {
		t.Fatalf("log in: status %d, %s, %v", got.Status, got.Body, err)
	}
	return data.Tokens
}

// answered is an answer as JSON has it.
type answered struct {
	Data   map[string]json.RawMessage
	Errors []struct {
		Message    string
		Locations  []map[string]int
		Path       []any
		Extensions map[string]any
	}
}

func parsed(t testing.TB, r graphqlclient.Response) answered {
	t.Helper()
	var a answered
	if err := json.Unmarshal(r.Body, &a); err != nil {
		t.Fatalf("read %s: %v", r.Body, err)
	}
	return a
}

// codes returns the codes of the errors, in order.
func codes(t testing.TB, r graphqlclient.Response) []string {
	t.Helper()
	var list []string
	for _, e := range parsed(t, r).Errors {
		code, _ := e.Extensions["code"].(string)
		list = append(list, code)
	}
	return list
}

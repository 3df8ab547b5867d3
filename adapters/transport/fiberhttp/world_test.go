package fiberhttp_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// world is a server on a loopback port, on the reference store and fakes.
type world struct {
	client client
	clock  *fakes.Clock
	store  port.Store
	hasher *fakes.Hasher
	tokens *fakes.Tokens
	mails  *fakes.Mailbox
	worker auth.Worker
	calls  *intercept.Recorder
	faults *intercept.Switch
	log    *fakes.Log
	oauth  *fakes.OAuthProvider // "GitHub", where everybody may register
}

func newWorld(t testing.TB, s auth.Settings, changes ...func(*fiberhttp.Config)) world {
	t.Helper()
	return newWorldOf(t, s, gitHubAlone, changes...)
}

// gitHubAlone is the provider that a world has unless it needs others.
func gitHubAlone(named func(string) port.OAuthProvider) []auth.OAuthPlace {
	return []auth.OAuthPlace{{
		Provider: named("GitHub"), Label: "GitHub, Inc.", Driver: "oauth2", AllowRegistration: true, RedirectURLs: []string{"https://app.example.org/in"},
	}}
}

func newWorldOf(t testing.TB, s auth.Settings, places func(named func(string) port.OAuthProvider) []auth.OAuthPlace, changes ...func(*fiberhttp.Config)) world {
	t.Helper()
	w := world{
		clock:  fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)),
		hasher: fakes.NewHasher(2),
		tokens: fakes.NewTokens("a key for tests", "directus"),
		mails:  &fakes.Mailbox{},
		calls:  &intercept.Recorder{},
		faults: &intercept.Switch{},
		log:    &fakes.Log{},
		oauth:  fakes.NewOAuthProvider("GitHub"),
	}
	s.PublicURL = "https://login.example.com"
	hooks := intercept.Hooks{Before: intercept.Chain(w.calls.Hook, w.faults.Hook)}
	w.store = refstore.New()
	store := intercept.Store(w.store, hooks)
	keys, err := auth.NewKeys([]byte("a data key that is long enough to be one"))
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	service := auth.New(auth.Ports{
		Work: store, Repos: store.Repos(), Sessions: store.Sessions(), Limiter: store.Limiter(), Events: store.Events(),
		Hasher: intercept.Hasher(w.hasher, hooks), Issuer: intercept.Issuer(w.tokens, hooks), Verifier: intercept.Verifier(w.tokens, hooks),
		Asserter: intercept.Asserter(w.tokens, hooks),
		OAuth:    places(w.oauth.Named),
		Mailer:   w.mails, Composer: fakes.Composer{}, Clock: w.clock, Log: logger,
		Probes: []auth.Probe{{Name: "store", Ping: store.Ping}},
	}, s, keys)
	w.worker = service

	config := fiberhttp.Config{
		PublicURL: &url.URL{Scheme: "https", Host: "login.example.com"},
		Version:   "v1.2.3",
		Now:       w.clock.Now,
		Log:       logger,
	}
	for _, change := range changes {
		change(&config)
	}
	w.client = client{restclient.Client{URL: start(t, config, service), HTTP: &http.Client{Timeout: 30 * time.Second}}}
	t.Cleanup(w.client.HTTP.CloseIdleConnections)
	return w
}

// start serves api on a free loopback port until the test ends, and returns its URL.
func start(t testing.TB, config fiberhttp.Config, api auth.API) string {
	t.Helper()
	server, err := fiberhttp.New(config, api)
	if err != nil {
		t.Fatal(err)
	}
	listener := listen(t)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}

// listen returns a listener on a free loopback port.
func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
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

// do sends the request and ends the test if no answer came. An answer with errors is an
// answer.
func (w world) do(t testing.TB, what call) response {
	t.Helper()
	got, err := w.client.do(t.Context(), what)
	if got.status == 0 {
		t.Fatal(err)
	}
	return got
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

// change stores another state of the account.
func (w world) change(t testing.TB, id domain.UserID, change func(*domain.User)) {
	t.Helper()
	users := w.store.Repos().Users
	user, err := users.ByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	change(&user)
	if _, err := users.Update(t.Context(), user); err != nil {
		t.Fatal(err)
	}
}

// unlimited are the default settings without limits, for tests that fail to log in often.
func unlimited() auth.Settings {
	s := auth.DefaultSettings()
	s.LoginAccount, s.LoginAddress = port.Limit{}, port.Limit{}
	s.NoticeAccount = port.Limit{}
	return s
}

func (w world) login(t testing.TB, email string, mode domain.Mode) (tokens, response) {
	t.Helper()
	return w.loginWith(t, email, password, mode)
}

func (w world) loginWith(t testing.TB, email, password string, mode domain.Mode) (tokens, response) {
	t.Helper()
	got := w.do(t, call{method: http.MethodPost, path: "/auth/login", body: map[string]any{"email": email, "password": password, "mode": mode}})
	var held tokens
	if err := got.data(&held); err != nil || got.status != http.StatusOK {
		t.Fatalf("log in: status %d, %s, %v", got.status, got.body, err)
	}
	return held, got
}

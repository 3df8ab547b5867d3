package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/graphqlclient"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestParity does the same acts over each transport, each on a service of its own that begins
// in the same state, and wants the same codes and data and the same effects after each:
// sessions, mails, the state of the accounts and the audit trail.
func TestParity(t *testing.T) {
	const over = "REST"
	transports := map[string]func(twin) contract.Client{
		over:      func(w twin) contract.Client { return restclient.Client{URL: w.url, HTTP: w.http} },
		"GraphQL": func(w twin) contract.Client { return graphqlclient.Client{URL: w.url, HTTP: w.http} },
		"Connect": func(w twin) contract.Client { return w.overConnect(t) },
	}
	told := map[string][]string{}
	for name, client := range transports {
		w := newTwin(t)
		p := &performance{TB: t, twin: w, client: client(w), held: map[string]contract.Reply{}, names: map[string]string{}}
		for _, a := range append(actsElsewhere(), acts()...) {
			told[name] = append(told[name], a.name+": "+p.perform(a))
		}
	}
	for i, want := range told[over] {
		for name := range transports {
			if got := told[name][i]; got != want {
				t.Errorf("%s differs from %s\n got %s\nwant %s", name, over, got, want)
			}
		}
	}
	if done := strings.Count(strings.Join(told[over], "\n"), "\u2192 OK"); done < 25 || len(told[over])-done < 25 {
		t.Errorf("of %d acts %d are done: want 25 of either kind at least", len(told[over]), done)
	}
}

// twin is a service by itself, REST and what is mounted on it, over the network.
type twin struct {
	url     string
	http    *http.Client
	clock   *fakes.Clock
	store   port.Store
	mails   *fakes.Mailbox
	service *auth.Service

	elsewhere *fakes.OAuthProvider // each of contract.OAuthPlaces
}

func newTwin(t *testing.T) twin {
	t.Helper()
	w := twin{
		http:  &http.Client{Timeout: patience},
		clock: fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)),
		store: refstore.New(),
		mails: &fakes.Mailbox{},

		elsewhere: fakes.NewOAuthProvider("GitHub"),
	}
	hasher := fakes.NewHasher(2)
	tokens := fakes.NewTokens("a key for tests", "directus")
	keys, err := auth.NewKeys([]byte("a data key that is long enough to be one"))
	if err != nil {
		t.Fatal(err)
	}
	settings := auth.DefaultSettings()
	settings.LoginAccount = port.Limit{Burst: 4, Every: time.Minute}
	settings.Registration.Open, settings.Registration.Address = true, port.Limit{}
	log := slog.New(slog.DiscardHandler)
	w.service = auth.New(auth.Ports{
		Work: w.store, Repos: w.store.Repos(), Sessions: w.store.Sessions(), Limiter: w.store.Limiter(), Events: w.store.Events(),
		Hasher: hasher, Issuer: tokens, Verifier: tokens, Asserter: tokens, OAuth: contract.OAuthPlaces(w.elsewhere.Named), Mailer: w.mails, Composer: fakes.Composer{}, Clock: w.clock, Log: log,
	}, settings, keys)

	public := &url.URL{Scheme: "https", Host: "login.example.com"}
	graph, err := graphql.New(graphql.Config{
		PublicURL: public, Now: w.clock.Now, Log: log,
		Client: func(r *http.Request) domain.Client { return fiberhttp.ClientOf(r, fiberhttp.Proxies{}) },
	}, w.service)
	if err != nil {
		t.Fatal(err)
	}
	server, err := fiberhttp.New(fiberhttp.Config{PublicURL: public, Now: w.clock.Now, Log: log, Mounts: []fiberhttp.Mount{{Path: "/graphql", Handler: graph}}}, w.service)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		w.http.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(server.Shutdown(ctx), <-served); err != nil {
			t.Error(err)
		}
	})
	w.url = "http://" + listener.Addr().String()
	w.populate(t, hasher)
	return w
}

// The accounts that a twin begins with, all but Bob's with parityPassword.
const (
	parityBob      = "0195f2c6-7d7e-7a10-8000-0000000000b1"
	parityAnn      = "0195f2c6-7d7e-7a10-8000-0000000000a1"
	parityRoot     = "0195f2c6-7d7e-7a10-8000-0000000000c0"
	parityRole     = "0195f2c6-7d7e-7a10-8000-0000000000d0"
	parityPassword = " Tr0ubadour & \U0001F3B5 staple "
)

func (w twin) populate(t *testing.T, hasher port.PasswordHasher) {
	t.Helper()
	repos := w.store.Repos()
	encoded, err := hasher.Hash(t.Context(), parityPassword)
	err = errors.Join(err, repos.Roles.Create(t.Context(), domain.Role{ID: parityRole, Name: "Root", App: true, Admin: true}))
	for _, u := range []domain.User{
		{ID: parityAnn, Email: "Ann@example.com", FirstName: "Ann", Preferences: []byte(`{"title":"Archer"}`)},
		{ID: parityRoot, Email: "root@example.com", Role: parityRole},
		{ID: "0195f2c6-7d7e-7a10-8000-0000000000b0", Email: "sus@example.com", Status: domain.StatusSuspended},
	} {
		u.Password, u.CreatedAt = encoded, w.clock.Now()
		if u.Status == "" {
			u.Status = domain.StatusActive
		}
		err = errors.Join(err, repos.Users.Create(t.Context(), u))
	}
	// Bob has no password: he logs in elsewhere.
	bob := domain.User{ID: parityBob, Email: "bob@example.com", Status: domain.StatusActive, CreatedAt: w.clock.Now()}
	err = errors.Join(err, repos.Users.Create(t.Context(), bob),
		repos.Identities.Link(t.Context(), domain.Identity{Provider: "GitHub", Subject: bobElsewhere.Subject, UserID: bob.ID}))
	if err != nil {
		t.Fatal(err)
	}
}

// performance is what one transport does, act by act.
type performance struct {
	testing.TB
	twin
	client contract.Client
	held   map[string]contract.Reply // by the name that an act gave it
	names  map[string]string         // of random values, by the order in which they were seen
}

// perform does an act, a second after the one before, and tells all that came of it.
func (p *performance) perform(a act) string {
	p.Helper()
	p.clock.Advance(time.Second)
	seen, err := a.do(p)
	outcome := "OK"
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		outcome = fmt.Sprintf("%s, field %q, back in %v", failure.Code, failure.Field, failure.RetryAfter)
		seen = nil
	} else if err != nil {
		p.Fatalf("%s: %v", a.name, err)
	}
	text, err := json.Marshal([]any{seen, p.state()})
	if err != nil {
		p.Fatal(err)
	}
	return "\u2192 " + outcome + " " + string(text)
}

// state is what is kept, with names in the place of what is random.
func (p *performance) state() any {
	p.Helper()
	ctx, repos := p.Context(), p.store.Repos()
	users := p.must(repos.Users.List(ctx, "", 100)).([]domain.User)
	var sessions [][]domain.Session
	var identities [][]domain.Identity
	for i, u := range users {
		linked := p.must(repos.Identities.OfUser(ctx, u.ID)).([]domain.Identity)
		for j := range linked {
			linked[j].UserID = ""
		}
		identities = append(identities, linked)
		of := p.must(p.store.Sessions().List(ctx, u.ID, p.clock.Now(), 100)).([]domain.Session)
		for j := range of {
			of[j].ID, of[j].UserID, of[j].Secret = domain.SessionID(p.name(string(of[j].ID))), "", domain.SecretHash{}
		}
		sessions = append(sessions, of)
		users[i].ID, users[i].Password = domain.UserID(p.name(string(u.ID))), p.name(u.Password)
	}
	events := p.must(p.store.Events().List(ctx, "", 1000)).([]domain.Event)
	// What one act leaves in one millisecond is in the order of its IDs, which are random.
	slices.SortFunc(events, func(a, b domain.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Outcome, b.Outcome))
	})
	for i, e := range events {
		events[i].ID, events[i].Actor, events[i].Subject = "", domain.UserID(p.name(string(e.Actor))), domain.UserID(p.name(string(e.Subject)))
	}
	var mails []string
	for _, m := range p.mails.Mails() {
		mails = append(mails, string(m.To)+": "+resetToken.ReplaceAllString(m.Text, "token"))
	}
	slices.Sort(mails) // for the same reason
	return []any{users, identities, sessions, events, mails}
}

func (p *performance) must(v any, err error) any {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
	return v
}

var resetToken = regexp.MustCompile(`token=\S+`)

// name gives a random value, which differs from one service to the other, the name of its order.
func (p *performance) name(value string) string {
	if value == "" || strings.HasPrefix(value, "0195f2c6-7d7e-7a10-8000-") {
		return value
	}
	if p.names[value] == "" {
		p.names[value] = fmt.Sprintf("random-%d", len(p.names)+1)
	}
	return p.names[value]
}

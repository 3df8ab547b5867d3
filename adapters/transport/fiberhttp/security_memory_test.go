package fiberhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// person is a user of the test below, with a name, address, program and place of its own.
type person struct {
	id                             domain.UserID
	email, agent, ip, name, origin string
	last                           tokens
}

// TestSecurity93_NobodyGetsAnothersData: many users at once over few connections, whose
// buffers are used again for each request. What each is answered is its own, and so is what
// the core was given to keep: events, sessions, profiles and limits.
//
// Red without the strings.Clone of User-Agent or of Origin in client.go.
func TestSecurity93_NobodyGetsAnothersData(t *testing.T) {
	const people, rounds, guesses, burst = 24, 6, 3, 8
	settings := unlimited()
	settings.LoginAccount = port.Limit{Burst: burst, Every: 3600e9}
	w := newWorld(t, settings, func(c *fiberhttp.Config) {
		c.TrustedProxies = fiberhttp.Proxies{Ranges: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	w.client.HTTP.Transport = &http.Transport{MaxConnsPerHost: 4, MaxIdleConnsPerHost: 4}

	everybody := make([]*person, people)
	for n := range everybody {
		p := &person{
			email:  fmt.Sprintf("user%02d@example.com", n),
			agent:  fmt.Sprintf("agent-%02d/%s", n, strings.Repeat(string(rune('a'+n)), 20)),
			ip:     fmt.Sprintf("203.0.113.%d", n+1),
			name:   strings.Repeat(string(rune('A'+n)), 20),
			origin: fmt.Sprintf("https://app-%02d.example.org", n),
		}
		p.id = w.seed(t, domain.Email(p.email)).ID
		everybody[n] = p
	}
	var working sync.WaitGroup
	for _, p := range everybody {
		working.Go(func() {
			for range rounds {
				if err := p.live(t.Context(), w); err != nil {
					t.Errorf("%s: %v", p.email, err)
					return
				}
			}
			for range guesses {
				if got, _ := w.client.do(t.Context(), p.call(http.MethodPost, "/auth/login", map[string]any{"email": p.email, "password": "wrong"})); got.status != 401 {
					t.Errorf("%s: wrong password: got %d, want 401", p.email, got.status)
				}
			}
		})
	}
	working.Wait()
	if t.Failed() {
		return
	}
	w.checkEvents(t, everybody, rounds*2+guesses)
	for _, p := range everybody {
		stored, err := w.store.Repos().Users.ByID(t.Context(), p.id)
		if err != nil || stored.FirstName != p.name || string(stored.Preferences) != fmt.Sprintf(`{"location":%q}`, p.ip) || string(stored.Email) != p.email {
			t.Errorf("%s: got %q, %q, %s, %v, want its own", p.email, stored.Email, stored.FirstName, stored.Preferences, err)
		}
		session, err := w.store.Sessions().Get(t.Context(), domain.SessionIDOf(p.last.RefreshToken[:22]), w.clock.Now())
		if want := (domain.Client{IP: p.ip, UserAgent: p.agent, Origin: p.origin}); err != nil || session.UserID != p.id || session.Client != want {
			t.Errorf("%s: got session of %q with %+v, %v, want %+v", p.email, session.UserID, session.Client, err, want)
		}
		for range burst - guesses {
			got := w.do(t, p.call(http.MethodPost, "/auth/login", map[string]any{"email": p.email, "password": "wrong"}))
			wantFailure(t, got, 401, domain.InvalidCredentials)
		}
		got := w.do(t, p.call(http.MethodPost, "/auth/login", map[string]any{"email": p.email, "password": "wrong"}))
		wantFailure(t, got, 429, domain.RequestsExceeded)
	}
}

func (p *person) call(method, path string, body any) call {
	return call{method: method, path: path, body: body, header: http.Header{
		"User-Agent": {p.agent}, "X-Forwarded-For": {p.ip}, "Origin": {p.origin},
	}}
}

// live logs in, looks at itself, changes itself, logs out by one session and keeps another.
func (p *person) live(ctx context.Context, w world) error {
	first, err := p.login(ctx, w)
	if err != nil {
		return err
	}
	if p.last, err = p.login(ctx, w); err != nil {
		return err
	}
	if err := p.expect(ctx, w, p.last, http.MethodGet, nil); err != nil {
		return err
	}
	change := map[string]any{"first_name": p.name, "location": p.ip}
	if err := p.expect(ctx, w, p.last, http.MethodPatch, change); err != nil {
		return err
	}
	got, err := w.client.do(ctx, p.call(http.MethodPost, "/auth/refresh", map[string]any{"refresh_token": first.RefreshToken}))
	if err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	var next tokens
	if err := got.data(&next); err != nil || next.RefreshToken[:22] != first.RefreshToken[:22] {
		return fmt.Errorf("refresh: got the token of another session, %v", err)
	}
	return p.expect(ctx, w, next, http.MethodGet, nil)
}

func (p *person) login(ctx context.Context, w world) (tokens, error) {
	got, err := w.client.do(ctx, p.call(http.MethodPost, "/auth/login", map[string]any{"email": p.email, "password": password}))
	if err != nil {
		return tokens{}, fmt.Errorf("log in: %w", err)
	}
	var held tokens
	return held, got.data(&held)
}

// expect calls /users/me and says what of the answer is another's.
func (p *person) expect(ctx context.Context, w world, held tokens, method string, body any) error {
	asked := p.call(method, "/users/me", body)
	asked.bearer = held.AccessToken
	got, err := w.client.do(ctx, asked)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	var user struct {
		ID        domain.UserID
		Email     string
		FirstName *string `json:"first_name"`
		Location  json.RawMessage
	}
	if err := got.data(&user); err != nil {
		return err
	}
	if user.ID != p.id || user.Email != p.email || user.FirstName != nil && *user.FirstName != p.name {
		return fmt.Errorf("%s: got %s", method, got.body)
	}
	if body != nil && (user.FirstName == nil || string(user.Location) != fmt.Sprintf("%q", p.ip)) {
		return fmt.Errorf("%s: got %s", method, got.body)
	}
	return nil
}

// checkEvents fails the test unless each event tells of one person alone, and each person
// has that many.
func (w world) checkEvents(t *testing.T, everybody []*person, each int) {
	t.Helper()
	counted := map[domain.UserID]int{}
	byID := map[domain.UserID]*person{}
	for _, p := range everybody {
		byID[p.id] = p
	}
	for _, e := range w.events(t) {
		counted[e.Subject]++
		p := byID[e.Subject]
		if p == nil {
			t.Errorf("an event of nobody: %+v", e)
			continue
		}
		if want := (domain.Client{IP: p.ip, UserAgent: p.agent, Origin: p.origin}); e.Client != want {
			t.Errorf("%s: got an event of %+v, want %+v", p.email, e.Client, want)
		}
	}
	for _, p := range everybody {
		if counted[p.id] != each {
			t.Errorf("%s: got %d events, want %d", p.email, counted[p.id], each)
		}
	}
}

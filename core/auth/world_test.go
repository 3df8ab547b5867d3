package auth_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// annID is Ann's, whose account most tests are about.
const annID domain.UserID = "0195f2c6-7d7e-7a10-8000-0000000000a1"

const (
	annEmail    = "ann@example.com"
	password    = "correct horse battery staple"
	newPassword = "another battery staple"
	// leakedPassword is the one that the checker of every world knows.
	leakedPassword = "leaked battery staple"
	dataKey        = "a data key that is long enough to be one"
)

func allModes() []domain.Mode {
	return []domain.Mode{domain.ModeJSON, domain.ModeCookie, domain.ModeSession}
}

// seedAnn makes the account of most tests; change may be nil.
func (w world) seedAnn(t testing.TB, change func(*domain.User)) {
	t.Helper()
	encoded, err := w.hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	u := domain.User{ID: annID, Email: annEmail, Password: encoded, Status: domain.StatusActive, EmailProven: true, CreatedAt: w.clock.Now()}
	if change != nil {
		change(&u)
	}
	if err := w.store.Repos().Users.Create(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// ann returns Ann's account as stored.
func (w world) ann(t testing.TB) domain.User {
	t.Helper()
	u, err := w.store.Repos().Users.ByID(t.Context(), annID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// changeAnn stores another state of Ann's account.
func (w world) changeAnn(t testing.TB, f func(*domain.User)) {
	t.Helper()
	u := w.ann(t)
	f(&u)
	if _, err := w.store.Repos().Users.Update(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

// withKeys returns the same world with a service that has other data keys.
func (w world) withKeys(t testing.TB, s auth.Settings, current string, previous ...string) world {
	t.Helper()
	w.service = auth.New(w.ports, s, newKeys(t, current, previous...))
	return w
}

func (w world) tryLogin(t testing.TB, email, password string, mode domain.Mode) (auth.Tokens, error) {
	t.Helper()
	return w.service.Login(t.Context(), auth.LoginInput{Email: email, Password: password, Mode: mode, Client: domain.Client{IP: "192.0.2.7"}})
}

func (w world) login(t testing.TB, mode domain.Mode) auth.Tokens {
	t.Helper()
	tokens, err := w.tryLogin(t, annEmail, password, mode)
	if err != nil {
		t.Fatalf("login: got %v, want none", err)
	}
	return tokens
}

func (w world) tryRefresh(t testing.TB, held auth.Tokens) (auth.Tokens, error) {
	t.Helper()
	return w.service.Refresh(t.Context(), refreshOf(held))
}

func (w world) refresh(t testing.TB, held auth.Tokens) auth.Tokens {
	t.Helper()
	tokens, err := w.tryRefresh(t, held)
	if err != nil {
		t.Fatalf("refresh: got %v, want none", err)
	}
	return tokens
}

func (w world) wantRefused(t testing.TB, held auth.Tokens) {
	t.Helper()
	_, err := w.tryRefresh(t, held)
	wantCode(t, err, domain.InvalidCredentials)
}

func (w world) logout(t testing.TB, held auth.Tokens) {
	t.Helper()
	if err := w.service.Logout(t.Context(), refreshOf(held)); err != nil {
		t.Fatalf("logout: got %v, want none", err)
	}
}

// authenticate returns who shows these tokens with a request.
func (w world) authenticate(t testing.TB, held auth.Tokens) auth.Principal {
	t.Helper()
	p, err := w.service.Authenticate(t.Context(), credentialOf(held))
	if err != nil {
		t.Fatalf("authenticate: got %v, want none", err)
	}
	return p
}

func (w world) wantIn(t testing.TB, held auth.Tokens) {
	t.Helper()
	if got := w.authenticate(t, held).User.ID; got != annID {
		t.Fatalf("got account %q, want %q", got, annID)
	}
}

func (w world) wantOut(t testing.TB, held auth.Tokens) {
	t.Helper()
	p, err := w.service.Authenticate(t.Context(), credentialOf(held))
	wantCode(t, err, domain.InvalidCredentials)
	if !p.Anonymous() {
		t.Fatalf("got account %q beside an error", p.User.ID)
	}
}

// events returns the audit trail.
func (w world) events(t testing.TB) []domain.Event {
	t.Helper()
	events, err := w.store.Events().List(t.Context(), "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// count returns how many events are of that kind and outcome.
func (w world) count(t testing.TB, kind, outcome string) int {
	t.Helper()
	n := 0
	for _, e := range w.events(t) {
		if e.Kind == kind && e.Outcome == outcome {
			n++
		}
	}
	return n
}

// refreshOf names the token that the holder of these tokens refreshes and logs out with.
func refreshOf(held auth.Tokens) auth.RefreshInput {
	if held.Mode == domain.ModeSession {
		return auth.RefreshInput{Mode: held.Mode, Token: held.Access}
	}
	return auth.RefreshInput{Mode: held.Mode, Token: held.Refresh}
}

func credentialOf(held auth.Tokens) auth.Credential {
	if held.Mode == domain.ModeSession {
		return auth.Credential{Cookie: held.Access}
	}
	return auth.Credential{Bearer: held.Access}
}

// wantCode ends the test unless err is a failure of that code; "" stands for success.
func wantCode(t testing.TB, err error, code domain.Code) *domain.Error {
	t.Helper()
	failure, _ := errors.AsType[*domain.Error](err)
	if err != nil && failure == nil {
		t.Fatalf("got %v, want a *domain.Error", err)
	}
	if got := codeOf(err); got != code {
		t.Fatalf("got code %q (%v, because of %v), want %q", got, err, errors.Unwrap(err), code)
	}
	return failure
}

func codeOf(err error) domain.Code {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return failure.Code
	}
	return ""
}

// intercepted puts hooks around every port.
func intercepted(h intercept.Hooks) func(*auth.Ports) {
	return func(p *auth.Ports) {
		store := intercept.Store(p.Work.(port.Store), h)
		p.Work, p.Repos, p.Sessions, p.Limiter, p.Events = store, store.Repos(), store.Sessions(), store.Limiter(), store.Events()
		p.Hasher = intercept.Hasher(p.Hasher, h)
		for i, checker := range p.PasswordCheckers {
			p.PasswordCheckers[i] = intercept.PasswordChecker(checker, h)
		}
		p.Issuer, p.Verifier = intercept.Issuer(p.Issuer, h), intercept.Verifier(p.Verifier, h)
	}
}

// valve is a pair of hooks that a test changes while the service runs. The zero valve lets
// everything through.
type valve struct {
	mu  sync.Mutex
	now intercept.Hooks
}

func (v *valve) set(h intercept.Hooks) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = h
}

func (v *valve) hooks() intercept.Hooks {
	ask := func(which func(intercept.Hooks) intercept.Hook) intercept.Hook {
		return func(ctx context.Context, method string) error {
			v.mu.Lock()
			hook := which(v.now)
			v.mu.Unlock()
			if hook == nil {
				return nil
			}
			return hook(ctx, method)
		}
	}
	return intercept.Hooks{
		Before: ask(func(h intercept.Hooks) intercept.Hook { return h.Before }),
		After:  ask(func(h intercept.Hooks) intercept.Hook { return h.After }),
	}
}

// logbook collects what a service logs, from every level.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logged makes the service write JSON lines to l.
func logged(l *logbook) func(*auth.Ports) {
	return func(p *auth.Ports) {
		p.Log = slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// race calls f from n goroutines at once and returns their errors.
func race(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

func countCodes(errs []error, code domain.Code) int {
	n := 0
	for _, err := range errs {
		if codeOf(err) == code {
			n++
		}
	}
	return n
}

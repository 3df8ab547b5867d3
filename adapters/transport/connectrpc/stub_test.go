package connectrpc_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// stubAPI knows nobody, and does as its functions say.
type stubAPI struct {
	auth.API
	login func(ctx context.Context, in auth.LoginInput) (auth.Tokens, error)
	list  func(q port.UserQuery)
}

func (s stubAPI) Authenticate(context.Context, auth.Credential) (auth.Principal, error) {
	return auth.Principal{}, nil
}

func (s stubAPI) Login(ctx context.Context, in auth.LoginInput) (auth.Tokens, error) {
	return s.login(ctx, in)
}

func (s stubAPI) ListAccounts(_ context.Context, _ auth.Principal, q port.UserQuery) ([]auth.Account, error) {
	s.list(q)
	return nil, nil
}

// serveStub serves api until the test ends.
func serveStub(t testing.TB, api stubAPI, changes ...func(*connectrpc.Config)) world {
	t.Helper()
	w := world{log: &fakes.Log{}, clock: fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC))}
	w.url = serve(t, w.config(changes...), api)
	return w
}

func newStub(t testing.TB, login func() (auth.Tokens, error)) world {
	t.Helper()
	return serveStub(t, stubAPI{login: func(context.Context, auth.LoginInput) (auth.Tokens, error) { return login() }})
}

const password = "correct horse & battery"

func loginInput() auth.LoginInput {
	return auth.LoginInput{Email: "ann@example.com", Password: password, Mode: domain.ModeJSON}
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

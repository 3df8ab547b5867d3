package auth_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// TestTransportContract tells every story of the inbound kit to the core itself.
func TestTransportContract(t *testing.T) {
	contract.RunTransport(t, func(t testing.TB, s auth.Settings) contract.World {
		elsewhere := fakes.NewOAuthProvider("GitHub")
		w := newWorld(t, s, func(p *auth.Ports) { p.OAuth = contract.OAuthPlaces(elsewhere.Named) })
		return contract.World{
			Client: contract.Direct(w.service), Browser: contract.DirectBrowser(w.service, domain.Client{}), Elsewhere: elsewhere.Elsewhere(), Clock: w.clock, Store: w.store, Hasher: w.hasher,
			Deliver: contract.DeliverWith(w.service),
			Mails:   func(testing.TB) []domain.Mail { return w.mailbox.Mails() },
		}
	}, contract.Expect(181))
}

// world is a service on the reference store and fakes.
type world struct {
	service *auth.Service
	ports   auth.Ports
	clock   *fakes.Clock
	store   port.Store
	hasher  *fakes.Hasher
	mailbox *fakes.Mailbox
	leaked  *fakes.PasswordChecker
}

func newWorld(t testing.TB, s auth.Settings, changes ...func(*auth.Ports)) world {
	t.Helper()
	w := world{
		clock:   fakes.NewClock(time.Date(2026, time.March, 14, 9, 26, 53, 589_793_000, time.UTC)),
		store:   refstore.New(),
		hasher:  fakes.NewHasher(2),
		mailbox: &fakes.Mailbox{},
		leaked:  fakes.NewPasswordChecker(port.PasswordBreached, leakedPassword),
	}
	tokens := fakes.NewTokens("a key for tests", "directus")
	w.ports = auth.Ports{
		Work: w.store, Repos: w.store.Repos(), Sessions: w.store.Sessions(), Limiter: w.store.Limiter(), Events: w.store.Events(),
		Hasher: w.hasher, Issuer: tokens, Verifier: tokens, Asserter: tokens, Clock: w.clock,
		Mailer: w.mailbox, Composer: fakes.Composer{}, PasswordCheckers: []port.PasswordChecker{w.leaked},
		Probes: []auth.Probe{{Name: "store", Ping: func(ctx context.Context) error { return w.store.Ping(ctx) }}},
		Log:    slog.New(slog.DiscardHandler),
	}
	for _, change := range changes {
		change(&w.ports)
	}
	w.service = auth.New(w.ports, s, newKeys(t, dataKey))
	return w
}

func newKeys(t testing.TB, current string, previous ...string) auth.Keys {
	t.Helper()
	var older [][]byte
	for _, p := range previous {
		older = append(older, []byte(p))
	}
	keys, err := auth.NewKeys([]byte(current), older...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

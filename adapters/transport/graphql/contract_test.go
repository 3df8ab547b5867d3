package graphql_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestContract tells every story of the inbound kit over a real listener.
func TestContract(t *testing.T) {
	contract.RunTransport(t, func(t testing.TB, s auth.Settings) contract.World {
		w := newWorld(t, s)
		return contract.World{
			Client: w.client, Browser: contract.DirectBrowser(w.service, domain.Client{IP: "127.0.0.1"}), Elsewhere: w.elsewhere.Elsewhere(), Clock: w.clock, Store: w.store, Hasher: w.hasher,
			Deliver: contract.DeliverWith(w.worker),
			Mails:   func(testing.TB) []domain.Mail { return w.mails.Mails() },
		}
	}, contract.Expect(181))
}

package connectrpc_test

import (
	"testing"

	"connectrpc.com/connect"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestContract tells every story of the inbound kit over a real listener, in each protocol.
func TestContract(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			contract.RunTransport(t, func(t testing.TB, s auth.Settings) contract.World {
				w := newWorld(t, s)
				return contract.World{
					Client: w.client(t, p), Browser: contract.DirectBrowser(w.service, domain.Client{IP: "127.0.0.1"}), Elsewhere: w.elsewhere.Elsewhere(), Clock: w.clock, Store: w.store, Hasher: w.hasher,
					Deliver: contract.DeliverWith(w.worker),
					Mails:   func(testing.TB) []domain.Mail { return w.mails.Mails() },
				}
			}, contract.Expect(181))
		})
	}
}

// protocol is a way in which calls travel.
type protocol struct {
	name    string
	h2c     bool
	options []connect.ClientOption
}

func protocols() []protocol {
	return []protocol{
		{"connect", false, nil},
		{"connect in json", false, []connect.ClientOption{connect.WithProtoJSON()}},
		{"grpc", true, []connect.ClientOption{connect.WithGRPC()}},
		{"grpc-web", false, []connect.ClientOption{connect.WithGRPCWeb()}},
	}
}

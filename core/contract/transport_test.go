package contract_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestAWorldNeedsAllOfItsMembers: a story on a world without one of them says which.
//
// Red when check leaves a member out, or tell does not call it.
func TestAWorldNeedsAllOfItsMembers(t *testing.T) {
	type client struct{ contract.Client }
	type browser struct{ contract.Browser }
	for name, empty := range map[string]func(*contract.World){
		"Client":          func(w *contract.World) { w.Client = nil },
		"Browser":         func(w *contract.World) { w.Browser = nil },
		"Elsewhere.Login": func(w *contract.World) { w.Elsewhere.Login = nil },
		"Elsewhere.Pull":  func(w *contract.World) { w.Elsewhere.Pull = nil },
		"Clock":           func(w *contract.World) { w.Clock = nil },
		"Store":           func(w *contract.World) { w.Store = nil },
		"Hasher":          func(w *contract.World) { w.Hasher = nil },
		"Deliver":         func(w *contract.World) { w.Deliver = nil },
		"Mails":           func(w *contract.World) { w.Mails = nil },
	} {
		got := record(t, contract.TransportCases()[0], func() contract.TransportOpener {
			return func(auth.Settings) contract.World {
				w := contract.World{
					Client: client{}, Browser: browser{}, Elsewhere: contract.Elsewhere{
						Login: func(testing.TB, string, contract.OAuthPerson) url.Values { return nil },
						Pull:  func(testing.TB, contract.OAuthLever) {},
					}, Clock: &fakes.Clock{}, Store: refstore.New(), Hasher: fakes.NewHasher(1),
					Deliver: func(testing.TB) {},
					Mails:   func(testing.TB) []domain.Mail { return nil },
				}
				empty(&w)
				return w
			}
		})
		if want := "the World has no " + name + "\n"; !got.Failed() || !strings.HasSuffix(got.said, want) {
			t.Errorf("got %q, want %q", got.said, want)
		}
	}
}

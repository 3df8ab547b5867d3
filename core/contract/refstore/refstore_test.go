package refstore_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestContract(t *testing.T) {
	contract.RunStore(t, func(t testing.TB) port.Store {
		s := refstore.New()
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	}, contract.Expect(575))
}

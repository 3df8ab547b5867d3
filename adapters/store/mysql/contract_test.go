package mysql_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

const kit = 575 // cases

func TestContract(t *testing.T) {
	fresh := &databases{server: plain.Get(t)}
	contract.RunStore(t, func(t testing.TB) port.Store { return open(t, fresh.take(t)) }, contract.Expect(kit))
}

// TestContractOnContraryServer is for what a server's settings can change: what it takes for
// equal, cuts, pads, commits and shows.
func TestContractOnContraryServer(t *testing.T) {
	fresh := &databases{server: contrary.Get(t)}
	contract.RunStore(t, func(t testing.TB) port.Store { return open(t, fresh.take(t)) }, contract.Expect(kit))
}

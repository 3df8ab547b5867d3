package memory_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/memory"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestContract(t *testing.T) {
	contract.RunStore(t, func(t testing.TB) port.Store { return open(t, memory.Config{}) }, contract.Expect(575))
}

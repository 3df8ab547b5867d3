package gotemplate

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/port"
)

func TestContract(t *testing.T) {
	contract.RunComposer(t, func(t testing.TB) port.MailComposer { return newComposer(t, Config{}) }, contract.Expect(10))
}

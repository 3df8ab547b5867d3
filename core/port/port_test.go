package port_test

import (
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

func TestSentinels(t *testing.T) {
	t.Run("none matches another", func(t *testing.T) {
		all := []error{port.ErrNotFound, port.ErrConflict, port.ErrStale, port.ErrExpired, port.ErrInvalid, port.ErrBusy}
		for i, a := range all {
			for j, b := range all {
				if got := errors.Is(a, b); got != (i == j) {
					t.Errorf("%v is %v: got %t", a, b, got)
				}
			}
		}
	})
}

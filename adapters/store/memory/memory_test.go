package memory_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/memory"
)

func open(t testing.TB, c memory.Config) *memory.Store {
	t.Helper()
	s, err := memory.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

package server

import (
	"context"
	"testing"
)

func TestEndsBefore(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	done := make(chan struct{})
	close(done)

	t.Run("takes what is done already for done in time, however late it looks", func(t *testing.T) {
		for i := range 100 { // a select alone would choose either
			if !endsBefore(ended, done) {
				t.Fatalf("look %d: got not done, want done", i)
			}
		}
	})
	t.Run("waits no longer than its context", func(t *testing.T) {
		if endsBefore(ended, make(chan struct{})) {
			t.Error("got done, want not done")
		}
	})
	t.Run("waits for what is not done yet", func(t *testing.T) {
		working := make(chan struct{})
		go close(working)
		if !endsBefore(t.Context(), working) {
			t.Error("got not done, want done")
		}
	})
}

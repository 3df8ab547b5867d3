package fiberhttp

import (
	"errors"
	"net"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// failingListener fails each time, and keeps when that was.
type failingListener struct {
	net.Listener
	err   error
	asked []time.Time
	last  int // after so many times it says that it is closed
}

func (l *failingListener) Accept() (net.Conn, error) {
	l.asked = append(l.asked, time.Now())
	if len(l.asked) == l.last {
		return nil, net.ErrClosed
	}
	return nil, l.err
}

func TestAccept(t *testing.T) {
	t.Run("waits twice as long after each failure, up to a second", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			listener := &failingListener{err: &net.OpError{Op: "accept", Err: syscall.EMFILE}, last: 12}
			failures := 0
			bounded := &boundedListener{Listener: listener, max: 1, failed: func(error) { failures++ }}
			if _, err := bounded.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v, want that the listener is closed", err)
			}
			var got []time.Duration
			for i, at := range listener.asked[1:] {
				got = append(got, at.Sub(listener.asked[i])/time.Millisecond)
			}
			if want := []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000}; !slices.Equal(got, want) {
				t.Errorf("got pauses of %d ms, want %d", got, want)
			}
			if failures != 11 {
				t.Errorf("got told of %d failures, want 11", failures)
			}
		})
	})
	t.Run("waits no longer when serving has ended", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			listener := &failingListener{err: syscall.ENFILE}
			ended := make(chan struct{})
			bounded := &boundedListener{Listener: listener, max: 1, failed: func(error) {}, ended: ended}
			began := time.Now()
			time.AfterFunc(7*time.Millisecond, func() { close(ended) })
			if _, err := bounded.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v, want that the listener is closed", err)
			}
			if took := time.Since(began); took != 7*time.Millisecond {
				t.Errorf("it took %v, want 7 ms", took)
			}
		})
	})
}

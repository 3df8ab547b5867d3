package contract

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// racers is how many goroutines compete in a case about concurrency.
const racers = 16

// outcomes is what the calls of a race returned, in the order of their numbers.
type outcomes []error

// race starts n goroutines on one signal, the i-th of which calls f(i), and waits for all
// of them. f must not end the case.
func race(t testing.TB, n int, f func(i int) error) outcomes {
	t.Helper()
	start := make(chan struct{})
	errs := make(outcomes, n)
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			errs[i] = f(i)
		})
	}
	ready.Wait()
	close(start)

	over := make(chan struct{})
	go func() {
		done.Wait()
		close(over)
	}()
	await(t, over, "concurrent calls")
	return errs
}

// await ends the case when done stays open for too long.
func await(t testing.TB, done <-chan struct{}, what string) {
	t.Helper()
	limit := time.NewTimer(patienceOf(t))
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
		t.Fatalf("%s did not return within %v", what, patienceOf(t))
	}
}

// want ends the case unless exactly n of the calls returned an error that matches target;
// nil stands for success.
func (o outcomes) want(t testing.TB, n int, target error) {
	t.Helper()
	got := 0
	for _, err := range o {
		if errors.Is(err, target) {
			got++
		}
	}
	if got != n {
		t.Fatalf("got %d calls of %d that returned %v, want %d; all: %v", got, len(o), target, n, []error(o))
	}
}

// winner returns the number of the one call that succeeded; want has checked that it is one.
func (o outcomes) winner() int {
	for i, err := range o {
		if err == nil {
			return i
		}
	}
	return -1
}

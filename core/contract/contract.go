// Package contract proves that an adapter keeps its word. Every sentence in the doc
// comments of package port is one Case here, with a permanent ID; every case is known to be
// able to fail, since package faulty has a fault that it catches. An adapter is done when
// its kit is green:
//
//	func TestContract(t *testing.T) {
//		contract.RunStore(t, func(t testing.TB) port.Store {
//			s, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "auth.db")})
//			if err != nil {
//				t.Fatal(err)
//			}
//			t.Cleanup(func() { s.Close() })
//			return s
//		}, contract.Expect(575))
//	}
package contract

import (
	"flag"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Case is one rule. Its ID is permanent: docs, skips and faults refer to it.
type Case[P any] struct {
	ID   string // "sessions/rotate/one-winner"
	Rule string // the sentence of the port's doc comment that it checks
	Run  func(t testing.TB, p P)
}

// Option changes how a kit is run.
type Option func(*options)

type options struct {
	skip     map[string]string // case ID to reason
	slow     int
	expected int // -1: not said
}

// Skip leaves one case out and says why in the test output. An ID that no case of the run
// has, or an empty reason, fails the run.
func Skip(id, reason string) Option {
	return func(o *options) { o.skip[id] = reason }
}

// Slow gives remote stores factor times as long in cases that wait for goroutines.
func Slow(factor int) Option {
	return func(o *options) { o.slow = factor }
}

// Expect makes the run fail unless exactly n cases have run, so that neither a case that
// vanishes from the kit nor one that is skipped goes unseen.
func Expect(n int) Option {
	return func(o *options) { o.expected = n }
}

// patience is how long a case waits for what should come at once.
const patience = 10 * time.Second

// caseT is the testing.TB of a case, with the patience that the adapter asks for.
type caseT struct {
	testing.TB
	patience time.Duration
}

// patienceOf returns how long a case that was given t may wait.
func patienceOf(t testing.TB) time.Duration {
	if c, ok := t.(caseT); ok {
		return c.patience
	}
	return patience
}

// run runs each case in a parallel subtest named by its ID, on a P of its own.
func run[P any](t *testing.T, name string, cases []Case[P], open func(t testing.TB) P, opts []Option) {
	t.Helper()
	o := options{skip: map[string]string{}, slow: 1, expected: -1}
	for _, opt := range opts {
		opt(&o)
	}
	checkSkips(t, cases, o.skip)

	var ran atomic.Int64
	t.Cleanup(func() { report(t, name, int(ran.Load()), o.expected) })
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			if reason, ok := o.skip[c.ID]; ok {
				t.Skipf("contract: left out: %s", reason)
			}
			t.Parallel()
			ran.Add(1)
			c.Run(caseT{t, patience * time.Duration(max(o.slow, 1))}, open(t))
		})
	}
}

func checkSkips[P any](t testing.TB, cases []Case[P], skip map[string]string) {
	t.Helper()
	known := map[string]bool{}
	for _, c := range cases {
		known[c.ID] = true
	}
	for id, reason := range skip {
		if !known[id] {
			t.Errorf("contract: Skip names %q, and this kit has no such case", id)
		}
		if reason == "" {
			t.Errorf("contract: Skip of %s gives no reason", id)
		}
	}
}

// report prints how many cases ran. It wants the expected number, unless whoever runs the
// test has asked for a part of it.
func report(t testing.TB, name string, ran, expected int) {
	t.Helper()
	t.Logf("contract: %s: %d cases", name, ran)
	if expected >= 0 && ran != expected && !partial() && !t.Failed() {
		t.Errorf("contract: %s: %d cases ran, want %d: has one vanished, or is one new?", name, ran, expected)
	}
}

// partial reports whether the command line asks for some subtests only.
func partial() bool {
	if f := flag.Lookup("test.skip"); f != nil && f.Value.String() != "" {
		return true
	}
	f := flag.Lookup("test.run")
	return f != nil && strings.Contains(f.Value.String(), "/")
}

// lift turns cases of a part into cases of the whole.
func lift[Whole, Part any](part func(Whole) Part, cases []Case[Part]) []Case[Whole] {
	lifted := make([]Case[Whole], len(cases))
	for i, c := range cases {
		lifted[i] = Case[Whole]{ID: c.ID, Rule: c.Rule, Run: func(t testing.TB, w Whole) {
			t.Helper()
			c.Run(t, part(w))
		}}
	}
	return lifted
}

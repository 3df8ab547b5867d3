package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/port"
)

// PasswordCheckerWorld is a port.PasswordChecker under test and the levers beside it.
type PasswordCheckerWorld struct {
	Checker port.PasswordChecker
	// Weakness is what Checker finds in each of Weak, of which there are two at least.
	Weakness port.PasswordWeakness
	Weak     []string
	// Break takes from Checker what it looks into, so that it cannot find out any more. It is
	// nil where a checker looks into nothing but itself: then no case asks for that.
	Break func(t testing.TB)
}

// RunPasswordChecker runs PasswordCheckerCases, each on what open returns.
func RunPasswordChecker(t *testing.T, open func(t testing.TB) PasswordCheckerWorld, opts ...Option) {
	t.Helper()
	run(t, "passwordchecker", PasswordCheckerCases(), open, opts)
}

// PasswordCheckerCases returns the rules of port.PasswordChecker.
func PasswordCheckerCases() []Case[PasswordCheckerWorld] {
	return slices.Concat(passwordCheckerCases(), passwordCheckerBrokenCases(), passwordCheckerMethods().cancelled())
}

// soundPasswords are random, and in no list.
func soundPasswords() []string {
	return []string{"nU4-qTz8-vR2k-Wb7x", "6fXo9 Lw3c rYp1 Hd5s", "plinth.oxbow.quaver.zenith.umber"}
}

// check returns what Checker finds in a password of somebody of whom about is known.
func (w PasswordCheckerWorld) check(t testing.TB, password string, about ...string) port.PasswordWeakness {
	t.Helper()
	return value(w.Checker.Check(t.Context(), port.PasswordCandidate{Password: password, About: about}))(t)
}

func passwordCheckerCases() []Case[PasswordCheckerWorld] {
	const rule = "Check returns what speaks against the password, or PasswordSound."
	return []Case[PasswordCheckerWorld]{
		{"passwordchecker/finds-weak-ones", rule, func(t testing.TB, w PasswordCheckerWorld) {
			if len(w.Weak) < 2 || w.Weakness == port.PasswordSound {
				t.Fatalf("got a world with %d weak passwords, %q, want two at least, and a weakness", len(w.Weak), w.Weakness)
			}
			for _, weak := range w.Weak {
				if got := w.check(t, weak); got != w.Weakness {
					t.Errorf("%q: got %q, want %q", weak, got, w.Weakness)
				}
			}
		}},
		{"passwordchecker/lets-sound-ones-be", rule, func(t testing.TB, w PasswordCheckerWorld) {
			for _, sound := range soundPasswords() {
				if got := w.check(t, sound); got != port.PasswordSound {
					t.Errorf("%q: got %q, want none", sound, got)
				}
			}
		}},
		{
			"passwordchecker/same-answer-again", "A candidate gets the same answer however often it is asked about.",
			func(t testing.TB, w PasswordCheckerWorld) {
				first := map[string]port.PasswordWeakness{}
				for range 3 {
					for _, password := range append(soundPasswords(), w.Weak...) {
						got := w.check(t, password)
						if before, asked := first[password]; asked && got != before {
							t.Fatalf("%q: got %q, want what it was before, %q", password, got, before)
						}
						first[password] = got
					}
				}
			},
		},
		{
			"passwordchecker/any-text", "Any text gets one: other scripts, NUL and the longest included.",
			func(t testing.TB, w PasswordCheckerWorld) {
				for _, text := range []string{
					"", "a", " ", "\x00", "pass\x00word", "\u043f\u0430\u0440\u043e\u043b\u044c123", "\u30d1\u30b9\u30ef\u30fc\u30c9", "a\u0308\u0301", "\u202egfedcba", "\U0001f511\U0001f511\U0001f511",
					"\u0130stanbul\u0130", "4@8({[<369!|17$5+0%2", "1.1.1.1.1", "19191919", strings.Repeat("4@8({[<369!|17$5+0%2 ", 48), strings.Repeat("a", 1024), strings.Repeat("\U0001f511", 256), strings.Repeat("1/1/11", 170),
				} {
					if _, err := w.Checker.Check(t.Context(), port.PasswordCandidate{Password: text, About: []string{text}}); err != nil {
						t.Errorf("%.40q: got error %v, want none", text, err)
					}
				}
			},
		},
		{
			"passwordchecker/knowing-the-person-does-not-help", "What is known about the person makes no password sound.",
			func(t testing.TB, w PasswordCheckerWorld) {
				for _, weak := range w.Weak {
					alone := w.check(t, weak)
					for _, about := range [][]string{{"ann@example.com", "Ann", "Brown"}, {"", "x", "\x00"}, w.Weak} {
						if got := w.check(t, weak, about...); got == port.PasswordSound && alone != port.PasswordSound {
							t.Errorf("%q, of %q: got %q, want %q as of nobody", weak, about, got, alone)
						}
					}
				}
			},
		},
		{
			"passwordchecker/callers-do-not-mix", "Methods are safe for concurrent use.",
			func(t testing.TB, w PasswordCheckerWorld) {
				passwords := slices.Concat(soundPasswords(), w.Weak)
				alone := make([]port.PasswordWeakness, len(passwords))
				for i, password := range passwords {
					alone[i] = w.check(t, password, "nobody")
				}
				race(t, racers, func(i int) error {
					at := i % len(passwords)
					c := port.PasswordCandidate{Password: passwords[at], About: []string{fmt.Sprintf("somebody-%d", i)}}
					got, err := w.Checker.Check(t.Context(), c)
					if err == nil && got != alone[at] {
						err = fmt.Errorf("%q: got %q, want what it is alone, %q", passwords[at], got, alone[at])
					}
					return err
				}).want(t, racers, nil)
			},
		},
	}
}

func passwordCheckerBrokenCases() []Case[PasswordCheckerWorld] {
	const needle = "xylo-7-phone"
	return []Case[PasswordCheckerWorld]{
		{
			"passwordchecker/broken-is-no-answer",
			"A checker that cannot find out returns an error that matches no sentinel, and PasswordSound beside it, which is no answer then: a password that nobody could look at is neither taken nor refused for good.",
			func(t testing.TB, w PasswordCheckerWorld) {
				if w.Break == nil {
					return
				}
				w.Break(t)
				for _, password := range append(soundPasswords(), w.Weak...) {
					got, err := w.Checker.Check(t.Context(), port.PasswordCandidate{Password: password})
					if err == nil || isSentinel(err) || got != port.PasswordSound {
						t.Fatalf("%q: got %q and error %v, want nothing and an error that is no sentinel", password, got, err)
					}
				}
			},
		},
		{
			"passwordchecker/errors-are-discreet", "No error holds any of the candidate.",
			func(t testing.TB, w PasswordCheckerWorld) {
				if w.Break != nil {
					w.Break(t)
				}
				done, cancel := context.WithCancel(t.Context())
				cancel()
				for _, ctx := range []context.Context{t.Context(), done} {
					_, err := w.Checker.Check(ctx, port.PasswordCandidate{Password: needle, About: []string{needle + "@example.com"}})
					if err != nil && strings.Contains(strings.ToLower(err.Error()), needle) {
						t.Errorf("got error %v, want it without the candidate", err)
					}
				}
			},
		},
	}
}

// isSentinel reports whether err is one of those that callers tell apart.
func isSentinel(err error) bool {
	return slices.ContainsFunc(sentinels(), func(sentinel error) bool { return errors.Is(err, sentinel) })
}

func passwordCheckerMethods() methods[PasswordCheckerWorld] {
	return methods[PasswordCheckerWorld]{
		port:      "passwordchecker",
		seed:      func(testing.TB, PasswordCheckerWorld) {},
		untouched: func(testing.TB, PasswordCheckerWorld) {}, // it keeps nothing
		list: []method[PasswordCheckerWorld]{
			{"Check", func(ctx context.Context, w PasswordCheckerWorld) error {
				return errorOf(w.Checker.Check(ctx, port.PasswordCandidate{Password: w.Weak[0]}))
			}},
		},
	}
}

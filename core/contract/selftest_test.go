package contract_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/faulty"
	"github.com/sallyport-auth/sallyport/core/contract/refstore"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// recorder stands in for *testing.T: it remembers that a case has failed instead of failing
// the test. Cases about concurrency report from several goroutines.
type recorder struct {
	testing.TB
	failed  atomic.Bool
	skipped atomic.Bool
	mu      sync.Mutex
	said    string
	cleanup []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Fail() { r.failed.Store(true) }

func (r *recorder) Failed() bool { return r.failed.Load() }

func (r *recorder) FailNow() {
	r.Fail()
	runtime.Goexit()
}

func (r *recorder) Log(args ...any) { r.say(fmt.Sprint(args...)) }

func (r *recorder) Logf(format string, args ...any) { r.say(fmt.Sprintf(format, args...)) }

func (r *recorder) Error(args ...any) {
	r.say(fmt.Sprint(args...))
	r.Fail()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.say(fmt.Sprintf(format, args...))
	r.Fail()
}

func (r *recorder) Fatal(args ...any) {
	r.say(fmt.Sprint(args...))
	r.FailNow()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.say(fmt.Sprintf(format, args...))
	r.FailNow()
}

func (r *recorder) SkipNow() {
	r.skipped.Store(true)
	runtime.Goexit()
}

func (r *recorder) Skip(...any) { r.SkipNow() }

func (r *recorder) Skipf(string, ...any) { r.SkipNow() }

func (r *recorder) Skipped() bool { return r.skipped.Load() }

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanup = append(r.cleanup, f)
}

func (r *recorder) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said += text + "\n"
}

// record runs a case on its own goroutine, which Fatal ends, and returns what came of it.
func record[P any](t testing.TB, c contract.Case[P], open func() P) *recorder {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(r, open())
	}()
	<-done
	for _, f := range slices.Backward(r.cleanup) {
		f()
	}
	return r
}

// red returns the IDs of the cases that fail on what open returns, with what they say.
func red[P any](t testing.TB, cases []contract.Case[P], open func() P) (ids []string, said map[string]string) {
	t.Helper()
	said = map[string]string{}
	for _, c := range cases {
		r := record(t, c, open)
		if r.Skipped() {
			t.Errorf("%s: skipped", c.ID)
		}
		if r.Failed() {
			ids = append(ids, c.ID)
			said[c.ID] = r.said
		}
	}
	slices.Sort(ids)
	return ids, said
}

func openStore() port.Store { return refstore.New() }

func openHasher() contract.HasherWorld {
	h := fakes.NewHasher(5)
	return contract.HasherWorld{
		Hasher: h, Weaker: fakes.NewHasher(2), Work: h.Work,
		Fill: func(testing.TB) func() { return h.Fill() },
	}
}

func openPasswordChecker() contract.PasswordCheckerWorld {
	c := fakes.NewPasswordChecker(port.PasswordBreached, "password1", "letmein99")
	return contract.PasswordCheckerWorld{
		Checker: c, Weakness: port.PasswordBreached, Weak: []string{"password1", "letmein99"},
		Break: func(testing.TB) { c.Break() },
	}
}

func openTokens() contract.TokensWorld {
	tokens := fakes.NewTokens("the key", "sallyport")
	return contract.TokensWorld{
		Issuer: tokens, Verifier: tokens, Asserter: tokens,
		ReadAssertion: func(_ testing.TB, token, audience string, now time.Time) (domain.Assertion, error) {
			return tokens.ReadAssertion(token, audience, now)
		},
		OtherKey:       fakes.NewTokens("another key", "sallyport"),
		OtherIssuer:    fakes.NewTokens("the key", "somebody else"),
		Unsigned:       func(_ testing.TB, c domain.Claims) string { return tokens.Unsigned(c) },
		OtherAlgorithm: func(_ testing.TB, c domain.Claims) string { return tokens.Signed("hs512", c) },
	}
}

func openMailer() contract.MailerWorld {
	box := &fakes.Mailbox{}
	return contract.MailerWorld{Mailer: box, Received: func(testing.TB) []domain.Mail { return box.Mails() }}
}

func openComposer() port.MailComposer { return fakes.Composer{} }

func openOAuth() contract.OAuthWorld { return fakes.NewOAuthProvider("GitHub").World() }

func openIDCases() []contract.Case[contract.OAuthWorld] {
	return slices.Concat(contract.OAuthProviderCases(), contract.OpenIDCases())
}

func openClock() port.Clock { return fakes.NewClock(time.Now()) }

// redOf returns the IDs of the cases that fail on f.
func redOf(t testing.TB, f faulty.Fault) (ids []string, said map[string]string) {
	t.Helper()
	switch {
	case f.Store != nil:
		return red(t, contract.StoreCases(), func() port.Store { return f.Store(openStore()) })
	case f.Hasher != nil:
		return red(t, contract.HasherCases(), func() contract.HasherWorld { return f.Hasher(openHasher()) })
	case f.PasswordChecker != nil:
		return red(t, contract.PasswordCheckerCases(), func() contract.PasswordCheckerWorld { return f.PasswordChecker(openPasswordChecker()) })
	case f.Tokens != nil:
		return red(t, contract.TokensCases(), func() contract.TokensWorld { return f.Tokens(openTokens()) })
	case f.Mailer != nil:
		return red(t, contract.MailerCases(), func() contract.MailerWorld { return f.Mailer(openMailer()) })
	case f.Composer != nil:
		return red(t, contract.ComposerCases(), func() port.MailComposer { return f.Composer(openComposer()) })
	case f.OAuth != nil:
		return red(t, openIDCases(), func() contract.OAuthWorld { return f.OAuth(openOAuth()) })
	case f.Clock != nil:
		return red(t, contract.ClockCases(), func() port.Clock { return f.Clock(openClock()) })
	}
	t.Errorf("fault %s is planted nowhere", f.Name)
	return nil, nil
}

// TestFaults is the kit's test of itself.
func TestFaults(t *testing.T) {
	t.Run("without a fault no case fails", func(t *testing.T) {
		wantGreen(t, contract.StoreCases(), openStore)
		wantGreen(t, contract.HasherCases(), openHasher)
		wantGreen(t, contract.PasswordCheckerCases(), openPasswordChecker)
		wantGreen(t, contract.TokensCases(), openTokens)
		wantGreen(t, contract.MailerCases(), openMailer)
		wantGreen(t, contract.ComposerCases(), openComposer)
		wantGreen(t, openIDCases(), openOAuth)
		wantGreen(t, contract.ClockCases(), openClock)
	})
	t.Run("each fault fails exactly the cases that it names", func(t *testing.T) {
		// Some cases wait for what must not come, so many faults are tried at a time.
		slots := make(chan struct{}, 64)
		var done sync.WaitGroup
		for _, f := range faulty.All() {
			slots <- struct{}{}
			done.Go(func() {
				defer func() { <-slots }()
				want := slices.Sorted(slices.Values(f.Turns))
				got, said := redOf(t, f)
				if !slices.Equal(got, want) {
					t.Errorf("%s: got failures of %q, want those of %q; they say %q", f.Name, got, want, said)
				}
			})
		}
		done.Wait()
	})
	t.Run("each case is caught by a fault", func(t *testing.T) {
		caught := map[string]bool{}
		for _, f := range faulty.All() {
			for _, id := range f.Turns {
				caught[id] = true
			}
		}
		for _, c := range contract.AllCases() {
			if !caught[c.ID] {
				t.Errorf("no fault makes %s fail", c.ID)
			}
		}
	})
	t.Run("each fault is about one rule", func(t *testing.T) {
		rules, names := map[string]string{}, map[string]bool{}
		for _, c := range contract.AllCases() {
			rules[c.ID] = c.Rule
		}
		for _, f := range faulty.All() {
			if names[f.Name] {
				t.Errorf("two faults are called %s", f.Name)
			}
			names[f.Name] = true
			if len(f.Turns) == 0 {
				t.Errorf("%s names no case", f.Name)
			}
			for _, id := range f.Turns {
				if rules[id] != rules[f.Turns[0]] {
					t.Errorf("%s names cases of the rules %q and %q", f.Name, rules[f.Turns[0]], rules[id])
				}
			}
		}
	})
}

func wantGreen[P any](t *testing.T, cases []contract.Case[P], open func() P) {
	t.Helper()
	if ids, said := red(t, cases, open); len(ids) > 0 {
		t.Errorf("got failures of %q; they say %q", ids, said)
	}
}

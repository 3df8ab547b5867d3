package auth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// oneGuess are settings under which one failed login on an account, or from an address, is
// the last for a minute.
func oneGuess() auth.Settings {
	s := auth.DefaultSettings()
	s.LoginAccount = port.Limit{Burst: 1, Every: time.Minute}
	s.LoginAddress = port.Limit{Burst: 1, Every: time.Minute}
	return s
}

func TestLoginLimits(t *testing.T) {
	from := func(w world, ip, email, password string) error {
		_, err := w.service.Login(t.Context(), auth.LoginInput{
			Email: email, Password: password, Mode: domain.ModeJSON, Client: domain.Client{IP: ip},
		})
		return err
	}

	t.Run("a busy hasher is 503 with a time to come back, and costs no attempt", func(t *testing.T) {
		w := newWorld(t, oneGuess())
		w.seedAnn(t, nil)
		release := w.hasher.Fill()
		for _, email := range []string{annEmail, "nobody@example.com", annEmail} {
			_, err := w.tryLogin(t, email, password, domain.ModeJSON)
			if failure := wantCode(t, err, domain.ServiceUnavailable); failure.RetryAfter <= 0 {
				t.Errorf("got a wait of %v, want one", failure.RetryAfter)
			}
		}
		release()
		w.login(t, domain.ModeJSON)
		if got := w.count(t, domain.EventLogin, domain.OutcomeFailure); got != 0 {
			t.Errorf("got %d events of failed logins, want none", got)
		}
	})
	t.Run("a store that is down costs no attempt", func(t *testing.T) {
		for _, method := range []string{"Users.ByEmail", "Hasher.Verify"} {
			var v valve
			w := newWorld(t, oneGuess(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			v.set(intercept.Hooks{Before: intercept.FailMethod(method, errBroken)})
			for range 3 {
				_, err := w.tryLogin(t, annEmail, password, domain.ModeJSON)
				wantCode(t, err, domain.ServiceUnavailable)
			}
			v.set(intercept.Hooks{})
			w.login(t, domain.ModeJSON)
		}
	})
	t.Run("a limiter that is down is 503, and no password is compared", func(t *testing.T) {
		var v valve
		var calls intercept.Recorder
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		work := w.hasher.Work()
		v.set(intercept.Hooks{Before: intercept.Chain(calls.Hook, intercept.FailMethod("Limiter.Take", errBroken))})
		for _, password := range []string{password, "wrong"} {
			_, err := w.tryLogin(t, annEmail, password, domain.ModeJSON)
			wantCode(t, err, domain.ServiceUnavailable)
		}
		if got := w.hasher.Work(); got != work {
			t.Errorf("got %d rounds of hashing, want none", got-work)
		}
		if got, want := calls.Calls(), []string{"Limiter.Take", "Limiter.Take"}; !slices.Equal(got, want) {
			t.Errorf("got calls %v, want %v", got, want)
		}
	})
	t.Run("an attempt that the second limit could not count is given back to the first", func(t *testing.T) {
		var v valve
		w := newWorld(t, oneGuess(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		v.set(intercept.Hooks{Before: intercept.FailNth(2, errBroken).Hook})
		_, err := w.tryLogin(t, annEmail, password, domain.ModeJSON)
		wantCode(t, err, domain.ServiceUnavailable)
		v.set(intercept.Hooks{})
		w.login(t, domain.ModeJSON)
	})
	t.Run("one limit off leaves the other on", func(t *testing.T) {
		for name, c := range map[string]struct {
			change       func(*auth.Settings)
			sameAccount  domain.Code
			otherAccount domain.Code
		}{
			"account off": {func(s *auth.Settings) { s.LoginAccount = port.Limit{} }, domain.RequestsExceeded, domain.RequestsExceeded},
			"address off": {func(s *auth.Settings) { s.LoginAddress = port.Limit{} }, domain.RequestsExceeded, domain.InvalidCredentials},
			"both off":    {func(s *auth.Settings) { s.LoginAccount, s.LoginAddress = port.Limit{}, port.Limit{} }, domain.InvalidCredentials, domain.InvalidCredentials},
		} {
			settings := oneGuess()
			c.change(&settings)
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			wantCode(t, from(w, "192.0.2.7", annEmail, "wrong"), domain.InvalidCredentials)
			if got := codeOf(from(w, "192.0.2.7", annEmail, "wrong")); got != c.sameAccount {
				t.Errorf("%s: got %q for the same account, want %q", name, got, c.sameAccount)
			}
			if got := codeOf(from(w, "192.0.2.7", "bob@example.com", "wrong")); got != c.otherAccount {
				t.Errorf("%s: got %q for another account, want %q", name, got, c.otherAccount)
			}
		}
	})
	t.Run("clients of one IPv6 network count together, clients without an address as well", func(t *testing.T) {
		settings := oneGuess()
		settings.LoginAccount = port.Limit{}
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		for _, pair := range [][2]string{{"2001:db8::1", "2001:db8::2"}, {"198.51.100.1", "::ffff:198.51.100.1"}, {"", "not an address"}} {
			wantCode(t, from(w, pair[0], annEmail, "wrong"), domain.InvalidCredentials)
			wantCode(t, from(w, pair[1], annEmail, password), domain.RequestsExceeded)
		}
		wantCode(t, from(w, "2001:db8:0:1::1", annEmail, password), "")
	})
}

func TestRehash(t *testing.T) {
	weak, err := fakes.NewHasher(1).Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, func(u *domain.User) { u.Password, u.Epoch = weak, 3 })

	first := w.login(t, domain.ModeJSON)
	stored := w.ann(t)
	t.Run("a login replaces a weaker hash", func(t *testing.T) {
		if stored.Password == weak || !strings.HasPrefix(stored.Password, "fake$2$") {
			t.Errorf("got hash %.7s, want one of the strength of today", stored.Password)
		}
	})
	t.Run("the epoch stays, and sessions live", func(t *testing.T) {
		if stored.Epoch != 3 {
			t.Errorf("got epoch %d, want 3", stored.Epoch)
		}
		w.wantIn(t, first)
		w.wantIn(t, w.refresh(t, first))
	})
	t.Run("it happens once, and the password is the same", func(t *testing.T) {
		w.login(t, domain.ModeJSON)
		if got := w.ann(t); got.Password != stored.Password || got.Version != stored.Version {
			t.Errorf("got version %d, want %d", got.Version, stored.Version)
		}
		_, err := w.tryLogin(t, annEmail, "wrong", domain.ModeJSON)
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("it is no changed password in the audit trail", func(t *testing.T) {
		if got := w.count(t, domain.EventPasswordChanged, domain.OutcomeSuccess); got != 0 {
			t.Errorf("got %d events, want none", got)
		}
	})
}

func TestTouch(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode)+"/at most once a minute", func(t *testing.T) {
			var calls intercept.Recorder
			w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: calls.Hook}))
			w.seedAnn(t, nil)
			seen := w.clock.Now()
			held := w.login(t, mode)
			for _, step := range []struct {
				wait    time.Duration
				touched bool
			}{{0, false}, {59 * time.Second, false}, {time.Second, true}, {30 * time.Second, false}, {30 * time.Second, true}} {
				w.clock.Advance(step.wait)
				if step.touched {
					seen = w.clock.Now()
				}
				calls.Reset()
				held = w.refresh(t, held)
				if got := slices.Contains(calls.Calls(), "Users.Touch"); got != step.touched {
					t.Errorf("after %v: got touched %t, want %t", step.wait, got, step.touched)
				}
				if got := w.ann(t).LastAccess; !got.Equal(seen) {
					t.Errorf("after %v: got last access %v, want %v", step.wait, got, seen)
				}
			}
		})
	}
}

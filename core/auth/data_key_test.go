package auth_test

import (
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	secondDataKey = "the second data key, which took its place"
	thirdDataKey  = "the third data key, which took place of that"
)

func TestDataKeyChange(t *testing.T) {
	settings := auth.DefaultSettings()
	begin := func(t *testing.T) world {
		w := newWorld(t, settings)
		w.seedAnn(t, nil)
		return w
	}
	second := func(t *testing.T, w world) world { return w.withKeys(t, settings, secondDataKey, dataKey) }

	for _, mode := range allModes() {
		t.Run(string(mode)+"/sessions live on, over two changes", func(t *testing.T) {
			w := begin(t)
			held := w.refresh(t, w.login(t, mode))
			for _, w := range []world{second(t, w), w.withKeys(t, settings, thirdDataKey, secondDataKey, dataKey)} {
				w.wantIn(t, held)
				w.clock.Advance(time.Hour)
				held = w.refresh(t, w.refresh(t, held))
				w.wantIn(t, held)
			}
			w.wantNoReuse(t)
		})
		t.Run(string(mode)+"/sessions that were never refreshed live on over two changes", func(t *testing.T) {
			w := begin(t)
			held := w.login(t, mode)
			w = w.withKeys(t, settings, thirdDataKey, secondDataKey, dataKey)
			w.wantIn(t, w.refresh(t, held))
		})
		t.Run(string(mode)+"/a lost answer gets its successor after the change", func(t *testing.T) {
			w := begin(t)
			first := w.login(t, mode)
			next := w.refresh(t, first)
			w = second(t, w)
			again := w.refresh(t, first)
			if again.Refresh != next.Refresh {
				t.Error("got another successor under the new key")
			}
			w.wantIn(t, again)
			w.wantIn(t, w.refresh(t, again))
			w.wantNoReuse(t)
		})
		t.Run(string(mode)+"/a token spent long ago ends the session after the change, too", func(t *testing.T) {
			w := begin(t)
			first := w.login(t, mode)
			next := w.refresh(t, first)
			w.clock.Advance(11 * time.Second)
			w = second(t, w)
			w.wantRefused(t, first)
			w.wantOut(t, next)
		})
		t.Run(string(mode)+"/logout works after the change", func(t *testing.T) {
			w := begin(t)
			held := w.login(t, mode)
			w = w.withKeys(t, settings, secondDataKey)
			w.logout(t, held)
			w.wantOut(t, held)
		})
	}

	t.Run("a slow tab is none the worse for a chain under two keys", func(t *testing.T) {
		w := begin(t)
		first := w.login(t, domain.ModeJSON)
		spent := w.refresh(t, first)
		w = second(t, w)
		current := w.refresh(t, spent)
		w.wantRefused(t, first)
		if again := w.refresh(t, spent); again.Refresh != current.Refresh {
			t.Error("got another successor of the token in between")
		}
		w.wantIn(t, w.refresh(t, current))
		w.wantNoReuse(t)
	})

	t.Run("without the previous key refresh tokens rotate on", func(t *testing.T) {
		for _, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie} {
			w := begin(t)
			held := w.refresh(t, w.login(t, mode))
			w = w.withKeys(t, settings, secondDataKey)
			w.wantIn(t, held)
			next := w.refresh(t, held)
			if again := w.refresh(t, held); again.Refresh != next.Refresh {
				t.Errorf("%s: got two successors of one token", mode)
			}
			w.wantIn(t, w.refresh(t, next))
		}
	})
	t.Run("without the previous key a session cookie is refused, and the next login is sound", func(t *testing.T) {
		w := begin(t)
		held := w.login(t, domain.ModeSession)
		w = w.withKeys(t, settings, secondDataKey)
		w.wantRefused(t, held)
		w.wantRefused(t, held)
		w.wantNoReuse(t)
		w.wantIn(t, w.refresh(t, w.login(t, domain.ModeSession)))
	})
	t.Run("a cookie ahead of the stored session is 503, and ends nothing", func(t *testing.T) {
		w := begin(t)
		first := w.login(t, domain.ModeSession)
		session := w.authenticate(t, first).Session
		second := w.refresh(t, first)
		// The rotation is lost, as in a fail-over to a replica that lags.
		if err := w.store.Sessions().Delete(t.Context(), session.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.store.Sessions().Create(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		_, err := w.tryRefresh(t, second)
		wantCode(t, err, domain.ServiceUnavailable)
		w.wantNoReuse(t)
		w.wantIn(t, first)
	})
}

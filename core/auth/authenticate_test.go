package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// signed returns a token that somebody made who has our secret.
func (w world) signed(t testing.TB, change func(*domain.Claims)) string {
	t.Helper()
	c := domain.Claims{Subject: annID, IssuedAt: w.clock.Now().Truncate(time.Second)}
	c.ExpiresAt = c.IssuedAt.Add(time.Hour)
	change(&c)
	return w.ports.Issuer.(*fakes.Tokens).Signed(fakes.Algorithm, c)
}

func TestTokensOfAnotherIssuersMaking(t *testing.T) {
	sessionless := func(*domain.Claims) {}
	accepting := auth.DefaultSettings()
	accepting.AcceptSessionless = true
	who := func(t *testing.T, w world, c auth.Credential) (domain.UserID, error) {
		t.Helper()
		p, err := w.service.Authenticate(t.Context(), c)
		if p.Session != (domain.Session{}) {
			t.Errorf("got session %q of a token without one", p.Session.ID)
		}
		return p.User.ID, err
	}

	t.Run("without a session are refused by default", func(t *testing.T) {
		w := newWorld(t, auth.DefaultSettings())
		w.seedAnn(t, nil)
		id, err := who(t, w, auth.Credential{Bearer: w.signed(t, sessionless)})
		if wantCode(t, err, domain.InvalidToken); id != "" {
			t.Errorf("got account %q beside an error", id)
		}
	})
	t.Run("without a session count until their end where the operator says so", func(t *testing.T) {
		w := newWorld(t, accepting)
		w.seedAnn(t, nil)
		token := w.signed(t, sessionless)
		for _, c := range []auth.Credential{{Bearer: token}, {Query: token}} {
			if id, err := who(t, w, c); id != annID || err != nil {
				t.Errorf("got account %q and error %v, want Ann's", id, err)
			}
		}
		w.clock.Set(w.clock.Now().Truncate(time.Second).Add(time.Hour))
		_, err := who(t, w, auth.Credential{Bearer: token})
		wantCode(t, err, domain.TokenExpired)
	})
	t.Run("without a session are no session cookie, and neither renew nor end anything", func(t *testing.T) {
		w := newWorld(t, accepting)
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeSession)
		token := w.signed(t, sessionless)
		_, err := who(t, w, auth.Credential{Cookie: token})
		wantCode(t, err, domain.InvalidCredentials)
		posing := auth.Tokens{Mode: domain.ModeSession, Access: token}
		w.wantRefused(t, posing)
		w.logout(t, posing)
		w.wantIn(t, held)
	})
	t.Run("count only for active accounts", func(t *testing.T) {
		w := newWorld(t, accepting)
		w.seedAnn(t, nil)
		token := w.signed(t, sessionless)
		for _, status := range []domain.Status{
			domain.StatusDraft, domain.StatusInvited, domain.StatusUnverified, domain.StatusSuspended, domain.StatusArchived, "",
		} {
			w.changeAnn(t, func(u *domain.User) { u.Status = status })
			_, err := who(t, w, auth.Credential{Bearer: token})
			wantCode(t, err, domain.InvalidCredentials)
		}
		for _, subject := range []domain.UserID{"", "nobody", domain.UserID(strings.Repeat("x", 300)), "nul\x00"} {
			_, err := who(t, w, auth.Credential{Bearer: w.signed(t, func(c *domain.Claims) { c.Subject = subject })})
			wantCode(t, err, domain.InvalidCredentials)
		}
	})
	t.Run("of somebody else's session are INVALID_TOKEN", func(t *testing.T) {
		w := newWorld(t, accepting)
		w.seedAnn(t, nil)
		for _, mode := range allModes() {
			held := w.login(t, mode)
			session := w.authenticate(t, held).Session
			token := w.signed(t, func(c *domain.Claims) {
				c.Subject, c.Session, c.Generation = "0195f2c6-7d7e-7a10-8000-0000000000b0", session.ID, session.Generation
			})
			_, err := w.service.Authenticate(t.Context(), auth.Credential{Bearer: token})
			wantCode(t, err, domain.InvalidToken)
			if mode == domain.ModeSession {
				w.wantRefused(t, auth.Tokens{Mode: mode, Access: token})
			}
			w.wantIn(t, w.refresh(t, held))
		}
	})
	t.Run("of a session that nobody could have are refused, and are no trouble of ours", func(t *testing.T) {
		w := newWorld(t, accepting)
		w.seedAnn(t, nil)
		for _, id := range []domain.SessionID{"gone", domain.SessionID(strings.Repeat("x", 300)), "nul\x00", "\xff"} {
			token := w.signed(t, func(c *domain.Claims) { c.Session = id })
			for _, c := range []auth.Credential{{Bearer: token}, {Cookie: token}} {
				_, err := w.service.Authenticate(t.Context(), c)
				wantCode(t, err, domain.InvalidCredentials)
			}
			posing := auth.Tokens{Mode: domain.ModeSession, Access: token}
			w.wantRefused(t, posing)
			w.logout(t, posing)
		}
	})
	t.Run("of a generation that never was do not authenticate", func(t *testing.T) {
		w := newWorld(t, accepting)
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeSession)
		session := w.authenticate(t, held).Session
		for _, generation := range []int64{-1, 1, 1 << 62} {
			token := w.signed(t, func(c *domain.Claims) { c.Session, c.Generation = session.ID, generation })
			_, err := w.service.Authenticate(t.Context(), auth.Credential{Cookie: token})
			wantCode(t, err, domain.InvalidCredentials)
		}
		w.wantIn(t, held)
	})
}

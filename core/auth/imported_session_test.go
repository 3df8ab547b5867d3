package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// importedToken is what another service handed out: 64 characters, none of them ours.
var importedToken = strings.Repeat("Zx-_09ab", 8)

// seedImported moves a session here, whose holder has importedToken.
func (w world) seedImported(t *testing.T) domain.SessionID {
	t.Helper()
	id, secret, ok := auth.SplitRefreshToken(importedToken)
	if !ok {
		t.Fatal("the token cannot be split")
	}
	now := w.clock.Now()
	session := domain.Session{
		ID: id, UserID: annID, Mode: domain.ModeImported, Secret: secret,
		CreatedAt: now, RotatedAt: now, ExpiresAt: now.Add(time.Hour), EndsAt: now.Add(48 * time.Hour),
	}
	if err := w.store.Sessions().Create(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	return id
}

// importedCookie is the cookie of the other service, which has our secret: it names the session by
// the whole token.
func (w world) importedCookie(t *testing.T, token string) auth.Tokens {
	t.Helper()
	now := w.clock.Now().Truncate(time.Second)
	text, err := w.ports.Issuer.Issue(t.Context(), domain.Claims{
		Subject: annID, Session: domain.SessionID(token), IssuedAt: now, ExpiresAt: now.Add(24 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return auth.Tokens{Mode: domain.ModeSession, Access: text}
}

func newImportedWorld(t *testing.T) world {
	t.Helper()
	w := newWorld(t, auth.DefaultSettings())
	w.seedAnn(t, nil)
	w.seedImported(t)
	return w
}

func TestAnImportedRefreshTokenGoesOn(t *testing.T) {
	for _, mode := range []domain.Mode{domain.ModeJSON, domain.ModeCookie} {
		t.Run(string(mode), func(t *testing.T) {
			w := newImportedWorld(t)
			old := auth.Tokens{Mode: mode, Refresh: importedToken}
			first := w.refresh(t, old)
			again := w.refresh(t, old) // the answer was lost
			if first.Refresh != again.Refresh || first.Mode != mode {
				t.Errorf("got another successor within the grace period, or mode %s", first.Mode)
			}
			w.wantIn(t, first)
			second := w.refresh(t, first)
			w.wantIn(t, second)
			w.wantRefused(t, w.importedCookie(t, importedToken)) // and no cookie of it goes on beside
		})
	}
}

func TestAnImportedRefreshTokenThatIsReusedEndsItsSession(t *testing.T) {
	w := newImportedWorld(t)
	old := auth.Tokens{Mode: domain.ModeJSON, Refresh: importedToken}
	held := w.refresh(t, old)
	w.clock.Advance(time.Minute)
	w.wantRefused(t, old)
	w.wantRefused(t, held)
}

// TestAnImportedCookieGoesOn is red when isImportedCurrent compares no secret, when modeBy takes no
// cookie of ours for an imported session, and when Authenticate passes its stored mode on.
func TestAnImportedCookieGoesOn(t *testing.T) {
	w := newImportedWorld(t)
	old := w.importedCookie(t, importedToken)
	w.wantIn(t, old)
	if got := w.authenticate(t, old).Session.Mode; got != domain.ModeSession {
		t.Errorf("got mode %q, want that of a cookie", got)
	}
	bearer := auth.Tokens{Mode: domain.ModeJSON, Access: old.Access}
	w.wantIn(t, bearer)

	first := w.refresh(t, old)
	w.wantIn(t, first)
	w.wantIn(t, old) // for a moment: requests are under way
	w.wantIn(t, w.refresh(t, old))
	second := w.refresh(t, first)
	w.wantIn(t, second)

	w.clock.Advance(time.Minute)
	w.wantOut(t, old)
	w.wantOut(t, first)
	w.wantIn(t, w.refresh(t, second))
	w.wantNoReuse(t)
	w.wantRefused(t, old) // spent long ago
	w.wantOut(t, second)
}

func TestAnImportedCookieIsRefusedWhere(t *testing.T) {
	other := importedToken[:22] + strings.Repeat("y", 42) // the same session
	t.Run("its secret is another", func(t *testing.T) {
		w := newImportedWorld(t)
		w.wantOut(t, w.importedCookie(t, other))
		w.wantIn(t, w.importedCookie(t, importedToken))
	})
	t.Run("the session goes on with a refresh token", func(t *testing.T) {
		w := newImportedWorld(t)
		held := w.refresh(t, auth.Tokens{Mode: domain.ModeJSON, Refresh: importedToken})
		w.wantOut(t, w.importedCookie(t, importedToken))
		w.wantIn(t, held)
	})
	t.Run("the session is none that was moved here", func(t *testing.T) {
		w := newImportedWorld(t)
		held := w.login(t, domain.ModeJSON)
		posing := w.importedCookie(t, held.Refresh)
		w.wantOut(t, posing)
		w.wantOut(t, auth.Tokens{Mode: domain.ModeJSON, Access: posing.Access})
		w.wantRefused(t, posing)
		w.wantIn(t, w.refresh(t, held))
	})
	t.Run("the session is over", func(t *testing.T) {
		w := newImportedWorld(t)
		w.clock.Advance(time.Hour)
		w.wantOut(t, w.importedCookie(t, importedToken))
	})
}

// TestSecurity41_NoTokenOfAnImportedSessionStandsInForAnother is red when modeBy takes every token
// for that of a cookie.
func TestSecurity41_NoTokenOfAnImportedSessionStandsInForAnother(t *testing.T) {
	w := newImportedWorld(t)
	held := w.refresh(t, auth.Tokens{Mode: domain.ModeJSON, Refresh: importedToken})
	posing := auth.Tokens{Mode: domain.ModeSession, Access: held.Access}
	w.wantOut(t, posing)
	w.wantRefused(t, posing)
	w.logout(t, posing)
	w.wantIn(t, held)

	w = newImportedWorld(t)
	cookie := w.refresh(t, w.importedCookie(t, importedToken))
	w.logout(t, auth.Tokens{Mode: domain.ModeJSON, Refresh: cookie.Access})
	w.wantIn(t, cookie)
}

func TestAnImportedSessionIsLoggedOutOf(t *testing.T) {
	for name, hold := range map[string]func(*testing.T, world) auth.Tokens{
		"with its refresh token": func(*testing.T, world) auth.Tokens {
			return auth.Tokens{Mode: domain.ModeJSON, Refresh: importedToken}
		},
		"with its cookie": func(t *testing.T, w world) auth.Tokens { return w.importedCookie(t, importedToken) },
		"with the cookie that replaced it": func(t *testing.T, w world) auth.Tokens {
			return w.refresh(t, w.importedCookie(t, importedToken))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newImportedWorld(t)
			held := hold(t, w)
			w.logout(t, held)
			w.wantRefused(t, held)
			w.wantOut(t, w.importedCookie(t, importedToken))
		})
	}
}

package auth_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func withoutGrace() auth.Settings {
	s := auth.DefaultSettings()
	s.RefreshGrace, s.SessionGrace = 0, 0
	return s
}

// Red when refreshToken.sessionID returns domain.SessionID(t.selector), and when
// startSession stores domain.SecretHash([]byte(token.secret)[:32]) for token.hash().
func TestSecurity19_NothingStoredOrLoggedHoldsARefreshToken(t *testing.T) {
	var log logbook
	w := newWorld(t, auth.DefaultSettings(), logged(&log))
	w.seedAnn(t, nil)
	begun := w.clock.Now()

	var handedOut []auth.Tokens
	keep := func(tokens auth.Tokens) auth.Tokens {
		handedOut = append(handedOut, tokens)
		return tokens
	}
	for _, mode := range allModes() {
		first := keep(w.login(t, mode))
		keep(w.refresh(t, first))
		second := keep(w.refresh(t, first)) // the same successor again
		third := keep(w.refresh(t, second))
		w.wantIn(t, third)
		w.clock.Advance(time.Hour)
		w.wantRefused(t, first) // a reuse
		w.logout(t, keep(w.login(t, mode)))
		_, err := w.loginBy(t, first.Device, annEmail, "wrong") // so that the limiter has its key
		wantCode(t, err, domain.InvalidCredentials)
		_, err = w.tryLogin(t, annEmail, "wrong "+password, mode)
		wantCode(t, err, domain.InvalidCredentials)
	}
	kept := keep(w.login(t, domain.ModeJSON))
	cookie := keep(w.login(t, domain.ModeSession))
	_, tokens, err := w.service.UpdateMe(t.Context(), w.authenticate(t, cookie), auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
	wantCode(t, err, "")
	keep(*tokens)
	w.wantRefused(t, kept)
	if err := w.store.Sessions().Create(t.Context(), domain.Session{ID: "left to look at"}); err != nil {
		t.Fatal(err)
	}

	// The whole store as Go prints it: rows, keys of the limiter, events. Byte arrays are
	// printed as text, too.
	stored := fmt.Sprintf("%+v\n%q", w.store, w.store)
	for _, want := range []string{"left to look at", "login-account:", "login-device:", domain.EventRefreshReuse, annEmail} {
		if !strings.Contains(stored, want) {
			t.Fatalf("%q is not in what was searched, so that the search proves nothing", want)
		}
	}
	if !strings.Contains(log.String(), domain.EventRefreshReuse) {
		t.Fatal("the log holds no event, so that the search proves nothing")
	}
	secrets := map[string]string{"password": password, "new password": newPassword}
	for i, tokens := range handedOut {
		secrets[fmt.Sprint("access token ", i)] = tokens.Access
		if tokens.Device != "" {
			secrets[fmt.Sprint("nonce of device ", i)] = tokens.Device[:22]
		}
		if tokens.Mode == domain.ModeSession {
			continue
		}
		secrets[fmt.Sprint("selector ", i)] = tokens.Refresh[:22]
		secrets[fmt.Sprint("secret ", i)] = tokens.Refresh[22:]
		secrets[fmt.Sprint("half a secret ", i)] = tokens.Refresh[22:43]

		claims, err := w.ports.Verifier.Verify(t.Context(), tokens.Access, begun)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(fmt.Sprintf("%+v", claims), tokens.Refresh[:22]) {
			t.Errorf("the claims of access token %d hold the selector", i)
		}
		if claims.Session != domain.SessionIDOf(tokens.Refresh[:22]) {
			t.Errorf("the claims of access token %d name another session", i)
		}
	}
	for what, secret := range secrets {
		for where, text := range map[string]string{"store": stored, "log": log.String()} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %s", where, what)
			}
		}
	}

	t.Run("tokens differ throughout", func(t *testing.T) {
		seen := map[string]bool{}
		for range 200 {
			tokens, err := w.tryLogin(t, annEmail, newPassword, domain.ModeJSON)
			wantCode(t, err, "")
			for range 3 {
				if seen[tokens.Refresh[22:]] || len(tokens.Refresh) != 64 {
					t.Fatalf("got a token of %d characters, seen before: %t", len(tokens.Refresh), seen[tokens.Refresh[22:]])
				}
				seen[tokens.Refresh[22:]] = true
				tokens = w.refresh(t, tokens)
			}
		}
	})
}

// Red when refreshToken derives no successor: "secret: token.secret".
func TestSecurity20_EachRefreshSpendsTheOldToken(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode), func(t *testing.T) {
			w := newWorld(t, withoutGrace())
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			seen := map[string]bool{refreshOf(held).Token: true}
			for range 5 {
				w.clock.Advance(time.Second)
				next := w.refresh(t, held)
				if token := refreshOf(next).Token; seen[token] {
					t.Fatal("got a token that was there before")
				} else {
					seen[token] = true
				}
				held = next
			}
			w.refresh(t, held)
			w.wantRefused(t, held)
		})
	}
}

// Red when rotate asks with "Old: session.Secret" for "Old: old".
func TestSecurity21_SpendingIsOneStepOverAllInstances(t *testing.T) {
	const users, rounds = 200, 20
	for _, mode := range allModes() {
		t.Run(string(mode)+"/without grace exactly one succeeds", func(t *testing.T) {
			settings := withoutGrace()
			settings.KeepReused = true // so that the rounds go on
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			instances := []world{w, w.withKeys(t, settings, dataKey), w.withKeys(t, settings, dataKey)}
			held := w.login(t, mode)
			for range rounds {
				w.clock.Advance(time.Second)
				got := make([]auth.Tokens, users)
				errs := race(users, func(i int) (err error) {
					got[i], err = instances[i%3].tryRefresh(t, held)
					return err
				})
				if a, b := countCodes(errs, ""), countCodes(errs, domain.InvalidCredentials); a != 1 || b != users-1 {
					t.Fatalf("got %d successes and %d refusals, want 1 and %d", a, b, users-1)
				}
				for i, err := range errs {
					if err == nil {
						held = got[i]
					}
				}
			}
			w.wantIn(t, held)
		})
		t.Run(string(mode)+"/with grace all get the one successor, which works once", func(t *testing.T) {
			settings := auth.DefaultSettings()
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			instances := []world{w, w.withKeys(t, settings, dataKey), w.withKeys(t, settings, dataKey)}
			held := w.login(t, mode)
			for range rounds {
				w.clock.Advance(time.Second)
				got := make([]auth.Tokens, users)
				errs := race(users, func(i int) (err error) {
					got[i], err = instances[i%3].tryRefresh(t, held)
					return err
				})
				if n := countCodes(errs, ""); n != users {
					t.Fatalf("got %d successes, want %d", n, users)
				}
				for _, tokens := range got {
					if refreshOf(tokens).Token != refreshOf(got[0]).Token {
						t.Fatal("got two successors of one token")
					}
				}
				held = got[0]
			}
			if got := w.authenticate(t, held).Session.Generation; got != rounds {
				t.Errorf("got %d rotations, want one a round: %d", got, rounds)
			}
		})
	}
}

// Red when endReused's "if !s.settings.KeepReused" loses its "!".
func TestSecurity22_ATokenSpentLongAgoEndsItsFamily(t *testing.T) {
	for _, mode := range allModes() {
		for _, presented := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s/token %d", mode, presented), func(t *testing.T) {
				w := newWorld(t, auth.DefaultSettings())
				w.seedAnn(t, nil)
				chain := []auth.Tokens{w.login(t, mode)}
				chain = append(chain, w.refresh(t, chain[0]))
				chain = append(chain, w.refresh(t, chain[1]))
				w.clock.Advance(10 * time.Second)
				w.wantIn(t, chain[2])
				w.wantRefused(t, chain[presented])
				for _, tokens := range chain {
					w.wantRefused(t, tokens)
					w.wantOut(t, tokens)
				}
				if got := w.count(t, domain.EventRefreshReuse, domain.OutcomeFailure); got != 1 {
					t.Errorf("got %d events of a reuse, want 1", got)
				}
			})
		}
	}
}

// Red when rotate's read-back takes whatever is stored for what was planned, and when
// refreshToken rotates before it signs.
func TestSecurity24_ARotationThatFailedHasNotHappened(t *testing.T) {
	for _, mode := range allModes() {
		for _, method := range []string{"Sessions.Get", "Users.ByID", "Roles.ByID", "Issuer.Issue"} {
			t.Run(string(mode)+"/"+method, func(t *testing.T) {
				var v valve
				w := newWorld(t, withoutGrace(), intercepted(v.hooks()))
				w.seedAnn(t, func(u *domain.User) { u.Role = domain.AdministratorRole })
				held := w.login(t, mode)
				v.set(intercept.Hooks{Before: intercept.FailMethod(method, errBroken)})
				_, err := w.tryRefresh(t, held)
				wantCode(t, err, domain.ServiceUnavailable)
				v.set(intercept.Hooks{})
				w.clock.Advance(time.Minute)
				w.wantIn(t, w.refresh(t, w.refresh(t, held)))
				w.wantNoReuse(t)
			})
		}
		t.Run(string(mode), func(t *testing.T) {
			var v valve
			w := newWorld(t, withoutGrace(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.Rotate", errBroken)})
			for range 3 {
				w.clock.Advance(time.Minute)
				_, err := w.tryRefresh(t, held)
				wantCode(t, err, domain.ServiceUnavailable)
				w.wantIn(t, held)
			}
			v.set(intercept.Hooks{})
			held = w.refresh(t, w.refresh(t, held))
			if got := w.authenticate(t, held).Session.Generation; got != 2 {
				t.Errorf("got generation %d, want 2", got)
			}
		})
	}
}

// Red when rotate ends in invalidCredentials(err) for unavailable(...). That an outcome is
// read back where it can be is told by TestRotationOfUnknownOutcome.
func TestSecurity26_AnUnknownOutcomeIs503AndRevokesNothing(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode), func(t *testing.T) {
			var v valve
			w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			// The commit's answer is lost, and so is the connection from then on.
			v.set(intercept.Hooks{After: func(_ context.Context, method string) error {
				if method == "Sessions.Rotate" {
					v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.Get", errBroken)})
					return errBroken
				}
				return nil
			}})
			_, err := w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			// Nor is anybody out who asks meanwhile.
			_, err = w.tryRefresh(t, held)
			wantCode(t, err, domain.ServiceUnavailable)
			_, err = w.service.Authenticate(t.Context(), credentialOf(held))
			wantCode(t, err, domain.ServiceUnavailable)
			v.set(intercept.Hooks{})
			w.wantIn(t, w.refresh(t, w.refresh(t, held)))
			w.wantNoReuse(t)
		})
	}
}

// Red when Logout calls DeleteUser(ctx, session.UserID, "") for Delete(ctx, id), and when
// it does not delete.
func TestSecurity27_LogoutEndsItsSessionAndNoOther(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode)+"/whichever token it gets", func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, nil)
			other := w.login(t, mode)
			for _, pick := range []int{0, 1, 2} {
				chain := []auth.Tokens{w.login(t, mode)}
				chain = append(chain, w.refresh(t, chain[0]))
				chain = append(chain, w.refresh(t, chain[1]))
				w.clock.Advance(time.Minute)
				w.logout(t, chain[pick])
				for _, tokens := range chain {
					w.wantOut(t, tokens)
					w.wantRefused(t, tokens)
				}
			}
			w.wantIn(t, w.refresh(t, other))
			w.wantNoReuse(t)
		})
		t.Run(string(mode)+"/beside a refresh on another instance", func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, nil)
			elsewhere := w.withKeys(t, auth.DefaultSettings(), dataKey)
			other := w.login(t, mode)
			for range 100 {
				held := w.login(t, mode)
				got := make([]auth.Tokens, 8)
				errs := race(8, func(i int) (err error) {
					if i == 0 {
						return w.service.Logout(t.Context(), refreshOf(held))
					}
					got[i], err = elsewhere.tryRefresh(t, held)
					return err
				})
				wantCode(t, errs[0], "")
				for i, tokens := range got {
					if i > 0 && errs[i] == nil {
						w.wantOut(t, tokens)
						w.wantRefused(t, tokens)
					}
				}
				w.wantRefused(t, held)
			}
			w.wantIn(t, w.refresh(t, other))
		})
	}
}

// Red when withEpoch's "after.Epoch++" is gone.
func TestSecurity28_ANewPasswordEndsAllSessions(t *testing.T) {
	changes := map[string]func(w world, me auth.Principal) error{
		"owner": func(w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(newPassword)}, domain.Client{})
			return err
		},
		"owner, the same again": func(w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Password: new(password)}, domain.Client{})
			return err
		},
		"owner, address": func(w world, me auth.Principal) error {
			_, _, err := w.service.UpdateMe(t.Context(), me, auth.ProfilePatch{Email: new("anna@example.com")}, domain.Client{})
			return err
		},
		"operator": func(w world, _ auth.Principal) error {
			_, err := w.service.SetPassword(t.Context(), annEmail, newPassword)
			return err
		},
	}
	for name, change := range byAdministrator() {
		changes[name] = func(w world, _ auth.Principal) error { return change(t, w) }
	}
	for name, change := range changes {
		t.Run(name+"/also where the rows cannot be removed", func(t *testing.T) {
			var v valve
			w := newWorld(t, atOnce(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			var all []auth.Tokens
			for _, mode := range allModes() {
				first := w.login(t, mode)
				all = append(all, first, w.refresh(t, first))
			}
			v.set(intercept.Hooks{Before: intercept.FailMethod("Sessions.DeleteUser", errBroken)})
			wantCode(t, change(w, w.authenticate(t, all[1])), "")
			for _, held := range all {
				w.wantOut(t, held)
				w.wantRefused(t, held)
			}
		})
		t.Run(name+"/also a login that is under way with the old one", func(t *testing.T) {
			var v valve
			w := newWorld(t, atOnce(), intercepted(v.hooks()))
			w.seedAnn(t, nil)
			me := w.authenticate(t, w.login(t, domain.ModeJSON))
			v.set(intercept.Hooks{Before: once("Sessions.Create", func() {
				v.set(intercept.Hooks{})
				wantCode(t, change(w, me), "")
			})})
			late := w.login(t, domain.ModeJSON)
			w.wantOut(t, late)
			w.wantRefused(t, late)
		})
	}
}

// Red when sessionAndUser's "user.Status != domain.StatusActive ||" is gone.
func TestSecurity29_WhoIsSuspendedOrGoneIsOutAtOnce(t *testing.T) {
	out := func(t *testing.T, w world, all []auth.Tokens) {
		t.Helper()
		for _, held := range all {
			w.wantOut(t, held)
			w.wantRefused(t, held)
		}
		_, err := w.tryLogin(t, annEmail, password, domain.ModeJSON)
		wantCode(t, err, domain.InvalidCredentials)
	}
	begin := func(t *testing.T, v *valve) (world, []auth.Tokens) {
		t.Helper()
		w := newWorld(t, auth.DefaultSettings(), intercepted(v.hooks()))
		w.seedAnn(t, nil)
		var all []auth.Tokens
		for _, mode := range allModes() {
			all = append(all, w.login(t, mode))
		}
		return w, all
	}
	for _, status := range []domain.Status{
		domain.StatusSuspended, domain.StatusArchived, domain.StatusDraft, domain.StatusInvited, domain.StatusUnverified,
	} {
		t.Run(string(status), func(t *testing.T) {
			w, all := begin(t, &valve{})
			w.changeAnn(t, func(u *domain.User) { u.Status = status })
			out(t, w, all)
		})
	}
	t.Run("deleted", func(t *testing.T) {
		var v valve
		w, all := begin(t, &v)
		gone := fmt.Errorf("store: %w", port.ErrNotFound)
		v.set(intercept.Hooks{Before: intercept.Chain(intercept.FailMethod("Users.ByID", gone), intercept.FailMethod("Users.ByEmail", gone))})
		out(t, w, all)
	})
}

// Red when Logout does not delete the session.
func TestSecurity30_LogoutAlsoEndsAccessTokenAndCookie(t *testing.T) {
	for _, mode := range allModes() {
		t.Run(string(mode), func(t *testing.T) {
			w := newWorld(t, auth.DefaultSettings())
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			me := w.authenticate(t, held)
			w.logout(t, held)
			for _, c := range []auth.Credential{{Bearer: held.Access}, {Query: held.Access}, {Cookie: held.Access}} {
				p, err := w.service.Authenticate(t.Context(), c)
				wantCode(t, err, domain.InvalidCredentials)
				if !p.Anonymous() {
					t.Errorf("got account %q beside an error", p.User.ID)
				}
			}
			w.wantRefused(t, held)
			if _, err := w.store.Sessions().Get(t.Context(), me.Session.ID, w.clock.Now()); err == nil {
				t.Error("the session is still stored")
			}
		})
	}
}

// Red when idleEnd's "ttl := s.settings.RefreshTTL" takes AbsoluteTTL, and when issue's
// "min(ttl, session.EndsAt.Sub(now))" is ttl alone.
func TestSecurity31_SessionsHaveAnIdleAndAnAbsoluteEnd(t *testing.T) {
	settings := auth.DefaultSettings()
	settings.AccessTTL = 30 * time.Second
	settings.RefreshTTL, settings.SessionTTL, settings.AbsoluteTTL = 2*time.Minute, 2*time.Minute, 5*time.Minute

	for _, mode := range allModes() {
		t.Run(string(mode)+"/idle", func(t *testing.T) {
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			w.clock.Advance(2*time.Minute - time.Second)
			held = w.refresh(t, held)
			w.clock.Advance(2 * time.Minute)
			w.wantRefused(t, held)
			w.wantNoReuse(t)
		})
		t.Run(string(mode)+"/absolute, which no rotation moves", func(t *testing.T) {
			w := newWorld(t, settings)
			w.seedAnn(t, nil)
			held := w.login(t, mode)
			end := w.clock.Now().Add(settings.AbsoluteTTL)
			for w.clock.Now().Before(end.Add(-time.Minute)) {
				w.clock.Advance(time.Minute)
				held = w.refresh(t, held)
			}
			w.clock.Set(end.Add(-10 * time.Second))
			held = w.refresh(t, held)
			if held.TTL > 10*time.Second || held.RefreshTTL > 10*time.Second {
				t.Errorf("got %v and %v to live, want no longer than the session: 10s", held.TTL, held.RefreshTTL)
			}
			w.wantIn(t, held)
			w.clock.Set(end)
			w.wantRefused(t, held)
			if _, err := w.service.Authenticate(t.Context(), credentialOf(held)); err == nil {
				t.Error("the session is over, and its token lets in")
			}
		})
	}
}

// Red when Authenticate's "if isCookie && session.Mode != domain.ModeSession" asks for
// "== domain.ModeSession", when refreshCookie's "session.Mode != domain.ModeSession ||" is
// gone, and when Logout does not compare the modes.
func TestSecurity41_NoTokenStandsInForAnother(t *testing.T) {
	for _, mode := range allModes() {
		for _, rotations := range []int{0, 1, 2} {
			t.Run(fmt.Sprintf("%s/after %d rotations", mode, rotations), func(t *testing.T) {
				w := newWorld(t, auth.DefaultSettings())
				w.seedAnn(t, nil)
				held := w.login(t, mode)
				for range rotations {
					held = w.refresh(t, held)
				}
				for what, token := range w.textsOf(t, held) {
					for _, as := range allModes() {
						ownPurpose := what == "access" && mode == domain.ModeSession && as == domain.ModeSession ||
							what == "refresh" && as != domain.ModeSession
						if ownPurpose {
							continue
						}
						posing := auth.RefreshInput{Mode: as, Token: token}
						if _, err := w.service.Refresh(t.Context(), posing); codeOf(err) != domain.InvalidCredentials {
							t.Errorf("%s refreshes as %s: %v", what, as, err)
						}
						wantCode(t, w.service.Logout(t.Context(), posing), "")
					}
					for place, c := range map[string]auth.Credential{"header": {Bearer: token}, "query": {Query: token}, "cookie": {Cookie: token}} {
						ownPurpose := what == "access" && (place != "cookie" || mode == domain.ModeSession)
						if _, err := w.service.Authenticate(t.Context(), c); err == nil && !ownPurpose {
							t.Errorf("%s authenticates in the %s", what, place)
						}
					}
				}
				w.wantIn(t, held) // none of it ended anything
				w.wantIn(t, w.refresh(t, held))
				w.wantNoReuse(t)
			})
		}
	}
}

// textsOf returns what somebody might try in place of a token, by name.
func (w world) textsOf(t *testing.T, held auth.Tokens) map[string]string {
	t.Helper()
	session := w.authenticate(t, held).Session
	texts := map[string]string{
		"access": held.Access, "session ID": string(session.ID),
		"session ID and secret": string(session.ID) + strings.Repeat("x", 42), "stored hash": string(session.Secret[:]),
	}
	if held.Mode != domain.ModeSession {
		texts["refresh"] = held.Refresh
	}
	return texts
}

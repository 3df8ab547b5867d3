package auth_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// linking is a world in which Ann is logged in, in the session of held.
type linking struct {
	elsewhere
	held auth.Tokens
	ann  auth.Principal
}

func newLinking(t testing.TB, ports ...func(*auth.Ports)) linking {
	t.Helper()
	e := newElsewhere(t, nil, ports...)
	e.seedAnn(t, nil)
	held := e.login(t, domain.ModeSession)
	return linking{e, held, e.authenticate(t, held)}
}

// begun returns the callback of a link that Ann has begun, and bob ended at the provider.
func (l linking) begun(t testing.TB, who contract.OAuthPerson) auth.OAuthCallback {
	t.Helper()
	begun, err := l.service.BeginOAuthLink(t.Context(), l.ann, auth.OAuthBegin{Provider: "GitHub", Redirect: "/account"})
	wantCode(t, err, "")
	return l.back(t, begun, who)
}

func (l linking) wantIdentities(t testing.TB, want int) {
	t.Helper()
	list, err := l.store.Repos().Identities.OfUser(t.Context(), annID)
	if err != nil || len(list) != want {
		t.Errorf("got identities %+v and error %v, want %d", list, err, want)
	}
}

// TestSecurity64_ALinkEndsWithItsSession: what was begun at a browser is nothing to who sits
// there next.
//
// Red when beginOAuth seals no Session, when finishLink does not call sessionAndUser or
// checkStillThere, and when BeginOAuthLink does not look at the principal's session.
func TestSecurity64_ALinkEndsWithItsSession(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, l linking, c *auth.OAuthCallback){
		"logout": func(t *testing.T, l linking, _ *auth.OAuthCallback) { l.logout(t, l.held) },
		"logout and another login": func(t *testing.T, l linking, c *auth.OAuthCallback) {
			l.logout(t, l.held)
			c.Session = l.login(t, domain.ModeSession).Access
		},
		"all sessions ended elsewhere": func(t *testing.T, l linking, _ *auth.OAuthCallback) {
			wantCode(t, l.service.EndSessions(t.Context(), auth.Principal{User: l.ann.User}, "", visitor), "")
		},
		"a new epoch": func(t *testing.T, l linking, _ *auth.OAuthCallback) {
			l.changeAnn(t, func(u *domain.User) { u.Epoch++ })
		},
		"suspended": func(t *testing.T, l linking, _ *auth.OAuthCallback) {
			l.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
		},
		"somebody else at the browser": func(t *testing.T, l linking, c *auth.OAuthCallback) {
			_, err := l.service.CreateUser(t.Context(), auth.NewUser{Email: "cid@example.com", Password: password})
			wantCode(t, err, "")
			cid, err := l.tryLogin(t, "cid@example.com", password, domain.ModeSession)
			wantCode(t, err, "")
			c.Session = cid.Access
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLinking(t)
			c := l.begun(t, bob)
			end(t, l, &c)
			finished, err := l.service.FinishOAuth(t.Context(), c)
			if wantCode(t, err, domain.InvalidCredentials); finished.Linked {
				t.Error("got a link beside an error")
			}
			l.wantIdentities(t, 0)
			if n := l.count(t, domain.EventIdentityLinked, domain.OutcomeFailure); n != 1 {
				t.Errorf("got %d events of a refused link, want 1", n)
			}
		})
	}
	for name, session := range map[string]func(l linking) string{
		"the same session":       func(l linking) string { return l.held.Access },
		"a cookie of nobody":     func(linking) string { return "nonsense" },
		"no cookie of a session": func(linking) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLinking(t)
			c := l.begun(t, bob)
			c.Session = session(l)
			_, err := l.service.FinishOAuth(t.Context(), c)
			wantCode(t, err, "")
			l.wantIdentities(t, 1)
		})
	}
	t.Run("who has no session begins none", func(t *testing.T) {
		l := newLinking(t)
		_, err := l.service.BeginOAuthLink(t.Context(), auth.Principal{User: l.ann.User}, auth.OAuthBegin{Provider: "GitHub"})
		wantCode(t, err, domain.Forbidden)
	})
}

// Red when linkIn or unlinkIn queues nothing, and when link or UnlinkIdentity loses
// beginNotifiedChange.
func TestSecurity55_TheOwnerIsToldOfLoginsElsewhere(t *testing.T) {
	t.Run("of one more and of one less", func(t *testing.T) {
		l := newLinking(t)
		_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
		wantCode(t, err, "")
		wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor), "")
		wantNotices(t, l.world, ", there is another way in", ", there is one way in less")
	})
	t.Run("of one that was linked by the address", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		e.seedAnn(t, nil)
		e.wantFinish(t, annElsewhere, "")
		wantNotices(t, e.world, ", there is another way in")
	})
	t.Run("not of what changes nothing", func(t *testing.T) {
		l := newLinking(t)
		l.link(t, "GitHub", bob.Subject, annID)
		for range 2 * auth.DefaultSettings().NoticeAccount.Burst {
			_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
			wantCode(t, err, "")
		}
		wantNotices(t, l.world)
	})
	t.Run("as often as of other changes", func(t *testing.T) {
		limit := auth.DefaultSettings().NoticeAccount
		l := newLinking(t)
		for n := range limit.Burst {
			if n%2 == 0 {
				_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
				wantCode(t, err, "")
			} else {
				wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor), "")
			}
		}
		wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor), domain.RequestsExceeded)
		other := bob
		other.Subject = "2002"
		_, err := l.service.FinishOAuth(t.Context(), l.begun(t, other))
		wantCode(t, err, domain.RequestsExceeded)
	})
}

// Red when UnlinkIdentity counts before it looks, or link does not forgive a refusal.
func TestWhatIsRefusedIsNoNotifiedChange(t *testing.T) {
	burst := auth.DefaultSettings().NoticeAccount.Burst
	t.Run("an unlink", func(t *testing.T) {
		l := newLinking(t)
		l.link(t, "GitHub", bob.Subject, annID)
		l.changeAnn(t, func(u *domain.User) { u.Password = "" })
		for range 2 * burst {
			wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor), domain.UnprocessableContent)
			wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "Google", visitor), domain.Forbidden)
			wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "nobody", visitor), domain.Forbidden)
		}
		l.link(t, "Google", "1", annID)
		wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor), "")
	})
	t.Run("a link", func(t *testing.T) {
		l := newLinking(t)
		for i := range auth.MaxIdentities {
			l.link(t, "GitHub", fmt.Sprint(i), annID)
		}
		for range 2 * burst {
			_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
			wantCode(t, err, domain.Forbidden)
		}
		wantCode(t, l.store.Repos().Identities.Unlink(t.Context(), "GitHub", "0"), "")
		_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
		wantCode(t, err, "")
	})
	t.Run("by one who is refused although there is nothing left to take", func(t *testing.T) {
		l := newLinking(t)
		for n := range burst {
			if n%2 == 0 {
				_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
				wantCode(t, err, "")
			} else {
				wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor), "")
			}
		}
		wantCode(t, l.service.UnlinkIdentity(t.Context(), l.ann, "nobody", visitor), domain.Forbidden)
	})
}

// wantNotices wants mails of these subjects to Ann, in any order, and no others.
func wantNotices(t testing.TB, w world, want ...string) {
	t.Helper()
	for w.deliver(t).More {
	}
	var got []string
	for _, mail := range w.mailbox.Mails() {
		if mail.To != annEmail {
			t.Errorf("got a mail to %s", mail.To)
		}
		got = append(got, mail.Subject)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got mails %q, want %q", got, want)
	}
}

// TestLinkMeetsAnotherChange: red when link does not try again, or linkIn does not call check.
func TestLinkMeetsAnotherChange(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*domain.User)
		want   domain.Code
	}{
		"of the first name":  {func(u *domain.User) { u.FirstName = "Anna" }, ""},
		"that ends sessions": {func(u *domain.User) { u.Email, u.EmailProven, u.Epoch = "anna@example.com", false, u.Epoch+1 }, domain.InvalidCredentials},
		"that shuts out":     {func(u *domain.User) { u.Status = domain.StatusSuspended }, domain.InvalidCredentials},
	} {
		for way, callback := range map[string]func(t *testing.T, l linking) auth.OAuthCallback{
			"by address": func(t *testing.T, l linking) auth.OAuthCallback { return l.back(t, l.begin(t, ""), annElsewhere) },
			"asked for":  func(t *testing.T, l linking) auth.OAuthCallback { return l.begun(t, annElsewhere) },
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				const idle, armed, beaten, changed = 0, 1, 2, 3
				var step atomic.Int32
				var l linking
				l = newLinking(t, intercepted(intercept.Hooks{Before: func(_ context.Context, method string) error {
					switch {
					case method == "Users.Update" && step.CompareAndSwap(armed, beaten):
						return port.ErrStale
					case method == "UnitOfWork.Do" && step.CompareAndSwap(beaten, changed):
						l.changeAnn(t, c.change)
					}
					return nil
				}}))
				l.ports.OAuth[0].LinkByEmail = true
				callback := callback(t, l)
				step.Store(armed)
				_, err := l.service.FinishOAuth(t.Context(), callback)
				if wantCode(t, err, c.want); step.Load() != changed {
					t.Fatal("nobody tried again")
				}
				step.Store(idle)
				l.wantIdentities(t, map[domain.Code]int{"": 1}[c.want])
			})
		}
	}
}

// Red when linkIn does not count, or counts those of other providers.
func TestAnAccountHasSoManyIdentitiesAtAProvider(t *testing.T) {
	l := newLinking(t)
	for i := range auth.MaxIdentities {
		l.link(t, "Google", fmt.Sprint(i), annID)
		if i > 0 {
			l.link(t, "GitHub", fmt.Sprint(i), annID)
		}
	}
	_, err := l.service.FinishOAuth(t.Context(), l.begun(t, bob))
	wantCode(t, err, "")
	other := bob
	other.Subject = "2002"
	_, err = l.service.FinishOAuth(t.Context(), l.begun(t, other))
	if failure := wantCode(t, err, domain.Forbidden); failure.Reason == "" {
		t.Error("got no reason")
	}
	l.wantIdentities(t, 2*auth.MaxIdentities)
}

// Red when hasWayIn does not look at the password or at the provider, and when it takes a second
// factor, which its owner can show, for a way that is shut.
func TestTheLastWayInIsOneThatLetsIn(t *testing.T) {
	for name, c := range map[string]struct {
		password, secondFactor, elsewhere bool
		want                              domain.Code
	}{
		"a password":                     {password: true},
		"a password and a second factor": {password: true, secondFactor: true},
		"a provider":                     {elsewhere: true},
		"a provider and a second factor": {elsewhere: true, secondFactor: true},
		"nothing":                        {want: domain.UnprocessableContent},
		"nothing and a second factor":    {secondFactor: true, want: domain.UnprocessableContent},
	} {
		t.Run(name, func(t *testing.T) {
			e := newElsewhere(t, func(p *auth.OAuthPlace) { p.RequireOTP = true })
			e.seedAnn(t, nil)
			var f factor
			if c.secondFactor {
				f = e.enableTFA(t)
			}
			if !c.password {
				e.changeAnn(t, func(u *domain.User) { u.Password = "" })
			}
			e.link(t, "Google", "1", annID)
			if c.elsewhere {
				e.link(t, "GitHub", annElsewhere.Subject, annID)
			}
			err := e.service.UnlinkIdentity(t.Context(), auth.Principal{User: e.ann(t)}, "Google", visitor)
			wantCode(t, err, c.want)
			otp := ""
			if c.secondFactor {
				otp = e.code(f.secret)
			}
			switch {
			case c.password:
				e.wantLogin(t, otp, "")
			case c.elsewhere:
				begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: "/home", OTP: otp})
				wantCode(t, err, "")
				_, err = e.service.FinishOAuth(t.Context(), e.back(t, begun, annElsewhere))
				wantCode(t, err, "")
			}
		})
	}
}

// Red when unlinkIn or removeIn changes an identity before the user: of two that change the same
// account, one would wait for the other with what that waits for.
func TestTheUserIsChangedBeforeItsIdentities(t *testing.T) {
	var made intercept.Recorder
	l := newLinking(t, intercepted(intercept.Hooks{Before: made.Hook}))
	c := l.begun(t, bob)
	root, err := l.service.CreateUser(t.Context(), auth.NewUser{Email: rootEmail, Password: password, Admin: true})
	wantCode(t, err, "")
	for _, step := range []struct {
		first, then string
		act         func() error
	}{
		{"Users.Update", "Identities.Link", func() error { _, err := l.service.FinishOAuth(t.Context(), c); return err }},
		{"Users.Update", "Identities.Unlink", func() error { return l.service.UnlinkIdentity(t.Context(), l.ann, "GitHub", visitor) }},
		{"Users.Delete", "Identities.Unlink", func() error {
			l.link(t, "GitHub", "9", annID)
			return l.service.DeleteAccount(t.Context(), auth.Principal{User: root}, annID, visitor)
		}},
	} {
		made.Reset()
		wantCode(t, step.act(), "")
		calls := made.Calls()
		if i, j := slices.Index(calls, step.first), slices.Index(calls, step.then); i < 0 || j < i {
			t.Errorf("got calls %q, want %s before %s", calls, step.first, step.then)
		}
	}
}

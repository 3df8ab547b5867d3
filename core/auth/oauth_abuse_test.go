package auth_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// TestSecurity67_AnAddressThatNobodyProvedOpensNothing: whoever has an account gives it the
// address of somebody else, and waits for them.
//
// Red when mayAdopt does not look at EmailProven, UpdateMe leaves it alone or looks at the case of
// the address, patched sets it without a new address or for everybody, or storeProvenIn, patched, createUser or register
// does not set it.
func TestSecurity67_AnAddressThatNobodyProvedOpensNothing(t *testing.T) {
	took := func(t *testing.T, e elsewhere) {
		t.Helper()
		e.seedAnn(t, nil)
		ann := e.authenticate(t, e.login(t, domain.ModeSession))
		_, _, err := e.service.UpdateMe(t.Context(), ann, auth.ProfilePatch{Email: new(bob.Email)}, visitor)
		wantCode(t, err, "")
	}
	root := func(t *testing.T, e elsewhere) auth.Principal {
		t.Helper()
		user, err := e.service.CreateUser(t.Context(), auth.NewUser{Email: rootEmail, Password: password, Admin: true})
		wantCode(t, err, "")
		return auth.Principal{User: user}
	}
	for name, c := range map[string]struct {
		make func(t *testing.T, e elsewhere)
		want domain.Code
	}{
		"their own, changed to another's": {took, domain.InvalidCredentials},
		"their own, changed by a permission": {func(t *testing.T, e elsewhere) {
			e.seedReaders(t)
			_, err := e.service.CreatePermission(t.Context(), root(t, e), auth.PermissionPatch{
				Role: new(readers), Collection: new(domain.CollectionUsers), Action: new(domain.ActionUpdate), Fields: &[]string{"email"},
			}, visitor)
			wantCode(t, err, "")
			e.seedAnn(t, func(u *domain.User) { u.Role = readers })
			_, err = e.service.UpdateAccount(t.Context(), auth.Principal{User: e.ann(t)}, annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(bob.Email)}}, visitor)
			wantCode(t, err, "")
		}, domain.InvalidCredentials},
		"one that was there before anybody kept that": {func(t *testing.T, e elsewhere) {
			e.seedAnn(t, func(u *domain.User) { u.Email, u.EmailProven = domain.Email(bob.Email), false })
		}, domain.InvalidCredentials},
		"changed to another's, and reset by its owner's mail": {func(t *testing.T, e elsewhere) {
			took(t, e)
			e.deliver(t) // the notices of that
			e.forgot(t, bob.Email)
			e.deliver(t)
			wantCode(t, e.service.Reset(t.Context(), e.resetToken(t), newPassword, visitor), "")
		}, ""},
		"made by an administrator": {func(t *testing.T, e elsewhere) {
			_, err := e.service.CreateAccount(t.Context(), root(t, e), auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(bob.Email)}}, visitor)
			wantCode(t, err, "")
		}, ""},
		"given by an administrator": {func(t *testing.T, e elsewhere) {
			e.seedAnn(t, func(u *domain.User) { u.EmailProven = false })
			_, err := e.service.UpdateAccount(t.Context(), root(t, e), annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(bob.Email)}}, visitor)
			wantCode(t, err, "")
		}, ""},
		"made by nobody, whom the public role lets": {func(t *testing.T, e elsewhere) {
			e.grant(t, root(t, e), grant("", domain.CollectionUsers, domain.ActionCreate, "", "email", "password"))
			_, err := e.service.CreateAccount(t.Context(), auth.Principal{}, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(bob.Email), Password: new(newPassword)}}, visitor)
			wantCode(t, err, "")
		}, domain.InvalidCredentials},
		"given by who may write addresses": {func(t *testing.T, e elsewhere) {
			e.seedAnn(t, nil)
			e.grant(t, root(t, e), grant("", domain.CollectionUsers, domain.ActionUpdate, "", "email"))
			_, err := e.service.UpdateAccount(t.Context(), auth.Principal{}, annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(bob.Email)}}, visitor)
			wantCode(t, err, "")
		}, domain.InvalidCredentials},
		"sent back by an administrator's form": {func(t *testing.T, e elsewhere) {
			took(t, e)
			same := auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(strings.ToUpper(bob.Email)), FirstName: new("Bob")}}
			_, err := e.service.UpdateAccount(t.Context(), root(t, e), annID, same, visitor)
			wantCode(t, err, "")
		}, domain.InvalidCredentials},
		"proved, and written by its owner in other case": {func(t *testing.T, e elsewhere) {
			e.seedAnn(t, func(u *domain.User) { u.Email = domain.Email(bob.Email) })
			ann, err := e.tryLogin(t, bob.Email, password, domain.ModeSession)
			wantCode(t, err, "")
			_, _, err = e.service.UpdateMe(t.Context(), e.authenticate(t, ann), auth.ProfilePatch{Email: new(strings.ToUpper(bob.Email))}, visitor)
			wantCode(t, err, "")
		}, ""},
		"of an account of which an administrator has changed the name": {func(t *testing.T, e elsewhere) {
			took(t, e)
			_, err := e.service.UpdateAccount(t.Context(), root(t, e), annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Bob")}}, visitor)
			wantCode(t, err, "")
		}, domain.InvalidCredentials},
		"made by an operator": {func(t *testing.T, e elsewhere) {
			_, err := e.service.CreateUser(t.Context(), auth.NewUser{Email: bob.Email, Password: password})
			wantCode(t, err, "")
		}, ""},
		"registered from another provider": {func(t *testing.T, e elsewhere) {
			e.ports.OAuth[0].AllowRegistration = true
			other := bob
			other.Subject = "2002"
			e.wantFinish(t, other, "")
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := newElsewhere(t, func(p *auth.OAuthPlace) { p.LinkByEmail = true })
			c.make(t, e)
			before := e.users(t)
			_, err := e.finish(t, bob)
			failure := wantCode(t, err, c.want)
			if c.want != "" && failure.Reason != auth.AddressTaken.Error() {
				t.Errorf("got reason %q, want %q", failure.Reason, auth.AddressTaken.Error())
			}
			if e.users(t) != before {
				t.Error("got another account")
			}
		})
	}
}

// TestSecurity67_WhoeverProvesAnAddressHasTheAccountAlone: whoever waits in an account for the
// owner of its address is out when that one comes.
//
// Red when storeProvenIn leaves the StaticToken, or does not call unlinkFormerOwner, and when it does
// either in an account whose address is proved already.
func TestSecurity67_WhoeverProvesAnAddressHasTheAccountAlone(t *testing.T) {
	const token = "a-static-token-of-whoever-waits"
	hash := domain.HashSecret(token)
	kinds := []string{domain.EventIdentityUnlinked, domain.EventIdentityUnlinked, domain.EventTokenRemoved}
	for name, c := range map[string]struct {
		proven bool
		want   domain.Code
		kinds  []string
	}{
		"an address that nobody had proved": {false, domain.InvalidCredentials, kinds},
		"an address that was proved before": {true, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := newElsewhere(t, func(p *auth.OAuthPlace) { p.LinkByEmail = true })
			e.seedAnn(t, func(u *domain.User) {
				u.Email, u.EmailProven, u.StaticToken = domain.Email(bob.Email), c.proven, &hash
			})
			e.link(t, "GitHub", annElsewhere.Subject, annID)
			e.link(t, "gone", "1", annID)
			e.forgot(t, bob.Email)
			e.deliver(t)
			wantCode(t, e.service.Reset(t.Context(), e.resetToken(t), newPassword, visitor), "")

			var got []string
			for _, event := range e.events(t) {
				if slices.Contains(kinds, event.Kind) && event.Subject == annID && event.Actor == annID {
					got = append(got, event.Kind)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.kinds) {
				t.Errorf("got events %q, want %q", got, c.kinds)
			}
			_, err := e.service.Authenticate(t.Context(), auth.Credential{Bearer: token})
			wantCode(t, err, c.want)
			_, err = e.finish(t, annElsewhere)
			wantCode(t, err, c.want)
			if finished := e.wantFinish(t, bob, ""); e.authenticate(t, finished.Tokens).User.ID != annID {
				t.Error("got another account for the address, want the one that has proved it")
			}
		})
	}
}

// Red when linkByEmail does not call admit before link.
func TestSecurity67_ARefusedLoginLinksNothing(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, e elsewhere)
		want    domain.Code
	}{
		"suspended": {func(t *testing.T, e elsewhere) {
			e.changeAnn(t, func(u *domain.User) { u.Status = domain.StatusSuspended })
		}, domain.InvalidCredentials},
		"with a second factor": {func(t *testing.T, e elsewhere) { e.enableTFA(t) }, domain.InvalidOTP},
	} {
		t.Run(name, func(t *testing.T) {
			e := newElsewhere(t, func(p *auth.OAuthPlace) { allowed(p); p.RequireOTP = true })
			e.seedAnn(t, nil)
			c.prepare(t, e)
			e.wantFinish(t, annElsewhere, c.want)
			if list, err := e.store.Repos().Identities.OfUser(t.Context(), annID); err != nil || len(list) != 0 {
				t.Errorf("got identities %+v and error %v, want none", list, err)
			}
			events := e.events(t)
			if last := events[len(events)-1]; last.Kind != domain.EventLogin || last.Outcome != domain.OutcomeFailure || last.Subject != annID {
				t.Errorf("got event %+v, want a refused login of Ann's account", last)
			}
		})
	}
}

// Red when linkByEmail lets in without the code, or asks for it twice.
func TestAnAddressThatOpensAnAccountAsksForItsSecondFactor(t *testing.T) {
	e := newElsewhere(t, func(p *auth.OAuthPlace) { allowed(p); p.RequireOTP = true })
	e.seedAnn(t, nil)
	f := e.enableTFA(t)
	for _, c := range []struct {
		otp  string
		want domain.Code
	}{{e.wrong(f.secret), domain.InvalidOTP}, {e.code(f.secret), ""}, {"", domain.InvalidOTP}, {f.recovery[0], ""}} {
		begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: "/home", OTP: c.otp})
		wantCode(t, err, "")
		_, err = e.service.FinishOAuth(t.Context(), e.back(t, begun, annElsewhere))
		wantCode(t, err, c.want)
	}
}

// Red when register does not look at Admin of the role.
func TestSecurity67_NobodyBecomesAnAdministratorByRegistering(t *testing.T) {
	const bosses = domain.RoleID("0195f2c6-7d7e-7a10-8000-0000000000ad")
	e := newElsewhere(t, func(p *auth.OAuthPlace) { allowed(p); p.DefaultRole = bosses })
	if err := e.store.Repos().Roles.Create(t.Context(), domain.Role{ID: bosses, Name: "Bosses", App: true, Admin: true}); err != nil {
		t.Fatal(err)
	}
	e.wantFinish(t, bob, domain.InvalidCredentials)
	if n := e.users(t); n != 0 {
		t.Errorf("got %d accounts, want none", n)
	}
}

// TestSecurity69_CallbacksThatFailAreCounted: each is a row, an event and a question to the
// provider, and whoever sends it can make it fail in any way.
//
// Red when FinishOAuth forgives more than success, records what has no state of ours, or records
// a refused state before it is counted.
func TestSecurity69_CallbacksThatFailAreCounted(t *testing.T) {
	burst := auth.DefaultSettings().LoginAddress.Burst
	for name, c := range map[string]struct {
		spoil func(e elsewhere, c *auth.OAuthCallback)
		free  bool // refused before anything is counted or written
	}{
		"no cookie":                       {func(_ elsewhere, c *auth.OAuthCallback) { c.Cookie = "" }, true},
		"a forged cookie":                 {func(_ elsewhere, c *auth.OAuthCallback) { c.Cookie = "x" + c.Cookie }, true},
		"another state":                   {func(_ elsewhere, c *auth.OAuthCallback) { c.State = "x" }, false},
		"another provider's":              {func(_ elsewhere, c *auth.OAuthCallback) { c.Provider = "Google" }, false},
		"error=server_error":              {func(_ elsewhere, c *auth.OAuthCallback) { c.Code, c.Error = "", "server_error" }, false},
		"error=access_denied":             {func(_ elsewhere, c *auth.OAuthCallback) { c.Code, c.Error = "", "access_denied" }, false},
		"junk":                            {func(_ elsewhere, c *auth.OAuthCallback) { c.Code = "junk" }, false},
		"junk while the provider is down": {func(e elsewhere, c *auth.OAuthCallback) { c.Code = "junk"; e.provider.Pull("down") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			var made intercept.Recorder
			e := newElsewhere(t, nil, intercepted(intercept.Hooks{Before: made.Hook}))
			begun := make([]auth.OAuthCallback, 2*burst)
			for i := range begun {
				begun[i] = e.back(t, e.begin(t, "/home"), bob)
				begun[i].Client = visitor
			}
			limited := 0
			for _, callback := range begun {
				c.spoil(e, &callback)
				_, err := e.service.FinishOAuth(t.Context(), callback)
				if codeOf(err) == domain.RequestsExceeded {
					limited++
				} else if err == nil {
					t.Fatal("got no error")
				}
			}
			if c.free {
				if calls := made.Calls(); limited != 0 || len(calls) != 0 {
					t.Errorf("got %d turned away, and calls %q, want none", limited, calls)
				}
				return
			}
			if limited != burst {
				t.Errorf("got %d turned away of %d, want %d", limited, len(begun), burst)
			}
			if n := len(e.events(t)); n > burst+1 { // and one of the limit
				t.Errorf("got %d events, want at most %d", n, burst+1)
			}
		})
	}
	t.Run("success is free", func(t *testing.T) {
		e := newElsewhere(t, allowed)
		for range burst + 1 {
			e.wantFinish(t, bob, "")
		}
	})
}

// Red when EndSessions does not spend the codes.
func TestEndingAllSessionsEndsAppCodes(t *testing.T) {
	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	e := newElsewhere(t, nil)
	e.seedAnn(t, nil)
	e.link(t, "GitHub", annElsewhere.Subject, annID)
	begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: appURL, AppChallenge: s256(verifier)})
	wantCode(t, err, "")
	finished, err := e.service.FinishOAuth(t.Context(), e.back(t, begun, annElsewhere))
	wantCode(t, err, "")
	wantCode(t, e.service.EndSessions(t.Context(), auth.Principal{User: e.ann(t)}, "", visitor), "")
	_, err = e.service.ExchangeOAuthCode(t.Context(), auth.OAuthCode{Code: finished.AppCode, Verifier: verifier, Client: visitor})
	wantCode(t, err, domain.InvalidCredentials)
}

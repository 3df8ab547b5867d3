package auth_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/contract/intercept"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func (w world) verify(t *testing.T, held auth.Tokens, collection string, action domain.Action) (auth.Visitor, error) {
	t.Helper()
	in := auth.VerifyInput{Collection: collection, Action: action}
	if held.Access != "" {
		in.Credential = credentialOf(held)
	}
	return w.service.Verify(t.Context(), in)
}

func TestVerify(t *testing.T) {
	t.Run("lets in whom a permission lets", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t,
			grant("", "articles", domain.ActionRead, "", "*"),
			grant(editors, "articles", domain.ActionUpdate, "", "*"))
		root, err := w.tryLogin(t, rootEmail, password, domain.ModeJSON)
		wantCode(t, err, "")
		bob, err := w.tryLogin(t, "bob@example.com", password, domain.ModeJSON)
		wantCode(t, err, "")
		ann := w.login(t, domain.ModeSession)
		for _, one := range []struct {
			who        string
			held       auth.Tokens
			collection string
			action     domain.Action
			want       domain.Code
		}{
			{"", auth.Tokens{}, "", "", domain.InvalidCredentials},
			{"", auth.Tokens{}, "articles", "read", ""},
			{"", auth.Tokens{}, "articles", "update", domain.InvalidCredentials},
			{"", auth.Tokens{}, "Articles", "read", domain.InvalidCredentials},
			{"ann", ann, "", "", ""},
			{"ann", ann, "articles", "update", ""},
			{"ann", ann, "articles", "read", domain.Forbidden}, // that is of those who have no role
			{"ann", ann, "articles", "delete", domain.Forbidden},
			{"bob", bob, "articles", "read", ""},
			{"bob", bob, "articles", "update", domain.Forbidden},
			{"root", root, "anything", "delete", ""},
			{"root", root, domain.CollectionUsers, "read", domain.InvalidQuery},
			{"ann", ann, "articles", "", domain.InvalidQuery},
			{"ann", ann, "", "read", domain.InvalidQuery},
			{"ann", ann, "articles", "share", domain.InvalidQuery},
			{"ann", ann, "a b", "read", domain.InvalidQuery},
			{"", auth.Tokens{Mode: domain.ModeJSON, Access: "nonsense"}, "articles", "read", domain.InvalidCredentials},
		} {
			for range 2 { // and again, when it is remembered
				_, err := w.verify(t, one.held, one.collection, one.action)
				if failure := codeOf(err); failure != one.want {
					t.Errorf("%s, %s %s: got %q, want %q", one.who, one.action, one.collection, failure, one.want)
				}
			}
		}
		got, err := w.verify(t, ann, "", "")
		if wantCode(t, err, ""); got.User.ID != annID || got.Role.Name != "Editors" {
			t.Errorf("got %+v, want Ann of the editors", got)
		}
	})
	t.Run("tells no address that is not proved", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t)
		w.changeAnn(t, func(u *domain.User) { u.EmailProven = false })
		held := w.login(t, domain.ModeJSON)
		for range 2 { // and again, when it is remembered
			got, err := w.verify(t, held, "", "")
			wantCode(t, err, "")
			if got.User.ID != annID || got.User.Email != "" {
				t.Errorf("got %q with the address %q, want Ann without one", got.User.ID, got.User.Email)
			}
		}
	})
	ends := map[string]func(t *testing.T, w world, root auth.Principal, held auth.Tokens){
		"logout": func(t *testing.T, w world, _ auth.Principal, held auth.Tokens) { w.logout(t, held) },
		"another's end": func(t *testing.T, w world, root auth.Principal, _ auth.Tokens) {
			wantCode(t, w.service.EndSessions(t.Context(), root, annID, domain.Client{}), "")
		},
		"suspension": func(t *testing.T, w world, root auth.Principal, _ auth.Tokens) {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Status: new(domain.StatusSuspended)}, domain.Client{})
			wantCode(t, err, "")
		},
		"a new password": func(t *testing.T, w world, root auth.Principal, _ auth.Tokens) {
			_, err := w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}}, domain.Client{})
			wantCode(t, err, "")
		},
		"the end of the account": func(t *testing.T, w world, root auth.Principal, _ auth.Tokens) {
			wantCode(t, w.service.DeleteAccount(t.Context(), root, annID, domain.Client{}), "")
		},
	}
	for name, end := range ends {
		t.Run(name+" counts at once", func(t *testing.T) {
			w, root, _, _ := editorsWorld(t)
			held := w.login(t, domain.ModeJSON)
			_, err := w.verify(t, held, "", "")
			wantCode(t, err, "")
			end(t, w, root, held)
			_, err = w.verify(t, held, "", "")
			wantCode(t, err, domain.InvalidCredentials)
		})
	}
	t.Run("what another instance ends counts within a second", func(t *testing.T) {
		w, root, _, _ := editorsWorld(t)
		other := auth.New(w.ports, auth.DefaultSettings(), newKeys(t, dataKey))
		held := w.login(t, domain.ModeJSON)
		_, err := w.verify(t, held, "", "")
		wantCode(t, err, "")
		_, err = other.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Status: new(domain.StatusSuspended)}, domain.Client{})
		wantCode(t, err, "")
		w.clock.Advance(time.Second)
		_, err = w.verify(t, held, "", "")
		wantCode(t, err, domain.InvalidCredentials)
	})
	t.Run("another role counts at once", func(t *testing.T) {
		w, root, _, _ := editorsWorld(t, grant(editors, "articles", domain.ActionRead, "", "*"))
		held := w.login(t, domain.ModeJSON)
		_, err := w.verify(t, held, "articles", "read")
		wantCode(t, err, "")
		_, err = w.service.UpdateAccount(t.Context(), root, annID, auth.AccountPatch{Role: new(domain.RoleID(""))}, domain.Client{})
		wantCode(t, err, "")
		_, err = w.verify(t, held, "articles", "read")
		wantCode(t, err, domain.Forbidden)
	})
	t.Run("the store is asked once a second", func(t *testing.T) {
		var reads atomic.Int64
		w := newWorld(t, auth.DefaultSettings(), intercepted(intercept.Hooks{Before: func(context.Context, string) error {
			reads.Add(1)
			return nil
		}}))
		w.seedAnn(t, nil)
		held := w.login(t, domain.ModeJSON)
		_, err := w.verify(t, held, "", "")
		wantCode(t, err, "")
		before := reads.Load()
		for range 100 {
			_, err := w.verify(t, held, "", "")
			wantCode(t, err, "")
		}
		if n := reads.Load() - before; n != 0 {
			t.Errorf("got %d calls of ports, want none", n)
		}
	})
}

func TestVerifyAsserts(t *testing.T) {
	const wiki = "https://wiki.example.com"
	asked := func(t *testing.T, w world, held auth.Tokens, audience string) (auth.Visitor, error) {
		t.Helper()
		in := auth.VerifyInput{Collection: "articles", Action: domain.ActionRead, Audience: audience}
		if held.Access != "" {
			in.Credential = credentialOf(held)
		}
		return w.service.Verify(t.Context(), in)
	}
	reader := func(w world) *fakes.Tokens { return w.ports.Asserter.(*fakes.Tokens) }
	t.Run("who it is, for a minute, to the application that asked", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t, grant(editors, "articles", domain.ActionRead, "", "*"))
		held := w.login(t, domain.ModeJSON)
		for range 2 { // and again, when it is remembered
			got, err := asked(t, w, held, wiki)
			wantCode(t, err, "")
			now := w.clock.Now().UTC().Truncate(time.Second)
			said, err := reader(w).ReadAssertion(got.Assertion, wiki, now)
			want := domain.Assertion{Audience: wiki, Subject: annID, Email: got.User.Email, Role: editors, IssuedAt: now, ExpiresAt: now.Add(time.Minute)}
			if err != nil || said != want {
				t.Errorf("the application reads %+v and %v, want %+v", said, err, want)
			}
			w.clock.Advance(100 * time.Millisecond)
		}
	})
	t.Run("and no address that is not proved", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t, grant(editors, "articles", domain.ActionRead, "", "*"))
		w.changeAnn(t, func(u *domain.User) { u.EmailProven = false })
		got, err := asked(t, w, w.login(t, domain.ModeJSON), wiki)
		wantCode(t, err, "")
		said, err := reader(w).ReadAssertion(got.Assertion, wiki, w.clock.Now())
		if err != nil || said.Subject != annID || said.Email != "" {
			t.Errorf("the application reads %+v and %v, want Ann without an address", said, err)
		}
	})
	t.Run("nothing where nobody asked, about nobody, and to who is refused", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t, grant("", "articles", domain.ActionRead, "", "*"))
		held := w.login(t, domain.ModeJSON)
		got, err := asked(t, w, auth.Tokens{}, wiki)
		if wantCode(t, err, ""); got.User.ID != "" || got.Assertion != "" {
			t.Errorf("got %+v about nobody, want nothing", got)
		}
		got, err = asked(t, w, held, wiki)
		if wantCode(t, err, domain.Forbidden); got.Assertion != "" {
			t.Error("an assertion about who is refused")
		}
		got, err = w.verify(t, held, "", "")
		if wantCode(t, err, ""); got.Assertion != "" {
			t.Error("an assertion that nobody asked for")
		}
	})
	t.Run("to no application of another name than a URL's", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t, grant("", "articles", domain.ActionRead, "", "*"))
		for audience, want := range map[string]domain.Code{
			strings.Repeat("x", auth.MaxAudienceBytes): "", "https://wiki.example.com:8443/a_b-c": "",
			strings.Repeat("x", auth.MaxAudienceBytes+1): domain.InvalidQuery,
			"a b": domain.InvalidQuery, "a\n": domain.InvalidQuery, "\u00e4": domain.InvalidQuery, "a?b": domain.InvalidQuery, "a\x00": domain.InvalidQuery,
		} {
			_, err := asked(t, w, auth.Tokens{}, audience)
			if code := codeOf(err); code != want {
				t.Errorf("%q: got %q, want %q", audience, code, want)
			}
		}
	})
	t.Run("and lets nobody in here", func(t *testing.T) {
		w, _, _, _ := editorsWorld(t, grant(editors, "articles", domain.ActionRead, "", "*"))
		got, err := asked(t, w, w.login(t, domain.ModeJSON), wiki)
		wantCode(t, err, "")
		for _, c := range []auth.Credential{{Bearer: got.Assertion}, {Cookie: got.Assertion}} {
			p, err := w.service.Authenticate(t.Context(), c)
			if err == nil || !p.Anonymous() {
				t.Errorf("it lets %+v in", p)
			}
		}
	})
}

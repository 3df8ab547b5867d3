package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// registerElsewhereFlow is the first login of somebody new: an account and its link, or neither.
func registerElsewhereFlow() flow {
	return flow{
		name: "somebody new logs in elsewhere",
		begin: func(t *testing.T, w world) func() error {
			e := w.at(func(p *auth.OAuthPlace) { p.AllowRegistration = true })
			c := e.back(t, e.begin(t, "/home"), bob)
			return tokensOf(t, func() (auth.Tokens, error) {
				finished, err := e.service.FinishOAuth(t.Context(), c)
				return finished.Tokens, err
			})
		},
		chances: []string{"Events.Record", "Users.Touch", "Limiter.Refund"},
		settled: []string{"UnitOfWork.Do"},
		calls: []string{
			"Limiter.Take", "OneTimeTokens.Put", "Identities.Find", "Users.ByEmail", "UnitOfWork.Do", "Users.Create", "Identities.Link",
			"Events.Record", "Events.Record", "Issuer.Issue", "Sessions.Create", "Users.Touch", "Events.Record", "Limiter.Refund",
		},
		check: func(t *testing.T, w world, _ string, _ bool) {
			users, err := w.store.Repos().Users.List(t.Context(), "", 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range users {
				if list, err := w.store.Repos().Identities.OfUser(t.Context(), u.ID); err != nil || len(list) != 1 {
					t.Errorf("got account %s with %d identities and error %v, want one", u.ID, len(list), err)
				}
			}
		},
	}
}

// linkFlow gives an account one more way in.
func linkFlow() flow {
	return flow{
		name: "link",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			e := w.at(nil)
			begun, err := e.service.BeginOAuthLink(t.Context(), e.authenticate(t, e.login(t, domain.ModeSession)), auth.OAuthBegin{Provider: "GitHub"})
			wantCode(t, err, "")
			c := e.back(t, begun, bob)
			return func() error {
				_, err := e.service.FinishOAuth(t.Context(), c)
				return err
			}
		},
		chances: []string{"Events.Record", "Limiter.Refund"},
		calls: []string{
			"Limiter.Take", "OneTimeTokens.Put", "Sessions.Get", "Users.ByID", "Identities.Find", "Limiter.Take", "UnitOfWork.Do", "Users.ByID",
			"Users.Update", "Identities.Link", "Identities.OfUser", "MailQueue.Put", "Events.Record", "Limiter.Refund",
		},
		check: func(t *testing.T, w world, _ string, _ bool) {
			list, err := w.store.Repos().Identities.OfUser(t.Context(), annID)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.store.Repos().MailQueue.Waiting(t.Context(), domain.LetterIdentityLinked, 10); got != len(list) || err != nil {
				t.Errorf("got %d letters with %d identities and error %v", got, len(list), err)
			}
		},
	}
}

// unlinkFlow takes one of two ways into an account away.
func unlinkFlow() flow {
	return flow{
		name: "unlink",
		begin: func(t *testing.T, w world) func() error {
			w.seedAnn(t, nil)
			e := w.at(nil)
			e.link(t, "GitHub", "1001", annID)
			return func() error {
				return e.service.UnlinkIdentity(t.Context(), auth.Principal{User: domain.User{ID: annID}}, "GitHub", visitor)
			}
		},
		chances: []string{"Events.Record"},
		calls:   []string{"Users.ByID", "Identities.OfUser", "Limiter.Take", "UnitOfWork.Do", "Users.ByID", "Identities.OfUser", "Users.Update", "Identities.Unlink", "MailQueue.Put", "Events.Record"},
		check: func(t *testing.T, w world, _ string, _ bool) {
			list, err := w.store.Repos().Identities.OfUser(t.Context(), annID)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := w.store.Repos().MailQueue.Waiting(t.Context(), domain.LetterIdentityUnlinked, 10); got != 1-len(list) || err != nil {
				t.Errorf("got %d letters with %d identities left and error %v", got, len(list), err)
			}
		},
	}
}

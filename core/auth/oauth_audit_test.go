package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/fakes"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// at gives the service of w a provider.
func (w world) at(change func(*auth.OAuthPlace)) elsewhere {
	e := elsewhere{world: w, provider: fakes.NewOAuthProvider("GitHub")}
	place := auth.OAuthPlace{Provider: e.provider, Driver: "oauth2", RedirectURLs: []string{appURL}}
	if change != nil {
		change(&place)
	}
	e.service.OAuth = []auth.OAuthPlace{place}
	return e
}

func trailOfOAuth() map[string][]recorded {
	registering := func(p *auth.OAuthPlace) { p.AllowRegistration = true }
	linking := func(p *auth.OAuthPlace) { p.LinkByEmail = true }
	finish := func(change func(*auth.OAuthPlace), who contract.OAuthPerson, code domain.Code) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			e := w.at(change)
			c := e.back(t, e.begin(t, "/home"), who)
			return func() {
				_, err := e.service.FinishOAuth(t.Context(), c)
				wantCode(t, err, code)
			}
		}
	}
	const verifier = "a-verifier-that-the-app-has-made-for-this-login-alone"
	appCode := func(t *testing.T, e elsewhere) string {
		t.Helper()
		begun, err := e.service.BeginOAuth(t.Context(), auth.OAuthBegin{Provider: "GitHub", Redirect: appURL, AppChallenge: s256(verifier)})
		wantCode(t, err, "")
		finished, err := e.service.FinishOAuth(t.Context(), e.back(t, begun, annElsewhere))
		wantCode(t, err, "")
		return finished.AppCode
	}
	exchange := func(verifier string, code domain.Code) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			e := w.at(linking)
			in := auth.OAuthCode{Code: appCode(t, e), Verifier: verifier, Client: visitor}
			return func() {
				_, err := e.service.ExchangeOAuthCode(t.Context(), in)
				wantCode(t, err, code)
			}
		}
	}
	const writesNothing = "anybody may begin as often as they like, so that it writes nothing"
	return map[string][]recorded{
		"DefaultDisabled": {{"all", func(_ *testing.T, w world) func() {
			return func() { w.service.DefaultDisabled() }
		}, nil, changesNothing}},
		"OAuthProviders": {{"all", func(_ *testing.T, w world) func() {
			return func() { w.service.OAuthProviders() }
		}, nil, changesNothing}},
		"BeginOAuth": {{"one", func(t *testing.T, w world) func() {
			e := w.at(nil)
			return func() { e.begin(t, "/home") }
		}, nil, writesNothing}},
		"BeginOAuthLink": {{"one", func(t *testing.T, w world) func() {
			e := w.at(nil)
			ann := w.authenticate(t, w.login(t, domain.ModeSession))
			return func() {
				_, err := e.service.BeginOAuthLink(t.Context(), ann, auth.OAuthBegin{Provider: "GitHub"})
				wantCode(t, err, "")
			}
		}, nil, writesNothing}},
		"FinishOAuth": {
			{"of somebody new", finish(registering, bob, ""), []domain.Event{
				happened(domain.EventUserCreated, made, made), happened(domain.EventIdentityLinked, made, made), happened(domain.EventLogin, made, made),
			}, ""},
			{"of an address that is known", finish(linking, annElsewhere, ""), []domain.Event{
				happened(domain.EventIdentityLinked, annID, annID), happened(domain.EventLogin, annID, annID),
			}, ""},
			{"of nobody", finish(nil, bob, domain.InvalidCredentials), []domain.Event{failed(domain.EventLogin, "")}, ""},
			{"without the cookie", func(t *testing.T, w world) func() {
				e := w.at(nil)
				return func() {
					_, err := e.service.FinishOAuth(t.Context(), auth.OAuthCallback{Provider: "GitHub", Code: "x", State: "x", Client: visitor})
					wantCode(t, err, domain.InvalidCredentials)
				}
			}, nil, "strangers could fill the trail: it costs them nothing"},
			{"late", func(t *testing.T, w world) func() {
				e := w.at(nil)
				c := e.back(t, e.begin(t, ""), bob)
				e.clock.Advance(auth.OAuthStateTTL)
				return func() {
					_, err := e.service.FinishOAuth(t.Context(), c)
					wantCode(t, err, domain.InvalidCredentials)
				}
			}, []domain.Event{failed(domain.EventLogin, "")}, ""},
			{"of a link that is refused", func(t *testing.T, w world) func() {
				e := w.at(nil)
				e.link(t, "GitHub", bob.Subject, "somebody-else")
				begun, err := e.service.BeginOAuthLink(t.Context(), w.authenticate(t, w.login(t, domain.ModeSession)), auth.OAuthBegin{Provider: "GitHub"})
				wantCode(t, err, "")
				c := e.back(t, begun, bob)
				return func() {
					_, err := e.service.FinishOAuth(t.Context(), c)
					wantCode(t, err, domain.RecordNotUnique)
				}
			}, []domain.Event{failed(domain.EventIdentityLinked, annID)}, ""},
			{"of who is logged in", func(t *testing.T, w world) func() {
				e := w.at(nil)
				begun, err := e.service.BeginOAuthLink(t.Context(), w.authenticate(t, w.login(t, domain.ModeSession)), auth.OAuthBegin{Provider: "GitHub"})
				wantCode(t, err, "")
				c := e.back(t, begun, bob)
				return func() {
					_, err := e.service.FinishOAuth(t.Context(), c)
					wantCode(t, err, "")
				}
			}, []domain.Event{happened(domain.EventIdentityLinked, annID, annID)}, ""},
		},
		"ExchangeOAuthCode": {
			{"one", exchange(verifier, ""), []domain.Event{happened(domain.EventLogin, annID, annID)}, ""},
			{"with another verifier", exchange("another", domain.InvalidCredentials), []domain.Event{failed(domain.EventLogin, "")}, ""},
		},
		"UnlinkIdentity": {{"one", func(t *testing.T, w world) func() {
			e := w.at(nil)
			e.link(t, "GitHub", "1001", annID)
			return func() {
				wantCode(t, e.service.UnlinkIdentity(t.Context(), auth.Principal{User: w.ann(t)}, "GitHub", visitor), "")
			}
		}, []domain.Event{happened(domain.EventIdentityUnlinked, annID, annID)}, ""}},
	}
}

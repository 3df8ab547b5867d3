package contract

import (
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// tryLink links p's account at the provider to the caller's.
func (s story) tryLink(caller Reply, way OAuthWay, p OAuthPerson) (Arrival, error) {
	s.Helper()
	begun := value(s.Browser.BeginOAuthLink(s.Context(), caller.credential(), way))(s)
	return s.Browser.FinishOAuth(s.Context(), way, s.comeBack(way, begun, p))
}

func (s story) wantIdentities(caller Reply, want ...Identity) {
	s.Helper()
	got := value(s.Client.ListIdentities(s.Context(), caller.credential()))(s)
	if len(got) != len(want) {
		s.Fatalf("got identities %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			s.Fatalf("got identities %v, want %v", got, want)
		}
	}
}

func transportIdentityCases() []Case[TransportOpener] {
	linkWay := OAuthWay{Provider: closedPlace, Mode: domain.ModeCookie, Redirect: "/account"}
	return []Case[TransportOpener]{
		tell("identities/linked-while-logged-in",
			"Who is logged in links an account elsewhere, whatever its address is, sees it in the list and gets in by it; linking logs nobody in and ends no session.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				s.wantIdentities(held)
				before := s.kept()
				arrival := value(s.tryLink(held, linkWay, bobElsewhere()))(s)
				if want := (Arrival{Redirect: "/account", Linked: true}); arrival != want {
					s.Errorf("got %+v, want %+v", arrival, want)
				}
				s.wantKept(kept{users: before.users, identities: 1, sessions: before.sessions})
				s.wantIdentities(held, Identity{closedPlace, bobElsewhere().Subject})
				s.wantEvent(domain.EventIdentityLinked, domain.OutcomeSuccess, ann().ID)
				s.wantMe(s.inElsewhere(home(closedPlace), bobElsewhere()))
				again := linkWay // is as once, and may end nowhere
				again.Redirect = ""
				if got := value(s.tryLink(held, again, bobElsewhere()))(s); got != (Arrival{Linked: true}) {
					s.Errorf("got %+v, want a link", got)
				}
				s.wantIdentities(held, Identity{closedPlace, bobElsewhere().Subject})
				s.wantMe(s.refresh(held))
			}),
		tell("identities/anothers-is-not-linked",
			"An account elsewhere that opens another's account here is not linked, and stays whose it is.",
			nil, func(s story) {
				s = s.elsewhere()
				bob := s.inElsewhere(home(openPlace), bobElsewhere())
				held := s.login(domain.ModeJSON)
				way := linkWay
				way.Provider = openPlace
				arrival, err := s.tryLink(held, way, bobElsewhere())
				s.wantCode(err, domain.RecordNotUnique)
				if want := (Arrival{Redirect: "/account"}); arrival != want {
					s.Errorf("got %+v, want %+v", arrival, want)
				}
				s.wantIdentities(held)
				s.wantIdentities(bob, Identity{openPlace, bobElsewhere().Subject})
			}),
		tell("identities/a-link-dies-with-the-sessions",
			"A link that was begun before the password changed is not made.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				begun := value(s.Browser.BeginOAuthLink(s.Context(), held.credential(), linkWay))(s)
				c := s.comeBack(linkWay, begun, bobElsewhere())
				_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{Password: new("another battery staple")})
				must(s, err)
				s.wantCode(errorOf(s.Browser.FinishOAuth(s.Context(), linkWay, c)), domain.InvalidCredentials)
				s.wantKept(kept{users: 1})
			}),
		tell("identities/unlinked",
			"What is taken away lets nobody in any more; sessions stay; what is not there is FORBIDDEN.",
			nil, func(s story) {
				s.linkAnn(closedPlace)
				s.linkAnn(strictPlace)
				held, elsewhere := s.login(domain.ModeJSON), s.inElsewhere(home(closedPlace), annElsewhere())
				must(s, s.Client.UnlinkIdentity(s.Context(), held.credential(), "gooGLE"))
				s.wantIdentities(held, Identity{strictPlace, annElsewhere().Subject})
				s.wantEvent(domain.EventIdentityUnlinked, domain.OutcomeSuccess, ann().ID)
				s.wantMe(elsewhere)
				s.wantElsewhere(home(closedPlace), annElsewhere(), domain.InvalidCredentials, auth.AddressTaken)
				for _, none := range []string{closedPlace, openPlace, "apple"} {
					s.wantCode(s.Client.UnlinkIdentity(s.Context(), held.credential(), none), domain.Forbidden)
				}
			}),
		tell("identities/the-last-way-in-stays",
			"Nobody takes away the last way into the account, also not by two at once; with a password it can be.",
			withoutLimits, func(s story) {
				s = s.elsewhere()
				bob := s.inElsewhere(home(openPlace), bobElsewhere())
				s.wantCode(s.Client.UnlinkIdentity(s.Context(), bob.credential(), openPlace), domain.UnprocessableContent)
				value(s.tryLink(bob, linkWay, bobElsewhere()))(s)
				places := []string{openPlace, closedPlace}
				got := race(s, len(places), func(i int) error {
					return s.Client.UnlinkIdentity(s.Context(), bob.credential(), places[i])
				})
				got.want(s, 1, nil)
				s.wantCodes(got, 1, domain.UnprocessableContent)
				left := places[1-got.winner()]
				s.wantIdentities(bob, Identity{left, bobElsewhere().Subject})
				_, cookie, err := s.Client.UpdateMe(s.Context(), bob.credential(), auth.ProfilePatch{Password: new("another battery staple")})
				must(s, err)
				bob = Reply{Mode: domain.ModeSession, Token: cookie}
				must(s, s.Client.UnlinkIdentity(s.Context(), bob.credential(), left))
				s.wantIdentities(bob)
			}),
		tell("identities/nobody-has-none",
			"Without a token nothing is listed, linked or taken away.",
			nil, func(s story) {
				s.linkAnn(closedPlace)
				none := auth.Credential{}
				s.wantCode(errorOf(s.Client.ListIdentities(s.Context(), none)), domain.InvalidCredentials)
				s.wantCode(s.Client.UnlinkIdentity(s.Context(), none, closedPlace), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Browser.BeginOAuthLink(s.Context(), none, linkWay)), domain.InvalidCredentials)
				s.wantKept(kept{users: 1, identities: 1})
			}),
	}
}

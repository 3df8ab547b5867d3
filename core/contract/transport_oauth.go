package contract

import (
	"errors"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// bobElsewhere is nobody here yet.
func bobElsewhere() OAuthPerson {
	return OAuthPerson{Subject: "2001", Email: "bob@example.com", EmailVerified: true, FirstName: "Bob", LastName: "Green"}
}

// annElsewhere has Ann's address.
func annElsewhere() OAuthPerson {
	return OAuthPerson{Subject: "1001", Email: "ann@example.com", EmailVerified: true, FirstName: "Ann", LastName: "Brown"}
}

// home is a way to the provider that ends at a page of the service.
func home(provider string) OAuthWay { return OAuthWay{Provider: provider, Redirect: "/home?tab=1"} }

// elsewhere makes the role of accounts that are made at a login elsewhere.
func (s story) elsewhere() story {
	s.Helper()
	err := s.Store.Repos().Roles.Create(s.Context(), domain.Role{ID: OAuthRole, Name: "Readers"})
	if !errors.Is(err, port.ErrConflict) {
		must(s, err)
	}
	return s
}

// back begins a login, lets p log in at the provider, and returns what the browser brings back.
func (s story) back(way OAuthWay, p OAuthPerson) auth.OAuthCallback {
	s.Helper()
	return s.comeBack(way, value(s.Browser.BeginOAuth(s.Context(), way))(s), p)
}

func (s story) comeBack(way OAuthWay, begun auth.OAuthBegun, p OAuthPerson) auth.OAuthCallback {
	s.Helper()
	query := s.Elsewhere.Login(s, begun.URL, p)
	return auth.OAuthCallback{
		Provider: way.Provider, Cookie: begun.Cookie, State: query.Get("state"),
		Code: query.Get("code"), Issuer: query.Get("iss"), Error: query.Get("error"),
	}
}

func (s story) tryElsewhere(way OAuthWay, p OAuthPerson) (Arrival, error) {
	s.Helper()
	return s.Browser.FinishOAuth(s.Context(), way, s.back(way, p))
}

// inElsewhere logs p in elsewhere, and returns the tokens that are good for calls.
func (s story) inElsewhere(way OAuthWay, p OAuthPerson) Reply {
	s.Helper()
	return s.usable(value(s.tryElsewhere(way, p))(s).Reply)
}

// usable refreshes what a browser has that was led away, if it has no access token.
func (s story) usable(r Reply) Reply {
	s.Helper()
	if r.Mode == domain.ModeCookie && r.Access == "" {
		return s.refresh(r)
	}
	return r
}

// wantElsewhere ends the case unless p's login is refused so, leads to where it was to end, and
// leaves nothing but the record of it.
func (s story) wantElsewhere(way OAuthWay, p OAuthPerson, code domain.Code, reason auth.NobodyHere) {
	s.Helper()
	before := s.kept()
	arrival, err := s.tryElsewhere(way, p)
	s.wantCode(err, code)
	failure, _ := errors.AsType[*domain.Error](err)
	if reason != "" && failure.Reason != reason.Error() {
		s.Errorf("got reason %q, want %q", failure.Reason, reason.Error())
	}
	if want := (Arrival{Redirect: withoutQuery(way.Redirect)}); arrival != want {
		s.Errorf("got %+v beside the refusal, want %+v", arrival, want)
	}
	s.wantKept(before)
}

// kept is how much is kept of people, without the administrator that a program begins with.
type kept struct{ users, identities, sessions int }

func (s story) kept() kept {
	s.Helper()
	repos := s.Store.Repos()
	users := value(repos.Users.List(s.Context(), "", 100))(s)
	var k kept
	for _, u := range users {
		if u.Role == domain.AdministratorRole {
			continue
		}
		k.users++
		k.identities += len(value(repos.Identities.OfUser(s.Context(), u.ID))(s))
		k.sessions += len(value(s.Store.Sessions().List(s.Context(), u.ID, s.Clock.Now(), 100))(s))
	}
	return k
}

func (s story) wantKept(want kept) {
	s.Helper()
	if got := s.kept(); got != want {
		s.Fatalf("got %+v kept, want %+v", got, want)
	}
}

func transportOAuthCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("oauth/ways-are-listed",
			"Everybody sees how people log in: the providers in their order, under the names and labels that they were given.",
			nil, func(s story) {
				got := value(s.Client.LoginWays(s.Context()))(s)
				want := LoginWays{Providers: []auth.OAuthProviderInfo{
					{Name: "GitHub", Label: "GitHub, Inc.", Icon: "github", Driver: "oauth2"},
					{Name: "Google", Label: "Google", Driver: "oauth2"},
					{Name: "Okta", Label: "Okta", Driver: "oauth2"},
				}}
				wantEqual(s, got, want)
			}),
		tell("oauth/default-disabled",
			"Where logins with a password are switched off, everybody is told, no password lets anybody in, and no mail brings a link for a new one; sessions and providers do as ever.",
			func(set *auth.Settings) { set.DisableDefault = true }, func(s story) {
				s = s.elsewhere()
				if !value(s.Client.LoginWays(s.Context()))(s).DefaultDisabled {
					s.Error("got no word of it")
				}
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.RouteNotFound)
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword+"x", domain.ModeJSON)), domain.RouteNotFound)
				must(s, s.Client.RequestReset(s.Context(), "ann@example.com", ""))
				s.Deliver(s)
				if mails := s.Mails(s); len(mails) != 0 {
					s.Errorf("got %d mails, want none", len(mails))
				}
				s.refresh(s.inElsewhere(home(openPlace), bobElsewhere()))
			}),
		tell("oauth/registers-where-allowed",
			"Who is new is given an account with the names, the address and the role of the provider, without a password; the second login is in the same account, whatever the address is then.",
			nil, func(s story) {
				s = s.elsewhere()
				held := s.inElsewhere(home(openPlace), bobElsewhere())
				me := value(s.Client.Me(s.Context(), held.credential()))(s)
				if want := (Profile{ID: me.ID, Email: "bob@example.com", FirstName: "Bob", LastName: "Green"}); me != want {
					s.Errorf("got %+v, want %+v", me, want)
				}
				stored := value(s.Store.Repos().Users.ByID(s.Context(), me.ID))(s)
				if stored.Role != OAuthRole || stored.Password != "" || stored.Status != domain.StatusActive {
					s.Errorf("got role %q, password %t, status %q", stored.Role, stored.Password != "", stored.Status)
				}
				for _, kind := range []string{domain.EventUserCreated, domain.EventIdentityLinked, domain.EventLogin} {
					s.wantEvent(kind, domain.OutcomeSuccess, me.ID)
				}
				moved := bobElsewhere()
				moved.Email, moved.EmailVerified = "robert@example.net", false
				if again := value(s.Client.Me(s.Context(), s.inElsewhere(home(openPlace), moved).credential()))(s); again != me {
					s.Errorf("got %+v at the second login, want %+v", again, me)
				}
				s.wantCode(errorOf(s.tryLogin("bob@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("oauth/one-person-in-many-windows",
			"Logins of one person at the same moment make one account, and all of them succeed.",
			nil, func(s story) {
				s = s.elsewhere()
				callbacks := make([]auth.OAuthCallback, racers)
				for i := range callbacks {
					callbacks[i] = s.back(home(openPlace), bobElsewhere())
				}
				got := race(s, len(callbacks), func(i int) error {
					return errorOf(s.Browser.FinishOAuth(s.Context(), home(openPlace), callbacks[i]))
				})
				got.want(s, racers, nil)
				s.wantKept(kept{users: 2, identities: 1, sessions: racers})
			}),
		tell("oauth/links-by-address-where-allowed",
			"Where the operator allows it, an address that the provider vouches for opens the account that has it, from then on by the identity.",
			nil, func(s story) {
				unverified := annElsewhere()
				unverified.EmailVerified = false
				s.wantElsewhere(home(strictPlace), unverified, domain.InvalidCredentials, auth.AddressUnverified)
				s.wantMe(s.inElsewhere(home(strictPlace), annElsewhere()))
				s.wantEvent(domain.EventIdentityLinked, domain.OutcomeSuccess, ann().ID)
				s.wantMe(s.inElsewhere(home(strictPlace), unverified))
			}),
		tell("oauth/modes",
			"A login ends with an answer, with the refresh cookie or with the session cookie, as it was begun or as the provider says; led away, a browser takes no token along but in a cookie.",
			nil, func(s story) {
				s = s.elsewhere()
				for _, c := range []struct {
					way  OAuthWay
					want domain.Mode
				}{
					{OAuthWay{Provider: openPlace, Mode: domain.ModeJSON}, domain.ModeJSON},
					{OAuthWay{Provider: openPlace, Mode: domain.ModeCookie, Redirect: "/home"}, domain.ModeCookie},
					{OAuthWay{Provider: openPlace, Redirect: "/home"}, domain.ModeSession},
					{OAuthWay{Provider: strictPlace, Redirect: "/home"}, domain.ModeCookie},
				} {
					who := bobElsewhere()
					if c.way.Provider == strictPlace {
						who = annElsewhere()
					}
					arrival := value(s.tryElsewhere(c.way, who))(s)
					got := arrival.Reply
					if got.Mode != c.want || got.Token == "" || arrival.Redirect != c.way.Redirect || arrival.Linked || arrival.AppCode != "" {
						s.Errorf("%+v: got mode %q, token %t, to %q", c.way, got.Mode, got.Token != "", arrival.Redirect)
					}
					if json := c.want == domain.ModeJSON; (got.Access != "") != json || (got.TTL == s.settings.AccessTTL) != json {
						s.Errorf("%+v: got access token %t and TTL %v", c.way, got.Access != "", got.TTL)
					}
					value(s.Client.Me(s.Context(), s.usable(got).credential()))(s)
				}
			}),
		tell("oauth/names-in-any-case",
			"A provider is found by its name in any case; one that there is not is ROUTE_NOT_FOUND, at the beginning and at the end.",
			nil, func(s story) {
				s = s.elsewhere()
				s.inElsewhere(home("gitHUB"), bobElsewhere())
				for _, name := range []string{"apple", "github2"} {
					s.wantCode(errorOf(s.Browser.BeginOAuth(s.Context(), home(name))), domain.RouteNotFound)
					s.wantCode(errorOf(s.Browser.FinishOAuth(s.Context(), home(name), auth.OAuthCallback{Provider: name, State: "x", Code: "y"})), domain.RouteNotFound)
				}
			}),
	}
}

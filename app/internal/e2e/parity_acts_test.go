package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// asterisks are shown in the place of secrets, and written back.
const asterisks = "**********"

// act is one call. It returns what a caller sees of the answer.
type act struct {
	name string
	do   func(p *performance) (any, error)
}

// acts is one story: each act goes on where the one before left off.
func acts() []act {
	return slices.Concat(actsBefore(), actsOfJoining(), toMove("fresh", "anna@example.com"), actsAfter())
}

// actsBefore are those of Ann before she has another address.
func actsBefore() []act {
	return []act{
		toLogIn("json", "ann@example.com", parityPassword, domain.ModeJSON),
		toLogIn("cookie", "ANN@example.com", parityPassword, domain.ModeCookie),
		toLogIn("session", "ann@example.com", parityPassword, domain.ModeSession),
		toLogIn("root", "root@example.com", parityPassword, domain.ModeJSON),
		toLogIn("", "ann@example.com", "not it", domain.ModeJSON),
		toLogIn("", "nobody@example.com", parityPassword, domain.ModeSession),
		toLogIn("", "sus@example.com", parityPassword, domain.ModeJSON),
		toLogIn("", "no address", parityPassword, domain.ModeJSON),
		toLogIn("", "", parityPassword, domain.ModeJSON),
		toLogIn("", "ann@example.com", "", domain.ModeJSON),
		toLogIn("", "ann@example.com", strings.Repeat("x", 1025), domain.ModeJSON),
		toRefresh("json"), toRefresh("cookie"), toRefresh("session"),
		toRefreshWith("a token that nobody made", domain.ModeJSON, "x"),
		toRefreshWith("a cookie that nobody made", domain.ModeCookie, strings.Repeat("x", 64)),
		toRefreshWith("no session cookie", domain.ModeSession, "x.y.z"),
		toRefreshWith("nothing", domain.ModeJSON, ""),

		toRead("json"), toRead("cookie"), toRead("session"), toRead("nobody"),
		toReadBy("garbage", auth.Credential{Bearer: "garbage"}),
		toReadBy("garbage in a cookie", auth.Credential{Cookie: "garbage"}),
		toReadBy("two tokens", auth.Credential{Bearer: "a", Query: "b"}),
		toUpdateMe("names", "json", auth.ProfilePatch{LastName: new("Archer"), Language: new("de-DE")}),
		toUpdateMe("an empty name", "json", auth.ProfilePatch{FirstName: new("")}),
		toUpdateMe("preferences", "json", auth.ProfilePatch{Preferences: map[string]json.RawMessage{"title": json.RawMessage("null"), "tags": json.RawMessage(`["a",{"b":1.5}]`), "email_notifications": json.RawMessage("false")}}),
		toUpdateMe("a short password", "json", auth.ProfilePatch{Password: new("short")}),
		toUpdateMe("an address of another", "json", auth.ProfilePatch{Email: new("ROOT@example.com")}),
		toUpdateMe("a long name", "json", auth.ProfilePatch{FirstName: new(strings.Repeat("x", 51))}),
		toUpdateMe("anything", "nobody", auth.ProfilePatch{FirstName: new("Eve")}),

		toListSessions("json", ""), toListSessions("root", parityAnn), toListSessions("json", parityRoot), toListSessions("nobody", ""),
		{"ends one that there is not", func(p *performance) (any, error) {
			return nil, p.client.EndSession(p.Context(), p.credential("json"), "nothing")
		}},
		{"ends the others", func(p *performance) (any, error) {
			return nil, p.client.EndSessions(p.Context(), p.credential("session"), "")
		}},
		toRead("json"), toRead("session"),

		toList("root", port.UserQuery{Sort: []port.UserOrder{{Field: "email", Descending: true}}, Limit: 10}),
		toList("root", port.UserQuery{UserFilter: port.UserFilter{Equal: map[port.UserField]string{"role": parityRole}}, Limit: 10}),
		toList("root", port.UserQuery{UserFilter: port.UserFilter{Search: "EXAMPLE"}, Offset: 1, Limit: 1}),
		toList("root", port.UserQuery{Sort: []port.UserOrder{{Field: "password"}}, Limit: 10}),
		toList("root", port.UserQuery{Sort: []port.UserOrder{{Field: "email"}, {Field: "email", Descending: true}}, Limit: 10}),
		toList("session", port.UserQuery{Limit: 10}), toList("nobody", port.UserQuery{Limit: 10}),
		{"counts", func(p *performance) (any, error) {
			return p.client.CountAccounts(p.Context(), p.credential("root"), port.UserFilter{Search: "ann"})
		}},
		toCreate("root", auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("carl@example.com"), Password: new("another battery staple")}, Role: new(domain.RoleID(parityRole))}),
		toCreate("root", auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("CARL@example.com")}}),
		toCreate("root", auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("No Address")}}),
		toCreate("root", auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("d@example.com")}, Status: new(domain.Status("unheard of"))}),
		toCreate("session", auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("eve@example.com")}}),
		toUpdate("root", parityAnn, auth.AccountPatch{Token: new("a-static-token-of-0123456789-letters"), ProfilePatch: auth.ProfilePatch{LastName: new("")}}),
		toUpdate("root", parityAnn, auth.AccountPatch{Token: new("short")}),
		toUpdate("root", parityAnn, auth.AccountPatch{Token: new(asterisks), ProfilePatch: auth.ProfilePatch{Password: new(asterisks), LastName: new("Back")}}),
		toUpdate("root", parityRoot, auth.AccountPatch{Token: new(asterisks)}), // which it has not
		toUpdate("root", "nobody", auth.AccountPatch{Token: new(asterisks)}),
		toUpdate("session", parityAnn, auth.AccountPatch{Token: new(asterisks)}),
		toCreate("root", auth.AccountPatch{Token: new("a-static-token-of-0123456789-letters"), ProfilePatch: auth.ProfilePatch{Email: new("dan@example.com")}}),
		toUpdate("root", "nobody", auth.AccountPatch{Status: new(domain.StatusActive)}),
		toUpdate("session", parityAnn, auth.AccountPatch{Role: new(domain.RoleID(parityRole))}),
		toReadBy("a static token", auth.Credential{Query: "a-static-token-of-0123456789-letters"}),
		{"reads one", func(p *performance) (any, error) {
			return p.client.ReadAccount(p.Context(), p.credential("root"), parityAnn)
		}},
		{"removes one", func(p *performance) (any, error) {
			return nil, p.client.DeleteAccount(p.Context(), p.credential("root"), domain.UserID(p.held["made"].Token))
		}},
		{"removes it again", func(p *performance) (any, error) {
			return nil, p.client.DeleteAccount(p.Context(), p.credential("root"), domain.UserID(p.held["made"].Token))
		}},
		{"removes the last administrator", func(p *performance) (any, error) {
			return nil, p.client.DeleteAccount(p.Context(), p.credential("root"), parityRoot)
		}},

		toAskForMail("ann@example.com", ""), toAskForMail("nobody@example.com", ""), toAskForMail("no address", ""),
		toAskForMail("ann@example.com", "https://evil.example/"), toAskForMail("", ""),
		toDeliver(),
		toReset("garbage", func(*performance) string { return "garbage" }, "another battery staple"),
		toReset("a short password", mailed, "short"),
		toReset("a new password", mailed, "another battery staple"),
		toReset("once more", mailed, "yet another battery staple"),
		toRead("session"), toRefresh("session"),
		toLogIn("", "ann@example.com", parityPassword, domain.ModeJSON),
		toLogIn("fresh", "ann@example.com", "another battery staple", domain.ModeCookie),
		toUpdateMe("a new password", "fresh", auth.ProfilePatch{Password: new(parityPassword)}),
		toDeliver(),
		toLogIn("fresh", "ann@example.com", parityPassword, domain.ModeSession),
	}
}

// actsAfter are those of Ann at her new address.
func actsAfter() []act {
	return []act{
		toLogIn("fresh", "anna@example.com", parityPassword, domain.ModeJSON),

		{"a refresh token that is spent", func(p *performance) (any, error) {
			spent := p.held["fresh"]
			if _, err := p.client.Refresh(p.Context(), spent.Mode, spent.Token); err != nil {
				return nil, err
			}
			p.clock.Advance(time.Minute)
			return shownReply(p.client.Refresh(p.Context(), spent.Mode, spent.Token))
		}},
		toLogIn("fresh", "anna@example.com", parityPassword, domain.ModeCookie),
		toLogOut("fresh"), toLogOut("fresh"), toRefresh("fresh"),
		toLogOut("json"),
		{"no token to log out with", func(p *performance) (any, error) {
			return nil, p.client.Logout(p.Context(), domain.ModeJSON, "")
		}},
		toLogIn("", "root@example.com", "1", domain.ModeJSON), toLogIn("", "root@example.com", "2", domain.ModeJSON),
		toLogIn("", "root@example.com", "3", domain.ModeJSON), toLogIn("", "root@example.com", "4", domain.ModeJSON),
		toLogIn("", "root@example.com", parityPassword, domain.ModeJSON),
		{"an access token that is over", func(p *performance) (any, error) {
			p.clock.Advance(time.Hour)
			return p.client.Me(p.Context(), p.credential("root"))
		}},
	}
}

// credential is what the caller of that name shows; nothing for one that there is not.
func (p *performance) credential(name string) auth.Credential {
	held := p.held[name]
	if held.Mode == domain.ModeSession {
		return auth.Credential{Cookie: held.Token}
	}
	return auth.Credential{Bearer: held.Access}
}

// shownReply says which tokens there are.
func shownReply(r contract.Reply, err error) (any, error) {
	return []any{r.Mode, r.TTL, r.Access != "", len(r.Token) > 0, r.Mode != domain.ModeJSON && r.Device != ""}, err
}

func toLogIn(as, email, password string, mode domain.Mode) act {
	return act{"logs " + email + " in, mode " + string(mode), func(p *performance) (any, error) {
		reply, err := p.client.Login(p.Context(), auth.LoginInput{Email: email, Password: password, Mode: mode})
		if err == nil && as != "" {
			p.held[as] = reply
		}
		return shownReply(reply, err)
	}}
}

func toRefresh(name string) act {
	return act{"refreshes " + name, func(p *performance) (any, error) {
		reply, err := p.client.Refresh(p.Context(), p.held[name].Mode, p.held[name].Token)
		if err == nil {
			p.held[name] = reply
		}
		return shownReply(reply, err)
	}}
}

func toRefreshWith(what string, mode domain.Mode, token string) act {
	return act{"refreshes with " + what, func(p *performance) (any, error) {
		return shownReply(p.client.Refresh(p.Context(), mode, token))
	}}
}

func toLogOut(name string) act {
	return act{"logs " + name + " out", func(p *performance) (any, error) {
		return nil, p.client.Logout(p.Context(), p.held[name].Mode, p.held[name].Token)
	}}
}

func toRead(name string) act {
	return act{"reads the account of " + name, func(p *performance) (any, error) {
		return p.client.Me(p.Context(), p.credential(name))
	}}
}

func toReadBy(what string, credential auth.Credential) act {
	return act{"reads an account by " + what, func(p *performance) (any, error) { return p.client.Me(p.Context(), credential) }}
}

func toUpdateMe(what, name string, patch auth.ProfilePatch) act {
	return act{"sets " + what + " of " + name, func(p *performance) (any, error) {
		profile, cookie, err := p.client.UpdateMe(p.Context(), p.credential(name), patch)
		return []any{profile, cookie != ""}, err
	}}
}

func toListSessions(name string, of domain.UserID) act {
	return act{"lists sessions of " + string(of) + " as " + name, func(p *performance) (any, error) {
		list, err := p.client.ListSessions(p.Context(), p.credential(name), of)
		for i := range list {
			list[i].ID = domain.SessionID(p.name(string(list[i].ID)))
		}
		return list, err
	}}
}

func toList(name string, q port.UserQuery) act {
	return act{"lists accounts as " + name, func(p *performance) (any, error) {
		return p.client.ListAccounts(p.Context(), p.credential(name), q)
	}}
}

func toCreate(name string, patch auth.AccountPatch) act {
	return act{"makes an account as " + name, func(p *performance) (any, error) {
		profile, err := p.client.CreateAccount(p.Context(), p.credential(name), patch)
		if err == nil {
			p.held["made"] = contract.Reply{Token: string(profile.ID)}
			profile.ID = domain.UserID(p.name(string(profile.ID)))
		}
		return profile, err
	}}
}

func toUpdate(name string, id domain.UserID, patch auth.AccountPatch) act {
	return act{"changes " + string(id) + " as " + name, func(p *performance) (any, error) {
		return p.client.UpdateAccount(p.Context(), p.credential(name), id, patch)
	}}
}

func toAskForMail(email, url string) act {
	return act{"asks for a mail to " + email, func(p *performance) (any, error) {
		return nil, p.client.RequestReset(p.Context(), email, url)
	}}
}

func toDeliver() act {
	return act{"mail is delivered", func(p *performance) (any, error) {
		contract.DeliverWith(p.service)(p)
		return nil, nil
	}}
}

func toReset(what string, token func(*performance) string, password string) act {
	return act{"resets with " + what, func(p *performance) (any, error) {
		return nil, p.client.Reset(p.Context(), token(p), password)
	}}
}

// mailed is the token in the first mail with one.
func mailed(p *performance) string {
	for _, m := range p.mails.Mails() {
		if found := resetToken.FindString(m.Text); found != "" {
			return strings.TrimPrefix(found, "token=")
		}
	}
	p.Fatal("no mail has a token")
	return ""
}

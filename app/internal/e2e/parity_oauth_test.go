package e2e

import (
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/contract/restclient"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// parityVerifier is what the app of the acts keeps for itself.
const parityVerifier = "a-verifier-that-the-app-has-made-for-this-login-alone"

// actsElsewhere are those of Bob, who logs in at a provider. His browser speaks REST, whatever
// the rest is done by.
func actsElsewhere() []act {
	return []act{
		{"asks how to log in", func(p *performance) (any, error) { return p.client.LoginWays(p.Context()) }},
		toBringCode(), toTrade("another verifier", parityVerifier+"x"), toTrade("a code that is spent", parityVerifier),
		toBringCode(), toTrade("no verifier", ""), toTrade("a code", parityVerifier), toTrade("once more", parityVerifier),
		toBringCode(),
		{"a code that is late", func(p *performance) (any, error) {
			p.clock.Advance(auth.OAuthCodeTTL)
			return shownReply(p.client.ExchangeOAuthCode(p.Context(), p.held["code"].Token, parityVerifier))
		}},
		{"no code", func(p *performance) (any, error) {
			return shownReply(p.client.ExchangeOAuthCode(p.Context(), "", parityVerifier))
		}},
		toListIdentities("elsewhere"), toListIdentities("nobody"),
		toUnlink("elsewhere", "GitHub"), toUnlink("elsewhere", "Google"), toUnlink("elsewhere", "apple"), toUnlink("nobody", "GitHub"),
		{"links another", func(p *performance) (any, error) {
			way := contract.OAuthWay{Provider: "Google", Mode: domain.ModeCookie, Redirect: "/account"}
			begun, err := p.browser().BeginOAuthLink(p.Context(), p.credential("elsewhere"), way)
			return p.comeBack(way, begun, err)
		}},
		toListIdentities("elsewhere"), toUnlink("elsewhere", "gitHUB"), toListIdentities("elsewhere"), toUnlink("elsewhere", "Google"),
		toRead("elsewhere"),
	}
}

func (p *performance) browser() contract.Browser {
	return restclient.Client{URL: p.url, HTTP: p.http}
}

func (p *performance) comeBack(way contract.OAuthWay, begun auth.OAuthBegun, err error) (contract.Arrival, error) {
	p.Helper()
	if err != nil {
		return contract.Arrival{}, err
	}
	query, err := p.elsewhere.Login(begun.URL, bobElsewhere)
	if err != nil {
		return contract.Arrival{}, err
	}
	return p.browser().FinishOAuth(p.Context(), way, auth.OAuthCallback{
		Provider: way.Provider, Cookie: begun.Cookie, State: query.Get("state"), Code: query.Get("code"), Issuer: query.Get("iss"),
	})
}

func toBringCode() act {
	return act{"brings a code to an app", func(p *performance) (any, error) {
		way := contract.OAuthWay{Provider: "GitHub", Mode: domain.ModeCookie, Redirect: contract.OAuthAppURL, AppChallenge: s256(parityVerifier)}
		begun, err := p.browser().BeginOAuth(p.Context(), way)
		arrival, err := p.comeBack(way, begun, err)
		if err != nil {
			p.Fatal(err)
		}
		p.held["code"] = contract.Reply{Token: arrival.AppCode}
		return arrival.Redirect, nil
	}}
}

func toTrade(what, verifier string) act {
	return act{"trades " + what, func(p *performance) (any, error) {
		reply, err := p.client.ExchangeOAuthCode(p.Context(), p.held["code"].Token, verifier)
		if err == nil {
			p.held["elsewhere"] = reply
		}
		return shownReply(reply, err)
	}}
}

func toListIdentities(who string) act {
	return act{"lists where else " + who + " may log in", func(p *performance) (any, error) {
		list, err := p.client.ListIdentities(p.Context(), p.credential(who))
		return append([]contract.Identity{}, list...), err
	}}
}

func toUnlink(who, provider string) act {
	return act{"takes " + provider + " away from " + who, func(p *performance) (any, error) {
		return nil, p.client.UnlinkIdentity(p.Context(), p.credential(who), provider)
	}}
}

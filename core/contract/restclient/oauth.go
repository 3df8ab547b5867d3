package restclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// OAuthCookie is the name of the cookie of a login elsewhere; one that is Secure has
// SecureOAuthCookie.
const (
	OAuthCookie       = "sallyport_oauth"
	SecureOAuthCookie = "__Host-" + OAuthCookie
)

// begunCookie returns the one of the two that an answer sets.
func begunCookie(response Response) string {
	return cmp.Or(response.Cookies[SecureOAuthCookie], response.Cookies[OAuthCookie])
}

var _ contract.Browser = Client{}

// LoginWays says how people may log in, and wants both lists of providers to say the same.
func (c Client) LoginWays(ctx context.Context) (contract.LoginWays, error) {
	var names []string
	if err := c.read(ctx, Call{Method: http.MethodGet, Path: "/auth/oauth"}, &names); err != nil {
		return contract.LoginWays{}, err
	}
	response, err := c.Do(ctx, Call{Method: http.MethodGet, Path: "/auth"})
	if err != nil {
		return contract.LoginWays{}, err
	}
	var answer struct {
		Data           []struct{ Name, Label, Driver, Icon string }
		DisableDefault bool
	}
	if err := response.decode(&answer); err != nil {
		return contract.LoginWays{}, err
	}
	ways := contract.LoginWays{DefaultDisabled: answer.DisableDefault}
	var listed []string
	for _, p := range answer.Data {
		listed = append(listed, p.Name)
		ways.Providers = append(ways.Providers, auth.OAuthProviderInfo{Name: p.Name, Label: p.Label, Icon: p.Icon, Driver: p.Driver})
	}
	if strings.Join(names, "\n") != strings.Join(listed, "\n") {
		return ways, fmt.Errorf("one list has %q, the other %q", names, listed)
	}
	return ways, nil
}

// ExchangeOAuthCode trades the code of an app for tokens.
func (c Client) ExchangeOAuthCode(ctx context.Context, code, verifier string) (contract.Reply, error) {
	return c.tokens(ctx, domain.ModeJSON, "/auth/oauth/token", map[string]any{"code": code, "code_verifier": verifier}, nil)
}

// ListIdentities lists where else the caller may log in.
func (c Client) ListIdentities(ctx context.Context, credential auth.Credential) ([]contract.Identity, error) {
	var list []contract.Identity
	err := c.read(ctx, Call{Method: http.MethodGet, Path: "/auth/identities"}.by(credential), &list)
	return list, err
}

// UnlinkIdentity takes away where else the caller may log in.
func (c Client) UnlinkIdentity(ctx context.Context, credential auth.Credential, provider string) error {
	return c.noContent(ctx, Call{Method: http.MethodDelete, Path: "/auth/oauth/" + url.PathEscape(provider) + "/link"}.by(credential))
}

// read makes a call and decodes the data of its answer.
func (c Client) read(ctx context.Context, what Call, v any) error {
	response, err := c.Do(ctx, what)
	if err != nil {
		return err
	}
	return response.Data(v)
}

// family is the path of the family of routes that a way leads through.
func family(way contract.OAuthWay) string {
	if way.Mode == "" {
		return "/auth/login/"
	}
	return "/auth/oauth/"
}

// BeginOAuth asks for the way to a provider, and goes nowhere.
func (c Client) BeginOAuth(ctx context.Context, way contract.OAuthWay) (auth.OAuthBegun, error) {
	query := url.Values{}
	if way.Redirect != "" {
		query.Set("redirect", way.Redirect)
	}
	if way.AppChallenge != "" {
		query.Set("mode", "code")
		query.Set("code_challenge", way.AppChallenge)
		query.Set("code_challenge_method", "S256")
	}
	response, err := c.still(ctx, Call{Method: http.MethodGet, Path: family(way) + url.PathEscape(way.Provider) + "?" + query.Encode()})
	if err != nil {
		return auth.OAuthBegun{}, err
	}
	begun := auth.OAuthBegun{URL: response.Header.Get("Location"), Cookie: begunCookie(response), TTL: auth.OAuthStateTTL}
	return begun, wantBegun(response, http.StatusFound, begun)
}

// BeginOAuthLink asks for the way to a provider, to link an account there to the caller's.
func (c Client) BeginOAuthLink(ctx context.Context, credential auth.Credential, way contract.OAuthWay) (auth.OAuthBegun, error) {
	body := map[string]any{}
	if way.Redirect != "" {
		body["redirect"] = way.Redirect
	}
	response, err := c.Do(ctx, Call{Method: http.MethodPost, Path: "/auth/oauth/" + url.PathEscape(way.Provider) + "/link", Body: body}.by(credential))
	if err != nil {
		return auth.OAuthBegun{}, err
	}
	var data struct{ URL string }
	if err := response.Data(&data); err != nil {
		return auth.OAuthBegun{}, err
	}
	begun := auth.OAuthBegun{URL: data.URL, Cookie: begunCookie(response), TTL: auth.OAuthStateTTL}
	return begun, wantBegun(response, http.StatusOK, begun)
}

func wantBegun(response Response, status int, begun auth.OAuthBegun) error {
	if response.Status != status || begun.URL == "" || begun.Cookie == "" {
		return fmt.Errorf("got status %d, an address: %t, a cookie: %t", response.Status, begun.URL != "", begun.Cookie != "")
	}
	return nil
}

// FinishOAuth asks for the callback, and says where it leads.
func (c Client) FinishOAuth(ctx context.Context, way contract.OAuthWay, in auth.OAuthCallback) (contract.Arrival, error) {
	query := url.Values{}
	for name, value := range map[string]string{"state": in.State, "code": in.Code, "iss": in.Issuer, "error": in.Error} {
		if value != "" {
			query.Set(name, value)
		}
	}
	call := Call{Method: http.MethodGet, Path: family(way) + url.PathEscape(in.Provider) + "/callback?" + query.Encode()}
	if in.Cookie != "" {
		// By both names: the service looks at one.
		call.Cookie = &http.Cookie{Name: OAuthCookie, Value: in.Cookie + "; " + SecureOAuthCookie + "=" + in.Cookie}
	}
	response, err := c.still(ctx, call)
	if err != nil {
		return contract.Arrival{}, err
	}
	return arrival(response)
}

// arrival reads where a login elsewhere has ended.
func arrival(response Response) (contract.Arrival, error) {
	var got contract.Arrival
	if response.Status == http.StatusOK {
		var tokens Tokens
		err := response.Data(&tokens)
		got.Reply = contract.Reply{
			Mode: domain.ModeJSON, Access: tokens.AccessToken, Token: tokens.RefreshToken, TTL: time.Duration(tokens.Expires) * time.Millisecond,
		}
		return got, err
	}
	if response.Status == http.StatusNoContent {
		got.Linked = true
		return got, nil
	}
	at, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.Status != http.StatusFound || at.String() == "" || len(response.Body) > 0 {
		return got, fmt.Errorf("got status %d with a body of %d bytes, to %q", response.Status, len(response.Body), at)
	}
	query := at.Query()
	if reason := query.Get("reason"); reason != "" {
		at.RawQuery = ""
		got.Redirect = at.String()
		return got, ledAway(reason, query)
	}
	if code := query.Get("code"); code != "" {
		query.Del("code")
		at.RawQuery = query.Encode()
		got.Redirect, got.AppCode = at.String(), code
		return got, nil
	}
	got.Redirect = at.String()
	switch session, refresh := response.Cookies[SessionCookie], response.Cookies[RefreshCookie]; {
	case session != "":
		got.Reply = contract.Reply{Mode: domain.ModeSession, Token: session}
	case refresh != "":
		got.Reply = contract.Reply{Mode: domain.ModeCookie, Token: refresh}
	default:
		got.Linked = true
	}
	return got, nil
}

// ledAway is the failure that the address says: the page's family has a name of its own for who
// is nobody here.
func ledAway(reason string, query url.Values) error {
	failure := &domain.Error{Code: domain.Code(reason)}
	if reason == "INVALID_USER" {
		failure.Code = domain.InvalidCredentials
	}
	failure.Message = failure.Code.Info().Message
	if detail := query.Get("detail"); detail != "" {
		failure.Reason = auth.NobodyHere(detail).Error()
	}
	if failure.Code.Info().Code != failure.Code || len(query) > 2 {
		return errors.New("the address says more than names of ours")
	}
	return failure
}

// still makes a call, and follows no redirect.
func (c Client) still(ctx context.Context, what Call) (Response, error) {
	browser := *c.HTTP
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.HTTP = &browser
	return c.Do(ctx, what)
}

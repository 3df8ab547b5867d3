package fiberhttp

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// oauthFamily is one of the two ways in which clients reach providers. They differ in where
// the provider sends the browser, which is registered there, and in what a login ends with.
type oauthFamily struct {
	path     string      // a provider's name follows, and "/callback" the name
	redirect string      // where a login ends that names no place; empty: with an answer
	mode     domain.Mode // of a login that leads away; empty: the provider's
	nobody   string      // the reason why somebody who is nobody here is led away; empty: the code
}

func pageFamily() oauthFamily {
	return oauthFamily{path: httpedge.OAuthPath, mode: domain.ModeCookie, nobody: "INVALID_USER"}
}

func todaysFamily() oauthFamily { return oauthFamily{path: httpedge.OAuthLoginPath, redirect: "/"} }

// oauthRoutes are those of logins elsewhere that look at no session cookie; the others are in
// oauthLinkRoutes.
func (s *Server) oauthRoutes(authRoutes fiber.Router) {
	authRoutes.Get("", s.listProviders)
	authRoutes.Get("/oauth", s.listProviderNames)
	authRoutes.Post("/oauth/token", s.exchangeAppCode)
	for _, f := range []oauthFamily{pageFamily(), todaysFamily()} {
		authRoutes.Get(f.path[len("/auth"):]+":provider", s.beginOAuth(f))
		authRoutes.Get(f.path[len("/auth"):]+":provider/callback", s.finishOAuth(f))
	}
}

func (s *Server) oauthLinkRoutes() {
	s.app.Get("/auth/identities", s.authenticate, s.listIdentities)
	s.app.Post("/auth/oauth/:provider/link", s.authenticate, s.beginLink)
	s.app.Delete("/auth/oauth/:provider/link", s.authenticate, s.unlink)
}

func (s *Server) oauthCookie() Cookie { return httpedge.OAuthCookie(s.config.SessionCookie) }

type providerAnswer struct {
	Name   string `json:"name"`
	Label  string `json:"label,omitempty"`
	Driver string `json:"driver"`
	Icon   string `json:"icon,omitempty"`
}

// listProviders handles GET /auth.
func (s *Server) listProviders(c *fiber.Ctx) error {
	list := []providerAnswer{}
	for _, p := range s.api.OAuthProviders() {
		list = append(list, providerAnswer{p.Name, p.Label, p.Driver, p.Icon})
	}
	return answerJSON(c, fiber.StatusOK, contentTypeJSON, struct {
		Data           []providerAnswer `json:"data"`
		DisableDefault bool             `json:"disableDefault"`
	}{list, s.api.DefaultDisabled()})
}

// listProviderNames handles GET /auth/oauth.
func (s *Server) listProviderNames(c *fiber.Ctx) error {
	names := []string{}
	for _, p := range s.api.OAuthProviders() {
		names = append(names, p.Name)
	}
	return answerData(c, names)
}

// beginOAuth handles GET of a provider: it sends the browser there.
func (s *Server) beginOAuth(f oauthFamily) fiber.Handler {
	return func(c *fiber.Ctx) error {
		in := s.oauthBegin(c, f)
		in.Redirect = strings.Clone(c.Query("redirect", f.redirect))
		in.Prompt = strings.Clone(c.Query("prompt"))
		in.OTP = strings.Clone(c.Query("otp"))
		in.Mode = f.mode
		if in.Redirect == "" {
			in.Mode = domain.ModeJSON
		}
		switch c.Query("mode") {
		default:
			return domain.InvalidPayloadError("mode", `"mode" can be "code" alone`)
		case "":
		case "code":
			in.AppChallenge = strings.Clone(c.Query("code_challenge"))
			if in.AppChallenge == "" || c.Query("code_challenge_method") != "S256" {
				return domain.InvalidPayloadError("code_challenge", `A login with mode=code needs a "code_challenge", with the "code_challenge_method" S256`)
			}
		}
		begun, err := s.api.BeginOAuth(c.UserContext(), in)
		if err != nil {
			return s.asRoute(err, c)
		}
		setCookie(c, s.oauthCookie(), begun.Cookie, begun.TTL, s.config.Now())
		return c.Redirect(begun.URL, fiber.StatusFound)
	}
}

// oauthBegin returns what the path says.
func (s *Server) oauthBegin(c *fiber.Ctx, f oauthFamily) auth.OAuthBegin {
	name := strings.Clone(c.Params("provider"))
	return auth.OAuthBegin{Provider: name, CallbackPath: httpedge.OAuthCallbackPath(f.path, name, s.api.OAuthProviders()), Client: s.client(c)}
}

// ledAway is the key of the failure with which a browser is led away, for the line in the log.
type ledAway struct{}

// asRoute says of what there is not, such as a provider, what is said of every other path.
func (s *Server) asRoute(err error, c *fiber.Ctx) error {
	failure, ok := errors.AsType[*domain.Error](err)
	if !ok || failure.Code != domain.RouteNotFound {
		return err
	}
	named := *failure
	named.Message = noRoute(c)
	return &named
}

// finishOAuth handles GET of a provider's callback.
func (s *Server) finishOAuth(f oauthFamily) fiber.Handler {
	return func(c *fiber.Ctx) error {
		finished, err := s.api.FinishOAuth(c.UserContext(), auth.OAuthCallback{
			Provider: strings.Clone(c.Params("provider")), Cookie: cookieValue(c, s.oauthCookie()),
			State: strings.Clone(c.Query("state")), Code: strings.Clone(c.Query("code")),
			Issuer: strings.Clone(c.Query("iss")), Error: strings.Clone(c.Query("error")),
			Session: cookieValue(c, s.config.SessionCookie), Client: s.client(c),
		})
		if finished.Redirect != "" || err == nil {
			expireCookie(c, s.oauthCookie()) // its login is over
		}
		switch {
		case err != nil && finished.Redirect == "":
			return s.asRoute(err, c)
		case err != nil:
			c.Locals(ledAway{}, err)
			return s.lead(c, finished.Redirect, f.reasons(err))
		case finished.AppCode != "":
			return s.lead(c, finished.Redirect, url.Values{"code": {finished.AppCode}})
		case finished.Linked && finished.Redirect == "":
			return answerNothing(c)
		case finished.Linked:
			return c.Redirect(finished.Redirect, fiber.StatusFound)
		}
		if err := s.answerTokens(c, finished.Tokens); err != nil || finished.Redirect == "" {
			return err
		}
		c.Response().ResetBody() // cookies are all that the browser takes along
		c.Response().Header.Del(fiber.HeaderContentType)
		return c.Redirect(finished.Redirect, fiber.StatusFound)
	}
}

// reasons are the parameters with which a failure leads away: names that are ours, and no text
// that others may have written.
func (f oauthFamily) reasons(err error) url.Values {
	reasons := url.Values{"reason": {string(asFailure(err).Code)}}
	if why, ok := errors.AsType[auth.NobodyHere](err); ok {
		reasons.Set("detail", string(why))
		if f.nobody != "" {
			reasons.Set("reason", f.nobody)
		}
	}
	return reasons
}

// lead sends the browser on. A code goes beside the parameters that are there, a reason in
// their place.
func (s *Server) lead(c *fiber.Ctx, redirect string, parameters url.Values) error {
	at, err := url.Parse(redirect)
	if err != nil {
		return domain.NewError(domain.Internal, err) // the core has read it twice
	}
	if parameters.Has("code") {
		query := at.Query()
		query.Set("code", parameters.Get("code"))
		parameters = query
	}
	at.RawQuery = parameters.Encode()
	return c.Redirect(at.String(), fiber.StatusFound)
}

// exchangeAppCode handles POST /auth/oauth/token.
func (s *Server) exchangeAppCode(c *fiber.Ctx) error {
	body, err := decodeBody(c)
	if err != nil {
		return err
	}
	in := auth.OAuthCode{Client: s.client(c)}
	if in.Code, err = body.requiredText("code"); err != nil {
		return err
	}
	if in.Verifier, err = body.requiredText("code_verifier"); err != nil {
		return err
	}
	tokens, err := s.api.ExchangeOAuthCode(c.UserContext(), in)
	if err != nil {
		return err
	}
	return s.answerTokens(c, tokens)
}

package fiberhttp

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// oauthFamily is one of the two ways in which clients reach providers. They differ in where
// the provider sends the browser, which is registered there, and in what a login ends with.
type oauthFamily struct {
	path     string      // a provider's name follows, and "/callback" the name
	redirect string      // where a login ends that names no place; empty: with an answer
	mode     domain.Mode // of a login that leads away; empty: the provider's
}

func pageFamily() oauthFamily { return oauthFamily{"/auth/oauth/", "", domain.ModeCookie} }

func todaysFamily() oauthFamily { return oauthFamily{"/auth/login/", "/", ""} }

// oauthRoutes are those of logins elsewhere that look at no session cookie; the others are in
// oauthLinkRoutes.
func (s *Server) oauthRoutes(authRoutes fiber.Router) {
	authRoutes.Get("/", s.listProviders)
	authRoutes.Get("/oauth", s.listProviderNames)
	authRoutes.Post("/oauth/token", s.exchangeAppCode)
	authRoutes.Get("/oauth/:provider", s.beginOAuth(pageFamily()))
	authRoutes.Get("/oauth/:provider/callback", s.finishOAuth)
	authRoutes.Get("/login/:provider", s.beginOAuth(todaysFamily()))
	authRoutes.Get("/login/:provider/callback", s.finishOAuth)
}

func (s *Server) oauthLinkRoutes() {
	s.app.Get("/auth/identities", s.authenticate, s.listIdentities)
	s.app.Post("/auth/oauth/:provider/link", s.authenticate, s.beginLink)
	s.app.Delete("/auth/oauth/:provider/link", s.authenticate, s.unlink)
}

// oauthCookie keeps auth.OAuthBegun.Cookie. A provider sends the browser back from another
// site, and a cookie of SameSite=Strict would stay behind.
func (s *Server) oauthCookie() Cookie {
	return Cookie{Name: "sallyport_oauth", Insecure: s.config.SessionCookie.Insecure, SameSite: "Lax"}
}

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
	}{Data: list})
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
		if c.Query("mode") == "code" {
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

// oauthBegin returns what the path says. The callback is spelled as the provider is configured,
// since it is compared with what is registered.
func (s *Server) oauthBegin(c *fiber.Ctx, f oauthFamily) auth.OAuthBegin {
	in := auth.OAuthBegin{Provider: strings.Clone(c.Params("provider")), Client: s.client(c)}
	for _, p := range s.api.OAuthProviders() {
		if strings.EqualFold(p.Name, in.Provider) {
			in.CallbackPath = f.path + url.PathEscape(p.Name) + "/callback"
		}
	}
	return in
}

// asRoute says of a provider that there is not what is said of every other path.
func (s *Server) asRoute(err error, c *fiber.Ctx) error {
	if failure, ok := errors.AsType[*domain.Error](err); ok && failure.Code == domain.RouteNotFound {
		return s.routeNotFound(c)
	}
	return err
}

// finishOAuth handles GET of a provider's callback.
func (s *Server) finishOAuth(c *fiber.Ctx) error {
	finished, err := s.api.FinishOAuth(c.UserContext(), auth.OAuthCallback{
		Provider: strings.Clone(c.Params("provider")), Cookie: cookieValue(c, s.oauthCookie()),
		State: strings.Clone(c.Query("state")), Code: strings.Clone(c.Query("code")),
		Issuer: strings.Clone(c.Query("iss")), Error: strings.Clone(c.Query("error")), Client: s.client(c),
	})
	if finished.Redirect != "" || err == nil {
		expireCookie(c, s.oauthCookie()) // its login is over
	}
	if err != nil {
		if finished.Redirect == "" {
			return s.asRoute(err, c)
		}
		c.Locals(answeredFailure{}, err) // for the line in the log
		return s.lead(c, finished.Redirect, "reason", string(asFailure(err).Code), true)
	}
	switch {
	case finished.AppCode != "":
		return s.lead(c, finished.Redirect, "code", finished.AppCode, false)
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

// lead sends the browser on with a parameter, in place of all others or beside them.
func (s *Server) lead(c *fiber.Ctx, redirect, name, value string, alone bool) error {
	at, err := url.Parse(redirect)
	if err != nil {
		return domain.NewError(domain.Internal, err) // the core has read it twice
	}
	query := at.Query()
	if alone {
		query = url.Values{}
	}
	query.Set(name, value)
	at.RawQuery = query.Encode()
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

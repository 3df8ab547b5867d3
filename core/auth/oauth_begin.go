package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// oauthState is what a browser carries, sealed, from the beginning of a login to its end.
type oauthState struct {
	Provider     string      `json:"provider"`
	State        string      `json:"state"`
	Nonce        string      `json:"nonce"`
	Verifier     string      `json:"verifier"`
	RedirectURI  string      `json:"redirect_uri"`
	Redirect     string      `json:"redirect,omitempty"`
	AppChallenge string      `json:"app_challenge,omitempty"`
	Mode         domain.Mode `json:"mode,omitempty"`
	OTP          string      `json:"otp,omitempty"`
	Until        time.Time   `json:"until"`

	// The account to link to, and the session in which that was asked for.
	Link    domain.UserID    `json:"link,omitempty"`
	Session domain.SessionID `json:"session,omitempty"`
}

const oauthStateContext = "oauth state"

// OAuthProviders implements OAuthAPI.
func (s *Service) OAuthProviders() []OAuthProviderInfo {
	list := make([]OAuthProviderInfo, len(s.OAuth))
	for i, place := range s.OAuth {
		list[i] = OAuthProviderInfo{place.Provider.Name(), place.Label, place.Icon, place.Driver}
	}
	return list
}

// DefaultDisabled implements OAuthAPI.
func (s *Service) DefaultDisabled() bool { return s.settings.DisableDefault }

// placeNamed returns the provider of that name, which people may write in any case.
func (s *Service) placeNamed(name string) (OAuthPlace, error) {
	for _, place := range s.OAuth {
		if strings.EqualFold(place.Provider.Name(), name) {
			return place, nil
		}
	}
	return OAuthPlace{}, domain.NewError(domain.RouteNotFound, nil)
}

// BeginOAuth implements OAuthAPI.
func (s *Service) BeginOAuth(ctx context.Context, in OAuthBegin) (OAuthBegun, error) {
	return s.beginOAuth(ctx, in, domain.Session{})
}

// BeginOAuthLink implements OAuthAPI.
func (s *Service) BeginOAuthLink(ctx context.Context, p Principal, in OAuthBegin) (OAuthBegun, error) {
	if p.Anonymous() {
		return OAuthBegun{}, invalidCredentials(nil)
	}
	if p.Session.ID == "" {
		return OAuthBegun{}, forbidden(errors.New("a link is begun in a session, whose end is the link's"))
	}
	in.AppChallenge = ""
	return s.beginOAuth(ctx, in, p.Session)
}

// beginOAuth begins a login, or in a session a link to its user.
func (s *Service) beginOAuth(ctx context.Context, in OAuthBegin, session domain.Session) (OAuthBegun, error) {
	place, err := s.placeNamed(in.Provider)
	if err != nil {
		return OAuthBegun{}, err
	}
	if err := s.checkRedirect(place, in.Redirect); err != nil {
		return OAuthBegun{}, err
	}
	if err := s.checkApp(place, in); err != nil {
		return OAuthBegun{}, err
	}
	// Two texts of 130 bits make a verifier of the length that RFC 7636 wants, section 4.1.
	state := oauthState{
		Provider: place.Provider.Name(), State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(),
		RedirectURI: strings.TrimSuffix(s.settings.PublicURL, "/") + in.CallbackPath,
		Redirect:    in.Redirect, AppChallenge: in.AppChallenge, Mode: in.Mode,
		OTP:  in.OTP[:min(len(in.OTP), maxCodeBytes)],
		Link: session.UserID, Session: session.ID, Until: s.Clock.Now().Add(OAuthStateTTL),
	}
	cookie, err := s.sealState(state)
	if err != nil {
		return OAuthBegun{}, err
	}
	address, err := place.Provider.AuthURL(ctx, port.AuthRequest{
		State: state.State, Challenge: challengeOf(state.Verifier), Nonce: state.Nonce, RedirectURI: state.RedirectURI,
		Prompt: knownPrompt(in.Prompt),
	})
	if err != nil {
		return OAuthBegun{}, unavailable(fmt.Errorf("begin a login elsewhere: %w", err))
	}
	return OAuthBegun{URL: address, Cookie: cookie, TTL: OAuthStateTTL}, nil
}

// challengeOf is the S256 of RFC 7636, section 4.2.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func knownPrompt(prompt string) string {
	if slices.Contains([]string{"none", "login", "consent", "select_account"}, prompt) {
		return prompt
	}
	return ""
}

// checkApp refuses an app that could not use its code, or whose code somebody else could.
func (s *Service) checkApp(place OAuthPlace, in OAuthBegin) error {
	if in.AppChallenge == "" {
		return nil
	}
	if sum, err := base64.RawURLEncoding.Strict().DecodeString(in.AppChallenge); err != nil || len(sum) != sha256.Size {
		return domain.InvalidPayloadError("code_challenge", `"code_challenge" must be the S256 of a verifier`)
	}
	if in.Redirect == "" || !onList(in.Redirect, place.RedirectURLs) {
		return redirectRefused("is not on the list of the provider, as an app's has to be")
	}
	return nil
}

// checkRedirect wants nothing, a path of this service, or a place on the provider's list.
func (s *Service) checkRedirect(place OAuthPlace, redirect string) error {
	if redirect == "" || isLocalPath(redirect) || onList(redirect, place.RedirectURLs) {
		return nil
	}
	if there, ok := parseResetURL(redirect); ok && isOfOrigin(there, s.settings.PublicURL) {
		return nil
	}
	return redirectRefused("is neither a path of this service nor on the list of the provider")
}

// isLocalPath is true of what every browser takes for a path of the host that it is at. What
// begins with two slashes names a host, and a backslash is a slash to browsers. What cannot be
// read is refused here, and not when a reason is to be added to it.
func isLocalPath(redirect string) bool {
	if !strings.HasPrefix(redirect, "/") || strings.HasPrefix(redirect, "//") ||
		len(redirect) > maxResetURLBytes || strings.ContainsFunc(redirect, ambiguousInURL) {
		return false
	}
	at, err := url.Parse(redirect)
	if err != nil || at.Scheme != "" || at.Host != "" {
		return false
	}
	_, err = url.ParseQuery(at.RawQuery)
	return err == nil
}

func onList(redirect string, list []string) bool {
	there, ok := parseResetURL(redirect)
	return ok && slices.ContainsFunc(list, func(text string) bool {
		allowed, ok := parseResetURL(text)
		return ok && samePlace(there, allowed)
	})
}

func redirectRefused(cause string) error {
	refusal := domain.InvalidPayloadError("redirect", "The URL can't be used to redirect after login")
	refusal.Err = errors.New("redirect " + cause)
	return refusal
}

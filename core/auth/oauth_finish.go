package auth

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// FinishOAuth implements OAuthAPI.
func (s *Service) FinishOAuth(ctx context.Context, in OAuthCallback) (OAuthFinished, error) {
	place, err := s.placeNamed(in.Provider)
	if err != nil {
		return OAuthFinished{}, err
	}
	state, err := s.openState(in.Cookie)
	if err != nil {
		return OAuthFinished{}, err // no event of what costs its sender nothing
	}
	refusal := s.checkState(place, state, in)
	// Each callback is a write here and a question to the provider.
	attempt, err := s.begin(ctx, "a login elsewhere", domain.EventLoginLimited, in.Client,
		[]bucket{{"address", loginAddressKey(in.Client.IP), s.settings.LoginAddress}})
	switch {
	case err != nil && refusal != nil:
		return OAuthFinished{}, err
	case err != nil:
		return OAuthFinished{Redirect: state.Redirect}, err
	case refusal != nil:
		s.recordOAuthFailure(ctx, state, in, "")
		return OAuthFinished{}, refusal
	}
	if err := s.spendState(ctx, state); err != nil {
		if !isUnavailable(err) {
			s.recordOAuthFailure(ctx, state, in, "")
		}
		return OAuthFinished{}, err // a browser that comes twice is not sent on
	}
	finished, err := s.finish(ctx, place, state, in)
	if err == nil {
		attempt.forgive(ctx) // a failure never: whoever comes may make the provider fail
	}
	finished.Redirect = state.Redirect
	return finished, err
}

// openState returns what the browser carried, if it was sealed here.
func (s *Service) openState(cookie string) (oauthState, error) {
	opened, err := s.keys.oauth.Open(cookie, oauthStateContext)
	if err != nil {
		return oauthState{}, invalidCredentials(errors.New("callback without the cookie of a login"))
	}
	var state oauthState
	if err := json.Unmarshal(opened, &state); err != nil {
		return oauthState{}, invalidCredentials(errors.New("callback with the cookie of another form"))
	}
	return state, nil
}

// checkState refuses a callback of another browser than that which began the login, and one that
// is late.
func (s *Service) checkState(place OAuthPlace, state oauthState, in OAuthCallback) error {
	switch {
	case state.Provider != place.Provider.Name():
		return invalidCredentials(errors.New("callback of another provider than the login's"))
	case state.State == "" || subtle.ConstantTimeCompare([]byte(state.State), []byte(in.State)) != 1:
		return invalidCredentials(errors.New("callback of another login"))
	case !s.Clock.Now().Before(state.Until):
		return invalidCredentials(errors.New("callback too late"))
	}
	// The list may have changed, or the key been another service's: what was allowed then may not
	// be now.
	return s.checkRedirect(place, state.Redirect)
}

// spendState takes note that the login has come to its end. Nothing was kept of its beginning,
// which anybody may make as often as they like.
func (s *Service) spendState(ctx context.Context, state oauthState) error {
	err := s.Repos.OneTimeTokens.Put(ctx, domain.OneTimeToken{
		Hash: domain.HashSecret(state.State), Purpose: domain.PurposeOAuthState, ExpiresAt: state.Until,
	})
	switch {
	case errors.Is(err, port.ErrConflict):
		return invalidCredentials(errors.New("callback that was used"))
	case err != nil:
		return unavailable(fmt.Errorf("spend a login's state: %w", err))
	}
	return nil
}

// finish asks the provider who it is, and lets them in.
func (s *Service) finish(ctx context.Context, place OAuthPlace, state oauthState, in OAuthCallback) (OAuthFinished, error) {
	if in.Code == "" || in.Error != "" {
		s.recordOAuthFailure(ctx, state, in, "")
		return OAuthFinished{}, refusedByProvider(in.Error)
	}
	who, err := place.Provider.Exchange(ctx, port.Callback{
		Code: in.Code, Issuer: in.Issuer, Verifier: state.Verifier, Nonce: state.Nonce,
		RedirectURI: state.RedirectURI, Now: s.Clock.Now(),
	})
	switch {
	case errors.Is(err, port.ErrInvalid):
		s.Log.WarnContext(ctx, "a provider's answer was refused", "provider", state.Provider, "error", err)
		s.recordOAuthFailure(ctx, state, in, "")
		return OAuthFinished{}, invalidCredentials(err)
	case err != nil:
		return OAuthFinished{}, unavailable(fmt.Errorf("end a login elsewhere: %w", err))
	}
	who.EmailVerified = who.Email != "" && (who.EmailVerified || place.TrustEmail)
	if state.Link != "" {
		err := s.finishLink(ctx, state, who, in)
		if err != nil && !isUnavailable(err) {
			s.recordOAuthFailure(ctx, state, in, "")
		}
		return OAuthFinished{Linked: err == nil}, err
	}
	user, err := s.userOf(ctx, arrival{place: place, who: who, otp: state.OTP, from: in.Client})
	if err != nil {
		if !isUnavailable(err) {
			s.recordOAuthFailure(ctx, state, in, user.ID)
		}
		return OAuthFinished{}, err
	}
	return s.letIn(ctx, place, state, user, in.Client)
}

// refusedByProvider gives the provider's own names of failures a code. Nothing of its text is
// repeated: it comes from the address bar, where anybody may have written it.
func refusedByProvider(problem string) error {
	switch problem {
	case "server_error", "temporarily_unavailable":
		return unavailable(errors.New("the provider says that it is " + problem))
	}
	return invalidCredentials(errors.New("the provider gave no code"))
}

// letIn starts a session, or makes the code for an app that will.
func (s *Service) letIn(ctx context.Context, place OAuthPlace, state oauthState, user domain.User, from domain.Client) (OAuthFinished, error) {
	if state.AppChallenge != "" {
		code, err := s.newAppCode(ctx, state, user)
		return OAuthFinished{AppCode: code}, err
	}
	mode := cmp.Or(state.Mode, place.Mode, domain.ModeSession)
	if state.Redirect != "" && mode == domain.ModeJSON {
		mode = domain.ModeCookie // nobody sees an answer that leads away
	}
	tokens, err := s.loggedInElsewhere(ctx, user, mode, from)
	return OAuthFinished{Tokens: tokens}, err
}

func (s *Service) loggedInElsewhere(ctx context.Context, user domain.User, mode domain.Mode, from domain.Client) (Tokens, error) {
	tokens, err := s.startSession(ctx, user, mode, from)
	if err != nil {
		return Tokens{}, err
	}
	s.touch(ctx, user)
	s.record(ctx, domain.Event{Kind: domain.EventLogin, Outcome: domain.OutcomeSuccess, Actor: user.ID, Subject: user.ID, Client: from})
	return tokens, nil
}

// recordOAuthFailure records that nobody was let in, or that nothing was linked to who wanted it.
func (s *Service) recordOAuthFailure(ctx context.Context, state oauthState, in OAuthCallback, subject domain.UserID) {
	failed := domain.Event{Kind: domain.EventLogin, Outcome: domain.OutcomeFailure, Subject: subject, Client: in.Client}
	if state.Link != "" {
		failed.Kind, failed.Subject = domain.EventIdentityLinked, state.Link
	}
	s.record(ctx, failed)
}

// appCode is what a code for an app keeps.
type appCode struct {
	Challenge string `json:"challenge"`
	Epoch     int64  `json:"epoch"`
}

// newAppCode makes a code that only who knows the app's verifier can use.
func (s *Service) newAppCode(ctx context.Context, state oauthState, user domain.User) (string, error) {
	payload, err := json.Marshal(appCode{state.AppChallenge, user.Epoch})
	if err != nil {
		return "", unavailable(fmt.Errorf("make a code: %w", err))
	}
	code := rand.Text() + rand.Text()
	err = s.Repos.OneTimeTokens.Put(ctx, domain.OneTimeToken{
		Hash: domain.HashSecret(code), Purpose: domain.PurposeOAuthCode, UserID: user.ID, Payload: payload,
		ExpiresAt: s.Clock.Now().Add(OAuthCodeTTL),
	})
	if err != nil {
		return "", unavailable(fmt.Errorf("keep a code: %w", err))
	}
	return code, nil
}

// ExchangeOAuthCode implements OAuthAPI. A wrong verifier spends the code: whoever has stolen
// it tries once.
func (s *Service) ExchangeOAuthCode(ctx context.Context, in OAuthCode) (Tokens, error) {
	attempt, err := s.begin(ctx, "a code of a login elsewhere", domain.EventLoginLimited, in.Client,
		[]bucket{{"address", loginAddressKey(in.Client.IP), s.settings.LoginAddress}})
	if err != nil {
		return Tokens{}, err
	}
	user, err := s.userOfCode(ctx, in)
	if err == nil || isUnavailable(err) {
		attempt.forgive(ctx)
	}
	if err != nil {
		if !isUnavailable(err) {
			s.record(ctx, domain.Event{Kind: domain.EventLogin, Outcome: domain.OutcomeFailure, Subject: user.ID, Client: in.Client})
		}
		return Tokens{}, err
	}
	return s.loggedInElsewhere(ctx, user, domain.ModeJSON, in.Client)
}

func (s *Service) userOfCode(ctx context.Context, in OAuthCode) (domain.User, error) {
	token, err := s.Repos.OneTimeTokens.Consume(ctx, domain.PurposeOAuthCode, domain.HashSecret(in.Code), s.Clock.Now())
	switch {
	case isNotFound(err), errors.Is(err, port.ErrStale), errors.Is(err, port.ErrExpired):
		return domain.User{}, invalidCredentials(err)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("spend a code: %w", err))
	}
	var kept appCode
	if err := json.Unmarshal(token.Payload, &kept); err != nil {
		return domain.User{}, unavailable(fmt.Errorf("read a code: %w", err))
	}
	if subtle.ConstantTimeCompare([]byte(challengeOf(in.Verifier)), []byte(kept.Challenge)) != 1 {
		return domain.User{}, invalidCredentials(errors.New("code with another verifier"))
	}
	user, err := s.Repos.Users.ByID(ctx, token.UserID)
	switch {
	case isNotFound(err):
		return domain.User{}, invalidCredentials(err)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	case user.Status != domain.StatusActive || user.Epoch != kept.Epoch:
		return domain.User{ID: user.ID}, invalidCredentials(errors.New("account was closed, or its sessions ended, since the code was made"))
	}
	return user, nil
}

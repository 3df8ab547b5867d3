package graphql

import (
	"context"
	"math"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// resolver resolves the fields of Query and Mutation. Each decodes its arguments, calls one
// use case, and encodes what comes of it.
type resolver struct{ handler *Handler }

// authTokens is what a login or refresh shows. Expires is in milliseconds.
type authTokens struct {
	AccessToken  *string
	Expires      *int32
	RefreshToken *string
}

// AuthLogin resolves auth_login.
func (r *resolver) AuthLogin(ctx context.Context, args struct {
	Email, Password string
	Mode, OTP       *string
},
) (*authTokens, error) {
	ctx, x := exchangeOf(ctx)
	tokens, err := r.login(ctx, x, args.Email, args.Password, args.Mode, args.OTP)
	if err != nil {
		return nil, x.failed(err)
	}
	shown := x.take(tokens)
	if tokens.Mode != domain.ModeJSON { // a client of json mode keeps no cookies
		device := httpedge.DeviceCookie(r.handler.config.SessionCookie)
		x.setCookie(device.Set(tokens.Device, tokens.DeviceTTL, r.handler.config.Now()))
	}
	return shown, nil
}

func (r *resolver) login(ctx context.Context, x *exchange, email, password string, mode, otp *string) (auth.Tokens, error) {
	in := auth.LoginInput{Email: email, Password: password, Mode: modeOr(mode, domain.ModeJSON), Device: x.device(), Client: x.client()}
	if err := required("email", email); err != nil {
		return auth.Tokens{}, err
	}
	if err := required("password", password); err != nil {
		return auth.Tokens{}, err
	}
	var err error
	if in.OTP, err = optional("otp", otp); err != nil {
		return auth.Tokens{}, err
	}
	if in.Mode != domain.ModeJSON {
		// A foreign page must not log its visitor in to an account of its own.
		if err := x.refuseCrossSite(); err != nil {
			return auth.Tokens{}, err
		}
	}
	return r.handler.api.Login(ctx, in)
}

// tokenArgs say where a token is.
type tokenArgs struct{ RefreshToken, Mode *string }

// AuthRefresh resolves auth_refresh.
func (r *resolver) AuthRefresh(ctx context.Context, args tokenArgs) (*authTokens, error) {
	ctx, x := exchangeOf(ctx)
	in, err := x.source(args)
	if err != nil {
		return nil, x.failed(err)
	}
	tokens, err := r.handler.api.Refresh(ctx, in)
	if err != nil {
		return nil, x.failed(err)
	}
	return x.take(tokens), nil
}

// AuthLogout resolves auth_logout.
func (r *resolver) AuthLogout(ctx context.Context, args tokenArgs) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	in, err := x.source(args)
	if err == nil {
		err = r.handler.api.Logout(ctx, in)
	}
	if err != nil {
		return nil, x.failed(err)
	}
	held := []httpedge.Cookie{r.handler.config.RefreshCookie, r.handler.config.SessionCookie, httpedge.OAuthCookie(r.handler.config.SessionCookie)}
	for _, cookie := range held {
		if x.cookie(cookie) != "" {
			x.setCookie(cookie.Expire())
		}
	}
	return new(true), nil
}

// AuthPasswordRequest resolves auth_password_request.
func (r *resolver) AuthPasswordRequest(ctx context.Context, args struct {
	Email    string
	ResetURL *string
},
) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	in := auth.ResetRequest{
		Email:    args.Email,
		Language: x.languages(),
		Device:   x.device(),
		Client:   x.client(),
	}
	err := required("email", args.Email)
	if err == nil {
		in.URL, err = optional("reset_url", args.ResetURL)
	}
	if err == nil {
		err = r.handler.api.RequestReset(ctx, in)
	}
	if err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}

// AuthPasswordReset resolves auth_password_reset.
func (r *resolver) AuthPasswordReset(ctx context.Context, args struct{ Token, Password string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	err := required("token", args.Token)
	if err == nil {
		err = required("password", args.Password)
	}
	if err == nil {
		err = r.handler.api.Reset(ctx, args.Token, args.Password, x.client())
	}
	if err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}

// source returns the token from the one source that the mode names. Without a mode it is the
// argument if there is one, and the refresh cookie otherwise.
func (x *exchange) source(args tokenArgs) (auth.RefreshInput, error) {
	argument, err := optional("refresh_token", args.RefreshToken)
	if err != nil {
		return auth.RefreshInput{}, err
	}
	fallback := domain.ModeCookie
	if argument != "" {
		fallback = domain.ModeJSON
	}
	in := auth.RefreshInput{Mode: modeOr(args.Mode, fallback), Client: x.client()}
	switch in.Mode {
	case domain.ModeJSON:
		in.Token = argument
	case domain.ModeCookie:
		in.Token = x.cookie(x.handler.config.RefreshCookie)
	case domain.ModeSession:
		in.Token = x.cookie(x.handler.config.SessionCookie)
	}
	if in.Token == "" {
		return auth.RefreshInput{}, domain.InvalidPayloadError("refresh_token", "The refresh token is required in the source that the mode names: the argument for json, a cookie for cookie and session")
	}
	if in.Mode != domain.ModeJSON {
		return in, x.refuseCrossSite()
	}
	return in, nil
}

func modeOr(mode *string, fallback domain.Mode) domain.Mode {
	if mode == nil {
		return fallback
	}
	return domain.Mode(*mode)
}

// take shows and sets what the mode wants, and nothing more: a script that reads the answer
// finds no token there that was meant for a cookie.
func (x *exchange) take(t auth.Tokens) *authTokens {
	config := x.handler.config
	shown := &authTokens{Expires: new(int32(min(t.TTL.Milliseconds(), math.MaxInt32)))} // which is 24 days: who refreshes then is in time
	switch t.Mode {
	case domain.ModeJSON:
		shown.AccessToken, shown.RefreshToken = &t.Access, &t.Refresh
	case domain.ModeCookie:
		shown.AccessToken = &t.Access
		x.setCookie(config.RefreshCookie.Set(t.Refresh, t.RefreshTTL, config.Now()))
	case domain.ModeSession:
		x.setCookie(config.SessionCookie.Set(t.Access, t.TTL, config.Now()))
	}
	return shown
}

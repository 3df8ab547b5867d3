package pages

import (
	"net/http"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// showLogin handles GET /admin/login.
func (h *Handler) showLogin(v *visit) error {
	notice := ""
	switch query := v.r.URL.Query(); {
	case query.Has("changed"):
		notice = "login.changed" // whoever is signed in: the new password may be for another account
	case query.Has("ready"):
		notice = "login.ready" // the same
	case query.Has("confirmed"):
		notice = "login.confirmed"
	case query.Has("signed-out"):
		notice = "login.signed-out"
		fallthrough
	default:
		who, err := h.visitor(v)
		if err != nil {
			return err
		}
		if !who.Anonymous() {
			return h.leadOn(v, false)
		}
		if who.Enrolling.ID != "" {
			notice = "login.enrol"
		}
	}
	h.render(v, page{template: "login", Title: "login.title", Notice: notice, Problem: cameBack(v), Focus: "email"})
	return nil
}

// takeLogin handles POST /admin/login.
func (h *Handler) takeLogin(v *visit) error {
	in := auth.LoginInput{
		Email:    v.form.Get("email"),
		Password: v.form.Get("password"),
		OTP:      strings.TrimSpace(v.form.Get("otp")), // people copy blanks along
		Mode:     domain.ModeSession,
		Device:   h.deviceCookie().value(v.r),
		Client:   v.client,
	}
	switch {
	case in.Email == "":
		return h.refuseLogin(v, &problem{Status: http.StatusBadRequest, Key: "problem.email-missing", Field: "email"})
	case in.Password == "":
		return h.refuseLogin(v, &problem{Status: http.StatusBadRequest, Key: "problem.password-missing", Field: "password"})
	}
	tokens, err := h.api.Login(v.r.Context(), in)
	if err != nil {
		return h.refuseLogin(v, err)
	}
	h.sessionCookie().set(v.w, tokens.Access, tokens.TTL, h.config.Now())
	h.deviceCookie().set(v.w, tokens.Device, tokens.DeviceTTL, h.config.Now())
	return h.leadOn(v, true)
}

// refuseLogin shows the form again, with the address as it was typed, and neither password nor
// code. It asks for a code where the account does.
func (h *Handler) refuseLogin(v *visit, err error) error {
	h.logFailure(v.r.Context(), err)
	p := asProblem(err)
	switch codeOf(err) {
	case domain.InvalidPayload:
		// An address that is none, a password that cannot be any: told apart from a wrong
		// one by REST, and not worth other words to a person.
		p.Key = "problem.credentials"
	case domain.InvalidCredentials:
		p.Key = "problem.credentials"
	case domain.InvalidOTP:
		p.Key = "problem.otp"
		if v.form.Get("otp") != "" {
			p.Key, p.Field = "problem.otp-wrong", "otp"
		}
	}
	focus := p.Field
	if focus != "email" {
		focus = "password" // which has to be typed again, whatever was wrong
	}
	needsCode := v.form.Has("otp") || codeOf(err) == domain.InvalidOTP
	v.form.Del("password")
	v.form.Del("otp")
	h.render(v, page{template: "login", Title: "login.title", Problem: p, Form: v.form, Focus: focus, NeedsCode: needsCode})
	return nil
}

// takeLogout handles POST /admin/logout. The cookie stays where nobody could find out
// whether the session has ended.
func (h *Handler) takeLogout(v *visit) error {
	if held := h.sessionCookie().value(v.r); held != "" {
		in := auth.RefreshInput{Mode: domain.ModeSession, Token: held, Client: v.client}
		if err := h.api.Logout(v.r.Context(), in); err != nil {
			return err
		}
		h.sessionCookie().expire(v.w)
	}
	if begun := h.oauthCookie(); begun.value(v.r) != "" {
		begun.expire(v.w)
	}
	return h.redirect(v, loginPath+"?signed-out")
}

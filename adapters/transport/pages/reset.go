package pages

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	// resetCookieTTL is how long the page waits for its form. The link of the mail leads
	// there again, as often as one likes, until the password is set.
	resetCookieTTL = 15 * time.Minute

	// maxResetToken bounds what a link makes the browser keep, in bytes.
	maxResetToken = 512
)

// resetCookie holds the token of the link between the link and the form, so that it stands
// neither in the address bar and the history nor in the HTML. It is Lax and not Strict: the
// link is followed from a mail, often on a page of another site, and a Strict cookie would
// not be sent along the redirect that follows.
func (h *Handler) resetCookie() scopedCookie {
	return scopedCookie{
		Cookie: Cookie{Name: "sallyport_reset_token", Insecure: h.config.SessionCookie.Insecure},
		path:   h.base + resetPath,
	}
}

// showReset handles GET /admin/reset-password. The link of the mail leads here with its
// token, which goes into a cookie. Nothing is spent, and nothing is asked of the core:
// programs follow the links of a mail before people do.
func (h *Handler) showReset(v *visit) error {
	if query := v.r.URL.Query(); query.Has("token") {
		if token := query.Get("token"); isResetToken(token) {
			h.resetCookie().set(v.w, token, resetCookieTTL, h.config.Now())
		} else {
			h.resetCookie().expire(v.w)
		}
		return h.redirect(v, resetPath)
	}
	if h.resetCookie().value(v.r) == "" {
		return h.refuseReset(v, &problem{Status: http.StatusForbidden, Key: "problem.link-missing"})
	}
	h.render(v, page{template: "reset", Title: "reset.title", Ready: true, Focus: "password"})
	return nil
}

// isResetToken keeps out what no link of ours has and no cookie may hold.
func isResetToken(token string) bool {
	return token != "" && len(token) <= maxResetToken && !strings.ContainsFunc(token, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.~", r)
	})
}

// takeReset handles POST /admin/reset-password. It takes the token from the cookie alone.
func (h *Handler) takeReset(v *visit) error {
	token := h.resetCookie().value(v.r)
	if token == "" {
		return h.refuseReset(v, &problem{Status: http.StatusForbidden, Key: "problem.link-missing"})
	}
	password := v.form.Get("password")
	if p := checkNewPassword(password, v.form.Get("repeated")); p != nil {
		return h.refuseReset(v, p)
	}
	if err := h.api.Reset(v.r.Context(), token, password, v.client); err != nil {
		return h.refuseReset(v, err)
	}
	h.resetCookie().expire(v.w)
	return h.redirect(v, loginPath+"?changed")
}

// checkNewPassword says in words of the page what the core would refuse in its own, and
// that the second field repeats the first.
func checkNewPassword(password, repeated string) *problem {
	p := &problem{Status: http.StatusBadRequest, Field: "password"}
	switch {
	case password == "":
		p.Key = "problem.password-missing"
	case utf8.RuneCountInString(password) < auth.MinPasswordRunes:
		p.Key, p.Args = "problem.password-short", []any{auth.MinPasswordRunes}
	case len(password) > auth.MaxPasswordBytes:
		p.Key = "problem.password-long"
	case password != repeated:
		p.Key, p.Field = "problem.password-repeated", "repeated"
	default:
		return nil
	}
	return p
}

// refuseReset shows the form again where another password may do, and says where to get
// another link where this one is of no use.
func (h *Handler) refuseReset(v *visit, err error) error {
	h.logFailure(v.r.Context(), err)
	p := asProblem(err)
	switch codeOf(err) {
	case domain.InvalidToken:
		p.Key = "problem.link-invalid"
	case domain.TokenExpired:
		p.Key = "problem.link-expired"
	case domain.Forbidden:
		p.Key = "problem.link-spent"
	case domain.FailedValidation, domain.InvalidPayload:
		p.Key, p.Field = "problem.password-weak", "password"
	}
	usable := p.Status != http.StatusForbidden && p.Status != http.StatusUnauthorized
	if !usable {
		h.resetCookie().expire(v.w)
	}
	h.render(v, page{template: "reset", Title: "reset.title", Problem: p, Ready: usable, Focus: focusOr(p.Field, "password")})
	return nil
}

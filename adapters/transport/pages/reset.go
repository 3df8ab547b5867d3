package pages

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
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

// linkField is the field of the form that says which link it was opened by.
const linkField = "link"

// linkOf names the link of a token in the form, which must not hold the token itself: a
// hash that tells links of one browser apart and leads back to none.
func linkOf(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("sallyport reset form\x00" + token))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// isOfLink reports whether the form was opened by the link of token. The cookie is that of
// the link opened last, in whichever tab.
func isOfLink(v *visit, token string) bool {
	return subtle.ConstantTimeCompare([]byte(v.form.Get(linkField)), []byte(linkOf(token))) == 1
}

// showReset handles GET /admin/reset-password. The link of the mail leads here with its
// token, which goes into a cookie. Nothing is spent: programs follow the links of a mail
// before people do. A link that is of no use is told before somebody thinks of a password.
func (h *Handler) showReset(v *visit) error {
	if query := v.r.URL.Query(); query.Has("token") {
		if token := query.Get("token"); isResetToken(token) {
			h.resetCookie().set(v.w, token, resetCookieTTL, h.config.Now())
		} else {
			h.resetCookie().expire(v.w)
		}
		return h.redirect(v, resetPath)
	}
	token := h.resetCookie().value(v.r)
	if token == "" {
		return h.refuseReset(v, &problem{Status: http.StatusForbidden, Key: "problem.link-missing"})
	}
	if err := h.api.LookAtReset(v.r.Context(), token); isUselessLink(err) {
		return h.refuseReset(v, err)
	}
	h.renderReset(v, page{Ready: true, Focus: "password"})
	return nil
}

// isUselessLink reports whether the link is known to be of no use; where nobody can find out
// there is the form, which is answered later.
func isUselessLink(err error) bool {
	switch codeOf(err) {
	case domain.InvalidToken, domain.TokenExpired, domain.Forbidden:
		return true
	}
	return false
}

// isResetToken keeps out what no link of ours has and no cookie may hold.
func isResetToken(token string) bool {
	return token != "" && len(token) <= maxResetToken && !strings.ContainsFunc(token, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.~", r)
	})
}

// renderReset shows the form for the link that the cookie holds.
func (h *Handler) renderReset(v *visit, p page) {
	p.template, p.Title = "reset", "reset.title"
	p.Form = url.Values{linkField: {linkOf(h.resetCookie().value(v.r))}}
	h.render(v, p)
}

// takeReset handles POST /admin/reset-password. It takes the token from the cookie alone,
// and only from the form that this token's link has opened: another may be meant for the
// password of another account.
func (h *Handler) takeReset(v *visit) error {
	token := h.resetCookie().value(v.r)
	if token == "" {
		return h.refuseReset(v, &problem{Status: http.StatusForbidden, Key: "problem.link-missing"})
	}
	if !isOfLink(v, token) {
		return h.refuseReset(v, &problem{Status: http.StatusConflict, Key: "problem.link-other", Field: "password"})
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
	h.renderReset(v, page{Problem: p, Ready: usable, Focus: focusOr(p.Field, "password")})
	return nil
}

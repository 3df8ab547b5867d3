package pages

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

const (
	// linkCookieTTL is how long a page waits for its form. The link of the mail leads there
	// again, as often as one likes, until the form has been taken.
	linkCookieTTL = 15 * time.Minute

	// maxLinkToken bounds what a link makes the browser keep, in bytes.
	maxLinkToken = 512
)

// mailedLink is a page that the link of a mail leads to. Opening it changes nothing, since
// programs follow the links of a mail before people do: its form does. Its exported names are
// for the template.
type mailedLink struct {
	Path        string
	Title       string // keys of texts
	Text        string // empty: none
	Submit      string
	NewPassword bool // whether the form asks for one

	// Elsewhere is where to go from a link that is of no use, and ElsewhereText the key of what it
	// is called.
	Elsewhere, ElsewhereText string

	cookie string // its name

	// useless are the keys of what to say of a link that is of no use, by what is said of its token.
	useless map[domain.Code]string

	// look says of a token what take would, and changes nothing.
	look func(ctx context.Context, token string) error

	// take does what the form asks for. done is where it leads.
	take func(v *visit, token string) error
	done string
}

// focus returns the field to begin with.
func (l mailedLink) focus() string {
	if l.NewPassword {
		return "password"
	}
	return ""
}

// roomOf returns what the path of a link leads to.
func (h *Handler) roomOf(l mailedLink) room {
	return room{
		show: func(v *visit) error { return h.showMailed(v, l) },
		take: func(v *visit) error { return h.takeMailed(v, l) },
	}
}

// linkCookie holds the token of a link between the link and the form, so that it stands
// neither in the address bar and the history nor in the HTML. It is Lax and not Strict: the
// link is followed from a mail, often on a page of another site, and a Strict cookie would
// not be sent along the redirect that follows.
func (h *Handler) linkCookie(l mailedLink) scopedCookie {
	return scopedCookie{
		Cookie: Cookie{Name: l.cookie, Insecure: h.config.SessionCookie.Insecure},
		path:   h.base + l.Path,
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

// showMailed handles GET. The link of the mail leads here with its token, which goes into a cookie.
// A link that is of no use is told before somebody thinks of a password; where nobody can find
// out there is the form, which is answered later.
func (h *Handler) showMailed(v *visit, l mailedLink) error {
	if query := v.r.URL.Query(); query.Has("token") {
		if token := query.Get("token"); isLinkToken(token) {
			h.linkCookie(l).set(v.w, token, linkCookieTTL, h.config.Now())
		} else {
			h.linkCookie(l).expire(v.w)
		}
		return h.redirect(v, l.Path)
	}
	token := h.linkCookie(l).value(v.r)
	if token == "" {
		return h.refuseUnopened(v, l)
	}
	if err := l.look(v.r.Context(), token); l.isUseless(err) {
		return h.refuseMailed(v, l, err)
	}
	h.renderMailed(v, l, page{Ready: true, Focus: l.focus()})
	return nil
}

// isUseless reports whether the link is known to be of no use.
func (l mailedLink) isUseless(err error) bool {
	_, useless := l.useless[codeOf(err)]
	return useless
}

// isLinkToken keeps out what no link of ours has and no cookie may hold.
func isLinkToken(token string) bool {
	return token != "" && len(token) <= maxLinkToken && !strings.ContainsFunc(token, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.~", r)
	})
}

// renderMailed shows the form for the link that the cookie holds.
func (h *Handler) renderMailed(v *visit, l mailedLink, p page) {
	p.template, p.Title, p.Mailed = "link", l.Title, l
	p.Form = url.Values{linkField: {linkOf(h.linkCookie(l).value(v.r))}}
	h.render(v, p)
}

// takeMailed handles POST. It takes the token from the cookie alone, and only from the form that
// this token's link has opened: another may be meant for another account.
func (h *Handler) takeMailed(v *visit, l mailedLink) error {
	token := h.linkCookie(l).value(v.r)
	if token == "" {
		return h.refuseUnopened(v, l)
	}
	if !isOfLink(v, token) {
		return h.refuseMailed(v, l, &problem{Status: http.StatusConflict, Key: "problem.link-other", Field: l.focus()})
	}
	if err := l.take(v, token); err != nil {
		return h.refuseMailed(v, l, err)
	}
	h.linkCookie(l).expire(v.w)
	return h.redirect(v, l.done)
}

// refuseUnopened says how to come to the page of a link.
func (h *Handler) refuseUnopened(v *visit, l mailedLink) error {
	return h.refuseMailed(v, l, &problem{Status: http.StatusForbidden, Key: "problem.link-missing"})
}

// refuseMailed shows the form again where it may be taken yet, and says where to go where the link
// is of no use.
func (h *Handler) refuseMailed(v *visit, l mailedLink, err error) error {
	h.logFailure(v.r.Context(), err)
	p := asProblem(err)
	usable := p.Status != http.StatusForbidden && p.Status != http.StatusUnauthorized
	if key, useless := l.useless[codeOf(err)]; useless {
		p.Key, usable = key, false
	} else if code := codeOf(err); l.NewPassword && (code == domain.FailedValidation || code == domain.InvalidPayload) {
		p.Key, p.Field = "problem.password-weak", "password"
	}
	if !usable {
		h.linkCookie(l).expire(v.w)
	}
	h.renderMailed(v, l, page{Problem: p, Ready: usable, Focus: focusOr(p.Field, l.focus())})
	return nil
}

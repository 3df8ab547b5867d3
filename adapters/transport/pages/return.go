package pages

import (
	"net/http"
	"net/url"

	"github.com/sallyport-auth/sallyport/core/auth"
)

// maxReturn bounds the way on, as it is written in a query, in bytes: addresses with it in stay
// shorter than what a login elsewhere carries along.
const maxReturn = 1800

// wayOn returns where the person wanted to go who was sent here to sign in, if it is a place to
// which these pages lead, and "" otherwise.
func (h *Handler) wayOn(v *visit) string {
	target := v.r.URL.Query().Get("return")
	if len(url.QueryEscape(target)) > maxReturn || !auth.MayReturn(target, h.config.PublicURL.String(), h.config.Returns) {
		return ""
	}
	return target
}

// loginFor is the path of the page for signing in that leads on as this request would.
func (h *Handler) loginFor(v *visit) string {
	if on := h.wayOn(v); on != "" {
		return loginPath + "?return=" + url.QueryEscape(on)
	}
	return loginPath
}

// leadOn answers who is signed in. To another origin it is a page that leads: browsers take a
// redirect for a part of the form, which the policy of these pages keeps here. Who has not just
// signed in goes by a link: an application that has sent them without need would do so again.
func (h *Handler) leadOn(v *visit, justNow bool) error {
	on := h.wayOn(v)
	if on == "" {
		return h.redirect(v, profilePath)
	}
	if auth.MayReturn(on, h.config.PublicURL.String(), nil) {
		v.w.Header().Set("Location", on)
		v.w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	there, err := url.Parse(on)
	if err != nil {
		return err
	}
	p := page{template: "leave", Title: "leave.title", Leads: on, Onward: "leave.signed-in", Place: place{there.Host, there.Host}}
	if !justNow {
		p.Onward, p.Waits = "leave.waits", true
	}
	h.render(v, p)
	return nil
}

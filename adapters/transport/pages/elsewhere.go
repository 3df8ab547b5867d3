package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// place is somewhere else to sign in, as a page shows it.
type place struct{ Name, Label string }

func (h *Handler) places() []place {
	var list []place
	for _, p := range h.api.OAuthProviders() {
		list = append(list, place{p.Name, cmp.Or(p.Label, p.Name)})
	}
	return list
}

// oauthCookie is the one of REST, which answers when the browser comes back.
func (h *Handler) oauthCookie() scopedCookie {
	shared := httpedge.OAuthCookie(httpedge.Cookie{Insecure: h.config.SessionCookie.Insecure})
	return scopedCookie{Cookie: Cookie{Name: shared.Name, Insecure: shared.Insecure, SameSite: shared.SameSite}, path: "/"}
}

// begin returns what both ways to a provider have in common. In whichever mode others log in
// there, these pages need the session cookie.
func (h *Handler) begin(v *visit, provider, end string) auth.OAuthBegin {
	return auth.OAuthBegin{
		Provider: provider, CallbackPath: httpedge.OAuthCallbackPath(httpedge.OAuthLoginPath, provider, h.api.OAuthProviders()),
		Redirect: h.base + end, Mode: domain.ModeSession, Client: v.client,
	}
}

// showElsewhere handles GET /admin/sign-in-with: it leads to the provider, and writes nothing. The
// provider sends browsers back to PublicURL, so that its cookie has to be set there.
func (h *Handler) showElsewhere(v *visit) error {
	if query := v.r.URL.Query(); !query.Has(movedMark) && !h.isHere(v.r.Host) {
		query.Set(movedMark, "")
		v.w.Header().Set("Location", h.config.PublicURL.Scheme+"://"+h.config.PublicURL.Host+h.base+elsewherePath+"?"+query.Encode())
		v.w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	begun, err := h.api.BeginOAuth(v.r.Context(), h.begin(v, v.r.URL.Query().Get("provider"), h.loginFor(v)))
	switch {
	case codeOf(err) == domain.RouteNotFound:
		return err
	case err != nil:
		h.logFailure(v.r.Context(), err)
		p := asProblem(err)
		p.Key = wordsOf(codeOf(err), "")
		h.render(v, page{template: "login", Title: "login.title", Problem: p})
		return nil
	}
	h.oauthCookie().set(v.w, begun.Cookie, begun.TTL, h.config.Now())
	v.w.Header().Set("Location", begun.URL)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// movedMark is in the query of who was led to PublicURL already: a proxy that writes another Host
// must not make that a circle.
const movedMark = "moved"

// isHere reports whether host, as a request names it, is that of PublicURL.
func (h *Handler) isHere(host string) bool {
	port := map[string]string{"https": ":443", "http": ":80"}[h.config.PublicURL.Scheme]
	return strings.EqualFold(strings.TrimSuffix(host, port), strings.TrimSuffix(h.config.PublicURL.Host, port))
}

// takeLink handles POST /admin/link. It answers with a page that leads on by itself: browsers
// take a redirect for a part of the form, which the policy of these pages keeps here.
func (h *Handler) takeLink(v *visit) error {
	who, err := h.visitor(v)
	if err != nil {
		return err
	}
	if who.Anonymous() {
		return h.redirect(v, loginPath)
	}
	name := v.form.Get("provider")
	begun, err := h.api.BeginOAuthLink(v.r.Context(), who, h.begin(v, name, profilePath+"?linked"))
	switch {
	case codeOf(err) == domain.RouteNotFound:
		return err
	case err != nil:
		return h.refuseElsewhere(v, who, err)
	}
	h.oauthCookie().set(v.w, begun.Cookie, begun.TTL, h.config.Now())
	h.render(v, page{template: "leave", Title: "leave.title", Leads: begun.URL, Onward: "leave.text", Place: h.placeNamed(name)})
	return nil
}

// takeUnlink handles POST /admin/unlink. What is gone already is as good as taken away.
func (h *Handler) takeUnlink(v *visit) error {
	who, err := h.visitor(v)
	if err != nil {
		return err
	}
	if who.Anonymous() {
		return h.redirect(v, loginPath)
	}
	err = h.api.UnlinkIdentity(v.r.Context(), who, v.form.Get("provider"), v.client)
	if err != nil && codeOf(err) != domain.Forbidden {
		return h.refuseElsewhere(v, who, err)
	}
	return h.redirect(v, profilePath+"?unlinked")
}

// refuseElsewhere shows the account again, with what is wrong.
func (h *Handler) refuseElsewhere(v *visit, who auth.Principal, err error) error {
	h.logFailure(v.r.Context(), err)
	p := asProblem(err)
	p.Key = wordsOf(codeOf(err), "")
	return h.renderProfile(v, who, page{Problem: p, Form: formOf(who.User)})
}

func (h *Handler) placeNamed(name string) place {
	list := h.places()
	if i := slices.IndexFunc(list, func(p place) bool { return strings.EqualFold(p.Name, name) }); i >= 0 {
		return list[i]
	}
	return place{name, name}
}

// placesOf divides what there is into the places by which the caller signs in, those that are
// not configured any more among them, and the others.
func (h *Handler) placesOf(v *visit, who auth.Principal) (linked, others []place, err error) {
	all := h.places()
	if len(all) == 0 {
		return nil, nil, nil
	}
	identities, err := h.api.ListIdentities(v.r.Context(), who)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range identities {
		if p := h.placeNamed(one.Provider); !slices.Contains(linked, p) {
			linked = append(linked, p)
		}
	}
	for _, p := range all {
		if !slices.Contains(linked, p) {
			others = append(others, p)
		}
	}
	return linked, others, nil
}

// cameBack returns the problem with which REST has led the browser back here, or nil. Whoever
// has made the address chooses among words of ours, and adds none.
func cameBack(v *visit) *problem {
	query := v.r.URL.Query()
	if !query.Has("reason") {
		return nil
	}
	return &problem{Status: http.StatusOK, Key: wordsOf(domain.Code(query.Get("reason")), auth.NobodyHere(query.Get("detail")))}
}

// wordsOf returns the text of why a way to sign in was not opened.
func wordsOf(code domain.Code, why auth.NobodyHere) string {
	switch code {
	case domain.InvalidOTP:
		return "problem.otp"
	case domain.RecordNotUnique:
		return "problem.elsewhere-taken"
	case domain.UnprocessableContent:
		return "problem.elsewhere-last"
	case domain.ServiceUnavailable:
		return "problem.elsewhere-down"
	case domain.RequestsExceeded:
		return "problem.limited"
	case domain.Internal:
		return "problem.internal"
	}
	switch why {
	case auth.NotRegistered:
		return "problem.elsewhere-nobody"
	case auth.AddressTaken:
		return "problem.elsewhere-link-first"
	case auth.AddressUnverified:
		return "problem.elsewhere-unverified"
	case auth.AddressMissing:
		return "problem.elsewhere-no-address"
	}
	return "problem.elsewhere"
}

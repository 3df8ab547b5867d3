package pages

import (
	"net/url"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// leadToProfile handles GET /admin/.
func (h *Handler) leadToProfile(v *visit) error { return h.redirect(v, profilePath) }

// showProfile handles GET /admin.
func (h *Handler) showProfile(v *visit) error {
	who, err := h.visitor(v)
	if err != nil {
		return err
	}
	if who.Anonymous() {
		return h.redirect(v, loginPath)
	}
	user, err := h.api.Me(v.r.Context(), who)
	if err != nil {
		return err
	}
	notice := ""
	switch query := v.r.URL.Query(); {
	case query.Has("saved"):
		notice = "profile.saved"
	case query.Has("linked"):
		notice = "profile.linked"
	case query.Has("unlinked"):
		notice = "profile.unlinked"
	}
	who.User = user
	return h.renderProfile(v, who, page{Notice: notice, Problem: cameBack(v), Form: formOf(user)})
}

// formOf are the fields of the form as they are stored.
func formOf(user domain.User) url.Values {
	return url.Values{"first_name": {user.FirstName}, "last_name": {user.LastName}, "language": {user.Language}}
}

// takeProfile handles POST /admin. A field that the form does not hold stays as it is.
func (h *Handler) takeProfile(v *visit) error {
	who, err := h.visitor(v)
	if err != nil {
		return err
	}
	if who.Anonymous() {
		return h.redirect(v, loginPath)
	}
	patch := auth.ProfilePatch{FirstName: field(v.form, "first_name"), LastName: field(v.form, "last_name"), Language: field(v.form, "language")}
	_, tokens, err := h.api.UpdateMe(v.r.Context(), who, patch, v.client)
	switch {
	case codeOf(err) == domain.InvalidCredentials:
		h.sessionCookie().expire(v.w) // it ended in the meantime
		return h.redirect(v, loginPath)
	case err != nil:
		return h.refuseProfile(v, who, err)
	case tokens != nil:
		h.sessionCookie().set(v.w, tokens.Access, tokens.TTL, h.config.Now())
	}
	return h.redirect(v, profilePath+"?saved")
}

// field returns the value of a field, or nil where the form has none of that name.
func field(form url.Values, name string) *string {
	if !form.Has(name) {
		return nil
	}
	value := form.Get(name)
	return &value
}

// refuseProfile shows the form again, with everything as it was typed.
func (h *Handler) refuseProfile(v *visit, who auth.Principal, err error) error {
	h.logFailure(v.r.Context(), err)
	p := asProblem(err)
	switch f := fieldOf(err); f {
	case "first_name", "last_name":
		p.Key, p.Args, p.Field = "problem.text", []any{auth.MaxNameRunes}, f
	case "language":
		p.Key, p.Args, p.Field = "problem.text", []any{auth.MaxLanguageRunes}, f
	}
	return h.renderProfile(v, who, page{Problem: p, Form: v.form, Focus: p.Field})
}

// renderProfile shows the account in the language that its owner has chosen, if any.
func (h *Handler) renderProfile(v *visit, who auth.Principal, p page) (err error) {
	if p.Linked, p.Others, err = h.placesOf(v, who); err != nil {
		return err
	}
	v.texts = h.textsFor(who.User.Language, v.r.Header.Get("Accept-Language"))
	p.template, p.Title, p.User = "profile", "profile.title", who.User
	h.render(v, p)
	return nil
}

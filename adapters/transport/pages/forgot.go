package pages

import (
	"net/http"
	"strings"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// showForgot handles GET /admin/forgot-password.
func (h *Handler) showForgot(v *visit) error {
	if v.r.URL.Query().Has("sent") {
		h.render(v, page{template: "forgot", Title: "forgot.sent-title", Notice: "forgot.sent"})
		return nil
	}
	h.render(v, page{template: "forgot", Title: "forgot.title", Ready: true, Focus: "email"})
	return nil
}

// takeForgot handles POST /admin/forgot-password. It says the same of every address.
func (h *Handler) takeForgot(v *visit) error {
	in := auth.ResetRequest{
		Email:    v.form.Get("email"),
		Language: httpedge.Languages(v.r.Header.Get("Accept-Language")),
		Device:   h.deviceCookie().value(v.r),
		Client:   v.client,
	}
	if strings.TrimSpace(in.Email) == "" {
		return h.refuseForgot(v, &problem{Status: http.StatusBadRequest, Key: "problem.email-missing", Field: "email"})
	}
	if err := h.api.RequestReset(v.r.Context(), in); err != nil {
		return h.refuseForgot(v, err)
	}
	return h.redirect(v, forgotPath+"?sent")
}

func (h *Handler) refuseForgot(v *visit, err error) error {
	h.logFailure(v.r.Context(), err)
	h.render(v, page{template: "forgot", Title: "forgot.title", Problem: asProblem(err), Ready: true, Form: v.form, Focus: "email"})
	return nil
}

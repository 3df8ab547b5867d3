package pages

import (
	"net/http"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// resetLink is where the link of a mail about a forgotten password leads.
func (h *Handler) resetLink() mailedLink {
	return mailedLink{
		Path: resetPath, Title: "reset.title", Submit: "reset.submit", NewPassword: true,
		Elsewhere: forgotPath, ElsewhereText: "reset.again",
		cookie: "sallyport_reset_token",
		useless: map[domain.Code]string{
			domain.InvalidToken: "problem.link-invalid",
			domain.TokenExpired: "problem.link-expired",
			domain.Forbidden:    "problem.link-spent",
		},
		look: h.api.LookAtReset,
		take: withNewPassword(func(v *visit, token, password string) error {
			return h.api.Reset(v.r.Context(), token, password, v.client)
		}),
		done: loginPath + "?changed",
	}
}

// withNewPassword reads the password of the form.
func withNewPassword(set func(v *visit, token, password string) error) func(*visit, string) error {
	return func(v *visit, token string) error {
		password := v.form.Get("password")
		if p := checkNewPassword(password, v.form.Get("repeated")); p != nil {
			return p
		}
		return set(v, token, password)
	}
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

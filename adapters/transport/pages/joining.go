package pages

import (
	"github.com/sallyport-auth/sallyport/core/domain"
)

// inviteLink is where the link of an invitation leads.
func (h *Handler) inviteLink() mailedLink {
	return mailedLink{
		Path: invitePath, Title: "invite.title", Text: "invite.text", Submit: "invite.submit", NewPassword: true,
		Elsewhere: loginPath, ElsewhereText: "link.login",
		cookie: "sallyport_invite_token",
		useless: map[domain.Code]string{
			domain.InvalidToken:  "problem.link-invalid",
			domain.TokenExpired:  "problem.link-expired",
			domain.InvalidInvite: "problem.invite-spent",
		},
		look: h.api.LookAtInvitation,
		take: withNewPassword(func(v *visit, token, password string) error {
			return h.api.AcceptInvitation(v.r.Context(), token, password, v.client)
		}),
		done: loginPath + "?ready",
	}
}

// verifyLink is where the link of a registration leads.
func (h *Handler) verifyLink() mailedLink {
	return mailedLink{
		Path: verifyPath, Title: "verify.title", Text: "verify.text", Submit: "verify.submit",
		Elsewhere: loginPath, ElsewhereText: "link.login",
		cookie: "sallyport_verify_token",
		useless: map[domain.Code]string{
			domain.InvalidToken:   "problem.link-invalid",
			domain.TokenExpired:   "problem.link-expired",
			domain.InvalidPayload: "problem.verify-spent",
		},
		look: h.api.LookAtRegistration,
		take: func(v *visit, token string) error {
			_, err := h.api.VerifyRegistration(v.r.Context(), token, v.client)
			return err
		},
		done: loginPath + "?ready",
	}
}

// confirmLink is where the link to a new address leads.
func (h *Handler) confirmLink() mailedLink {
	return mailedLink{
		Path: confirmPath, Title: "confirm.title", Text: "confirm.text", Submit: "confirm.submit",
		Elsewhere: loginPath, ElsewhereText: "link.login",
		cookie: "sallyport_email_token",
		useless: map[domain.Code]string{
			domain.InvalidToken:    "problem.link-invalid",
			domain.TokenExpired:    "problem.link-expired",
			domain.Forbidden:       "problem.confirm-spent",
			domain.RecordNotUnique: "problem.confirm-taken",
		},
		look: h.api.LookAtEmailChange,
		take: func(v *visit, token string) error { return h.api.ConfirmEmail(v.r.Context(), token, v.client) },
		done: loginPath + "?confirmed",
	}
}

// leadToReady handles GET /admin/users/ID, where clients of REST are led when an account has been
// opened. Whose ID that is nobody is told.
func (h *Handler) leadToReady(v *visit) error { return h.redirect(v, loginPath+"?ready") }

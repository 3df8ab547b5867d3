package contract

import (
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportPasswordRefusalCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("password/garbage-is-invalid-token",
			"What was never handed out as a reset token is INVALID_TOKEN, and none at all INVALID_PAYLOAD.",
			nil, func(s story) {
				token := s.forgot("ann@example.com")
				for _, bad := range []string{
					"x", token[:42], token + "A", token + " ", " " + token, strings.ToLower(token) + "-", strings.Repeat("A", 43), strings.Repeat("A", 10_000), "\U0001F511",
				} {
					if err := s.tryReset(bad, resetPassword); codeOf(err) != domain.InvalidToken {
						s.Errorf("token of %d bytes: got %v, want %s", len(bad), err, domain.InvalidToken)
					}
				}
				s.wantCode(s.tryReset("", resetPassword), domain.InvalidPayload)
				s.reset(token, resetPassword)
			}),
		tell("password/refused-passwords-do-not-spend",
			"A password that is refused changes nothing, and the link still works.",
			nil, func(s story) {
				token := s.forgot("ann@example.com")
				for bad, want := range map[string]domain.Code{
					"":           domain.InvalidPayload,
					"short":      domain.FailedValidation,
					"password":   domain.FailedValidation,
					"aaaaaaaaaa": domain.FailedValidation,
					strings.Repeat("x", auth.MaxPasswordBytes+1): domain.InvalidPayload,
				} {
					if err := s.tryReset(token, bad); codeOf(err) != want {
						s.Errorf("password of %d bytes: got %v, want %s", len(bad), err, want)
					}
				}
				s.login(domain.ModeJSON)
				s.reset(token, resetPassword)
			}),
		tell("password/suspended-meanwhile",
			"A link does not let in, nor re-activate, an account that may not log in any more.",
			nil, func(s story) {
				token := s.forgot("ann@example.com")
				for _, status := range []domain.Status{
					domain.StatusDraft, domain.StatusInvited, domain.StatusUnverified, domain.StatusSuspended, domain.StatusArchived,
				} {
					s.change(func(u *domain.User) { u.Status = status })
					s.wantCode(s.tryReset(token, resetPassword), domain.Forbidden)
					if got := value(s.Store.Repos().Users.ByID(s.Context(), ann().ID))(s).Status; got != status {
						s.Errorf("got status %q, want %q", got, status)
					}
				}
				s.change(func(u *domain.User) { u.Status = domain.StatusActive })
				s.login(domain.ModeJSON)
			}),
		tell("password/tokens-of-other-kinds",
			"An access token, a refresh token or a session cookie resets no password, and a reset token is none of them.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					for _, token := range []string{held.Access, held.Token} {
						if token != "" {
							s.wantCode(s.tryReset(token, resetPassword), domain.InvalidToken)
						}
					}
				}
				token := s.forgot("ann@example.com")
				for _, mode := range allModes() {
					if _, err := s.tryRefresh(Reply{Mode: mode, Token: token}); err == nil {
						s.Errorf("%s: a reset token was refreshed", mode)
					}
					if _, err := s.Client.Me(s.Context(), Reply{Mode: mode, Access: token, Token: token}.credential()); err == nil {
						s.Errorf("%s: a reset token logged in", mode)
					}
				}
				s.reset(token, resetPassword)
			}),
	}
}

package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportLogoutCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("logout/ends-the-session",
			"After logout neither the refresh token nor the access token nor the cookie works.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					s.logout(held)
					s.wantNotMe(held, domain.InvalidCredentials)
					s.wantRefused(held)
				}
				s.wantEvent(domain.EventLogout, domain.OutcomeSuccess, ann().ID)
			}),
		tell("logout/ends-no-other-session",
			"The user's other sessions stay.",
			nil, func(s story) {
				for _, mode := range allModes() {
					other := s.login(mode)
					s.logout(s.login(mode))
					s.wantMe(other)
					s.wantMe(s.refresh(other))
				}
			}),
		tell("logout/with-any-token-of-the-family",
			"A token that was spent ends the session just as well.",
			nil, func(s story) {
				for _, mode := range allModes() {
					first := s.login(mode)
					last := s.refresh(s.refresh(first))
					s.logout(first)
					s.wantRefused(last)
					s.wantNotMe(last, domain.InvalidCredentials)
				}
			}),
		tell("logout/unknown-is-a-success",
			"Who is logged out already, or never was in, is logged out.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					s.logout(held)
					s.logout(held)
					s.logout(Reply{Mode: mode, Token: "garbage"})
					s.logout(Reply{Mode: mode, Token: strings.Repeat("x", 64)})
				}
			}),
		tell("logout/beats-a-refresh-beside-it",
			"When a refresh and a logout race, no live token is left.",
			nil, func(s story) {
				for range 20 {
					for _, mode := range allModes() {
						held := s.login(mode)
						var next Reply
						var refreshErr error
						race(s, 2, func(i int) error {
							if i == 0 {
								return s.Client.Logout(s.Context(), held.Mode, held.Token)
							}
							next, refreshErr = s.tryRefresh(held)
							return refreshErr
						})
						s.wantRefused(held)
						if refreshErr == nil {
							s.wantRefused(next)
							s.wantNotMe(next, domain.InvalidCredentials)
						}
						s.Clock.Advance(time.Second)
					}
				}
			}),
	}
}

package contract

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportCookieCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("session-cookie/predecessor-authenticates-within-grace",
			"After a refresh the cookie before still authenticates while its holder may not have heard, and no longer.",
			nil, func(s story) {
				first := s.login(domain.ModeSession)
				second := s.refresh(first)
				s.Clock.Advance(9 * time.Second)
				s.wantMe(first)
				s.wantMe(second)
				s.Clock.Advance(time.Second)
				s.wantNotMe(first, domain.InvalidCredentials)
				s.wantMe(second) // showing an old cookie is no reuse: browsers do it
			}),
		tell("session-cookie/older-ones-do-not-authenticate",
			"A cookie two refreshes old is dead at once.",
			nil, func(s story) {
				first := s.login(domain.ModeSession)
				third := s.refresh(s.refresh(first))
				s.wantNotMe(first, domain.InvalidCredentials)
				s.wantMe(third)
			}),
		tell("session-cookie/also-as-bearer",
			"The token of a session cookie may come in the header, too.",
			nil, func(s story) {
				held := s.login(domain.ModeSession)
				if me := value(s.Client.Me(s.Context(), auth.Credential{Bearer: held.Token}))(s); me.ID != ann().ID {
					s.Errorf("got account %q", me.ID)
				}
			}),
		tell("session-cookie/access-token-is-none",
			"An access token of another mode is no session cookie: it neither authenticates as one, nor renews, nor ends its session.",
			nil, func(s story) {
				for _, mode := range bothTokenModes() {
					held := s.login(mode)
					posing := Reply{Mode: domain.ModeSession, Token: held.Access}
					s.wantNotMe(posing, domain.InvalidCredentials)
					s.wantRefused(posing)
					s.logout(posing)
					s.wantMe(held)
					s.wantMe(s.refresh(held))
				}
			}),
		tell("session-cookie/is-no-refresh-token",
			"A session cookie is no refresh token of the other modes.",
			nil, func(s story) {
				held := s.login(domain.ModeSession)
				for _, mode := range bothTokenModes() {
					s.wantRefused(Reply{Mode: mode, Token: held.Token})
				}
				s.wantMe(held)
			}),
	}
}

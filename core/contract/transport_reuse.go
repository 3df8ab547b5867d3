package contract

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportReuseCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("reuse/after-the-grace-period-ends-the-session",
			"A spent token that comes back after the grace period ends the session: holder and thief are both out.",
			nil, func(s story) {
				for _, mode := range allModes() {
					first := s.login(mode)
					second := s.refresh(first)
					s.Clock.Advance(10 * time.Second)
					s.wantRefused(first)
					s.wantRefused(second)
					s.wantNotMe(second, domain.InvalidCredentials)
				}
				s.wantEvent(domain.EventRefreshReuse, domain.OutcomeFailure, ann().ID)
			}),
		tell("reuse/of-any-ancestor-ends-the-session",
			"It does not matter how many rotations ago the token was spent.",
			nil, func(s story) {
				for _, mode := range allModes() {
					first := s.login(mode)
					last := first
					for range 20 {
						last = s.refresh(last)
					}
					s.Clock.Advance(11 * time.Second)
					s.wantRefused(first)
					s.wantRefused(last)
				}
			}),
		tell("reuse/of-an-invented-secret-ends-the-session",
			"Whoever has the selector held a token of the session, so a secret beside it that was never handed out is a reuse, also within the grace period.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				other := s.login(domain.ModeJSON)
				s.wantRefused(Reply{Mode: held.Mode, Token: held.Token[:22] + other.Token[22:]})
				s.wantRefused(held)
				s.wantMe(s.refresh(other))
			}),
		tell("reuse/ends-no-other-session",
			"The user's other sessions live on.",
			nil, func(s story) {
				for _, mode := range allModes() {
					other := s.login(mode)
					first := s.login(mode)
					s.refresh(first)
					s.Clock.Advance(11 * time.Second)
					s.wantRefused(first)
					s.wantMe(s.refresh(other))
				}
			}),
		tell("reuse/refuse-keeps-the-session",
			"An operator may choose that a reuse is refused and ends nothing.",
			func(set *auth.Settings) { set.KeepReused = true }, func(s story) {
				for _, mode := range allModes() {
					first := s.login(mode)
					second := s.refresh(first)
					s.Clock.Advance(11 * time.Second)
					s.wantRefused(first)
					s.wantMe(s.refresh(second))
				}
				s.wantEvent(domain.EventRefreshReuse, domain.OutcomeFailure, ann().ID)
			}),
	}
}

package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportAccessCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("access/header-or-query",
			"An access token may come in the header or in the query, not in both.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				s.wantMe(held)
				value(s.Client.Me(s.Context(), auth.Credential{Query: held.Access}))(s)
				s.wantCode(errorOf(s.Client.Me(s.Context(), auth.Credential{Bearer: held.Access, Query: held.Access})), domain.InvalidPayload)
			}),
		tell("access/header-goes-before-cookie",
			"A session cookie is looked at only where no other token is.",
			nil, func(s story) {
				held, cookie := s.login(domain.ModeJSON), s.login(domain.ModeSession)
				value(s.Client.Me(s.Context(), auth.Credential{Bearer: held.Access, Cookie: "garbage"}))(s)
				s.wantCode(errorOf(s.Client.Me(s.Context(), auth.Credential{Bearer: "garbage", Cookie: cookie.Token})), domain.InvalidCredentials)
			}),
		tell("access/none-is-anonymous",
			"Without a token nobody is logged in, and nobody's account is shown.",
			nil, func(s story) {
				s.wantCode(errorOf(s.Client.Me(s.Context(), auth.Credential{})), domain.InvalidCredentials)
				_, _, err := s.Client.UpdateMe(s.Context(), auth.Credential{}, auth.ProfilePatch{FirstName: new("Eve")})
				s.wantCode(err, domain.InvalidCredentials)
			}),
		tell("access/expired",
			"An access token that is over is TOKEN_EXPIRED, to the very second.",
			nil, func(s story) {
				s.Clock.Set(s.Clock.Now().Truncate(time.Second))
				held := s.login(domain.ModeJSON)
				s.Clock.Advance(s.settings.AccessTTL - time.Second)
				s.wantMe(held)
				s.Clock.Advance(time.Second)
				s.wantNotMe(held, domain.TokenExpired)
				s.wantMe(s.refresh(held))
			}),
		tell("access/forged",
			"A token of ours that was changed is INVALID_TOKEN, and one that nobody made INVALID_CREDENTIALS.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				// The first character of the signature: its last one has bits that no
				// signature uses.
				dot := strings.LastIndexByte(held.Access, '.')
				swapped := byte('A')
				if held.Access[dot+1] == swapped {
					swapped = 'B'
				}
				forged := held.Access[:dot+1] + string(swapped) + held.Access[dot+2:]
				s.wantCode(errorOf(s.Client.Me(s.Context(), auth.Credential{Bearer: forged})), domain.InvalidToken)
				for _, opaque := range []string{"garbage", strings.Repeat("x", 64), held.Token} {
					s.wantCode(errorOf(s.Client.Me(s.Context(), auth.Credential{Bearer: opaque})), domain.InvalidCredentials)
				}
			}),
		tell("access/ends-with-the-account",
			"Who is suspended is out at once, whatever token they hold.",
			nil, func(s story) {
				for _, mode := range allModes() {
					held := s.login(mode)
					s.change(func(u *domain.User) { u.Status = domain.StatusSuspended })
					s.wantNotMe(held, domain.InvalidCredentials)
					s.change(func(u *domain.User) { u.Status = domain.StatusActive })
				}
			}),
		tell("access/shows-ones-own-account",
			"A caller sees its own account.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				got := value(s.Client.Me(s.Context(), held.credential()))(s)
				want := Profile{ID: ann().ID, Email: "Ann@example.com", FirstName: "Ann"}
				if got != want {
					s.Errorf("got %+v, want %+v", got, want)
				}
			}),
	}
}

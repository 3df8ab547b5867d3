package contract

import (
	"encoding/json"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportProfileCases() []Case[TransportOpener] {
	const newPassword = "another battery staple"
	return []Case[TransportOpener]{
		tell("profile/names-change",
			"Fields that are named change, others stay, and no session ends.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				got, cookie, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{LastName: new("Archer"), Language: new("de-DE")})
				must(s, err)
				want := Profile{ID: ann().ID, Email: "Ann@example.com", FirstName: "Ann", LastName: "Archer", Language: "de-DE"}
				if got != want || cookie != "" {
					s.Errorf("got %+v and cookie %t, want %+v and none", got, cookie != "", want)
				}
				if again := value(s.Client.Me(s.Context(), held.credential()))(s); again != want {
					s.Errorf("got %+v when read again, want %+v", again, want)
				}
				s.wantMe(s.refresh(held))
			}),
		tell("profile/preferences-are-merged",
			"What clients keep with an account is kept by member, and a null removes one.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				for _, patch := range []string{
					`{"theme_dark":"midnight","title":"Archer","tags":["a","b"]}`,
					`{"title":null,"tags":["c"]}`,
				} {
					var preferences map[string]json.RawMessage
					must(s, json.Unmarshal([]byte(patch), &preferences))
					_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{Preferences: preferences})
					must(s, err)
				}
				u := value(s.Store.Repos().Users.ByID(s.Context(), ann().ID))(s)
				if got, want := string(u.Preferences), `{"tags":["c"],"theme_dark":"midnight"}`; got != want {
					s.Errorf("got preferences %s, want %s", got, want)
				}
			}),
		tell("profile/new-password-ends-every-session",
			"A new password works, the old one does not, and every session is over, but that a caller in session mode gets a fresh one.",
			nil, func(s story) {
				var others []Reply
				for _, mode := range allModes() {
					others = append(others, s.login(mode))
				}
				held := s.login(domain.ModeSession)
				_, cookie, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{Password: new(newPassword)})
				must(s, err)
				for _, dead := range append(others, held) {
					s.wantNotMe(dead, domain.InvalidCredentials)
					s.wantRefused(dead)
				}
				s.wantMe(Reply{Mode: domain.ModeSession, Token: cookie})
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				fresh := value(s.tryLogin("ann@example.com", newPassword, domain.ModeJSON))(s)
				s.wantMe(fresh)
				s.wantEvent(domain.EventPasswordChanged, domain.OutcomeSuccess, ann().ID)

				_, cookie, err = s.Client.UpdateMe(s.Context(), fresh.credential(), auth.ProfilePatch{Password: new(annPassword)})
				must(s, err)
				if cookie != "" {
					s.Errorf("a caller in json mode got a cookie")
				}
				s.wantNotMe(fresh, domain.InvalidCredentials)
			}),
		tell("profile/new-address-ends-every-session",
			"Where the operator wants no confirmation, a new address logs in, the old one does not, and every session is over.",
			func(set *auth.Settings) { set.ConfirmEmail = false }, func(s story) {
				held, other := s.login(domain.ModeJSON), s.login(domain.ModeJSON)
				got, _, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{Email: new("anna@example.com")})
				must(s, err)
				if got.Email != "anna@example.com" {
					s.Errorf("got address %q", got.Email)
				}
				s.wantRefused(held)
				s.wantRefused(other)
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				value(s.tryLogin("anna@example.com", annPassword, domain.ModeJSON))(s)
				s.wantEvent(domain.EventEmailChanged, domain.OutcomeSuccess, ann().ID)
			}),
		tell("profile/taken-address-is-refused",
			"No two accounts have one address, and a refusal changes nothing.",
			func(set *auth.Settings) { set.ConfirmEmail = false }, func(s story) {
				bob := ann()
				bob.ID, bob.Email = "0195f2c6-7d7e-7a10-8000-0000000000b0", "bob@example.com"
				s.seed(bob)
				held := s.login(domain.ModeJSON)
				_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{Email: new("BOB@example.com"), FirstName: new("Bob")})
				s.wantCode(err, domain.RecordNotUnique)
				if me := value(s.Client.Me(s.Context(), held.credential()))(s); me.FirstName != "Ann" || me.Email != "Ann@example.com" {
					s.Errorf("got %+v after a refusal", me)
				}
			}),
		tell("profile/bad-values-are-refused",
			"Bad input changes nothing and ends nothing.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				for _, bad := range []struct {
					patch auth.ProfilePatch
					code  domain.Code
				}{
					{auth.ProfilePatch{Password: new("")}, domain.InvalidPayload},
					{auth.ProfilePatch{Password: new("short")}, domain.FailedValidation},
					{auth.ProfilePatch{Password: new("Password1")}, domain.FailedValidation},
					{auth.ProfilePatch{Password: new("12345678")}, domain.FailedValidation},
					{auth.ProfilePatch{Password: new("xxxxxxxxxxxxxxx")}, domain.FailedValidation},
					{auth.ProfilePatch{Password: new("ann@example.com")}, domain.FailedValidation},
					{auth.ProfilePatch{Password: new(strings.Repeat("long ", 300))}, domain.InvalidPayload},
					{auth.ProfilePatch{Email: new("nowhere")}, domain.InvalidPayload},
					{auth.ProfilePatch{Email: new("")}, domain.InvalidPayload},
					{auth.ProfilePatch{FirstName: new(strings.Repeat("x", 51))}, domain.InvalidPayload},
					{auth.ProfilePatch{LastName: new("nul\x00")}, domain.InvalidPayload},
					{auth.ProfilePatch{Preferences: map[string]json.RawMessage{"title": json.RawMessage(`"` + strings.Repeat("x", 17<<10) + `"`)}}, domain.InvalidPayload},
					{auth.ProfilePatch{FirstName: new("Eve"), Password: new("short")}, domain.FailedValidation},
				} {
					_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), bad.patch)
					if got := codeOf(err); got != bad.code {
						s.Errorf("got %v, want %s", err, bad.code)
					}
				}
				s.wantMe(s.refresh(held))
				if me := value(s.Client.Me(s.Context(), s.login(domain.ModeJSON).credential()))(s); me.FirstName != "Ann" {
					s.Errorf("got %+v after refusals", me)
				}
			}),
		tell("profile/parallel-changes-are-all-kept",
			"Changes of different fields at once do not undo each other.",
			nil, func(s story) {
				held := s.login(domain.ModeJSON)
				patches := []auth.ProfilePatch{{FirstName: new("Anna")}, {LastName: new("Archer")}, {Language: new("fr-FR")}}
				got := race(s, len(patches), func(i int) error {
					_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), patches[i])
					return err
				})
				got.want(s, len(patches), nil)
				want := Profile{ID: ann().ID, Email: "Ann@example.com", FirstName: "Anna", LastName: "Archer", Language: "fr-FR"}
				if me := value(s.Client.Me(s.Context(), held.credential()))(s); me != want {
					s.Errorf("got %+v, want %+v", me, want)
				}
			}),
	}
}

package contract

import (
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// newAddress is what Ann wants to have in place of her address.
const newAddress = "Anna@example.com"

// moveTo asks for another address, and returns the token of the mail to it.
func (s story) moveTo(caller Reply, email string) string {
	s.Helper()
	return s.mailedToken(email, func() error {
		_, _, err := s.Client.UpdateMe(s.Context(), caller.credential(), auth.ProfilePatch{Email: &email})
		return err
	})
}

func (s story) tryConfirm(token string) error { return s.Client.ConfirmEmail(s.Context(), token) }

func transportEmailChangeCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("email/counts-once-it-is-confirmed",
			"A new address of one's own takes the place of the old one when the link that is mailed there is followed, and ends every session then; the old address is told.",
			withoutLimits, func(s story) {
				var held []Reply
				for _, mode := range allModes() {
					held = append(held, s.login(mode))
				}
				token := s.moveTo(held[0], newAddress)
				for _, r := range held {
					s.wantMe(r)
				}
				if me := value(s.Client.Me(s.Context(), held[0].credential()))(s); me.Email != "Ann@example.com" {
					s.Errorf("got address %q before it is confirmed", me.Email)
				}
				s.wantCode(errorOf(s.tryLogin(newAddress, annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				s.login(domain.ModeJSON)

				before := len(s.Mails(s))
				must(s, s.tryConfirm(token))
				for _, r := range held {
					s.wantNotMe(r, domain.InvalidCredentials)
					s.wantRefused(r)
				}
				s.wantCode(errorOf(s.tryLogin("ann@example.com", annPassword, domain.ModeJSON)), domain.InvalidCredentials)
				value(s.tryLogin("ANNA@example.com", annPassword, domain.ModeJSON))(s)
				s.wantEvent(domain.EventEmailChanged, domain.OutcomeSuccess, ann().ID)
				s.Deliver(s)
				var told []domain.Email
				for _, m := range s.Mails(s)[before:] {
					if strings.Contains(m.Text, "token=") {
						s.Errorf("a mail after the change has a token")
					}
					told = append(told, m.To)
				}
				if !slices.Contains(told, ann().Email) {
					s.Errorf("%d mails were sent, none of them to the old address", len(told))
				}
				s.wantCode(s.tryConfirm(token), domain.Forbidden)
			}),
		tell("email/tokens-have-one-purpose",
			"The token of a new address is good for nothing else, nothing else is good in its place, and its time ends to the moment.",
			withoutLimits, func(s story) {
				held := s.login(domain.ModeJSON)
				token := s.moveTo(held, newAddress)
				s.wantOtherPurposes(token, domain.PurposeEmailChange)
				for _, other := range []string{s.forgot("ann@example.com"), "garbage", held.Access} {
					s.wantCode(s.tryConfirm(other), domain.InvalidToken)
				}
				s.Clock.Advance(s.settings.EmailTTL)
				s.wantCode(s.tryConfirm(token), domain.TokenExpired)
				s.login(domain.ModeJSON)
			}),
		tell("email/older-than-a-new-password",
			"A link that was asked for before the password or the address changed, or the account was shut out, is FORBIDDEN.",
			withoutLimits, func(s story) {
				token := s.moveTo(s.login(domain.ModeJSON), newAddress)
				s.reset(s.forgot("ann@example.com"), resetPassword)
				s.wantCode(s.tryConfirm(token), domain.Forbidden)
				held := value(s.tryLogin("ann@example.com", resetPassword, domain.ModeJSON))(s)
				token = s.moveTo(held, newAddress)
				s.change(func(u *domain.User) { u.Status = domain.StatusSuspended })
				s.wantCode(s.tryConfirm(token), domain.Forbidden)
				if u := value(s.Store.Repos().Users.ByID(s.Context(), ann().ID))(s); u.Email != ann().Email {
					s.Errorf("got address %q", u.Email)
				}
			}),
		tell("email/of-another-account",
			"To ask for an address that another account has is answered like every other, and no mail is sent.",
			withoutLimits, func(s story) {
				bob := ann()
				bob.ID, bob.Email = "0195f2c6-7d7e-7a10-8000-0000000000b0", "bob@example.com"
				s.seed(bob)
				held := s.login(domain.ModeJSON)
				_, _, err := s.Client.UpdateMe(s.Context(), held.credential(), auth.ProfilePatch{Email: new("BOB@example.com")})
				must(s, err)
				s.wantMails(0)
				s.wantMe(held)
			}),
		tell("email/taken-meanwhile",
			"An address that another account has got meanwhile is RECORD_NOT_UNIQUE, and nothing changes.",
			withoutLimits, func(s story) {
				held := s.login(domain.ModeJSON)
				token := s.moveTo(held, newAddress)
				bob := ann()
				bob.ID, bob.Email = "0195f2c6-7d7e-7a10-8000-0000000000b0", "anna@EXAMPLE.com"
				s.seed(bob)
				s.wantCode(s.tryConfirm(token), domain.RecordNotUnique)
				s.wantMe(held)
			}),
		tell("email/administrators-change-it-at-once",
			"The address that an administrator gives an account is its address at once.",
			withoutLimits, func(s story) {
				root := s.seedAdministrator()
				got := value(s.Client.UpdateAccount(s.Context(), root.credential(), ann().ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new(newAddress)}}))(s)
				if got.Email != newAddress {
					s.Errorf("got address %q", got.Email)
				}
				value(s.tryLogin(newAddress, annPassword, domain.ModeJSON))(s)
			}),
	}
}

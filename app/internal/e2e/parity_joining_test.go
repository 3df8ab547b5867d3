package e2e

import (
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// mailedTo is the token in the last mail to the address that has one.
func mailedTo(address string) func(*performance) string {
	return func(p *performance) string {
		token := ""
		for _, m := range p.mails.Mails() {
			if found := resetToken.FindString(m.Text); found != "" && string(m.To) == address {
				token = strings.TrimPrefix(found, "token=")
			}
		}
		if token == "" {
			p.Fatal("no mail to the address has a token")
		}
		return token
	}
}

func garbage(*performance) string { return "garbage" }

// actsOfJoining are invitations, registrations and a new address, as root, "session", who is Ann,
// and nobody.
func actsOfJoining() []act {
	newcomer := auth.Registration{Email: "rae@example.com", Password: "another battery staple", FirstName: "Rae"}
	weak, away, taken := newcomer, newcomer, newcomer
	weak.Password, away.URL, taken.Email = "short", "https://evil.example/", "ann@example.com"
	return []act{
		toInvite("root", "ivy@example.com", parityRole, ""), toInvite("root", "ivy@example.com", parityRole, ""),
		toInvite("root", "ann@example.com", parityRole, ""), toInvite("root", "no address", parityRole, ""), toInvite("root", "", parityRole, ""),
		toInvite("root", "ivan@example.com", "no-role", ""), toInvite("root", "ivan@example.com", "", ""),
		toInvite("root", "ivan@example.com", parityRole, "https://evil.example/"),
		toInvite("fresh", "ivan@example.com", parityRole, ""), toInvite("nobody", "ivan@example.com", parityRole, ""), toInvite("nobody", "", "", ""),
		toDeliver(),
		toAccept("garbage", garbage, "another battery staple"), toAccept("nothing", func(*performance) string { return "" }, "another battery staple"),
		toAccept("a short password", mailedTo("ivy@example.com"), "short"), toAccept("no password", mailedTo("ivy@example.com"), ""),
		toAccept("a password", mailedTo("ivy@example.com"), "another battery staple"),
		toAccept("once more", mailedTo("ivy@example.com"), "another battery staple"),
		toLogIn("", "ivy@example.com", "another battery staple", domain.ModeJSON),

		toRegister("somebody", newcomer), toRegister("who has an account", taken), toRegister("with a short password", weak),
		toRegister("to another page", away), toRegister("nobody", auth.Registration{Password: "another battery staple"}),
		toRegister("without a password", auth.Registration{Email: "rae@example.com"}),
		toDeliver(),
		toVerify("garbage", garbage), toVerify("nothing", func(*performance) string { return "" }),
		toAccept("a registration", mailedTo("rae@example.com"), "another battery staple"),
		toVerify("a token", mailedTo("rae@example.com")), toVerify("the token again", mailedTo("rae@example.com")),
		toLogIn("", "rae@example.com", "another battery staple", domain.ModeJSON),
	}
}

// toMove has Ann, who is logged in as name, change her address.
func toMove(name, email string) []act {
	return []act{
		toUpdateMe("a new address", name, auth.ProfilePatch{Email: &email}),
		toRead(name), toDeliver(),
		toConfirm("garbage", garbage), toConfirm("nothing", func(*performance) string { return "" }),
		toVerify("a new address", mailedTo(email)),
		toConfirm("a token", mailedTo(email)), toConfirm("the token again", mailedTo(email)),
		toDeliver(), toRead(name),
	}
}

func toInvite(name, email string, role domain.RoleID, url string) act {
	return act{"invites " + email + " as " + name, func(p *performance) (any, error) {
		return nil, p.client.Invite(p.Context(), p.credential(name), email, role, url)
	}}
}

func toAccept(what string, token func(*performance) string, password string) act {
	return act{"accepts with " + what, func(p *performance) (any, error) {
		return nil, p.client.AcceptInvitation(p.Context(), token(p), password)
	}}
}

func toRegister(what string, in auth.Registration) act {
	return act{"registers " + what, func(p *performance) (any, error) {
		return nil, p.client.Register(p.Context(), in)
	}}
}

// toVerify returns nothing: not every wire says which account it is.
func toVerify(what string, token func(*performance) string) act {
	return act{"verifies " + what, func(p *performance) (any, error) {
		_, err := p.client.VerifyRegistration(p.Context(), token(p))
		return nil, err
	}}
}

func toConfirm(what string, token func(*performance) string) act {
	return act{"confirms " + what, func(p *performance) (any, error) {
		return nil, p.client.ConfirmEmail(p.Context(), token(p))
	}}
}

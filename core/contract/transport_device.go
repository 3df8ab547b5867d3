package contract

import (
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func transportDeviceCases() []Case[TransportOpener] {
	perAccount := func(set *auth.Settings) {
		set.LoginAccount, set.LoginAddress = port.Limit{Burst: 3, Every: time.Minute}, port.Limit{}
	}
	return []Case[TransportOpener]{
		tell("device/strangers-do-not-keep-the-owner-out",
			"Who has logged in to the account before, with the same client, gets in though strangers have used up the account's attempts.",
			perAccount, func(s story) {
				for _, mode := range []domain.Mode{domain.ModeCookie, domain.ModeSession} {
					device := s.deviceOf("ann@example.com", mode)
					s.guess("ann@example.com", 3)
					for _, again := range allModes() {
						s.wantLimited(errorOf(s.tryLoginBy("", "ann@example.com", annPassword, again)))
						s.wantMe(value(s.tryLoginBy(device, "aNN@example.com", annPassword, again))(s))
					}
					s.Clock.Advance(3 * time.Minute)
				}
			}),
		tell("device/has-a-limit-of-its-own",
			"Guessing with a device has an end, too, and uses up nothing of what others have.",
			perAccount, func(s story) {
				device, other := s.deviceOf("ann@example.com", domain.ModeCookie), s.deviceOf("ann@example.com", domain.ModeSession)
				s.guess("ann@example.com", 3)
				for range 3 {
					s.wantCode(errorOf(s.tryLoginBy(device, "ann@example.com", annPassword+"x", domain.ModeJSON)), domain.InvalidCredentials)
				}
				s.wantLimited(errorOf(s.tryLoginBy(device, "ann@example.com", annPassword, domain.ModeJSON)))
				s.wantMe(value(s.tryLoginBy(other, "ann@example.com", annPassword, domain.ModeJSON))(s))
				s.Clock.Advance(time.Minute)
				s.wantMe(value(s.tryLoginBy(device, "ann@example.com", annPassword, domain.ModeJSON))(s))
			}),
		tell("device/is-worth-nothing-for-another-account",
			"A device of one account opens no fresh attempts at another, whether that exists or not.",
			perAccount, func(s story) {
				bob := ann()
				bob.ID, bob.Email = "0195f2c6-7d7e-7a10-8000-0000000000b2", "bob@example.com"
				s.seed(bob)
				device := s.deviceOf("bob@example.com", domain.ModeCookie)
				for _, email := range []string{"ann@example.com", "nobody@example.com"} {
					s.guess(email, 3)
					s.wantLimited(errorOf(s.tryLoginBy(device, email, annPassword, domain.ModeJSON)))
				}
			}),
		tell("device/forged-ones-are-ignored",
			"What is no device of ours changes nothing: neither does it open attempts, nor is it refused.",
			perAccount, func(s story) {
				device := s.deviceOf("ann@example.com", domain.ModeCookie)
				parts := strings.Split(device, ".")
				if len(parts) != 3 {
					s.Fatalf("got a device of %d parts, want 3", len(parts))
				}
				forged := []string{
					"garbage", "..", strings.Repeat("x", 4096),
					strings.Repeat("x", len(parts[0])) + "." + parts[1] + "." + parts[2],
					parts[0] + ".9" + parts[1] + "." + parts[2],
					parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
					parts[0] + "." + parts[1] + ".",
				}
				for _, f := range forged {
					s.wantMe(value(s.tryLoginBy(f, "ann@example.com", annPassword, domain.ModeJSON))(s))
				}
				s.guess("ann@example.com", 3)
				for _, f := range forged {
					s.wantLimited(errorOf(s.tryLoginBy(f, "ann@example.com", annPassword, domain.ModeJSON)))
				}
				s.wantMe(value(s.tryLoginBy(device, "ann@example.com", annPassword, domain.ModeJSON))(s))
			}),
		tell("device/is-renewed-by-each-login-and-ends",
			"A device lasts 30 days from the latest login with it, and keeps its limit when it is renewed.",
			perAccount, func(s story) {
				first := s.deviceOf("ann@example.com", domain.ModeCookie)
				s.Clock.Advance(20 * 24 * time.Hour)
				second := value(s.tryLoginBy(first, "ann@example.com", annPassword, domain.ModeCookie))(s).Device
				s.Clock.Advance(10 * 24 * time.Hour)
				s.guess("ann@example.com", 3)
				s.wantLimited(errorOf(s.tryLoginBy(first, "ann@example.com", annPassword, domain.ModeJSON)))
				third := value(s.tryLoginBy(second, "ann@example.com", annPassword, domain.ModeCookie))(s).Device
				for range 3 {
					s.wantCode(errorOf(s.tryLoginBy(second, "ann@example.com", annPassword+"x", domain.ModeJSON)), domain.InvalidCredentials)
				}
				s.wantLimited(errorOf(s.tryLoginBy(third, "ann@example.com", annPassword, domain.ModeJSON)))
			}),
	}
}

// tryLoginBy logs in with a client that shows the device, or none for "".
func (s story) tryLoginBy(device, email, password string, mode domain.Mode) (Reply, error) {
	return s.Client.Login(s.Context(), auth.LoginInput{Email: email, Password: password, Mode: mode, Device: device})
}

// deviceOf logs in and returns what the client shall show the next time.
func (s story) deviceOf(email string, mode domain.Mode) string {
	s.Helper()
	device := value(s.tryLogin(email, annPassword, mode))(s).Device
	if device == "" {
		s.Fatal("got no device from a login")
	}
	return device
}

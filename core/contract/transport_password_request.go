package contract

import (
	"fmt"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// unusualAddresses have no account, and some are none at all.
func unusualAddresses() []string {
	return []string{
		"nobody@example.com", "ann", "@", "ann@", "Ann <ann@example.com>", "ann@example.com, bob@example.com",
		"ann@example.com\r\nBcc: bob@example.com", "ann\x00@example.com", strings.Repeat("a", 300) + "@example.com",
	}
}

func transportPasswordRequestCases() []Case[TransportOpener] {
	const page = "https://app.example.com/reset"
	ownPage := func(set *auth.Settings) {
		withoutLimits(set)
		set.ResetURLs = []string{page, "http://localhost:3000/new-password"}
	}
	perAccount := func(set *auth.Settings) {
		set.ResetAccount, set.ResetAddress = port.Limit{Burst: 3, Every: time.Minute}, port.Limit{}
	}
	perAddress := func(set *auth.Settings) {
		set.ResetAccount, set.ResetAddress = port.Limit{}, port.Limit{Burst: 3, Every: time.Minute}
	}
	return []Case[TransportOpener]{
		tell("password/request/tells-nothing",
			"Asking succeeds for everybody; an address that is unknown or none at all gets no mail, nor does an account that may not log in with a password.",
			withoutLimits, func(s story) {
				for _, email := range unusualAddresses() {
					if err := s.Client.RequestReset(s.Context(), email, ""); err != nil {
						s.Errorf("address of %d bytes: got %v, want none", len(email), err)
					}
				}
				for _, status := range []domain.Status{
					domain.StatusDraft, domain.StatusInvited, domain.StatusUnverified, domain.StatusSuspended, domain.StatusArchived,
				} {
					s.change(func(u *domain.User) { u.Status = status })
					must(s, s.Client.RequestReset(s.Context(), "ann@example.com", ""))
					s.wantMails(0)
				}
				s.change(func(u *domain.User) { u.Status, u.Password = domain.StatusActive, "" })
				must(s, s.Client.RequestReset(s.Context(), "ann@example.com", ""))
				s.wantMails(0)
			}),
		tell("password/request/stored-address-gets-the-mail",
			"Mail goes to the address of the account, however it was spelled when asked for.",
			nil, func(s story) {
				for i, email := range []string{"ann@example.com", " ANN@EXAMPLE.COM "} {
					must(s, s.Client.RequestReset(s.Context(), email, ""))
					s.wantMails(i + 1)
					if to := s.Mails(s)[i].To; to != ann().Email {
						s.Errorf("got a mail to another spelling than that of the account")
					}
				}
			}),
		tell("password/request/look-alike-addresses-are-others",
			"No letter but A to Z is folded, so that nobody gets mail for somebody else.",
			withoutLimits, func(s story) {
				kim := ann()
				kim.ID, kim.Email = "0195f2c6-7d7e-7a10-8000-0000000000b2", "kim@example.com"
				s.seed(kim)
				for _, email := range []string{"k\u00eem@example.com", "k\u0131m@example.com", "\u212aim@example.com", "\uff4bim@example.com"} {
					must(s, s.Client.RequestReset(s.Context(), email, ""))
				}
				s.wantMails(0)
			}),
		tell("password/request/link-leads-to-an-allowed-page",
			"The link leads to the page that was asked for, with its query and the token.",
			ownPage, func(s story) {
				for i, allowed := range []string{page, "http://localhost:3000/new-password"} {
					must(s, s.Client.RequestReset(s.Context(), "ann@example.com", allowed+"?lang=de"))
					s.wantMails(i + 1)
					mail := s.Mails(s)[i]
					if !strings.Contains(mail.Text, allowed+"?lang=de&token="+s.tokenOf(mail)) {
						s.Errorf("the link does not lead to %s", allowed)
					}
				}
			}),
		tell("password/request/other-pages-are-refused",
			"A page that is not on the list, by scheme, host, port and path, is INVALID_PAYLOAD for everybody, and nobody gets a mail.",
			ownPage, func(s story) {
				for _, url := range []string{
					"https://evil.example.com/reset", "https://app.example.com.evil.example/reset", "http://app.example.com/reset",
					"https://app.example.com:444/reset", "https://app.example.com/resets", "https://app.example.com/reset/",
					"https://app.example.com/evil/../reset", "https://app.example.com/RESET", "https://ann@app.example.com/reset",
					"https://app.example.com@evil.example/reset", `https://app.example.com\@evil.example/reset`,
					"https://app.example.com/reset#x", "//app.example.com/reset", "/reset", "javascript:alert(1)", "no URL", " " + page,
				} {
					for _, email := range append(unusualAddresses(), "ann@example.com") {
						if err := s.Client.RequestReset(s.Context(), email, url); codeOf(err) != domain.InvalidPayload {
							s.Errorf("%s: got %v, want %s", url, err, domain.InvalidPayload)
						}
					}
				}
				s.wantMails(0)
			}),
		tell("password/request/limits-of-an-account",
			"So many requests for one account are enough, known or not, however it is spelled; nobody else is held up.",
			perAccount, func(s story) {
				var refusals []error
				for _, spellings := range [][]string{
					{"ann@example.com", "ANN@example.com", " ann@Example.com "},
					{"nobody@example.com", "NOBODY@example.com", " nobody@Example.com "},
				} {
					for _, email := range spellings {
						must(s, s.Client.RequestReset(s.Context(), email, ""))
					}
					err := s.Client.RequestReset(s.Context(), spellings[0], "")
					s.wantLimited(err)
					refusals = append(refusals, err)
				}
				if refusals[0].Error() != refusals[1].Error() {
					s.Errorf("got %v for a known account, %v for an unknown one", refusals[0], refusals[1])
				}
				must(s, s.Client.RequestReset(s.Context(), "bob@example.com", ""))
				s.login(domain.ModeJSON)
				s.Clock.Advance(time.Minute)
				must(s, s.Client.RequestReset(s.Context(), "ann@example.com", ""))
			}),
		tell("password/request/strangers-keep-no-owner-from-a-mail",
			"Who has logged in to the account before, with the same client, gets a mail though strangers have used up the account's requests.",
			perAccount, func(s story) {
				for _, mode := range []domain.Mode{domain.ModeCookie, domain.ModeSession} {
					device := s.deviceOf("ann@example.com", mode)
					s.askInVain("ann@example.com", 3)
					before := len(s.Mails(s))
					must(s, s.Client.RequestResetBy(s.Context(), device, " aNN@example.com"))
					s.wantMails(before + 1)
					s.Clock.Advance(3 * time.Minute)
				}
			}),
		tell("password/request/a-device-has-a-limit-of-its-own",
			"Requests with a device have an end, too, and what is no device of the account opens none, whether the account exists or not.",
			perAccount, func(s story) {
				bob := ann()
				bob.ID, bob.Email = "0195f2c6-7d7e-7a10-8000-0000000000b2", "bob@example.com"
				s.seed(bob)
				device, other := s.deviceOf("ann@example.com", domain.ModeCookie), s.deviceOf("bob@example.com", domain.ModeCookie)
				for _, email := range []string{"ann@example.com", "nobody@example.com", "no address"} {
					s.askInVain(email, 3)
					for _, none := range []string{other, "garbage", strings.Repeat("x", 4096)} {
						s.wantLimited(s.Client.RequestResetBy(s.Context(), none, email))
					}
				}
				for range 3 {
					must(s, s.Client.RequestResetBy(s.Context(), device, "ann@example.com"))
				}
				s.wantLimited(s.Client.RequestResetBy(s.Context(), device, "ann@example.com"))
			}),
		tell("password/request/full-queue-refuses-everybody",
			"While as many letters wait as may, nobody can ask for another, whether the account exists or not, and nobody's requests are used up.",
			func(set *auth.Settings) { perAccount(set); set.MailQueue = 2 }, func(s story) {
				leave := s.fillQueue(2)
				var refusals []error
				for _, email := range append(unusualAddresses(), "ann@example.com") {
					for range 4 {
						err := s.Client.RequestReset(s.Context(), email, "")
						s.wantCode(err, domain.ServiceUnavailable)
						refusals = append(refusals, err)
					}
				}
				for _, err := range refusals {
					if err.Error() != refusals[0].Error() {
						s.Fatalf("got %v for one address, %v for another", err, refusals[0])
					}
				}
				leave()
				s.wantMails(0)
				s.Clock.Advance(time.Second) // until the service looks again
				for range 3 {
					s.forgot("ann@example.com")
				}
				s.wantLimited(s.Client.RequestReset(s.Context(), "ann@example.com", ""))
			}),
		tell("password/request/limits-of-a-client",
			"Requests from one client address count together, whatever the accounts, and apart from logins.",
			perAddress, func(s story) {
				for _, email := range []string{"a@example.com", "b@example.com", "no address"} {
					must(s, s.Client.RequestReset(s.Context(), email, ""))
				}
				s.wantLimited(s.Client.RequestReset(s.Context(), "ann@example.com", ""))
				s.login(domain.ModeJSON)
				s.Clock.Advance(time.Minute)
				s.forgot("ann@example.com")
			}),
	}
}

// askInVain uses up the n requests for a reset that the account has.
func (s story) askInVain(email string, n int) {
	s.Helper()
	for range n {
		must(s, s.Client.RequestReset(s.Context(), email, ""))
	}
	s.wantLimited(s.Client.RequestReset(s.Context(), email, ""))
	s.Deliver(s)
}

// fillQueue queues n letters that are not due while the story lasts. leave takes them away.
func (s story) fillQueue(n int) (leave func()) {
	s.Helper()
	queue := s.Store.Repos().MailQueue
	due := s.Clock.Now().AddDate(1, 0, 0)
	for i := range n {
		l := sampleLetter(fmt.Sprint("waiting", i))
		l.Due, l.ExpiresAt = due, due.Add(time.Hour)
		must(s, queue.Put(s.Context(), l))
	}
	return func() {
		s.Helper()
		for _, lease := range claim(s, queue, due, n) {
			must(s, queue.Done(s.Context(), lease))
		}
	}
}

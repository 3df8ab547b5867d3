package contract

import (
	"fmt"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// invited is whom the administrator of a story invites.
const invited = "Ivy@example.com"

// guestRole is the role that accounts are to have who come by an invitation or a registration.
const guestRole domain.RoleID = "0195f2c6-7d7e-7a10-8000-0000000000e2"

// seedGuests makes guestRole.
func (s story) seedGuests() {
	s.Helper()
	must(s, s.Store.Repos().Roles.Create(s.Context(), domain.Role{ID: guestRole, Name: "Guests"}))
}

// mailedToken returns the token of the one link that ask has a mail bring to the address.
func (s story) mailedToken(to string, ask func() error) string {
	s.Helper()
	before := len(s.Mails(s))
	must(s, ask())
	s.Deliver(s)
	var tokens []string
	for _, m := range s.Mails(s)[before:] {
		if string(m.To) == to && strings.Contains(m.Text, "token=") {
			tokens = append(tokens, s.tokenOf(m))
		}
	}
	if len(tokens) != 1 {
		s.Fatalf("got %d mails with a link to the address, want 1", len(tokens))
	}
	return tokens[0]
}

// account returns the account of the address, which has to be there.
func (s story) account(email domain.Email) domain.User {
	s.Helper()
	return value(s.Store.Repos().Users.ByEmail(s.Context(), email))(s)
}

// wantNoAccount ends the case if the address has an account.
func (s story) wantNoAccount(email domain.Email) {
	s.Helper()
	wantError(s, errorOf(s.Store.Repos().Users.ByEmail(s.Context(), email)), port.ErrNotFound)
}

// invite has the caller invite somebody, and returns the token of the mail.
func (s story) invite(caller Reply, email string) string {
	s.Helper()
	return s.mailedToken(email, func() error { return s.Client.Invite(s.Context(), caller.credential(), email, guestRole, "") })
}

func (s story) tryAccept(token, password string) error {
	return s.Client.AcceptInvitation(s.Context(), token, password)
}

// wantOtherPurposes ends the case unless the token is INVALID_TOKEN for all that it is not for.
func (s story) wantOtherPurposes(token string, its domain.Purpose) {
	s.Helper()
	for purpose, use := range map[domain.Purpose]func() error{
		domain.PurposePasswordReset: func() error { return s.tryReset(token, resetPassword) },
		domain.PurposeInvitation:    func() error { return s.tryAccept(token, resetPassword) },
		domain.PurposeRegistration:  func() error { return errorOf(s.Client.VerifyRegistration(s.Context(), token)) },
		domain.PurposeEmailChange:   func() error { return s.Client.ConfirmEmail(s.Context(), token) },
	} {
		if purpose != its {
			s.wantCode(use(), domain.InvalidToken)
		}
	}
}

func transportInvitationCases() []Case[TransportOpener] {
	const page = "https://app.example.com/welcome"
	ownPage := func(set *auth.Settings) {
		withoutLimits(set)
		set.InviteURLs = []string{page}
	}
	return []Case[TransportOpener]{
		tell("invitation/accepted-with-a-password",
			"Whoever is invited sets a password by the link of the mail, and logs in from then on, with the role of the invitation.",
			nil, func(s story) {
				root := s.seedAdministrator()
				s.seedGuests()
				token := s.invite(root, invited)
				ivy := s.account(invited)
				if ivy.Status != domain.StatusInvited || ivy.Role != guestRole || ivy.Password != "" {
					s.Errorf("got status %q, role %q and a password: %t", ivy.Status, ivy.Role, ivy.Password != "")
				}
				s.wantCode(errorOf(s.tryLogin(invited, resetPassword, domain.ModeJSON)), domain.InvalidCredentials)
				mails := len(s.Mails(s))
				must(s, s.Client.RequestReset(s.Context(), invited, ""))
				s.wantMails(mails)

				must(s, s.tryAccept(token, resetPassword))
				held := value(s.tryLogin("ivy@example.com", resetPassword, domain.ModeJSON))(s)
				if me := value(s.Client.Me(s.Context(), held.credential()))(s); me.ID != ivy.ID {
					s.Errorf("got account %q, want %q", me.ID, ivy.ID)
				}
				if ivy = s.account(invited); ivy.Status != domain.StatusActive || ivy.Role != guestRole {
					s.Errorf("got status %q and role %q", ivy.Status, ivy.Role)
				}
				s.wantCode(s.tryAccept(token, annPassword), domain.InvalidInvite)
				value(s.tryLogin(invited, resetPassword, domain.ModeJSON))(s)
				s.wantEvent(domain.EventUserInvited, domain.OutcomeSuccess, ivy.ID)
				s.wantEvent(domain.EventInvitationAccepted, domain.OutcomeSuccess, ivy.ID)
			}),
		tell("invitation/only-by-who-may-make-accounts",
			"An invitation by anybody else is FORBIDDEN, and nothing happens.",
			nil, func(s story) {
				s.seedGuests()
				for _, caller := range []auth.Credential{{}, s.login(domain.ModeJSON).credential(), s.login(domain.ModeSession).credential()} {
					s.wantCode(s.Client.Invite(s.Context(), caller, invited, guestRole, ""), domain.Forbidden)
					s.wantCode(s.Client.Invite(s.Context(), caller, "no address", "no-role", "no URL"), domain.Forbidden)
				}
				s.wantMails(0)
				s.wantNoAccount(invited)
			}),
		tell("invitation/rights-are-for-administrators-to-give",
			"Who may make accounts by a permission invites, and hands out no role that administrates.",
			nil, func(s story) {
				s.seedAdministrator()
				s.seedGuests()
				permission := domain.Permission{
					ID: "0195f2c6-7d7e-7a10-8000-0000000000d1", Role: guestRole, Collection: domain.CollectionUsers,
					Action: domain.ActionCreate, Fields: []string{"email", "role"},
				}
				must(s, s.Store.Repos().Permissions.Create(s.Context(), permission))
				s.change(func(u *domain.User) { u.Role = guestRole })
				held := s.login(domain.ModeJSON)
				s.wantCode(s.Client.Invite(s.Context(), held.credential(), invited, rootRole, ""), domain.Forbidden)
				s.wantMails(0)
				s.wantNoAccount(invited)
				must(s, s.tryAccept(s.invite(held, invited), resetPassword))
			}),
		tell("invitation/refused-password-does-not-spend-it",
			"A password that is refused leaves the invitation as it is.",
			nil, func(s story) {
				token := s.invite(s.withGuests(), invited)
				for password, code := range map[string]domain.Code{
					"": domain.InvalidPayload, "short": domain.FailedValidation, "12345678": domain.FailedValidation, "ivy@example.com": domain.FailedValidation,
					strings.Repeat("long ", 300): domain.InvalidPayload,
				} {
					s.wantCode(s.tryAccept(token, password), code)
				}
				must(s, s.tryAccept(token, resetPassword))
				value(s.tryLogin(invited, resetPassword, domain.ModeJSON))(s)
			}),
		tell("invitation/tokens-have-one-purpose",
			"The token of an invitation is good for nothing else, nothing else is good in its place, and its time ends to the moment.",
			nil, func(s story) {
				token := s.invite(s.withGuests(), invited)
				s.wantOtherPurposes(token, domain.PurposeInvitation)
				for _, other := range []string{s.forgot("ann@example.com"), "garbage", s.login(domain.ModeJSON).Access} {
					s.wantCode(s.tryAccept(other, resetPassword), domain.InvalidToken)
				}
				s.Clock.Advance(s.settings.InviteTTL)
				s.wantCode(s.tryAccept(token, resetPassword), domain.TokenExpired)
				s.wantCode(errorOf(s.tryLogin(invited, resetPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("invitation/again",
			"Who is invited again gets another link; one of them sets the password, and ends the others.",
			nil, func(s story) {
				root := s.withGuests()
				first, second := s.invite(root, invited), s.invite(root, invited)
				must(s, s.tryAccept(first, resetPassword))
				s.wantCode(s.tryAccept(second, annPassword), domain.InvalidInvite)
				value(s.tryLogin(invited, resetPassword, domain.ModeJSON))(s)
			}),
		tell("invitation/changes-nobody",
			"To invite who has an account succeeds and does nothing, whatever its status.",
			withoutLimits, func(s story) {
				root := s.withGuests()
				for _, status := range []domain.Status{domain.StatusActive, domain.StatusSuspended, domain.StatusArchived, domain.StatusDraft, domain.StatusUnverified} {
					s.change(func(u *domain.User) { u.Status = status })
					must(s, s.Client.Invite(s.Context(), root.credential(), "ann@example.com", guestRole, ""))
					if u := s.account("ann@example.com"); u.Status != status || u.Role != "" {
						s.Errorf("got status %q and role %q, want %q and none", u.Status, u.Role, status)
					}
				}
				s.wantMails(0)
			}),
		tell("invitation/withdrawn",
			"An account that was shut out or removed meanwhile is not opened by its invitation.",
			nil, func(s story) {
				root := s.withGuests()
				token := s.invite(root, invited)
				ivy := s.account(invited)
				value(s.Client.UpdateAccount(s.Context(), root.credential(), ivy.ID, auth.AccountPatch{Status: new(domain.StatusSuspended)}))(s)
				s.wantCode(s.tryAccept(token, resetPassword), domain.InvalidInvite)
				must(s, s.Client.DeleteAccount(s.Context(), root.credential(), ivy.ID))
				if code := codeOf(s.tryAccept(token, resetPassword)); code != domain.InvalidInvite && code != domain.InvalidToken {
					s.Errorf("got code %q of an account that is not there, want INVALID_INVITE or INVALID_TOKEN", code)
				}
				s.wantCode(errorOf(s.tryLogin(invited, resetPassword, domain.ModeJSON)), domain.InvalidCredentials)
			}),
		tell("invitation/link-leads-to-an-allowed-page",
			"The link leads to a page of the list, with its query and the token; any other is INVALID_PAYLOAD, and nothing happens.",
			ownPage, func(s story) {
				root := s.withGuests()
				for _, url := range []string{"https://evil.example.com/welcome", page + "/", "http://app.example.com/welcome", "//app.example.com/welcome", "no URL"} {
					s.wantCode(s.Client.Invite(s.Context(), root.credential(), invited, guestRole, url), domain.InvalidPayload)
				}
				s.wantMails(0)
				s.wantNoAccount(invited)
				token := s.mailedToken(invited, func() error {
					return s.Client.Invite(s.Context(), root.credential(), invited, guestRole, page+"?lang=de")
				})
				if !strings.Contains(s.Mails(s)[0].Text, page+"?lang=de&token="+token) {
					s.Errorf("the link does not lead to %s", page)
				}
			}),
		tell("invitation/bad-values-are-refused",
			"What is no address and no role makes no account.",
			nil, func(s story) {
				root := s.withGuests()
				for email, role := range map[string]domain.RoleID{"": guestRole, "nowhere": guestRole, invited: "no-role", "other@example.com": ""} {
					s.wantCode(s.Client.Invite(s.Context(), root.credential(), email, role, ""), domain.InvalidPayload)
				}
				s.wantMails(0)
				s.wantNoAccount(invited)
			}),
		tell("invitation/parallel-uses-have-one-winner",
			"Of many uses of one invitation exactly one succeeds, and only its password logs in.",
			withoutLimits, func(s story) {
				token := s.invite(s.withGuests(), invited)
				password := func(i int) string { return fmt.Sprintf("%s %d", resetPassword, i) }
				got := race(s, 16, func(i int) error { return s.tryAccept(token, password(i)) })
				got.want(s, 1, nil)
				for i, err := range got {
					// Who cannot be served at once is told so, and has changed nothing.
					if code := codeOf(err); err != nil && code != domain.InvalidInvite && code != domain.ServiceUnavailable {
						s.Errorf("use %d: got %v, want %s", i, err, domain.InvalidInvite)
					}
					if _, err := s.tryLogin(invited, password(i), domain.ModeJSON); (err == nil) != (i == got.winner()) {
						s.Errorf("password of use %d, where %d has won: got %v", i, got.winner(), err)
					}
				}
			}),
		tell("invitation/letters-of-an-account-are-bounded",
			"An account that sends more invitations than it may is told when to go on.",
			func(set *auth.Settings) { set.InviteAccount = port.Limit{Burst: 2, Every: time.Minute} }, func(s story) {
				root := s.withGuests()
				s.invite(root, invited)
				s.invite(root, "iris@example.com")
				s.wantLimited(s.Client.Invite(s.Context(), root.credential(), "ida@example.com", guestRole, ""))
				s.wantNoAccount("ida@example.com")
				s.Clock.Advance(time.Minute)
				s.invite(s.refresh(root), "ida@example.com")
			}),
	}
}

// withGuests makes guestRole and an administrator, who is logged in.
func (s story) withGuests() Reply {
	s.Helper()
	s.seedGuests()
	return s.seedAdministrator()
}

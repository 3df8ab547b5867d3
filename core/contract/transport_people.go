package contract

import (
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// annStaticToken is long enough for every rule.
const annStaticToken = "a-static-token-of-0123456789-letters"

func transportPeopleCases() []Case[TransportOpener] {
	const newPassword = "another battery staple"
	carl := func() auth.AccountPatch {
		return auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("Carl@example.com"), FirstName: new("Carl"), Password: new(newPassword)}}
	}
	return []Case[TransportOpener]{
		tell("people/only-administrators",
			"Everybody's accounts are for administrators; to all others they are FORBIDDEN, and nothing happens.",
			nil, func(s story) {
				root, held := s.seedAdministrator(), s.login(domain.ModeJSON)
				for _, caller := range []auth.Credential{{}, held.credential()} {
					_, err := s.Client.ListAccounts(s.Context(), caller, port.UserQuery{Limit: 10})
					s.wantCode(err, domain.Forbidden)
					s.wantCode(errorOf(s.Client.CountAccounts(s.Context(), caller, port.UserFilter{})), domain.Forbidden)
					s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), caller, rootAccount().ID)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.CreateAccount(s.Context(), caller, carl())), domain.Forbidden)
					s.wantCode(errorOf(s.Client.UpdateAccount(s.Context(), caller, ann().ID, auth.AccountPatch{Role: new(rootRole)})), domain.Forbidden)
					s.wantCode(s.Client.DeleteAccount(s.Context(), caller, ann().ID), domain.Forbidden)
				}
				s.wantMe(s.refresh(held))
				s.wantCode(errorOf(s.tryLogin("carl@example.com", newPassword, domain.ModeJSON)), domain.InvalidCredentials)
				s.refresh(root)
			}),
		tell("people/create-read-change-remove",
			"An administrator makes an account, which logs in; reads and changes it; and removes it, which ends its sessions.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				made := value(s.Client.CreateAccount(s.Context(), root, carl()))(s)
				want := Profile{ID: made.ID, Email: "Carl@example.com", FirstName: "Carl"}
				if made != want || made.ID == "" {
					s.Errorf("got %+v, want %+v", made, want)
				}
				held := value(s.tryLogin("carl@example.com", newPassword, domain.ModeJSON))(s)
				want.LastName = "Carter"
				if got := value(s.Client.UpdateAccount(s.Context(), root, made.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{LastName: new("Carter")}}))(s); got != want {
					s.Errorf("got %+v when changed, want %+v", got, want)
				}
				if got := value(s.Client.ReadAccount(s.Context(), root, made.ID))(s); got != want {
					s.Errorf("got %+v when read, want %+v", got, want)
				}
				held = s.refresh(held)
				must(s, s.Client.DeleteAccount(s.Context(), root, made.ID))
				s.wantNotMe(held, domain.InvalidCredentials)
				s.wantRefused(held)
				s.wantCode(errorOf(s.tryLogin("carl@example.com", newPassword, domain.ModeJSON)), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), root, made.ID)), domain.Forbidden)
				s.wantCode(s.Client.DeleteAccount(s.Context(), root, made.ID), domain.Forbidden)
				for _, kind := range []string{domain.EventUserCreated, domain.EventUserUpdated, domain.EventUserDeleted} {
					s.wantEvent(kind, domain.OutcomeSuccess, made.ID)
				}
			}),
		tell("people/listed",
			"An administrator finds accounts by what they have, in the order asked for, page by page, and counts them.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				for _, name := range []string{"Cid", "Bob", "Dan"} {
					u := ann()
					u.ID, u.Email, u.FirstName, u.LastName = domain.UserID("0195f2c6-7d7e-7a10-8000-00000000000"+name[:1]), domain.Email(name+"@example.com"), name, "Listed"
					s.seed(u)
				}
				listed := port.UserFilter{Equal: map[port.UserField]string{port.UserFieldLastName: "Listed"}}
				names := func(q port.UserQuery) string {
					var names []string
					for _, p := range value(s.Client.ListAccounts(s.Context(), root, q))(s) {
						names = append(names, p.FirstName)
					}
					return strings.Join(names, " ")
				}
				for _, step := range []struct {
					query port.UserQuery
					want  string
				}{
					{port.UserQuery{UserFilter: listed, Limit: 10}, "Bob Cid Dan"},
					{port.UserQuery{UserFilter: listed, Sort: []port.UserOrder{{Field: port.UserFieldEmail, Descending: true}}, Limit: 2}, "Dan Cid"},
					{port.UserQuery{UserFilter: listed, Offset: 2, Limit: 2}, "Dan"},
					{port.UserQuery{UserFilter: port.UserFilter{Equal: listed.Equal, Search: "bOB"}, Limit: 10}, "Bob"},
				} {
					if got := names(step.query); got != step.want {
						s.Errorf("%+v: got %q, want %q", step.query, got, step.want)
					}
				}
				if n := value(s.Client.CountAccounts(s.Context(), root, listed))(s); n != 3 {
					s.Errorf("got %d accounts, want 3", n)
				}
				_, err := s.Client.ListAccounts(s.Context(), root, port.UserQuery{Sort: []port.UserOrder{{Field: "password"}}, Limit: 1})
				s.wantCode(err, domain.InvalidQuery)
			}),
		tell("people/shutting-out-ends-every-session",
			"A status other than active, a new password and a new address, each set by an administrator, end every session of the account.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				for _, patch := range []auth.AccountPatch{
					{ProfilePatch: auth.ProfilePatch{Email: new("ANN@example.com")}},
					{Status: new(domain.StatusSuspended)},
					{ProfilePatch: auth.ProfilePatch{Password: new(newPassword)}},
				} {
					s.change(func(u *domain.User) { u.Status = domain.StatusActive })
					held := s.login(domain.ModeJSON)
					value(s.Client.UpdateAccount(s.Context(), root, ann().ID, patch))(s)
					s.change(func(u *domain.User) { u.Status = domain.StatusActive })
					s.wantNotMe(held, domain.InvalidCredentials)
					s.wantRefused(held)
				}
				value(s.tryLogin("ann@example.com", newPassword, domain.ModeJSON))(s)
			}),
		tell("people/static-token",
			"A static token that an administrator sets authenticates its account until it is taken away or the account may not log in.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				bearer := auth.Credential{Bearer: annStaticToken}
				s.wantCode(errorOf(s.Client.Me(s.Context(), bearer)), domain.InvalidCredentials)
				change := func(patch auth.AccountPatch) {
					s.Helper()
					value(s.Client.UpdateAccount(s.Context(), root, ann().ID, patch))(s)
				}
				change(auth.AccountPatch{Token: new(annStaticToken)})
				for _, shown := range []auth.Credential{bearer, {Query: annStaticToken}} {
					if me := value(s.Client.Me(s.Context(), shown))(s); me.ID != ann().ID {
						s.Errorf("got account %q, want %q", me.ID, ann().ID)
					}
				}
				s.wantCode(errorOf(s.Client.Me(s.Context(), auth.Credential{Cookie: annStaticToken})), domain.InvalidCredentials)
				s.wantCode(errorOf(s.Client.Refresh(s.Context(), domain.ModeJSON, annStaticToken)), domain.InvalidCredentials)
				_, err := s.Client.UpdateAccount(s.Context(), root, rootAccount().ID, auth.AccountPatch{Token: new(annStaticToken)})
				s.wantCode(err, domain.RecordNotUnique)
				change(auth.AccountPatch{Status: new(domain.StatusSuspended)})
				s.wantCode(errorOf(s.Client.Me(s.Context(), bearer)), domain.InvalidCredentials)
				change(auth.AccountPatch{Status: new(domain.StatusActive)})
				value(s.Client.Me(s.Context(), bearer))(s)
				change(auth.AccountPatch{Token: new("")})
				s.wantCode(errorOf(s.Client.Me(s.Context(), bearer)), domain.InvalidCredentials)
			}),
		tell("people/bad-values-are-refused",
			"Bad input makes no account and changes none.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				for _, bad := range []struct {
					patch auth.AccountPatch
					code  domain.Code
				}{
					{auth.AccountPatch{Status: new(domain.Status("admin"))}, domain.InvalidPayload},
					{auth.AccountPatch{Role: new(domain.RoleID("no-role"))}, domain.InvalidPayload},
					{auth.AccountPatch{Token: new("too short")}, domain.InvalidPayload},
					{auth.AccountPatch{Token: new("has a blank in its middle")}, domain.InvalidPayload},
					{auth.AccountPatch{Token: new(strings.Repeat("x", 256))}, domain.InvalidPayload},
					{auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Password: new("short")}}, domain.FailedValidation},
					{auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("nowhere")}}, domain.InvalidPayload},
					{auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("ROOT@example.com")}}, domain.RecordNotUnique},
				} {
					bad.patch.FirstName = new("Eve")
					s.wantCode(errorOf(s.Client.UpdateAccount(s.Context(), root, ann().ID, bad.patch)), bad.code)
					if bad.patch.Email == nil {
						bad.patch.Email = new("eve@example.com")
					}
					s.wantCode(errorOf(s.Client.CreateAccount(s.Context(), root, bad.patch)), bad.code)
				}
				s.wantCode(errorOf(s.Client.CreateAccount(s.Context(), root, auth.AccountPatch{})), domain.InvalidPayload)
				eves := port.UserFilter{Equal: map[port.UserField]string{port.UserFieldFirstName: "Eve"}}
				if n := value(s.Client.CountAccounts(s.Context(), root, eves))(s); n != 0 {
					s.Errorf("%d accounts have been changed or made", n)
				}
			}),
		tell("people/last-administrator-stays",
			"The last active account of a role that administrates is neither removed, nor demoted, nor shut out.",
			nil, func(s story) {
				held := s.seedAdministrator()
				takes := []func(id domain.UserID) error{
					func(id domain.UserID) error {
						return errorOf(s.Client.UpdateAccount(s.Context(), held.credential(), id, auth.AccountPatch{Role: new(domain.RoleID(""))}))
					},
					func(id domain.UserID) error {
						return errorOf(s.Client.UpdateAccount(s.Context(), held.credential(), id, auth.AccountPatch{Status: new(domain.StatusArchived)}))
					},
					func(id domain.UserID) error { return s.Client.DeleteAccount(s.Context(), held.credential(), id) },
				}
				for _, take := range takes {
					s.wantCode(take(rootAccount().ID), domain.UnprocessableContent)
				}
				for _, take := range takes {
					value(s.Client.UpdateAccount(s.Context(), held.credential(), ann().ID, auth.AccountPatch{Role: new(rootRole), Status: new(domain.StatusActive)}))(s)
					must(s, take(ann().ID))
				}
				s.refresh(held)
			}),
		tell("people/last-administrators-at-once",
			"Of two that take the last two administrators away at once, one is refused.",
			nil, func(s story) {
				held := s.seedAdministrator()
				s.change(func(u *domain.User) { u.Role = rootRole })
				other := s.login(domain.ModeJSON)
				got := race(s, 2, func(i int) error {
					if i == 0 {
						return s.Client.DeleteAccount(s.Context(), held.credential(), ann().ID)
					}
					return errorOf(s.Client.UpdateAccount(s.Context(), other.credential(), rootAccount().ID, auth.AccountPatch{Status: new(domain.StatusSuspended)}))
				})
				// Who comes second may be nobody any more when it is asked who it is.
				won := 0
				for _, err := range got {
					switch codeOf(err) {
					case domain.UnprocessableContent, domain.Forbidden, domain.InvalidCredentials:
					default:
						must(s, err)
						won++
					}
				}
				left := port.UserFilter{Equal: map[port.UserField]string{port.UserFieldRole: string(rootRole), port.UserFieldStatus: "active"}}
				if n := value(s.Store.Repos().Users.Count(s.Context(), left))(s); n != 1 || won != 1 {
					s.Errorf("%d were taken and %d administrators are left, want one each", won, n)
				}
			}),
	}
}

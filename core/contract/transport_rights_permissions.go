package contract

import (
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// listedInOwnRole lets somebody at those who are listed and have the same role.
const listedInOwnRole = `{"_and":[{"last_name":{"_eq":"Listed"}},{"role":{"_eq":"$CURRENT_ROLE"}}]}`

func transportPermissionsCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("permissions/deny-by-default",
			"Without a permission nobody but an administrator is let at anything but what is their own.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				s.permit(root, row(rootRole, domain.CollectionUsers, domain.ActionRead, "", "*")) // of another role
				for _, caller := range []auth.Credential{{}, held} {
					s.wantCode(s.tryList(caller), domain.Forbidden)
					s.wantCode(errorOf(s.Client.CountAccounts(s.Context(), caller, port.UserFilter{})), domain.Forbidden)
					s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), caller, rootAccount().ID)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.ListRoles(s.Context(), caller)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.ListPermissions(s.Context(), caller)), domain.Forbidden)
					for _, of := range domain.Collections() {
						for _, action := range domain.Actions() {
							s.wantLevel(caller, of.Name, action, auth.LevelNone)
						}
					}
				}
				s.wantCode(errorOf(s.Client.ListSessions(s.Context(), held, rootAccount().ID)), domain.Forbidden)
				if got := value(s.Client.ReadAccount(s.Context(), held, ann().ID))(s); got.Email != string(ann().Email) {
					s.Errorf("got %+v, want one's own account", got)
				}
				for _, of := range domain.Collections() {
					s.wantLevel(root, of.Name, domain.ActionRead, auth.LevelFull)
				}
			}),
		tell("permissions/administrators-alone-write-them",
			"An administrator makes, reads, lists, changes and removes permissions; to all others that is FORBIDDEN.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				want := row(editors, domain.CollectionUsers, domain.ActionRead, `{"role":{"_eq":"$CURRENT_ROLE"}}`, "first_name", "last_name")
				made := s.permit(root, want)
				s.wantPermission(made, want)
				for _, caller := range []auth.Credential{{}, held} {
					s.wantCode(errorOf(s.Client.CreatePermission(s.Context(), caller, want)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.CreatePermission(s.Context(), caller, auth.PermissionPatch{Filter: new("[]")})), domain.Forbidden) // whatever is wrong with it
					s.wantCode(errorOf(s.Client.ReadPermission(s.Context(), caller, made.ID)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.UpdatePermission(s.Context(), caller, made.ID, auth.PermissionPatch{Filter: new("")})), domain.Forbidden)
					s.wantCode(s.Client.DeletePermission(s.Context(), caller, made.ID), domain.Forbidden)
				}
				s.wantPermission(value(s.Client.ReadPermission(s.Context(), root, made.ID))(s), want)
				want.Fields, want.Role = &[]string{domain.AllFields}, new(domain.PublicRole)
				s.wantPermission(value(s.Client.UpdatePermission(s.Context(), root, made.ID, auth.PermissionPatch{Fields: want.Fields, Role: want.Role}))(s), want)
				want.Filter = new("")
				s.wantPermission(value(s.Client.UpdatePermission(s.Context(), root, made.ID, auth.PermissionPatch{Filter: want.Filter}))(s), want)
				list := value(s.Client.ListPermissions(s.Context(), root))(s)
				if len(list) != 1 {
					s.Fatalf("got %d permissions, want 1", len(list))
				}
				s.wantPermission(list[0], want)
				must(s, s.Client.DeletePermission(s.Context(), root, made.ID))
				s.wantCode(s.Client.DeletePermission(s.Context(), root, made.ID), domain.Forbidden)
				s.wantCode(errorOf(s.Client.ReadPermission(s.Context(), root, made.ID)), domain.Forbidden)
				for _, kind := range []string{domain.EventPermissionCreated, domain.EventPermissionUpdated, domain.EventPermissionDeleted} {
					s.wantEvent(kind, domain.OutcomeSuccess, domain.UserID(made.ID))
				}
			}),
		tell("permissions/a-row-lets-in-and-its-end-shuts-out",
			"A permission lets at its fields of the records that its filter means, from when it is made until it is changed or removed.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				s.change(func(u *domain.User) { u.LastName = "Listed" })
				bob, cid := s.seedListed("Bob", editors), s.seedListed("Cid", "")
				made := s.permit(root, row(editors, domain.CollectionUsers, domain.ActionRead, listedInOwnRole, "first_name"))
				if got := s.firstNames(held); got != "Ann Bob" {
					s.Errorf("got %q, want Ann Bob", got)
				}
				s.wantLevel(held, domain.CollectionUsers, domain.ActionRead, auth.LevelPartial)
				want := Profile{ID: bob.ID, FirstName: "Bob"}
				if got := value(s.Client.ReadAccount(s.Context(), held, bob.ID))(s); got != want {
					s.Errorf("got %+v, want %+v", got, want)
				}
				s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), held, cid.ID)), domain.Forbidden)
				s.wantCode(errorOf(s.Client.ListAccounts(s.Context(), held, port.UserQuery{Sort: []port.UserOrder{{Field: port.UserFieldEmail}}, Limit: 1})), domain.Forbidden)
				hidden := port.UserFilter{Equal: map[port.UserField]string{port.UserFieldEmail: "cid@example.com"}}
				s.wantCode(errorOf(s.Client.CountAccounts(s.Context(), held, hidden)), domain.Forbidden)
				s.wantCode(errorOf(s.Client.UpdateAccount(s.Context(), held, bob.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Rob")}})), domain.Forbidden)
				s.wantCode(s.tryList(auth.Credential{}), domain.Forbidden)

				others := `{"_and":[{"last_name":{"_eq":"Listed"}},{"id":{"_neq":"$CURRENT_USER"}}]}`
				value(s.Client.UpdatePermission(s.Context(), root, made.ID, auth.PermissionPatch{Filter: &others}))(s)
				if got := s.firstNames(held); got != "Bob Cid" {
					s.Errorf("got %q after the change, want Bob Cid", got)
				}
				must(s, s.Client.DeletePermission(s.Context(), root, made.ID))
				s.wantCode(s.tryList(held), domain.Forbidden)
				s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), held, bob.ID)), domain.Forbidden)
			}),
		tell("permissions/writing-keeps-to-fields-and-filter",
			"A permission to write lets at its fields alone, and at no record that its filter does not mean before and after.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				bob, cid := s.seedListed("Bob", editors), s.seedListed("Cid", "")
				s.permit(root, row(editors, domain.CollectionUsers, domain.ActionRead, "", "*"))
				s.permit(root, row(editors, domain.CollectionUsers, domain.ActionUpdate, listedInOwnRole, "first_name", "last_name"))
				write := func(id domain.UserID, patch auth.ProfilePatch) error {
					return errorOf(s.Client.UpdateAccount(s.Context(), held, id, auth.AccountPatch{ProfilePatch: patch}))
				}
				must(s, write(bob.ID, auth.ProfilePatch{FirstName: new("Rob")}))
				s.wantCode(write(cid.ID, auth.ProfilePatch{FirstName: new("Kid")}), domain.Forbidden)
				s.wantCode(write(bob.ID, auth.ProfilePatch{Language: new("de-DE")}), domain.Forbidden)
				s.wantCode(write(bob.ID, auth.ProfilePatch{FirstName: new("Bobby"), LastName: new("Hidden")}), domain.Forbidden)
				s.wantCode(s.Client.DeleteAccount(s.Context(), held, bob.ID), domain.Forbidden)
				for id, name := range map[domain.UserID]string{bob.ID: "Rob", cid.ID: "Cid"} {
					want := Profile{ID: id, FirstName: name, LastName: "Listed"}
					got := value(s.Client.ReadAccount(s.Context(), held, id))(s)
					if got.Email = ""; got != want {
						s.Errorf("got %+v, want %+v", got, want)
					}
				}
			}),
		tell("permissions/nobody-raises-themselves",
			"However much a permission lets somebody write, it makes no administrator of anybody, and touches none.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				raise := func(caller auth.Credential, patch auth.AccountPatch) error {
					return errorOf(s.Client.UpdateAccount(s.Context(), caller, ann().ID, patch))
				}
				s.permit(root, row(editors, domain.CollectionUsers, domain.ActionUpdate, "", "*"))
				named := []auth.AccountPatch{
					{Role: new(rootRole)},
					{Role: new(domain.RoleID(""))},
					{Status: new(domain.StatusActive)},
					{Token: new(annStaticToken)},
					{ProfilePatch: auth.ProfilePatch{Password: new("another battery staple")}},
				}
				for _, patch := range named { // which "*" does not stand for
					s.wantCode(raise(held, patch), domain.Forbidden)
				}
				s.permit(root, row(editors, domain.CollectionUsers, domain.ActionUpdate, "", "role", "status"))
				s.permit(root, row(editors, domain.CollectionUsers, domain.ActionCreate, "", "*", "email", "role"))
				s.permit(root, row(editors, domain.CollectionUsers, domain.ActionDelete, "", "*"))
				s.permit(root, row(editors, domain.CollectionRoles, domain.ActionUpdate, "", "*"))
				s.wantCode(raise(held, auth.AccountPatch{Role: new(rootRole)}), domain.Forbidden)
				s.wantCode(raise(held, auth.AccountPatch{Token: new(annStaticToken)}), domain.Forbidden)
				s.wantCode(errorOf(s.Client.CreateAccount(s.Context(), held, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{Email: new("eve@example.com")}, Role: new(rootRole)})), domain.Forbidden)
				s.wantCode(errorOf(s.Client.UpdateAccount(s.Context(), held, rootAccount().ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Eve")}})), domain.Forbidden)
				s.wantCode(s.Client.DeleteAccount(s.Context(), held, rootAccount().ID), domain.Forbidden)
				for _, patch := range []auth.RolePatch{{Admin: new(true)}, {App: new(true)}, {EnforceTFA: new(true)}} {
					s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), held, editors, patch)), domain.Forbidden)
				}
				s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), held, rootRole, auth.RolePatch{Name: new("Eves")})), domain.Forbidden)
				s.wantCode(errorOf(s.Client.CreatePermission(s.Context(), held, row(editors, domain.CollectionUsers, domain.ActionRead, "", "*"))), domain.Forbidden)
				read := row(editors, domain.CollectionPermissions, domain.ActionRead, "", "*")
				made := s.permit(root, read)
				s.wantPermission(value(s.Client.ReadPermission(s.Context(), held, made.ID))(s), read)
				s.wantCode(errorOf(s.Client.UpdatePermission(s.Context(), held, made.ID, auth.PermissionPatch{Collection: new(articles)})), domain.Forbidden)
				s.wantCode(s.Client.DeletePermission(s.Context(), held, made.ID), domain.Forbidden)
				must(s, errorOf(s.Client.UpdateRole(s.Context(), held, editors, auth.RolePatch{Name: new("Redactors")})))
				must(s, raise(held, auth.AccountPatch{Status: new(domain.StatusActive)}))
				want := domain.Role{ID: editors, Name: "Redactors"}
				if got := value(s.Client.MyRole(s.Context(), held))(s); got != want {
					s.Errorf("got role %+v, want %+v", got, want)
				}
			}),
		tell("permissions/bad-filters-are-refused-when-written",
			"What is not understood of a permission is refused when it is written, and changes nothing.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				good := row(editors, domain.CollectionUsers, domain.ActionRead, `{"status":{"_eq":"active"}}`, "first_name")
				made := s.permit(root, good)
				var bad []auth.PermissionPatch
				for _, filter := range []string{
					`[]`, `"status"`, `{"status":"active"}`, `{"status":{}}`, `{"status":{"_gt":"a"}}`, `{"status":{"_eq":{"a":1}}}`,
					`{"password":{"_null":true}}`, `{"no_field":{"_eq":"a"}}`, `{"id":{"_eq":"$CURRENT_USER.role"}}`, `{"id":{"_eq":"$NOW"}}`,
					`{"_and":[]}`, `{"_or":{"status":{"_eq":"a"}}}`, `{"_not":[{"status":{"_eq":"a"}}]}`, `{"status":{"_in":[]}}`, `{"status":{"_null":"yes"}}`,
					strings.Repeat(`{"_and":[`, 9) + `{"status":{"_eq":"a"}}` + strings.Repeat(`]}`, 9),
				} {
					bad = append(bad, row(editors, domain.CollectionUsers, domain.ActionRead, filter, "first_name"))
				}
				bad = append(bad,
					row(editors, articles, domain.ActionRead, `{"status":{"_eq":"active"}}`, "*"),
					row(editors, "arti cles", domain.ActionRead, "", "*"),
					row(editors, "", domain.ActionRead, "", "*"),
					row(editors, articles, "share", "", "*"),
					row(editors, articles, domain.ActionRead, "", "title"),
					row(editors, domain.CollectionUsers, domain.ActionRead, ""),
					row(editors, domain.CollectionUsers, domain.ActionRead, "", "no_field"),
					row(editors, domain.CollectionUsers, domain.ActionUpdate, "", "token"),
					row(editors, domain.CollectionPermissions, domain.ActionCreate, "", "*"),
					row("no-role", domain.CollectionUsers, domain.ActionRead, "", "*"),
				)
				for _, patch := range bad {
					for _, err := range []error{
						errorOf(s.Client.CreatePermission(s.Context(), root, patch)),
						errorOf(s.Client.UpdatePermission(s.Context(), root, made.ID, patch)),
					} {
						if codeOf(err) != domain.InvalidPayload {
							s.Errorf("%s of %q on %q where %s: got %v, want INVALID_PAYLOAD", *patch.Action, *patch.Collection, *patch.Fields, *patch.Filter, err)
						}
					}
				}
				public := new(domain.PublicRole)
				for _, part := range []auth.PermissionPatch{
					{},
					{Role: public, Collection: good.Collection, Action: good.Action},
					{Role: public, Collection: good.Collection, Fields: good.Fields},
					{Role: public, Action: good.Action, Fields: good.Fields},
					{Collection: good.Collection, Action: good.Action, Fields: good.Fields}, // which is not meant to be the public's
				} {
					s.wantCode(errorOf(s.Client.CreatePermission(s.Context(), root, part)), domain.InvalidPayload)
				}
				list := value(s.Client.ListPermissions(s.Context(), root))(s)
				if len(list) != 1 {
					s.Fatalf("got %d permissions, want 1", len(list))
				}
				s.wantPermission(list[0], good)
				must(s, s.tryList(held))
			}),
	}
}

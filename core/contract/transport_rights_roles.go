package contract

import (
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func transportRolesCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("roles/only-administrators",
			"Roles are for administrators; to all others they are FORBIDDEN, and nothing happens.",
			nil, func(s story) {
				root, held := s.seedAdministrator().credential(), s.seedEditors().credential()
				before := len(value(s.Client.ListRoles(s.Context(), root))(s))
				for _, caller := range []auth.Credential{{}, held} {
					s.wantCode(errorOf(s.Client.ListRoles(s.Context(), caller)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.ReadRole(s.Context(), caller, rootRole)), domain.Forbidden)
					s.wantCode(errorOf(s.Client.CreateRole(s.Context(), caller, auth.RolePatch{Name: new("Rulers")})), domain.Forbidden)
					for _, id := range []domain.RoleID{editors, rootRole, "no-role"} {
						s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), caller, id, auth.RolePatch{Name: new("Rulers")})), domain.Forbidden)
						s.wantCode(s.Client.DeleteRole(s.Context(), caller, id), domain.Forbidden)
					}
				}
				after := value(s.Client.ListRoles(s.Context(), root))(s)
				if len(after) != before || slices.ContainsFunc(after, func(r domain.Role) bool { return r.Name == "Rulers" }) {
					s.Errorf("got %+v, want what there was", after)
				}
			}),
		tell("roles/administrators-make-them",
			"An administrator makes a role, reads, lists and changes it, gives it to somebody, and removes it when nobody has it.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				made := value(s.Client.CreateRole(s.Context(), root, auth.RolePatch{Name: new("Writers"), App: new(true)}))(s)
				want := domain.Role{ID: made.ID, Name: "Writers", App: true}
				if made != want || made.ID == "" {
					s.Errorf("got %+v, want %+v", made, want)
				}
				want.Name, want.App, want.EnforceTFA = "Authors", false, true
				if got := value(s.Client.UpdateRole(s.Context(), root, made.ID, auth.RolePatch{Name: new("Authors"), App: new(false), EnforceTFA: new(true)}))(s); got != want {
					s.Errorf("got %+v when changed, want %+v", got, want)
				}
				if got := value(s.Client.ReadRole(s.Context(), root, made.ID))(s); got != want {
					s.Errorf("got %+v when read, want %+v", got, want)
				}
				if got := value(s.Client.ListRoles(s.Context(), root))(s); !slices.Contains(got, want) {
					s.Errorf("got %+v, want %+v among them", got, want)
				}
				value(s.Client.UpdateAccount(s.Context(), root, ann().ID, auth.AccountPatch{Role: &made.ID}))(s)
				s.wantCode(s.Client.DeleteRole(s.Context(), root, made.ID), domain.UnprocessableContent)
				value(s.Client.UpdateAccount(s.Context(), root, ann().ID, auth.AccountPatch{Role: new(domain.RoleID(""))}))(s)
				must(s, s.Client.DeleteRole(s.Context(), root, made.ID))
				s.wantCode(errorOf(s.Client.ReadRole(s.Context(), root, made.ID)), domain.Forbidden)
				s.wantCode(s.Client.DeleteRole(s.Context(), root, made.ID), domain.Forbidden)
				for _, kind := range []string{domain.EventRoleCreated, domain.EventRoleUpdated, domain.EventRoleDeleted} {
					s.wantEvent(kind, domain.OutcomeSuccess, domain.UserID(made.ID))
				}
			}),
		tell("roles/bad-values-are-refused",
			"A role has a name of 1 to 100 characters.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				must(s, s.Store.Repos().Roles.Create(s.Context(), domain.Role{ID: editors, Name: "Editors"}))
				for _, name := range []string{"", "  ", strings.Repeat("é", auth.MaxRoleNameRunes+1)} {
					s.wantCode(errorOf(s.Client.CreateRole(s.Context(), root, auth.RolePatch{Name: &name})), domain.InvalidPayload)
					s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), root, editors, auth.RolePatch{Name: &name})), domain.InvalidPayload)
				}
				s.wantCode(errorOf(s.Client.CreateRole(s.Context(), root, auth.RolePatch{App: new(true)})), domain.InvalidPayload)
				longest := strings.Repeat("é", auth.MaxRoleNameRunes)
				if got := value(s.Client.UpdateRole(s.Context(), root, editors, auth.RolePatch{Name: &longest}))(s).Name; got != longest {
					s.Errorf("got name %q, want %q", got, longest)
				}
			}),
		tell("roles/one-s-own-is-readable",
			"Everybody reads the role that they have, and no other.",
			nil, func(s story) {
				nobodys := s.login(domain.ModeJSON)
				if got := value(s.Client.MyRole(s.Context(), nobodys.credential()))(s); got != (domain.Role{}) {
					s.Errorf("got %+v without a role", got)
				}
				s.seedAdministrator()
				want := domain.Role{ID: editors, Name: "Editors"}
				for _, held := range []Reply{s.seedEditors(), s.login(domain.ModeSession)} {
					if got := value(s.Client.MyRole(s.Context(), held.credential()))(s); got != want {
						s.Errorf("got own role %+v, want %+v", got, want)
					}
					if got := value(s.Client.ReadRole(s.Context(), held.credential(), editors))(s); got != want {
						s.Errorf("got %+v when read by its ID, want %+v", got, want)
					}
					for _, id := range []domain.RoleID{rootRole, "no-role"} {
						s.wantCode(errorOf(s.Client.ReadRole(s.Context(), held.credential(), id)), domain.Forbidden)
					}
				}
				s.wantCode(errorOf(s.Client.MyRole(s.Context(), auth.Credential{})), domain.Forbidden)
				s.wantCode(errorOf(s.Client.ReadRole(s.Context(), auth.Credential{}, editors)), domain.Forbidden)
			}),
		tell("roles/the-last-administrator-stays",
			"The last role that administrates, and has an active account, goes on doing so; of several, one may stop, at once.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				s.shutOutOthers()
				demote := auth.RolePatch{Admin: new(false)}
				other := value(s.Client.CreateRole(s.Context(), root, auth.RolePatch{Name: new("Rulers"), Admin: new(true)}))(s)
				s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), root, rootRole, demote)), domain.UnprocessableContent) // nobody is in the other
				s.wantCode(s.Client.DeleteRole(s.Context(), root, rootRole), domain.UnprocessableContent)
				s.change(func(u *domain.User) { u.Role, u.Status = other.ID, domain.StatusSuspended })
				s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), root, rootRole, demote)), domain.UnprocessableContent)
				s.change(func(u *domain.User) { u.Status = domain.StatusActive })
				ruler := s.login(domain.ModeJSON).credential()
				if got := value(s.Client.UpdateRole(s.Context(), root, rootRole, demote))(s); got.Admin {
					s.Errorf("got %+v, want a role that does not administrate", got)
				}
				s.wantCode(errorOf(s.Client.ListRoles(s.Context(), root)), domain.Forbidden)
				s.wantCode(s.tryList(root), domain.Forbidden)
				s.wantCode(errorOf(s.Client.UpdateRole(s.Context(), ruler, other.ID, demote)), domain.UnprocessableContent)
				value(s.Client.ListRoles(s.Context(), ruler))(s)
			}),
		tell("roles/last-administrators-at-once",
			"Of two who take the rights from each other's role at once, again and again, one keeps them.",
			nil, func(s story) {
				root := s.seedAdministrator().credential()
				s.shutOutOthers()
				demote := auth.RolePatch{Admin: new(false)}
				other := value(s.Client.CreateRole(s.Context(), root, auth.RolePatch{Name: new("Rulers"), Admin: new(true)}))(s)
				s.change(func(u *domain.User) { u.Role = other.ID })
				callers := []auth.Credential{root, s.login(domain.ModeJSON).credential()}
				roles := []domain.RoleID{other.ID, rootRole}
				for range 10 {
					for _, err := range race(s, 4, func(i int) error {
						return errorOf(s.Client.UpdateRole(s.Context(), callers[i%2], roles[i%2], demote))
					}) {
						// Who comes second may have lost its rights before it is asked what it may.
						if code := codeOf(err); code != domain.UnprocessableContent && code != domain.Forbidden {
							must(s, err)
						}
					}
					left := 0
					for _, id := range roles {
						role := value(s.Store.Repos().Roles.ByID(s.Context(), id))(s)
						if role.Admin {
							left++
						}
						role.Admin = true // for another time
						must(s, s.Store.Repos().Roles.Update(s.Context(), role))
					}
					if left != 1 {
						s.Fatalf("got %d roles that administrate, want 1", left)
					}
				}
			}),
	}
}

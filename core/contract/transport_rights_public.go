package contract

import (
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// articles is a collection of an application that stands behind the service.
const articles = "articles"

func transportPublicCases() []Case[TransportOpener] {
	return []Case[TransportOpener]{
		tell("public/one-row-opens-a-collection",
			"What is off limits without a token is open to everybody who has no role after one permission of the public, and no longer than it.",
			nil, func(s story) {
				nobody, roleless := auth.Credential{}, s.login(domain.ModeJSON).credential()
				root := s.seedAdministrator().credential()
				for _, caller := range []auth.Credential{nobody, roleless} {
					if _, known := value(s.Client.MyPermissions(s.Context(), caller))(s)[articles]; known {
						s.Error("a collection is told of that no permission is about")
					}
				}
				made := s.permit(root, row(domain.PublicRole, articles, domain.ActionRead, "", "*"))
				for _, caller := range []auth.Credential{nobody, roleless, root} {
					s.wantLevel(caller, articles, domain.ActionRead, auth.LevelFull)
				}
				for _, action := range []domain.Action{domain.ActionCreate, domain.ActionUpdate, domain.ActionDelete} {
					s.wantLevel(nobody, articles, action, auth.LevelNone)
				}
				s.wantCode(s.tryList(nobody), domain.Forbidden)
				held := s.seedEditors().credential()
				if _, known := value(s.Client.MyPermissions(s.Context(), held))(s)[articles]; known {
					s.Error("a role has what the public has")
				}
				must(s, s.Client.DeletePermission(s.Context(), root, made.ID))
				if _, known := value(s.Client.MyPermissions(s.Context(), nobody))(s)[articles]; known {
					s.Error("the collection is open after its permission has gone")
				}
			}),
		tell("public/our-own-people-by-their-fields",
			"One permission of the public shows its fields of the accounts that it means without a token, and lets nobody write.",
			nil, func(s story) {
				nobody, root := auth.Credential{}, s.seedAdministrator().credential()
				bob := s.seedListed("Bob", "")
				s.wantCode(s.tryList(nobody), domain.Forbidden)
				s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), nobody, bob.ID)), domain.Forbidden)
				made := s.permit(root, row(domain.PublicRole, domain.CollectionUsers, domain.ActionRead, `{"last_name":{"_eq":"Listed"}}`, "id", "first_name"))
				if got := s.firstNames(nobody); got != "Bob" {
					s.Errorf("got %q, want Bob", got)
				}
				want := Profile{ID: bob.ID, FirstName: "Bob"}
				if got := value(s.Client.ReadAccount(s.Context(), nobody, bob.ID))(s); got != want {
					s.Errorf("got %+v, want %+v", got, want)
				}
				granted := value(s.Client.MyPermissions(s.Context(), nobody))(s)[domain.CollectionUsers][domain.ActionRead]
				wantEqual(s, granted, auth.Granted{Level: auth.LevelPartial, Fields: []string{"id", "first_name"}})
				s.wantCode(errorOf(s.Client.ReadAccount(s.Context(), nobody, ann().ID)), domain.Forbidden)
				s.wantCode(errorOf(s.Client.UpdateAccount(s.Context(), nobody, bob.ID, auth.AccountPatch{ProfilePatch: auth.ProfilePatch{FirstName: new("Rob")}})), domain.Forbidden)
				s.wantCode(s.Client.DeleteAccount(s.Context(), nobody, bob.ID), domain.Forbidden)
				s.wantCode(errorOf(s.Client.Me(s.Context(), nobody)), domain.InvalidCredentials)
				s.wantCode(s.tryList(s.seedEditors().credential()), domain.Forbidden)
				must(s, s.Client.DeletePermission(s.Context(), root, made.ID))
				s.wantCode(s.tryList(nobody), domain.Forbidden)
			}),
	}
}

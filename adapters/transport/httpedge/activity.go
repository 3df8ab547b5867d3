package httpedge

import (
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// CollectionOf returns the collection of what an event is about, by its kind.
func CollectionOf(e domain.Event) string {
	switch {
	case e.Kind == domain.EventRoleCreated, e.Kind == domain.EventRoleUpdated, e.Kind == domain.EventRoleDeleted:
		return domain.CollectionRoles
	case strings.HasPrefix(e.Kind, "permission-"):
		return domain.CollectionPermissions
	}
	return domain.CollectionUsers
}

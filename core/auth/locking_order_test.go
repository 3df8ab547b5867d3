package auth

import (
	"context"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// adminRoles is a store in which every role administrates.
type adminRoles struct{ port.Roles }

func (adminRoles) ByID(_ context.Context, id domain.RoleID) (domain.Role, error) {
	return domain.Role{ID: id, Admin: true}, nil
}

// Two who change the same accounts in different orders would each hold what the other waits
// for. Red when lockingOrder compares nothing, and when shrinkingRoles does not sort.
func TestAccountsAndRolesAreLockedInTheOrderOfTheirIDs(t *testing.T) {
	s := New(Ports{Repos: port.Repos{Roles: adminRoles{}}}, DefaultSettings(), Keys{})
	removed := func(id domain.UserID, role domain.RoleID) accountPair {
		return accountPair{before: domain.User{ID: id, Role: role, Status: domain.StatusActive}, isRemoved: true}
	}
	pairs := []accountPair{removed("c", "2"), removed("a", "3"), removed("d", "2"), removed("b", "1")}
	if got, want := lockingOrder(pairs), []int{1, 3, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("got accounts in the order %v, want %v", got, want)
	}
	roles, err := s.shrinkingRoles(t.Context(), pairs)
	if want := []domain.RoleID{"1", "2", "3"}; err != nil || !slices.Equal(roles, want) {
		t.Errorf("got roles %q, %v, want %q", roles, err, want)
	}
}

package auth

import (
	"context"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// reservedRoles remembers which roles were reserved, in which order.
type reservedRoles struct {
	port.Roles
	order *[]domain.RoleID
}

func (r reservedRoles) Reserve(_ context.Context, id domain.RoleID) error {
	*r.order = append(*r.order, id)
	return nil
}

// Two who change the same accounts in different orders would each hold what the other waits
// for. Red when lockingOrder compares nothing, and when reserveRoles does not sort.
func TestAccountsAndRolesAreLockedInTheOrderOfTheirIDs(t *testing.T) {
	removed := func(id domain.UserID, role domain.RoleID) accountPair {
		return accountPair{before: domain.User{ID: id, Role: role, Status: domain.StatusActive}, isRemoved: true}
	}
	pairs := []accountPair{removed("c", "3"), removed("a", "5"), removed("d", "3"), removed("b", "1")}
	if got, want := lockingOrder(pairs), []int{1, 3, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("got accounts in the order %v, want %v", got, want)
	}
	var got []domain.RoleID
	_, err := reserveRoles(t.Context(), reservedRoles{order: &got}, leftRoles(pairs), []domain.RoleID{"4", "2", "1"})
	if want := []domain.RoleID{"1", "2", "3", "4", "5"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got roles %q, %v, want %q", got, err, want)
	}
}

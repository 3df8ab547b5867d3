package contract

import (
	"context"
	"fmt"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func uowReserveCases() []Case[port.Store] {
	const rule = "Reserve makes units of work that are about one role come one after the other: those that reserve it wait for each other or are repeated, so that what each reads after this call is what those before it have left."
	return []Case[port.Store]{
		{"uow/reserved-role-keeps-its-last-user", rule, func(t testing.TB, store port.Store) {
			// Each would go, and stays if it is the last.
			must(t, store.Repos().Roles.Create(t.Context(), sampleRole("editors")))
			const members = 6
			var ids []domain.UserID
			for i := range members {
				u := sampleUser(fmt.Sprint("member", i))
				u.Role = "id-of-editors"
				must(t, store.Repos().Users.Create(t.Context(), u))
				ids = append(ids, u.ID)
			}
			of := port.UserFilter{Equal: map[port.UserField]string{port.UserFieldRole: "id-of-editors"}}
			race(t, members, func(i int) error {
				return store.Do(t.Context(), func(ctx context.Context, r port.Repos) error {
					if err := r.Roles.Reserve(ctx, "id-of-editors"); err != nil {
						return err
					}
					if n, err := r.Users.Count(ctx, of); err != nil || n < 2 {
						return err
					}
					return r.Users.Delete(ctx, ids[i], 1)
				})
			}).want(t, members, nil)
			wantEqual(t, value(store.Repos().Users.Count(t.Context(), of))(t), 1)
		}},
	}
}

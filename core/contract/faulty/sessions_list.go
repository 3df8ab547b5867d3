package faulty

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// everySession is more than any case of the kit stores.
const everySession = 1000

// listing returns a store that lists what list makes of the user's sessions, in their order,
// whether they are live at now or not.
func listing(list func(all []domain.Session, now time.Time, limit int) []domain.Session) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		return sessions{Sessions: inner, list: func(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error) {
			if _, err := inner.List(ctx, user, now, limit); err != nil {
				return nil, err
			}
			all, err := inner.List(ctx, user, longBefore(), everySession)
			return list(all, now, limit), err
		}}
	})
}

// liveAt returns the sessions that are live at now, at most limit of them.
func liveAt(all []domain.Session, now time.Time, limit int) []domain.Session {
	live := slices.DeleteFunc(all, func(s domain.Session) bool { return !s.LiveAt(now) })
	return live[:min(max(limit, 0), len(live))]
}

func sessionsListFaults() []Fault {
	return []Fault{
		{
			Name: "sessions-list-of-everybody", Turns: []string{"sessions/list/only-that-user"},
			Store: inSessions(func(inner port.Sessions) sessions {
				return sessions{Sessions: inner, list: func(ctx context.Context, user domain.UserID, now time.Time, limit int) ([]domain.Session, error) {
					own, err := inner.List(ctx, user, now, limit)
					others, otherErr := inner.List(ctx, domain.UserID(strings.ToUpper(string(user))), now, limit)
					if err != nil || otherErr != nil {
						return own, err
					}
					return append(own, others...), nil
				}}
			}),
		},
		{
			Name: "sessions-list-oldest-first", Turns: []string{"sessions/list/newest-first"},
			Store: listing(func(all []domain.Session, now time.Time, limit int) []domain.Session {
				slices.SortFunc(all, func(a, b domain.Session) int {
					return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
				})
				return liveAt(all, now, limit)
			}),
		},
		{
			Name: "sessions-list-of-one-moment-in-any-order", Turns: []string{"sessions/list/one-moment-by-id"},
			Store: listing(func(all []domain.Session, now time.Time, limit int) []domain.Session {
				slices.SortFunc(all, func(a, b domain.Session) int {
					return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID))))
				})
				return liveAt(all, now, limit)
			}),
		},
		{
			Name: "sessions-list-shows-the-ended", Turns: []string{"sessions/list/only-live"},
			Store: listing(func(all []domain.Session, now time.Time, limit int) []domain.Session {
				all = slices.DeleteFunc(all, func(s domain.Session) bool { return now.After(s.ExpiresAt) || now.After(s.EndsAt) })
				return all[:min(max(limit, 0), len(all))]
			}),
		},
		{
			Name: "sessions-list-limits-first", Turns: []string{"sessions/list/limit"},
			Store: listing(func(all []domain.Session, now time.Time, limit int) []domain.Session {
				return liveAt(all[:min(max(limit, 0), len(all))], now, limit)
			}),
		},
		{
			Name: "sessions-list-limit-below-1-is-all", Turns: []string{"sessions/list/limit-below-1-is-none"},
			Store: listing(func(all []domain.Session, now time.Time, limit int) []domain.Session {
				if limit < 1 {
					limit = len(all)
				}
				return liveAt(all, now, limit)
			}),
		},
		{
			Name: "sessions-list-forgets-a-column", Turns: []string{"sessions/list/whole-records"},
			Store: listing(func(all []domain.Session, now time.Time, limit int) []domain.Session {
				for i := range all {
					all[i].Client.Origin = ""
				}
				return liveAt(all, now, limit)
			}),
		},
	}
}

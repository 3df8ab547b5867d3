package faulty

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// asked returns a store that finds and counts what change makes of the question.
func asked(change func(f *port.UserFilter)) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{
			Users: inner,
			find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
				if port.CheckUserQuery(q) == nil {
					change(&q.UserFilter)
				}
				return inner.Find(ctx, q)
			},
			count: func(ctx context.Context, f port.UserFilter) (int, error) {
				if port.CheckUserFilter(f) == nil {
					change(&f)
				}
				return inner.Count(ctx, f)
			},
		}
	})
}

// matching returns a store that finds and counts those who match by another rule.
func matching(matches func(f port.UserFilter, u domain.User) bool) func(port.Store) port.Store {
	meant := func(ctx context.Context, inner port.Users, f port.UserFilter) ([]domain.User, error) {
		all, err := inner.Find(ctx, port.UserQuery{Limit: everybody})
		return slices.DeleteFunc(all, func(u domain.User) bool { return !matches(f, u) }), err
	}
	return inUsers(func(inner port.Users) users {
		return users{
			Users: inner,
			find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
				if _, err := inner.Find(ctx, q); err != nil {
					return nil, err
				}
				list, err := meant(ctx, inner, q.UserFilter)
				q.UserFilter = port.UserFilter{}
				return q.Page(list), err
			},
			count: func(ctx context.Context, f port.UserFilter) (int, error) {
				if _, err := inner.Count(ctx, f); err != nil {
					return 0, err
				}
				list, err := meant(ctx, inner, f)
				return len(list), err
			},
		}
	})
}

// everybody is more than any case of the kit stores.
const everybody = 1000

// paged returns a store that finds what change makes of the query.
func paged(change func(q *port.UserQuery)) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		return users{Users: inner, find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
			if port.CheckUserQuery(q) == nil {
				change(&q)
			}
			return inner.Find(ctx, q)
		}}
	})
}

func usersFindFaults() []Fault {
	return []Fault{
		{
			Name: "find-in-order-of-a-language", Turns: []string{"users/find/all-by-id"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
					list, err := inner.Find(ctx, q)
					if len(q.Sort) == 0 {
						slices.SortFunc(list, func(a, b domain.User) int {
							return strings.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID)))
						})
					}
					return list, err
				}}
			}),
		},
		{
			Name: "find-equal-padded", Turns: []string{"users/find/equal"},
			Store: matching(func(f port.UserFilter, u domain.User) bool {
				for field := range f.Equal {
					if value, _ := f.Value(field); field.Of(u) != value && strings.TrimRight(field.Of(u), " ") != value {
						return false
					}
				}
				return port.UserFilter{Search: f.Search}.Matches(u)
			}),
		},
		{
			Name: "find-address-case-sensitive", Turns: []string{"users/find/equal-address"},
			Store: matching(func(f port.UserFilter, u domain.User) bool {
				address, ok := f.Equal[port.UserFieldEmail]
				return f.Matches(u) && (!ok || string(u.Email) == address)
			}),
		},
		{
			Name: "find-any-condition", Turns: []string{"users/find/all-conditions"},
			Store: asked(func(f *port.UserFilter) {
				if len(f.Equal) > 0 {
					f.Search = ""
				}
			}),
		},
		{
			Name: "find-searches-the-language", Turns: []string{"users/find/search"},
			Store: matching(func(f port.UserFilter, u domain.User) bool {
				return f.Matches(u) || f.Search != "" && strings.Contains(u.Language, f.Search) && f.Search != "e"
			}),
		},
		{
			Name: "find-wildcards", Turns: []string{"users/find/search-has-no-wildcards"},
			Store: asked(func(f *port.UserFilter) {
				if f.Search == "%" {
					f.Search = ""
				}
			}),
		},
		{
			Name: "find-search-case-sensitive", Turns: []string{"users/find/search-in-any-case"},
			Store: matching(func(f port.UserFilter, u domain.User) bool {
				return f.Matches(u) && (strings.Contains(u.FirstName, f.Search) || strings.Contains(u.LastName, f.Search) || strings.Contains(u.Email.Key(), f.Search))
			}),
		},
		{
			Name: "find-ignores-the-order", Turns: []string{"users/find/sort"},
			Store: paged(func(q *port.UserQuery) { q.Sort = nil }),
		},
		{
			Name: "find-sorts-padded", Turns: []string{"users/find/sort"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
					list, err := inner.Find(ctx, q)
					if len(q.Sort) == 1 && q.Sort[0] == (port.UserOrder{Field: port.UserFieldLastName}) {
						slices.SortFunc(list, func(a, b domain.User) int {
							a.LastName, b.LastName = strings.TrimSpace(a.LastName), strings.TrimSpace(b.LastName)
							return q.Compare(a, b)
						})
					}
					return list, err
				}}
			}),
		},
		{
			Name: "find-from-the-beginning", Turns: []string{"users/find/page"},
			Store: paged(func(q *port.UserQuery) { q.Offset = 0 }),
		},
		{
			Name: "find-limit-below-1-is-all", Turns: []string{"users/find/limit-below-1-is-none"},
			Store: paged(func(q *port.UserQuery) {
				if q.Limit < 1 {
					q.Limit = everybody
				}
			}),
		},
		{
			Name: "find-ignores-unknown-fields", Turns: []string{"users/find/unknown-field-is-invalid"},
			Store: inUsers(func(inner port.Users) users {
				unknown := func(field port.UserField) bool { return !slices.Contains(port.UserFields(), field) }
				known := func(f port.UserFilter) port.UserFilter {
					f.Equal = maps.Clone(f.Equal)
					maps.DeleteFunc(f.Equal, func(field port.UserField, _ string) bool { return unknown(field) })
					return f
				}
				return users{
					Users: inner,
					find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
						q.UserFilter = known(q.UserFilter)
						q.Sort = slices.DeleteFunc(slices.Clone(q.Sort), func(by port.UserOrder) bool { return unknown(by.Field) })
						return inner.Find(ctx, q)
					},
					count: func(ctx context.Context, f port.UserFilter) (int, error) { return inner.Count(ctx, known(f)) },
				}
			}),
		},
		{
			Name: "find-takes-the-first-of-two-orders", Turns: []string{"users/find/field-twice-is-invalid"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
					var sort []port.UserOrder
					for _, by := range q.Sort {
						if !slices.ContainsFunc(sort, func(before port.UserOrder) bool { return before.Field == by.Field }) {
							sort = append(sort, by)
						}
					}
					q.Sort = sort
					return inner.Find(ctx, q)
				}}
			}),
		},
		{
			Name: "find-forgets-a-column", Turns: []string{"users/find/whole-records"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, find: func(ctx context.Context, q port.UserQuery) ([]domain.User, error) {
					list, err := inner.Find(ctx, q)
					for i := range list {
						list[i].TOTP = nil
					}
					return list, err
				}}
			}),
		},
		{
			Name: "count-of-everybody-is-one-too-few", Turns: []string{"users/count/all"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, count: func(ctx context.Context, f port.UserFilter) (int, error) {
					n, err := inner.Count(ctx, f)
					if n == 3 && len(f.Equal) == 0 && f.Search == "" {
						n--
					}
					return n, err
				}}
			}),
		},
	}
}

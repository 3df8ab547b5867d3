package faulty

import (
	"context"
	"errors"
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

func usersTokenFaults() []Fault {
	return []Fault{
		{
			Name: "static-token-forgets-a-column", Turns: []string{"users/by-static-token/finds"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
					u, err := inner.ByStaticToken(ctx, h)
					u.Preferences = nil
					return u, err
				}}
			}),
		},
		{
			Name: "static-token-not-found-is-nil", Turns: []string{"users/by-static-token/missing-is-not-found"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
					u, err := inner.ByStaticToken(ctx, h)
					if h == (domain.SecretHash{}) {
						err = replaceError(err, port.ErrNotFound, nil)
					}
					return u, err
				}}
			}),
		},
		{
			Name: "static-token-index-keeps-the-old", Turns: []string{"users/by-static-token/follows-updates"},
			Store: inUsers(func(inner port.Users) users {
				var index memo[domain.SecretHash, domain.UserID]
				return users{
					Users: inner,
					update: func(ctx context.Context, u domain.User) (domain.User, error) {
						old, readErr := inner.ByID(ctx, u.ID)
						stored, err := inner.Update(ctx, u)
						if err == nil && readErr == nil && old.StaticToken != nil {
							index.set(*old.StaticToken, u.ID)
						}
						return stored, err
					},
					byToken: func(ctx context.Context, h domain.SecretHash) (domain.User, error) {
						u, err := inner.ByStaticToken(ctx, h)
						if id, ok := index.get(h); ok && errors.Is(err, port.ErrNotFound) {
							return inner.ByID(ctx, id)
						}
						return u, err
					},
				}
			}),
		},
		{
			Name: "static-token-conflict-unwrapped/create", Turns: []string{"users/create/taken-token-is-conflict"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, create: func(ctx context.Context, u domain.User) error {
					_, missing := inner.ByID(ctx, u.ID)
					_, free := inner.ByEmail(ctx, u.Email)
					err := inner.Create(ctx, u)
					if errors.Is(missing, port.ErrNotFound) && errors.Is(free, port.ErrNotFound) {
						return replaceError(err, port.ErrConflict, driverError())
					}
					return err
				}}
			}),
		},
		{
			Name: "static-token-conflict-unwrapped/update", Turns: []string{"users/update/token-conflict"},
			Store: inUsers(func(inner port.Users) users {
				return users{Users: inner, update: func(ctx context.Context, u domain.User) (domain.User, error) {
					owner, taken := inner.ByEmail(ctx, u.Email)
					stored, err := inner.Update(ctx, u)
					if taken == nil && owner.ID == u.ID {
						err = replaceError(err, port.ErrConflict, driverError())
					}
					return stored, err
				}}
			}),
		},
	}
}

func usersDeleteFaults() []Fault {
	deleting := func(remove func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error) func(port.Store) port.Store {
		return inUsers(func(inner port.Users) users {
			return users{Users: inner, delete: func(ctx context.Context, id domain.UserID, version int64) error {
				return remove(ctx, inner, id, version)
			}}
		})
	}
	return []Fault{
		{
			Name: "user-delete-takes-the-next", Turns: []string{"users/delete/removes"},
			Store: deleting(func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error {
				err := inner.Delete(ctx, id, version)
				if next, listErr := inner.List(ctx, id, 1); err == nil && listErr == nil && len(next) == 1 {
					return inner.Delete(ctx, next[0].ID, next[0].Version)
				}
				return err
			}),
		},
		{
			Name: "user-delete-keeps-the-address", Turns: []string{"users/delete/frees-address-and-token"},
			Store: inUsers(func(inner port.Users) users {
				var kept memo[string, domain.User]
				return users{
					Users: inner,
					delete: func(ctx context.Context, id domain.UserID, version int64) error {
						u, readErr := inner.ByID(ctx, id)
						err := inner.Delete(ctx, id, version)
						if err == nil && readErr == nil {
							kept.set(u.Email.Key(), u)
						}
						return err
					},
					byEmail: func(ctx context.Context, e domain.Email) (domain.User, error) {
						if u, ok := kept.get(e.Key()); ok {
							return u, nil
						}
						return inner.ByEmail(ctx, e)
					},
				}
			}),
		},
		{
			Name: "user-delete-ignores-the-version", Turns: []string{"users/delete/stale-version"},
			Store: deleting(func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error {
				err := inner.Delete(ctx, id, version)
				if u, readErr := inner.ByID(ctx, id); errors.Is(err, port.ErrStale) && readErr == nil {
					return inner.Delete(ctx, id, u.Version)
				}
				return err
			}),
		},
		{
			Name: "user-delete-missing-is-nil", Turns: []string{"users/delete/missing-is-not-found"},
			Store: deleting(func(ctx context.Context, inner port.Users, id domain.UserID, version int64) error {
				return replaceError(inner.Delete(ctx, id, version), port.ErrNotFound, nil)
			}),
		},
	}
}

func reserveFaults() []Fault {
	return []Fault{
		{
			Name: "reserve-missing-is-nil", Turns: []string{"roles/reserve/missing-is-not-found"},
			Store: inRoles(func(inner port.Roles) roles {
				return roles{Roles: inner, reserve: func(ctx context.Context, id domain.RoleID) error {
					return replaceError(inner.Reserve(ctx, id), port.ErrNotFound, nil)
				}}
			}),
		},
		{
			Name: "reserve-leaves-a-mark", Turns: []string{"roles/reserve/changes-nothing"},
			Store: inRoles(func(inner port.Roles) roles {
				var reserved memo[domain.RoleID, int]
				return roles{
					Roles: inner,
					reserve: func(ctx context.Context, id domain.RoleID) error {
						err := inner.Reserve(ctx, id)
						if err == nil {
							reserved.change(id, func(n int) int { return n + 1 })
						}
						return err
					},
					byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
						r, err := inner.ByID(ctx, id)
						if n, _ := reserved.get(id); n > 2 {
							r.Name += "*"
						}
						return r, err
					},
				}
			}),
		},
		{
			// What a unit counts is what there was before those that run beside it.
			Name: "reserve-reserves-nothing", Turns: []string{"uow/reserved-role-keeps-its-last-user"},
			Store: func(inner port.Store) port.Store {
				var o overlap
				s := around(inner)
				s.do = func(ctx context.Context, fn flow) error {
					const editors = "id-of-editors"
					before, err := inner.Repos().Users.Count(ctx, port.UserFilter{
						Equal: map[port.UserField]string{port.UserFieldRole: editors},
					})
					if err != nil || before == 0 {
						return inner.Do(ctx, fn) // waits for nobody: there is nothing to miscount
					}
					return o.during(func(bool) error {
						return inner.Do(ctx, func(ctx context.Context, r port.Repos) error {
							own := r.Users
							r.Users = users{Users: own, count: func(ctx context.Context, f port.UserFilter) (int, error) {
								n, err := own.Count(ctx, f)
								if f.Equal[port.UserFieldRole] == editors {
									n = max(n, before)
								}
								return n, err
							}}
							return fn(ctx, r)
						})
					})
				}
				return s
			},
		},
	}
}

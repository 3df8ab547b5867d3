package contract

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// crew stores users with these IDs, in an order that is not theirs. change may be nil.
func crew(t testing.TB, users port.Users, change func(u *domain.User), ids ...domain.UserID) {
	t.Helper()
	for i := len(ids) - 1; i >= 0; i-- {
		u := sampleUser(fmt.Sprintf("crew%x", ids[i]))
		u.ID = ids[i]
		if change != nil {
			change(&u)
		}
		must(t, users.Create(t.Context(), u))
	}
}

// found returns the IDs of what the query finds.
func found(t testing.TB, users port.Users, q port.UserQuery) []domain.UserID {
	t.Helper()
	return userIDs(value(users.Find(t.Context(), q))(t))
}

// wantMeant ends the case unless the filter means these users, by their IDs, and counts them.
func wantMeant(t testing.TB, users port.Users, f port.UserFilter, want ...domain.UserID) {
	t.Helper()
	wantEqual(t, found(t, users, port.UserQuery{UserFilter: f, Limit: 100}), append([]domain.UserID{}, want...))
	wantEqual(t, value(users.Count(t.Context(), f))(t), len(want))
}

func equal(field port.UserField, value string) port.UserFilter {
	return port.UserFilter{Equal: map[port.UserField]string{field: value}}
}

func usersFindCases() []Case[port.Users] {
	const ruleFind = "Find returns at most q.Limit of the users that q's filter means, without the first q.Offset of them, in q's order."
	const ruleEqual = "Values compare byte by byte; those of UserFieldEmail are compared by their Key."
	const ruleSearch = "Search, unless empty, is a part of the address, the first or the last name, none of whose characters mean anything else."
	const ruleCase = "The case of A to Z makes no difference; that of other letters may make one or not."
	const ruleOrder = "UserQuery asks for a part of the users, in an order that leaves nothing open: by Sort, byte by byte, and then by ID."
	return []Case[port.Users]{
		{"users/find/all-by-id", ruleOrder, func(t testing.TB, users port.Users) {
			crew(t, users, nil, "D", "a", "b", "c ", "\u00e9")
			wantMeant(t, users, port.UserFilter{}, "D", "a", "b", "c ", "\u00e9")
		}},
		{"users/find/equal", ruleEqual, func(t testing.TB, users port.Users) {
			crew(t, users, nil, "one", "two")
			for _, field := range []struct {
				name port.UserField
				set  func(u *domain.User, value string)
			}{
				{port.UserFieldStatus, func(u *domain.User, value string) { u.Status = domain.Status(value) }},
				{port.UserFieldRole, func(u *domain.User, value string) { u.Role = domain.RoleID(value) }},
				{port.UserFieldFirstName, func(u *domain.User, value string) { u.FirstName = value }},
				{port.UserFieldLastName, func(u *domain.User, value string) { u.LastName = value }},
				{port.UserFieldLanguage, func(u *domain.User, value string) { u.Language = value }},
			} {
				id := domain.UserID("with-" + field.name)
				crew(t, users, func(u *domain.User) { field.set(u, "caf\u00e9") }, id)
				if field.name != port.UserFieldFirstName { // whose blanks users/values/blanks-stay is about
					crew(t, users, func(u *domain.User) { field.set(u, "caf\u00e9 ") }, id+"-and-blank")
				}
				crew(t, users, func(u *domain.User) { field.set(u, "Caf\u00e9") }, id+"-in-capitals")
				crew(t, users, func(u *domain.User) { field.set(u, "cafe") }, id+"-plain")
				wantMeant(t, users, equal(field.name, "caf\u00e9"), id)
			}
			wantMeant(t, users, equal(port.UserFieldID, "two"), "two")
			wantMeant(t, users, equal(port.UserFieldID, "TWO"))
			wantMeant(t, users, equal(port.UserFieldFirstName, ""))
		}},
		{"users/find/equal-address", ruleEqual, func(t testing.TB, users port.Users) {
			crew(t, users, func(u *domain.User) { u.Email = domain.Email(string(u.ID) + "@Example.com") }, "ann", "bob")
			wantMeant(t, users, equal(port.UserFieldEmail, "ANN@example.com"), "ann")
		}},
		{"users/find/all-conditions", "UserFilter says which users are meant: those that match all of it.", func(t testing.TB, users port.Users) {
			crew(t, users, nil, "ann", "bob")
			crew(t, users, func(u *domain.User) { u.Status = domain.StatusDraft }, "cid", "dan")
			crew(t, users, func(u *domain.User) { u.Status, u.FirstName = domain.StatusDraft, "Eve" }, "eve")
			wantMeant(t, users, port.UserFilter{
				Equal:  map[port.UserField]string{port.UserFieldStatus: "draft", port.UserFieldFirstName: "Eve"},
				Search: "e",
			}, "eve")
			wantMeant(t, users, port.UserFilter{Equal: map[port.UserField]string{port.UserFieldStatus: "draft"}, Search: "Eve"}, "eve")
		}},
		{"users/find/search", ruleSearch, func(t testing.TB, users port.Users) {
			crew(t, users, func(u *domain.User) { u.Email = "xx-needle-xx@example.com" }, "a")
			crew(t, users, func(u *domain.User) { u.FirstName = "xx needle" }, "b")
			crew(t, users, func(u *domain.User) { u.LastName = "needle xx" }, "c")
			crew(t, users, func(u *domain.User) { u.Language = "needle" }, "d")
			crew(t, users, func(u *domain.User) { u.Password = "needle" }, "e")
			crew(t, users, func(u *domain.User) { u.FirstName, u.LastName = "need", "le" }, "f")
			wantMeant(t, users, port.UserFilter{Search: "needle"}, "a", "b", "c")
		}},
		{"users/find/search-has-no-wildcards", ruleSearch, func(t testing.TB, users port.Users) {
			crew(t, users, func(u *domain.User) { u.FirstName = "a%b_c!d\\e*f" }, "odd")
			crew(t, users, func(u *domain.User) { u.FirstName = "aXXbXcXdXeXf" }, "even")
			for _, part := range []string{"a%b", "b_c", "c!d", "d\\e", "e*f", "%", "_", "!", "\\"} {
				wantMeant(t, users, port.UserFilter{Search: part}, "odd")
			}
		}},
		{"users/find/search-in-any-case", ruleCase, func(t testing.TB, users port.Users) {
			crew(t, users, func(u *domain.User) { u.FirstName, u.Email = "NeEdLe", "any@example.com" }, "a")
			crew(t, users, func(u *domain.User) { u.Email = "NEEDLE@example.com" }, "b")
			crew(t, users, func(u *domain.User) { u.LastName = "\u00c9\u00e9" }, "c")
			wantMeant(t, users, port.UserFilter{Search: "nEEDle"}, "a", "b")
			wantMeant(t, users, port.UserFilter{Search: "\u00c9\u00e9"}, "c")
		}},
		{"users/find/sort", ruleOrder, func(t testing.TB, users port.Users) {
			crew(t, users, func(u *domain.User) { u.LastName, u.FirstName, u.Email = "b", "x", "3@example.com" }, "1")
			crew(t, users, func(u *domain.User) { u.LastName, u.FirstName, u.Email = "B", "z", "2@example.com" }, "2")
			crew(t, users, func(u *domain.User) { u.LastName, u.FirstName, u.Email = "b ", "x", "1@example.com" }, "3")
			crew(t, users, func(u *domain.User) { u.LastName, u.FirstName, u.Email = "b", "y", "A@example.com" }, "4")
			for _, q := range []struct {
				sort []port.UserOrder
				want []domain.UserID
			}{
				{[]port.UserOrder{{Field: port.UserFieldID, Descending: true}}, []domain.UserID{"4", "3", "2", "1"}},
				{[]port.UserOrder{{Field: port.UserFieldEmail}}, []domain.UserID{"3", "2", "1", "4"}},
				{[]port.UserOrder{{Field: port.UserFieldLastName}}, []domain.UserID{"2", "1", "4", "3"}},
				{[]port.UserOrder{{Field: port.UserFieldLastName, Descending: true}}, []domain.UserID{"3", "1", "4", "2"}},
				{[]port.UserOrder{{Field: port.UserFieldFirstName}, {Field: port.UserFieldID, Descending: true}}, []domain.UserID{"3", "1", "4", "2"}},
				{[]port.UserOrder{{Field: port.UserFieldStatus}, {Field: port.UserFieldLanguage}}, []domain.UserID{"1", "2", "3", "4"}},
			} {
				wantEqual(t, found(t, users, port.UserQuery{Sort: q.sort, Limit: 10}), q.want)
			}
		}},
		{"users/find/page", ruleFind, func(t testing.TB, users port.Users) {
			crew(t, users, nil, "a", "b", "c", "d")
			crew(t, users, func(u *domain.User) { u.Status = domain.StatusDraft }, "ab")
			active := equal(port.UserFieldStatus, "active")
			for _, page := range []struct {
				offset, limit int
				want          []domain.UserID
			}{
				{0, 2, []domain.UserID{"a", "b"}},
				{2, 2, []domain.UserID{"c", "d"}},
				{3, 2, []domain.UserID{"d"}},
				{4, 2, []domain.UserID{}},
				{-1, 1, []domain.UserID{"a"}},
			} {
				wantEqual(t, found(t, users, port.UserQuery{UserFilter: active, Offset: page.offset, Limit: page.limit}), page.want)
			}
			wantEqual(t, value(users.Count(t.Context(), active))(t), 4)
		}},
		{"users/find/limit-below-1-is-none", "A limit below 1 returns none.", func(t testing.TB, users port.Users) {
			crew(t, users, nil, "a")
			for _, limit := range []int{0, -1} {
				wantEqual(t, len(found(t, users, port.UserQuery{Limit: limit})), 0)
			}
		}},
		{"users/find/unknown-field-is-invalid", "A field that there is not is ErrInvalid.", func(t testing.TB, users port.Users) {
			for _, field := range []port.UserField{"", "password", "id; DROP TABLE users", "ID"} {
				wantError(t, errorOf(users.Find(t.Context(), port.UserQuery{UserFilter: equal(field, "x"), Limit: 1})), port.ErrInvalid)
				wantError(t, errorOf(users.Find(t.Context(), port.UserQuery{Sort: []port.UserOrder{{Field: field}}, Limit: 1})), port.ErrInvalid)
				wantError(t, errorOf(users.Count(t.Context(), equal(field, "x"))), port.ErrInvalid)
			}
		}},
		{"users/find/field-twice-is-invalid", "A field that q.Sort names twice is ErrInvalid, too.", func(t testing.TB, users port.Users) {
			id, name := port.UserOrder{Field: port.UserFieldID}, port.UserOrder{Field: port.UserFieldFirstName}
			for _, sort := range [][]port.UserOrder{{id, id}, {name, id, {Field: port.UserFieldFirstName, Descending: true}}, slices.Repeat([]port.UserOrder{id}, 5000)} {
				wantError(t, errorOf(users.Find(t.Context(), port.UserQuery{Sort: sort, Limit: 1})), port.ErrInvalid)
			}
		}},
		{"users/find/whole-records", "Stored values come back equal.", func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			wantEqual(t, value(users.Find(t.Context(), port.UserQuery{Limit: 10}))(t), []domain.User{sampleUser("ann"), sampleUser("bob")})
		}},
		{"users/count/all", "Count returns how many users f means.", func(t testing.TB, users port.Users) {
			wantEqual(t, value(users.Count(t.Context(), port.UserFilter{}))(t), 0)
			createUsers(t, users, "ann", "bob", "cid")
			wantEqual(t, value(users.Count(t.Context(), port.UserFilter{}))(t), 3)
		}},
	}
}

func usersTokenCases() []Case[port.Users] {
	const ruleToken = "ByStaticToken returns the user whose StaticToken equals h, or ErrNotFound."
	const ruleCreate = "It returns ErrConflict when the ID, the Email.Key or the StaticToken is taken, and then stores nothing."
	const ruleUpdate = "It returns ErrStale when the versions differ, ErrNotFound when there is no such user, and ErrConflict when the new Email.Key or StaticToken belongs to another; each changes nothing."
	return []Case[port.Users]{
		{"users/by-static-token/finds", ruleToken, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			wantEqual(t, value(users.ByStaticToken(t.Context(), *sampleUser("bob").StaticToken))(t), sampleUser("bob"))
		}},
		{"users/by-static-token/missing-is-not-found", ruleToken, func(t testing.TB, users port.Users) {
			none := sampleUser("bob")
			none.StaticToken = nil
			must(t, users.Create(t.Context(), none))
			for _, h := range []domain.SecretHash{{}, domain.HashSecret("another")} {
				wantError(t, errorOf(users.ByStaticToken(t.Context(), h)), port.ErrNotFound)
			}
		}},
		{"users/by-static-token/follows-updates", ruleToken, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			ann, next := sampleUser("ann"), domain.HashSecret("next")
			old := *ann.StaticToken
			ann.StaticToken, ann.FirstName = &next, "Anna"
			must(t, errorOf(users.Update(t.Context(), ann)))
			wantError(t, errorOf(users.ByStaticToken(t.Context(), old)), port.ErrNotFound)
			wantEqual(t, value(users.ByStaticToken(t.Context(), next))(t).ID, ann.ID)
			bob := sampleUser("bob")
			bob.StaticToken = &old
			must(t, users.Create(t.Context(), bob))
		}},
		{"users/create/taken-token-is-conflict", ruleCreate, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			bob := sampleUser("bob")
			bob.StaticToken = sampleUser("ann").StaticToken
			wantError(t, users.Create(t.Context(), bob), port.ErrConflict)
			wantStored(t, users, sampleUser("ann"))
		}},
		{"users/update/token-conflict", ruleUpdate, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			bob := sampleUser("bob")
			bob.StaticToken, bob.FirstName = sampleUser("ann").StaticToken, "Bobby"
			wantError(t, errorOf(users.Update(t.Context(), bob)), port.ErrConflict)
			wantStored(t, users, sampleUser("ann"), sampleUser("bob"))
		}},
	}
}

func usersDeleteCases() []Case[port.Users] {
	const rule = "Delete removes the user if the stored Version equals version."
	const ruleErrors = "It returns ErrStale when the versions differ and ErrNotFound when there is no such user; each changes nothing."
	return []Case[port.Users]{
		{"users/delete/removes", rule, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob", "cid")
			must(t, users.Delete(t.Context(), "id-of-bob", 1))
			wantStored(t, users, sampleUser("ann"), sampleUser("cid"))
		}},
		{"users/delete/frees-address-and-token", "Address and static token are free from then on.", func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann", "bob")
			must(t, users.Delete(t.Context(), "id-of-bob", 1))
			again := sampleUser("bob")
			again.ID = "id-of-another"
			must(t, users.Create(t.Context(), again))
			wantEqual(t, value(users.ByEmail(t.Context(), again.Email))(t).ID, again.ID)
			wantEqual(t, value(users.ByStaticToken(t.Context(), *again.StaticToken))(t).ID, again.ID)
		}},
		{"users/delete/stale-version", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			wantError(t, users.Delete(t.Context(), "id-of-ann", 2), port.ErrStale)
			wantStored(t, users, sampleUser("ann"))
		}},
		{"users/delete/missing-is-not-found", ruleErrors, func(t testing.TB, users port.Users) {
			createUsers(t, users, "ann")
			wantError(t, users.Delete(t.Context(), "id-of-bob", 1), port.ErrNotFound)
			must(t, users.Delete(t.Context(), "id-of-ann", 1))
			wantError(t, users.Delete(t.Context(), "id-of-ann", 1), port.ErrNotFound)
		}},
	}
}

package port

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// UserField names a text of a user by which users are found and sorted.
type UserField string

// The fields by which users are found and sorted. That of an address is its Key.
const (
	UserFieldID        UserField = "id"
	UserFieldEmail     UserField = "email"
	UserFieldStatus    UserField = "status"
	UserFieldRole      UserField = "role"
	UserFieldFirstName UserField = "first_name"
	UserFieldLastName  UserField = "last_name"
	UserFieldLanguage  UserField = "language"
)

// UserFields returns all of them.
func UserFields() []UserField {
	return []UserField{
		UserFieldID, UserFieldEmail, UserFieldStatus, UserFieldRole,
		UserFieldFirstName, UserFieldLastName, UserFieldLanguage,
	}
}

// Of returns what u has in the field, in the form in which it is compared.
func (f UserField) Of(u domain.User) string {
	switch f {
	case UserFieldID:
		return string(u.ID)
	case UserFieldEmail:
		return u.Email.Key()
	case UserFieldStatus:
		return string(u.Status)
	case UserFieldRole:
		return string(u.Role)
	case UserFieldFirstName:
		return u.FirstName
	case UserFieldLastName:
		return u.LastName
	case UserFieldLanguage:
		return u.Language
	}
	return ""
}

// UserFilter says which users are meant: those that match all of it. The zero filter is
// matched by everybody.
type UserFilter struct {
	// Equal holds the value of each field that it names. Values compare byte by byte;
	// those of UserFieldEmail are compared by their Key.
	Equal map[UserField]string

	// Search, unless empty, is a part of the address, the first or the last name, none of
	// whose characters mean anything else. The case of A to Z makes no difference; that of
	// other letters may make one or not.
	Search string
}

// UserOrder is one step of the order of users.
type UserOrder struct {
	Field      UserField
	Descending bool
}

// UserQuery asks for a part of the users, in an order that leaves nothing open: by Sort,
// byte by byte, and then by ID. Sort names a field once at most, which bounds it.
type UserQuery struct {
	UserFilter
	Sort   []UserOrder
	Offset int // how many to leave out; below 1: none
	Limit  int
}

// Value returns what the filter wants in the field, in the form in which it is compared,
// and whether it wants anything.
func (f UserFilter) Value(field UserField) (string, bool) {
	value, ok := f.Equal[field]
	if field == UserFieldEmail {
		value = domain.Email(value).Key()
	}
	return value, ok
}

// Matches reports whether u is meant.
func (f UserFilter) Matches(u domain.User) bool {
	for field := range f.Equal {
		if value, _ := f.Value(field); field.Of(u) != value {
			return false
		}
	}
	search := foldASCII(f.Search)
	return search == "" || slices.ContainsFunc([]string{string(u.Email), u.FirstName, u.LastName}, func(text string) bool {
		return strings.Contains(foldASCII(text), search)
	})
}

// foldASCII makes small letters of A to Z, as an address's Key does.
func foldASCII(text string) string { return domain.Email(text).Key() }

// Compare says which of two users comes first, as cmp.Compare does.
func (q UserQuery) Compare(a, b domain.User) int {
	for _, by := range q.Sort {
		order := cmp.Compare(by.Field.Of(a), by.Field.Of(b))
		if by.Descending {
			order = -order
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(a.ID, b.ID)
}

// Page returns the part of all, which it may reorder, that is asked for.
func (q UserQuery) Page(all []domain.User) []domain.User {
	found := slices.DeleteFunc(all, func(u domain.User) bool { return !q.Matches(u) })
	slices.SortFunc(found, q.Compare)
	found = found[min(max(q.Offset, 0), len(found)):]
	return found[:min(max(q.Limit, 0), len(found))]
}

// CheckUserQuery returns ErrInvalid unless every store answers q alike: see CheckUserFilter.
func CheckUserQuery(q UserQuery) error {
	for i, by := range q.Sort {
		if !slices.Contains(UserFields(), by.Field) {
			return fmt.Errorf("no order by such a field: %w", ErrInvalid)
		}
		if slices.ContainsFunc(q.Sort[:i], func(before UserOrder) bool { return before.Field == by.Field }) {
			return fmt.Errorf("no order by a field twice: %w", ErrInvalid)
		}
	}
	return CheckUserFilter(q.UserFilter)
}

// CheckUserFilter returns ErrInvalid unless f names fields that there are, and values and a
// search that are keys: see CheckKey.
func CheckUserFilter(f UserFilter) error {
	for field, value := range f.Equal {
		if !slices.Contains(UserFields(), field) {
			return fmt.Errorf("no filter by such a field: %w", ErrInvalid)
		}
		if err := CheckKey(value); err != nil {
			return err
		}
	}
	return CheckKey(f.Search)
}

package httpedge

import (
	"fmt"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// CheckUserField returns INVALID_QUERY unless users are found and sorted by the field. parameter
// is what names it.
func CheckUserField(parameter string, field port.UserField) error {
	var names []string
	for _, known := range port.UserFields() {
		if field == known {
			return nil
		}
		names = append(names, string(known))
	}
	return domain.InvalidQueryError(fmt.Sprintf("%q knows no field %.64q. Those that work are %s", parameter, field, strings.Join(names, ", ")))
}

// UserSort returns the order of a list of users that names asks for: fields, of which a minus
// before one stands for descending. It is INVALID_QUERY to name one that is not there, or one
// twice.
func UserSort(names []string) ([]port.UserOrder, error) {
	var sort []port.UserOrder
	seen := map[string]bool{}
	for _, name := range names {
		field, isDescending := strings.CutPrefix(name, "-")
		if err := CheckUserField("sort", port.UserField(field)); err != nil {
			return nil, err
		}
		if seen[field] {
			return nil, domain.InvalidQueryError(`"sort" names a field twice`)
		}
		seen[field] = true
		sort = append(sort, port.UserOrder{Field: port.UserField(field), Descending: isDescending})
	}
	return sort, nil
}

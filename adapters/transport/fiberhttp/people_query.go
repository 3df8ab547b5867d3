package fiberhttp

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// defaultLimit is how many records a list has where nobody says.
const defaultLimit = 100

// listQuery is what the query parameters of a list ask for.
type listQuery struct {
	query                   port.UserQuery
	hasTotal, hasFilterOnes bool // which counts
}

// counts returns the filter of each count that is asked for: total_count is of all records,
// filter_count of those that match.
func (q listQuery) counts() map[string]port.UserFilter {
	counts := map[string]port.UserFilter{}
	if q.hasTotal {
		counts["total_count"] = port.UserFilter{}
	}
	if q.hasFilterOnes {
		counts["filter_count"] = q.query.UserFilter
	}
	return counts
}

// decodeListQuery reads limit, offset or page, sort, search, filter and meta.
func decodeListQuery(c *fiber.Ctx) (listQuery, error) {
	if err := refuseOtherLists(c); err != nil {
		return listQuery{}, err
	}
	offset, limit, err := decodePage(c, auth.MaxListedAccounts)
	if err != nil {
		return listQuery{}, err
	}
	filter, err := decodeFilter(c)
	if err != nil {
		return listQuery{}, err
	}
	for _, field := range slices.Sorted(maps.Keys(filter)) { // in order, so that of two mistakes always the same is told
		if err := httpedge.CheckUserField("filter", field); err != nil {
			return listQuery{}, err
		}
	}
	sort, err := httpedge.UserSort(listParameter(c, "sort"))
	if err != nil {
		return listQuery{}, err
	}
	asked := listQuery{query: port.UserQuery{
		UserFilter: port.UserFilter{Equal: filter, Search: strings.Clone(c.Query("search"))},
		Sort:       sort,
		Offset:     offset,
		Limit:      limit,
	}}
	for _, name := range listParameter(c, "meta") {
		switch name {
		case "total_count":
			asked.hasTotal = true
		case "filter_count":
			asked.hasFilterOnes = true
		case "*":
			asked.hasTotal, asked.hasFilterOnes = true, true
		default:
			return listQuery{}, domain.InvalidQueryError(`"meta" must be of total_count, filter_count and *`)
		}
	}
	return asked, nil
}

// refuseOtherLists refuses the parameters of this API that would make another list of it, and that
// nothing here follows: left out, the answer would look like what was asked for.
func refuseOtherLists(c *fiber.Ctx) error {
	for key := range c.Context().QueryArgs().All() {
		name, _, _ := strings.Cut(string(key), "[")
		if slices.Contains([]string{"aggregate", "groupBy", "deep", "alias", "export", "version"}, name) {
			return domain.InvalidQueryError(strconv.Quote(name) + " is not known here")
		}
	}
	return nil
}

// decodePage reads limit, and offset or page, which counts from 1. An answer has most records at
// most, which is what a limit of -1 stands for.
func decodePage(c *fiber.Ctx, most int) (offset, limit int, err error) {
	if limit, err = decodeNumber(c, "limit", defaultLimit, -1); err != nil {
		return 0, 0, err
	}
	if limit == -1 {
		limit = most
	}
	limit = min(limit, most)
	if offset, err = decodeNumber(c, "offset", 0, 0); err != nil {
		return 0, 0, err
	}
	page, err := decodeNumber(c, "page", 1, 1)
	if page > 1 {
		offset = (page - 1) * limit
	}
	return offset, limit, err
}

// decodeNumber reads a parameter that is a whole number, least at least.
func decodeNumber(c *fiber.Ctx, name string, fallback, least int) (int, error) {
	text := c.Query(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || int(n) < least {
		return 0, domain.InvalidQueryError(strconv.Quote(name) + " must be a whole number, at least " + strconv.Itoa(least))
	}
	return int(n), nil
}

// decodeFilter reads conditions of equality, as filter={"email":{"_eq":"..."}} and as
// filter[email][_eq]=..., all of which have to hold.
func decodeFilter(c *fiber.Ctx) (map[port.UserField]string, error) {
	equal := map[port.UserField]string{}
	add := func(field, operator, value string) error {
		if operator != "_eq" {
			return domain.InvalidQueryError(`"filter" knows no operator but _eq`)
		}
		if _, twice := equal[port.UserField(field)]; twice {
			return domain.InvalidQueryError(`"filter" names a field twice`)
		}
		equal[port.UserField(field)] = value
		return nil
	}
	for key, value := range c.Context().QueryArgs().All() {
		name := string(key)
		if name == "filter" {
			var conditions map[string]map[string]*string
			if err := json.Unmarshal(value, &conditions); err != nil {
				return nil, domain.InvalidQueryError(`"filter" must be an object of fields, each with {"_eq": "text"}`)
			}
			for field, condition := range conditions {
				if len(condition) != 1 {
					return nil, domain.InvalidQueryError(`"filter" must have one operator for each field`)
				}
				for operator, wanted := range condition {
					if wanted == nil {
						return nil, domain.InvalidQueryError(`"filter" compares with text only`)
					}
					if err := add(field, operator, *wanted); err != nil {
						return nil, err
					}
				}
			}
			continue
		}
		inside, isFilter := strings.CutPrefix(name, "filter[")
		if !isFilter {
			continue
		}
		field, operator, isWhole := strings.Cut(strings.TrimSuffix(inside, "]"), "][")
		if !isWhole {
			return nil, domain.InvalidQueryError(`"filter" must name a field and an operator`)
		}
		if err := add(field, operator, string(value)); err != nil {
			return nil, err
		}
	}
	return equal, nil
}

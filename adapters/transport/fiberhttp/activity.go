package fiberhttp

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// defaultActivity is how many events are shown unless limit says otherwise.
const defaultActivity = 100

// activityAnswer is an event in the names that the reference service has for it, and the
// outcome.
type activityAnswer struct {
	ID         string  `json:"id"`
	Action     string  `json:"action"`
	Outcome    string  `json:"outcome"`
	User       *string `json:"user"` // who did it
	Timestamp  *string `json:"timestamp"`
	IP         *string `json:"ip"`
	UserAgent  *string `json:"user_agent"`
	Origin     *string `json:"origin"`
	Collection string  `json:"collection"`
	Item       *string `json:"item"` // to whom
}

func newActivityAnswer(e domain.Event) activityAnswer {
	return activityAnswer{
		ID:         e.ID,
		Action:     e.Kind,
		Outcome:    e.Outcome,
		User:       textOrNull(string(e.Actor)),
		Timestamp:  timeOrNull(e.At),
		IP:         textOrNull(e.Client.IP),
		UserAgent:  textOrNull(e.Client.UserAgent),
		Origin:     textOrNull(e.Client.Origin),
		Collection: "directus_users",
		Item:       textOrNull(string(e.Subject)),
	}
}

// activity handles GET /activity.
func (s *Server) activity(c *fiber.Ctx) error {
	query, err := decodeActivityQuery(c)
	if err != nil {
		return err
	}
	events, err := s.api.Activity(c.UserContext(), principal(c), query)
	if err != nil {
		return err
	}
	shown := make([]activityAnswer, len(events)) // and never null
	for i, e := range events {
		shown[i] = newActivityAnswer(e)
	}
	return answerData(c, shown)
}

// decodeActivityQuery reads limit, offset, page and a filter for equality of action or user.
// What is not understood is refused: a filter that is left out would show what was not asked
// for.
func decodeActivityQuery(c *fiber.Ctx) (auth.ActivityQuery, error) {
	query := auth.ActivityQuery{Limit: defaultActivity}
	page := 1
	for key, value := range c.Context().QueryArgs().All() {
		name, text := string(key), string(value)
		var err error
		switch {
		case name == "limit":
			if query.Limit, err = number(name, text, -1); query.Limit == -1 {
				query.Limit = auth.MaxActivity
			}
		case name == "offset":
			query.Offset, err = number(name, text, 0)
		case name == "page":
			page, err = number(name, text, 1)
		case name == "filter":
			err = filterByJSON(&query, text)
		case strings.HasPrefix(name, "filter"):
			field, isEquality := strings.CutSuffix(strings.TrimPrefix(name, "filter["), "][_eq]")
			if !isEquality {
				return query, badFilter()
			}
			err = filterBy(&query, field, text)
		}
		if err != nil {
			return query, err
		}
	}
	if page > 1 {
		query.Offset = (page - 1) * query.Limit
	}
	return query, nil
}

// number reads a whole number of at least least, and of few enough digits for a product of two.
func number(name, text string, least int) (int, error) {
	n, err := strconv.ParseInt(text, 10, 31)
	if err != nil || int(n) < least {
		return 0, domain.InvalidPayloadError(name, fmt.Sprintf("%q must be a whole number of at least %d", name, least))
	}
	return int(n), nil
}

// filterByJSON reads {"action":{"_eq":"login"},"user":{"_eq":"..."}}.
func filterByJSON(query *auth.ActivityQuery, text string) error {
	var filter map[string]map[string]string
	if json.Unmarshal([]byte(text), &filter) != nil {
		return badFilter()
	}
	for field, condition := range filter {
		value, ok := condition["_eq"]
		if !ok || len(condition) != 1 {
			return badFilter()
		}
		if err := filterBy(query, field, value); err != nil {
			return err
		}
	}
	return nil
}

// filterBy takes a condition. An empty value would filter nothing.
func filterBy(query *auth.ActivityQuery, field, value string) error {
	switch {
	case value == "":
		return badFilter()
	case field == "action":
		query.Kind = value
	case field == "user":
		query.User = domain.UserID(value)
	default:
		return badFilter()
	}
	return nil
}

func badFilter() error {
	return domain.InvalidPayloadError("filter", `only "action" and "user" can be filtered by, with "_eq"`)
}

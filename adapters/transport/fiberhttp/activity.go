package fiberhttp

import (
	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

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

func newActivityAnswer(e auth.ActivityInfo) activityAnswer {
	return activityAnswer{
		ID:         e.ID,
		Action:     e.Kind,
		Outcome:    e.Outcome,
		User:       textOrNull(string(e.Actor)),
		Timestamp:  timeOrNull(e.At),
		IP:         textOrNull(e.Client.IP),
		UserAgent:  textOrNull(e.Client.UserAgent),
		Origin:     textOrNull(e.Client.Origin),
		Collection: e.Collection,
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
	records, fields := make([]readable, len(events)), make([]domain.Fields, len(events))
	for i, e := range events {
		records[i], fields[i] = readable{newActivityAnswer(e), e.Fields}, e.Fields
	}
	if err := refuseHidden(c, fields...); err != nil {
		return err
	}
	return answerRecords(c, records, nil)
}

// decodeActivityQuery reads limit, offset or page, sort, and a filter for equality of action or
// user. What is not understood is refused: a filter that is left out would show what was not
// asked for.
func decodeActivityQuery(c *fiber.Ctx) (auth.ActivityQuery, error) {
	if err := refuseOtherLists(c); err != nil {
		return auth.ActivityQuery{}, err
	}
	offset, limit, err := decodePage(c, auth.MaxActivity)
	if err != nil {
		return auth.ActivityQuery{}, err
	}
	if c.Query("search") != "" || len(listParameter(c, "meta")) > 0 {
		return auth.ActivityQuery{}, domain.InvalidQueryError("Events are neither searched nor counted")
	}
	for _, name := range listParameter(c, "sort") {
		if name != "-timestamp" && name != "-id" {
			return auth.ActivityQuery{}, domain.InvalidQueryError(`"sort" must be "-timestamp": the latest come first`)
		}
	}
	filter, err := decodeFilter(c)
	if err != nil {
		return auth.ActivityQuery{}, err
	}
	query := auth.ActivityQuery{Offset: offset, Limit: limit}
	for field, value := range filter {
		switch {
		case field == "action" && value != "": // an empty value would filter nothing
			query.Kind = value
		case field == "user" && value != "":
			query.User = domain.UserID(value)
		default:
			return auth.ActivityQuery{}, domain.InvalidQueryError(`Only "action" and "user" can be filtered by`)
		}
	}
	return query, nil
}

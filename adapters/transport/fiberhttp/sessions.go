package fiberhttp

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// sessionAnswer is how a session is shown: nothing of it is a secret.
type sessionAnswer struct {
	ID        domain.SessionID `json:"id"`
	User      domain.UserID    `json:"user"`
	Mode      domain.Mode      `json:"mode"`
	CreatedAt *string          `json:"created_at"`
	LastUsed  *string          `json:"last_used"`
	Expires   *string          `json:"expires"`
	IP        *string          `json:"ip"`
	UserAgent *string          `json:"user_agent"`
	Origin    *string          `json:"origin"`
	Current   bool             `json:"current"`
}

func newSessionAnswer(s auth.SessionInfo) sessionAnswer {
	return sessionAnswer{
		ID:        s.ID,
		User:      s.User,
		Mode:      s.Mode,
		CreatedAt: timeOrNull(s.CreatedAt),
		LastUsed:  timeOrNull(s.LastUsedAt),
		Expires:   timeOrNull(s.EndsAt),
		IP:        textOrNull(s.Client.IP),
		UserAgent: textOrNull(s.Client.UserAgent),
		Origin:    textOrNull(s.Client.Origin),
		Current:   s.Current,
	}
}

// listSessions handles GET /auth/sessions.
func (s *Server) listSessions(c *fiber.Ctx) error {
	user, err := queriedUser(c)
	if err != nil {
		return err
	}
	sessions, err := s.api.ListSessions(c.UserContext(), principal(c), user)
	if err != nil {
		return err
	}
	shown := make([]any, len(sessions)) // and never null
	for i, one := range sessions {
		if shown[i], err = (readable{newSessionAnswer(one), one.Fields}).shown(nil); err != nil {
			return err
		}
	}
	return answerData(c, shown)
}

// endSession handles DELETE /auth/sessions/:id.
func (s *Server) endSession(c *fiber.Ctx) error {
	caller, id := principal(c), domain.SessionID(strings.Clone(c.Params("id")))
	if err := s.api.EndSession(c.UserContext(), caller, id, s.client(c)); err != nil {
		return err
	}
	if id == caller.Session.ID {
		refreshed := cookieValue(c, s.config.RefreshCookie) != ""
		cookie, has := httpedge.CookieOfEnded(caller.Session.Mode, s.config.SessionCookie, s.config.RefreshCookie, refreshed)
		if has {
			expireCookie(c, cookie)
		}
	}
	return answerNothing(c)
}

// endSessions handles DELETE /auth/sessions.
func (s *Server) endSessions(c *fiber.Ctx) error {
	user, err := queriedUser(c)
	if err != nil {
		return err
	}
	if err := s.api.EndSessions(c.UserContext(), principal(c), user, s.client(c)); err != nil {
		return err
	}
	return answerNothing(c)
}

// queriedUser returns the user parameter, or "" where there is none. An empty one is a
// mistake: it would stand for the caller, whom nobody meant who wrote it.
func queriedUser(c *fiber.Ctx) (domain.UserID, error) {
	query := c.Context().QueryArgs()
	if !query.Has("user") {
		return "", nil
	}
	values := query.PeekMulti("user")
	if len(values) != 1 || len(values[0]) == 0 {
		return "", domain.InvalidPayloadError("user", `"user" must be the ID of one user`)
	}
	return domain.UserID(values[0]), nil // a conversion copies
}

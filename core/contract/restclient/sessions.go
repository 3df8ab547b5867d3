package restclient

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// sessionAnswer is a session as the wire has it.
type sessionAnswer struct {
	ID        domain.SessionID `json:"id"`
	User      domain.UserID    `json:"user"`
	Mode      domain.Mode      `json:"mode"`
	CreatedAt time.Time        `json:"created_at"`
	LastUsed  time.Time        `json:"last_used"`
	Expires   time.Time        `json:"expires"`
	IP        string           `json:"ip"`
	UserAgent string           `json:"user_agent"`
	Origin    string           `json:"origin"`
	Current   bool             `json:"current"`
}

// ListSessions lists the sessions of the user, or the own.
func (c Client) ListSessions(ctx context.Context, credential auth.Credential, user domain.UserID) ([]auth.SessionInfo, error) {
	response, err := c.Do(ctx, Call{Method: http.MethodGet, Path: sessionsOf(user)}.by(credential))
	if err != nil {
		return nil, err
	}
	var shown []sessionAnswer
	if err := response.Data(&shown); err != nil {
		return nil, err
	}
	list := make([]auth.SessionInfo, len(shown))
	for i, s := range shown {
		list[i] = auth.SessionInfo{
			ID: s.ID, User: s.User, Mode: s.Mode, CreatedAt: s.CreatedAt, LastUsedAt: s.LastUsed, EndsAt: s.Expires,
			Client: domain.Client{IP: s.IP, UserAgent: s.UserAgent, Origin: s.Origin}, Current: s.Current,
		}
	}
	return list, nil
}

// EndSession ends one session.
func (c Client) EndSession(ctx context.Context, credential auth.Credential, id domain.SessionID) error {
	path := "/auth/sessions/" + url.PathEscape(string(id))
	return c.noContent(ctx, Call{Method: http.MethodDelete, Path: path}.by(credential))
}

// EndSessions ends the sessions of the user, or the own, but the one that is used.
func (c Client) EndSessions(ctx context.Context, credential auth.Credential, user domain.UserID) error {
	return c.noContent(ctx, Call{Method: http.MethodDelete, Path: sessionsOf(user)}.by(credential))
}

func sessionsOf(user domain.UserID) string {
	if user == "" {
		return "/auth/sessions"
	}
	return "/auth/sessions?user=" + url.QueryEscape(string(user))
}

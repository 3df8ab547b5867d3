package graphqlclient

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// session is a session as the wire has it.
type session struct {
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
	response, err := c.Do(ctx, Call{
		Query:     "query ($user: ID) { answer: sessions(user: $user) { id user mode created_at last_used expires ip user_agent origin current } }",
		Variables: userVariable(user),
	}.by(credential))
	if err != nil {
		return nil, err
	}
	var data struct{ Answer []session }
	if err := response.Data(&data); err != nil {
		return nil, err
	}
	list := make([]auth.SessionInfo, len(data.Answer))
	for i, s := range data.Answer {
		list[i] = auth.SessionInfo{
			ID: s.ID, User: s.User, Mode: s.Mode, CreatedAt: s.CreatedAt, LastUsedAt: s.LastUsed, EndsAt: s.Expires,
			Client: domain.Client{IP: s.IP, UserAgent: s.UserAgent, Origin: s.Origin}, Current: s.Current,
		}
	}
	return list, nil
}

// EndSession ends one session.
func (c Client) EndSession(ctx context.Context, credential auth.Credential, id domain.SessionID) error {
	return c.removed(ctx, Call{
		Query:     "mutation ($id: ID!) { answer: delete_sessions_item(id: $id) { id } }",
		Variables: map[string]any{"id": id},
	}.by(credential), string(id))
}

// EndSessions ends the sessions of the user, or the own, but the one that is used.
func (c Client) EndSessions(ctx context.Context, credential auth.Credential, user domain.UserID) error {
	return c.affirm(ctx, Call{
		Query:     "mutation ($user: ID) { answer: delete_other_sessions(user: $user) }",
		Variables: userVariable(user),
	}.by(credential))
}

func userVariable(user domain.UserID) map[string]any {
	if user == "" {
		return map[string]any{}
	}
	return map[string]any{"user": user}
}

package graphql

import (
	"context"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// session is how a session is shown: nothing of it is a secret.
type session struct {
	ID        graphql.ID
	User      graphql.ID
	Mode      *string
	CreatedAt *date
	LastUsed  *date
	Expires   *date
	IP        *string
	UserAgent *string
	Origin    *string
	Current   *bool
}

// Sessions resolves sessions.
func (r *resolver) Sessions(ctx context.Context, args struct{ User *graphql.ID }) (*[]*session, error) {
	ctx, x := exchangeOf(ctx)
	of, err := userOrCaller(args.User)
	if err != nil {
		return nil, x.failed(err)
	}
	list, err := r.handler.api.ListSessions(ctx, x.caller, of)
	if err != nil {
		return nil, x.failed(err)
	}
	shown := make([]*session, len(list)) // and never null
	for i, one := range list {
		shown[i] = &session{
			ID:        graphql.ID(one.ID),
			User:      graphql.ID(one.User),
			Mode:      textOrNull(string(one.Mode)),
			CreatedAt: dateOrNull(one.CreatedAt),
			LastUsed:  dateOrNull(one.LastUsedAt),
			Expires:   dateOrNull(one.EndsAt),
			IP:        textOrNull(one.Client.IP),
			UserAgent: textOrNull(one.Client.UserAgent),
			Origin:    textOrNull(one.Client.Origin),
			Current:   valueIf(one.Fields.Has("current"), one.Current),
		}
	}
	return &shown, nil
}

// valueIf returns the value where it may be read.
func valueIf[T any](mayRead bool, value T) *T {
	if !mayRead {
		return nil
	}
	return &value
}

// userOrCaller returns the user, or "" where none is named. An empty one is a mistake: it
// would stand for the caller, whom nobody meant who wrote it.
func userOrCaller(id *graphql.ID) (domain.UserID, error) {
	if id == nil {
		return "", nil
	}
	if *id == "" {
		return "", domain.InvalidPayloadError("user", `"user" must be the ID of one user`)
	}
	return domain.UserID(*id), nil
}

// DeleteSessionsItem resolves delete_sessions_item.
func (r *resolver) DeleteSessionsItem(ctx context.Context, args struct{ ID graphql.ID }) (*deleted, error) {
	ctx, x := exchangeOf(ctx)
	id := domain.SessionID(args.ID)
	if err := r.handler.api.EndSession(ctx, x.caller, id, x.client()); err != nil {
		return nil, x.failed(err)
	}
	if id == x.caller.Session.ID {
		session, refresh := r.handler.config.SessionCookie, r.handler.config.RefreshCookie
		if cookie, has := httpedge.CookieOfEnded(x.caller.Session.Mode, session, refresh, x.cookie(refresh) != ""); has {
			x.setCookie(cookie.Expire())
		}
	}
	return &deleted{args.ID}, nil
}

// DeleteOtherSessions resolves delete_other_sessions.
func (r *resolver) DeleteOtherSessions(ctx context.Context, args struct{ User *graphql.ID }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	of, err := userOrCaller(args.User)
	if err == nil {
		err = r.handler.api.EndSessions(ctx, x.caller, of, x.client())
	}
	if err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}

// activity is an event of the audit trail.
type activity struct {
	ID         graphql.ID
	Action     *string
	Outcome    *string
	User       *related
	Timestamp  *date
	IP         *string
	UserAgent  *string
	Origin     *string
	Collection *string
	Item       *string
}

// Activity resolves activity.
func (r *resolver) Activity(ctx context.Context, args struct {
	Filter object
	Sort   *[]*string
	window
},
) (*[]*activity, error) {
	ctx, x := exchangeOf(ctx)
	query, err := activityQuery(args.Filter, args.Sort, args.window)
	if err != nil {
		return nil, x.failed(err)
	}
	events, err := r.handler.api.Activity(ctx, x.caller, query)
	if err != nil {
		return nil, x.failed(err)
	}
	shown := make([]*activity, len(events)) // and never null
	for i, e := range events {
		shown[i] = &activity{
			ID:         graphql.ID(e.ID),
			Action:     textOrNull(e.Kind),
			Outcome:    textOrNull(e.Outcome),
			User:       relatedOrNull(string(e.Actor)),
			Timestamp:  dateOrNull(e.At),
			IP:         textOrNull(e.Client.IP),
			UserAgent:  textOrNull(e.Client.UserAgent),
			Origin:     textOrNull(e.Client.Origin),
			Collection: textOrNull(e.Collection),
			Item:       textOrNull(string(e.Subject)),
		}
	}
	return &shown, nil
}

func activityQuery(filter object, sort *[]*string, p window) (auth.ActivityQuery, error) {
	offset, limit, err := p.bounds(defaultLimit, auth.MaxActivity)
	if err != nil {
		return auth.ActivityQuery{}, err
	}
	for _, by := range orNone(sort) {
		if by != nil && *by != "-timestamp" && *by != "-id" {
			return auth.ActivityQuery{}, domain.InvalidQueryError(`"sort" must be "-timestamp": the latest come first`)
		}
	}
	wanted, err := equal(filter)
	if err != nil {
		return auth.ActivityQuery{}, err
	}
	for field, value := range wanted { // an empty value would filter nothing
		if err := required(field, value); err != nil {
			return auth.ActivityQuery{}, err
		}
	}
	return auth.ActivityQuery{Kind: wanted["action"], User: domain.UserID(wanted["user"]), Offset: offset, Limit: limit}, nil
}

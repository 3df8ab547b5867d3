package connectrpc

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// modeOf names the mode as the core does. One that there is not keeps its number, which the
// core refuses.
func modeOf(mode v1.Mode) domain.Mode {
	switch mode {
	case v1.Mode_MODE_UNSPECIFIED, v1.Mode_MODE_JSON:
		return domain.ModeJSON
	case v1.Mode_MODE_COOKIE:
		return domain.ModeCookie
	case v1.Mode_MODE_SESSION:
		return domain.ModeSession
	}
	return domain.Mode(strconv.Itoa(int(mode)))
}

func shownMode(mode domain.Mode) v1.Mode {
	switch mode {
	case domain.ModeJSON:
		return v1.Mode_MODE_JSON
	case domain.ModeCookie:
		return v1.Mode_MODE_COOKIE
	case domain.ModeSession:
		return v1.Mode_MODE_SESSION
	}
	return v1.Mode_MODE_UNSPECIFIED
}

// shownTokens puts each token under the name of what it is for.
func shownTokens(t auth.Tokens) *v1.Tokens {
	shown := &v1.Tokens{Mode: shownMode(t.Mode), Ttl: durationpb.New(t.TTL)}
	if t.Mode == domain.ModeSession {
		shown.SessionToken = t.Access
		return shown
	}
	shown.AccessToken, shown.RefreshToken = t.Access, t.Refresh
	shown.RefreshTtl = durationpb.New(t.RefreshTTL)
	return shown
}

func shownSession(s auth.SessionInfo) *v1.Session {
	return &v1.Session{
		Id:          string(s.ID),
		UserId:      string(s.User),
		Mode:        shownMode(s.Mode),
		CreateTime:  timeOrNone(s.CreatedAt),
		LastUseTime: timeOrNone(s.LastUsedAt),
		ExpireTime:  timeOrNone(s.EndsAt),
		Ip:          s.Client.IP,
		UserAgent:   s.Client.UserAgent,
		Origin:      s.Client.Origin,
		Current:     s.Current,
	}
}

func timeOrNone(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

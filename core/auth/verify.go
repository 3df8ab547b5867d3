package auth

import (
	"context"
	"crypto/sha256"
	"maps"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// VerifyInput is what a proxy asks about a request to another application.
type VerifyInput struct {
	Credential Credential

	// Collection and Action are what the request wants to do there, in the names of that
	// application; both or neither.
	Collection string
	Action     domain.Action

	// Audience is the application that wants an assertion of who it is; empty: none does.
	Audience string
}

// Visitor is who is behind a request to another application. The zero Visitor is anybody.
type Visitor struct {
	// User has no Email unless it is proved: an application would take anybody for the one whose
	// address they have given their account.
	User domain.User
	Role domain.Role

	// Assertion says so to the application that asked for one, for AssertionTTL. It is a token
	// that lets nobody in here, and empty for anybody.
	Assertion string
}

// VerifyAPI answers reverse proxies.
type VerifyAPI interface {
	// Verify returns who is behind the request, if it may pass. Without a collection that is
	// whoever is logged in. With one it is whom a permission lets: everybody where the public
	// role has one. Who is not logged in and may not is INVALID_CREDENTIALS, since logging in
	// may help; who is, is FORBIDDEN. A bad token is an error as in Authenticate. Collections
	// of ours are INVALID_QUERY: they are asked for here. So is an audience of more than
	// MaxAudienceBytes, or of other characters than those of a URL without a query.
	//
	// A token that has been found good is asked about once a second at most. What ends it on
	// this instance counts at once, and what ends it on another within that second.
	Verify(ctx context.Context, in VerifyInput) (Visitor, error)
}

// Verify implements VerifyAPI.
func (s *Service) Verify(ctx context.Context, in VerifyInput) (Visitor, error) {
	if err := checkVerify(in); err != nil {
		return Visitor{}, err
	}
	p, err := s.visitor(ctx, in.Credential)
	if err != nil {
		return Visitor{}, err
	}
	if in.Collection == "" && p.Anonymous() {
		return Visitor{}, invalidCredentials(nil)
	}
	known, err := s.rights(ctx)
	if err != nil {
		return Visitor{}, err
	}
	v := Visitor{User: p.User}
	if !v.User.EmailProven {
		v.User.Email = ""
	}
	if p.User.Role != "" {
		v.Role = known.roles[p.User.Role] // the zero Role where it is gone
	}
	switch {
	case in.Collection == "" || v.Role.Admin || known.byRole[p.User.Role].Allows(in.Collection, in.Action):
		return s.asserted(ctx, v, in.Audience)
	case p.Anonymous():
		return Visitor{}, invalidCredentials(nil)
	}
	return Visitor{}, forbidden(nil)
}

func checkVerify(in VerifyInput) error {
	if in.Audience != "" && !isAudience(in.Audience) {
		return domain.InvalidQueryError(`"assertion" must name an application: at most 128 letters, digits and . _ : / -`)
	}
	if in.Collection == "" && in.Action == "" {
		return nil
	}
	asked := domain.Permission{Collection: in.Collection, Action: in.Action, Fields: []string{domain.AllFields}}
	if domain.CheckPermission(asked) != nil || domain.Collection(in.Collection).IsOurs() {
		return domain.InvalidQueryError(`"collection" must name a collection of an application, and "action" one of create, read, update and delete`)
	}
	return nil
}

// visitorAge is how long a token that was good is taken for good.
const visitorAge = time.Second

// maxVisitors bounds how many of them are remembered.
const maxVisitors = 10_000

// visitors remembers who showed a good token a moment ago. The zero value is ready for use, and
// safe for concurrent use.
type visitors struct {
	mu      sync.RWMutex
	known   map[shownToken]seenVisitor
	changes int64 // how often any of them was forgotten before its time
}

// shownToken is a token as it was shown: what is good in a cookie may be none in a header.
type shownToken struct {
	hash     [sha256.Size]byte
	isCookie bool
}

type seenVisitor struct {
	principal Principal
	at        time.Time
}

func (v *visitors) get(token shownToken, now time.Time) (p Principal, ok bool, changes int64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	seen, ok := v.known[token]
	if !ok || now.Before(seen.at) || now.Sub(seen.at) >= visitorAge {
		return Principal{}, false, v.changes
	}
	return seen.principal, true, v.changes
}

// put remembers who showed the token at now, unless somebody was forgotten since there were that
// many changes: it may have been this one.
func (v *visitors) put(token shownToken, p Principal, now time.Time, changes int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.changes != changes {
		return
	}
	if v.known == nil {
		v.known = map[shownToken]seenVisitor{}
	}
	if len(v.known) >= maxVisitors {
		maps.DeleteFunc(v.known, func(_ shownToken, seen seenVisitor) bool { return now.Sub(seen.at) >= visitorAge })
	}
	if len(v.known) < maxVisitors {
		v.known[token] = seenVisitor{p, now}
	}
}

// forget forgets those of whom isGone says so.
func (v *visitors) forget(isGone func(Principal) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.changes++
	maps.DeleteFunc(v.known, func(_ shownToken, seen seenVisitor) bool { return isGone(seen.principal) })
}

// visitor is Authenticate for who was let in a moment ago, too.
func (s *Service) visitor(ctx context.Context, c Credential) (Principal, error) {
	token, isCookie, err := c.token()
	if err != nil || token == "" {
		return Principal{}, err
	}
	shown := shownToken{sha256.Sum256([]byte(token)), isCookie}
	now := s.Clock.Now()
	p, ok, changes := s.visitors.get(shown, now)
	if ok {
		return p, nil
	}
	if p, err = s.Authenticate(ctx, c); err != nil {
		return Principal{}, err
	}
	s.visitors.put(shown, p, now, changes)
	return p, nil
}

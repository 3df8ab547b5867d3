package faulty

import (
	"context"
	"strings"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// keyFaults returns the faults about keys and texts, the same for every port that has them.
func keyFaults() []Fault {
	type part struct {
		name  string
		fold  func(fold func(string) string) func(port.Store) port.Store
		keys  func(change func(string) string) func(port.Store) port.Store
		texts func(change func(string) string) func(port.Store) port.Store
	}
	parts := []part{
		{"users", foldedUsers, changedUserKeys, changedUserTexts},
		{"roles", foldedRoles, changedRoleKeys, changedRoleTexts},
		{"permissions", foldedPermissions, changedPermissionKeys, changedPermissionTexts},
		{"identities", foldedIdentities, changedIdentityKeys, nil},
		{"tokens", foldedTokens, changedTokenKeys, nil},
		{"queue", foldedQueue, changedQueueKeys, changedQueueTexts},
		{"sessions", foldedSessions, changedSessionKeys, changedSessionTexts},
		{"limiter", foldedLimiter, changedLimiterKeys, nil},
		{"events", foldedEvents, changedEventKeys, changedEventTexts},
		{"signing", foldedSigningKeys, changedSigningKeyKeys, changedSigningKeyTexts},
	}
	var faults []Fault
	for _, p := range parts {
		add := func(name, id string, store func(port.Store) port.Store) {
			faults = append(faults, Fault{Name: name + "/" + p.name, Turns: []string{p.name + "/" + id}, Store: store})
		}
		add("key-padded", "keys/trailing-space-differs", p.fold(func(s string) string { return strings.TrimRight(s, " ") }))
		add("key-case-folded", "keys/case-differs", p.fold(strings.ToLower))
		add("key-accent-folded", "keys/accents-differ", p.fold(func(s string) string { return strings.ReplaceAll(s, "\u00e9", "e") }))
		add("key-normalised", "keys/normal-forms-differ", p.fold(func(s string) string { return strings.ReplaceAll(s, "e\u0301", "\u00e9") }))
		add("key-three-byte-utf8", "keys/four-byte-runes", p.fold(threeByteRunes))
		add("key-cut", "keys/too-long-is-invalid", p.keys(func(s string) string { return s[:min(len(s), port.MaxKeyBytes)] }))
		add("key-nul-dropped", "keys/nul-is-invalid", p.keys(withoutNUL))
		add("key-utf8-mended", "keys/broken-utf8-is-invalid", p.keys(validUTF8))
		add("key-column-too-short", "keys/longest-fits", p.keys(func(s string) string {
			if len(s) == port.MaxKeyBytes {
				return s + "x"
			}
			return s
		}))
		if p.texts != nil {
			add("text-nul-dropped", "texts/nul-is-invalid", p.texts(withoutNUL))
			add("text-utf8-mended", "texts/broken-utf8-is-invalid", p.texts(validUTF8))
		}
	}
	return faults
}

func withoutNUL(s string) string { return strings.ReplaceAll(s, "\x00", "") }

func validUTF8(s string) string { return strings.ToValidUTF8(s, "?") }

// folding takes keys that are the same under fold for one another. It is how a collation
// compares: what is stored keeps its spelling.
type folding struct {
	fold func(string) string
	seen memo[string, string]
}

// known returns the spelling in which key is stored already, or key.
func (f *folding) known(key string) string {
	if spelling, ok := f.seen.get(f.fold(key)); ok {
		return spelling
	}
	return key
}

// store returns known(key), and remembers key.
func (f *folding) store(key string) string {
	spelling := f.known(key)
	f.seen.set(f.fold(key), spelling)
	return spelling
}

func foldedUsers(fold func(string) string) func(port.Store) port.Store {
	return inUsers(func(inner port.Users) users {
		f := &folding{fold: fold}
		return users{
			Users: inner,
			create: func(ctx context.Context, u domain.User) error {
				u.ID = domain.UserID(f.store(string(u.ID)))
				return inner.Create(ctx, u)
			},
			byID: func(ctx context.Context, id domain.UserID) (domain.User, error) {
				return inner.ByID(ctx, domain.UserID(f.known(string(id))))
			},
		}
	})
}

func changedUserKeys(change func(string) string) func(port.Store) port.Store {
	return created(func(u *domain.User) { u.ID = domain.UserID(change(string(u.ID))) })
}

func changedUserTexts(change func(string) string) func(port.Store) port.Store {
	return created(func(u *domain.User) { u.FirstName = change(u.FirstName) })
}

func foldedRoles(fold func(string) string) func(port.Store) port.Store {
	return inRoles(func(inner port.Roles) roles {
		f := &folding{fold: fold}
		return roles{
			Roles: inner,
			create: func(ctx context.Context, r domain.Role) error {
				r.ID = domain.RoleID(f.store(string(r.ID)))
				return inner.Create(ctx, r)
			},
			byID: func(ctx context.Context, id domain.RoleID) (domain.Role, error) {
				return inner.ByID(ctx, domain.RoleID(f.known(string(id))))
			},
		}
	})
}

func changedRoles(change func(r *domain.Role)) func(port.Store) port.Store {
	return inRoles(func(inner port.Roles) roles {
		return roles{Roles: inner, create: func(ctx context.Context, r domain.Role) error {
			change(&r)
			return inner.Create(ctx, r)
		}}
	})
}

func changedRoleKeys(change func(string) string) func(port.Store) port.Store {
	return changedRoles(func(r *domain.Role) { r.ID = domain.RoleID(change(string(r.ID))) })
}

func changedRoleTexts(change func(string) string) func(port.Store) port.Store {
	return changedRoles(func(r *domain.Role) { r.Name = change(r.Name) })
}

func foldedSessions(fold func(string) string) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		f := &folding{fold: fold}
		return sessions{
			Sessions: inner,
			create: func(ctx context.Context, s domain.Session) error {
				s.ID = domain.SessionID(f.store(string(s.ID)))
				return inner.Create(ctx, s)
			},
			get: func(ctx context.Context, id domain.SessionID, now time.Time) (domain.Session, error) {
				return inner.Get(ctx, domain.SessionID(f.known(string(id))), now)
			},
		}
	})
}

func changedSessions(change func(s *domain.Session)) func(port.Store) port.Store {
	return inSessions(func(inner port.Sessions) sessions {
		return sessions{Sessions: inner, create: func(ctx context.Context, s domain.Session) error {
			change(&s)
			return inner.Create(ctx, s)
		}}
	})
}

func changedSessionKeys(change func(string) string) func(port.Store) port.Store {
	return changedSessions(func(s *domain.Session) { s.ID = domain.SessionID(change(string(s.ID))) })
}

func changedSessionTexts(change func(string) string) func(port.Store) port.Store {
	return changedSessions(func(s *domain.Session) { s.Client.UserAgent = change(s.Client.UserAgent) })
}

func foldedTokens(fold func(string) string) func(port.Store) port.Store {
	return inTokens(func(inner port.OneTimeTokens) oneTimeTokens {
		f := &folding{fold: fold}
		return oneTimeTokens{
			put: func(ctx context.Context, t domain.OneTimeToken) error {
				t.Purpose = domain.Purpose(f.store(string(t.Purpose)))
				return inner.Put(ctx, t)
			},
			get: func(ctx context.Context, p domain.Purpose, h domain.SecretHash, now time.Time) (domain.OneTimeToken, error) {
				return inner.Get(ctx, domain.Purpose(f.known(string(p))), h, now)
			},
		}
	})
}

func changedTokenKeys(change func(string) string) func(port.Store) port.Store {
	return putTokens(func(t *domain.OneTimeToken) { t.Purpose = domain.Purpose(change(string(t.Purpose))) })
}

func foldedQueue(fold func(string) string) func(port.Store) port.Store {
	return inQueue(func(inner port.MailQueue) mailQueue {
		f := &folding{fold: fold}
		return mailQueue{put: func(ctx context.Context, l domain.Letter) error {
			l.ID = f.store(l.ID)
			return inner.Put(ctx, l)
		}}
	})
}

func changedQueueKeys(change func(string) string) func(port.Store) port.Store {
	return putLetters(func(l *domain.Letter) { l.ID = change(l.ID) })
}

func changedQueueTexts(change func(string) string) func(port.Store) port.Store {
	return putLetters(func(l *domain.Letter) { l.Client.UserAgent = change(l.Client.UserAgent) })
}

func foldedLimiter(fold func(string) string) func(port.Store) port.Store {
	return inLimiter(func(inner port.RateLimiter) limiter {
		f := &folding{fold: fold}
		return limiter{RateLimiter: inner, take: func(ctx context.Context, key string, l port.Limit, now time.Time) (time.Duration, error) {
			return inner.Take(ctx, f.store(key), l, now)
		}}
	})
}

func changedLimiterKeys(change func(string) string) func(port.Store) port.Store {
	return taking(func(ctx context.Context, inner port.RateLimiter, key string, l port.Limit, now time.Time) (time.Duration, error) {
		return inner.Take(ctx, change(key), l, now)
	})
}

func foldedEvents(fold func(string) string) func(port.Store) port.Store {
	return inEvents(func(inner port.Events) events {
		f := &folding{fold: fold}
		return events{Events: inner, record: func(ctx context.Context, e domain.Event) error {
			e.ID = f.store(e.ID)
			return inner.Record(ctx, e)
		}}
	})
}

func changedEventKeys(change func(string) string) func(port.Store) port.Store {
	return recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
		e.ID = change(e.ID)
		return inner.Record(ctx, e)
	})
}

func changedEventTexts(change func(string) string) func(port.Store) port.Store {
	return recorded(func(ctx context.Context, inner port.Events, e domain.Event) error {
		e.Client.Origin = change(e.Client.Origin)
		return inner.Record(ctx, e)
	})
}

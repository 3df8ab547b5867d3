package auth

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// trail is where what happens is recorded.
type trail struct {
	events port.Events
	clock  port.Clock
	log    *slog.Logger
}

func (s *Service) trail() trail { return trail{s.Events, s.Clock, s.Log} }

// record keeps an event: see trail.record.
func (s *Service) record(ctx context.Context, e domain.Event) { s.trail().record(ctx, e) }

// record keeps an event of what has happened in the audit trail and in the log. It comes after
// the commit of that, so that the trail says nothing that was undone, and it outlives the
// caller, who could keep it out by hanging up. A trail that is down must not lock everybody
// out, so its failure is logged and no more: the line before has all that is missing.
func (t trail) record(ctx context.Context, e domain.Event) {
	e.At = t.clock.Now()
	e.ID = domain.NewUUID(e.At)
	e.Client = e.Client.Bounded()
	t.logEvent(ctx, slog.LevelInfo, e)
	err := t.events.Record(ctx, e)
	if err != nil && ctx.Err() != nil {
		settled, cancel := settling(ctx)
		defer cancel()
		err = t.events.Record(settled, e)
		if errors.Is(err, port.ErrConflict) {
			err = nil // it was kept at the first time
		}
	}
	if err != nil {
		t.log.ErrorContext(ctx, "an event is missing from the audit trail", "id", e.ID, "event", e.Kind, "error", err)
	}
}

// recordUnknown is for a change that the store was asked for, and of which nobody knows whether
// it has come about. The store is not asked for more at such a moment: the log has it.
func (s *Service) recordUnknown(ctx context.Context, e domain.Event) {
	e.At = s.Clock.Now()
	e.Outcome = domain.OutcomeUnknown
	e.Client = e.Client.Bounded()
	s.trail().logEvent(ctx, slog.LevelWarn, e)
}

func (t trail) logEvent(ctx context.Context, level slog.Level, e domain.Event) {
	t.log.Log(ctx, level, "audit",
		"event", e.Kind, "outcome", e.Outcome,
		"actor", e.Actor, "subject", e.Subject,
		"ip", e.Client.IP, "user_agent", e.Client.UserAgent, "id", e.ID)
}

// kindsOfChange returns the events of a change of an account, each worth looking for by itself.
func kindsOfChange(before, after domain.User) []string {
	hadToken, hasToken := before.StaticToken != nil, after.StaticToken != nil
	var kinds []string
	for _, one := range []struct {
		kind      string
		isOneOfIt bool
	}{
		{domain.EventPasswordChanged, after.Password != before.Password},
		{domain.EventEmailChanged, after.Email != before.Email},
		{domain.EventStatusChanged, after.Status != before.Status},
		{domain.EventRoleChanged, after.Role != before.Role},
		{domain.EventTokenSet, hasToken && (!hadToken || *after.StaticToken != *before.StaticToken)},
		{domain.EventTokenRemoved, hadToken && !hasToken},
		{domain.EventTFAEnabled, before.TOTP == nil && after.TOTP != nil},
		{domain.EventTFADisabled, before.TOTP != nil && after.TOTP == nil},
	} {
		if one.isOneOfIt {
			kinds = append(kinds, one.kind)
		}
	}
	return kinds
}

// recordDoubt records changes of accounts that ended in an error from which nobody can tell
// whether they have come about.
func (s *Service) recordDoubt(ctx context.Context, by author, pairs []accountPair, err error) {
	if isNotFound(err) || errors.Is(err, errLastAdministrator) || errors.Is(err, errNothingAsked) {
		return
	}
	for _, pair := range pairs {
		kinds := kindsOfChange(pair.before, pair.after)
		if by.kind != "" {
			kinds = append(kinds, by.kind)
		}
		for _, kind := range kinds {
			s.recordUnknown(ctx, domain.Event{Kind: kind, Actor: by.actor, Subject: pair.before.ID, Client: by.from})
		}
	}
}

// maxNoted bounds how many limits are remembered as reached.
const maxNoted = 1000

// notedLimits are the limits that were reached a moment ago, so that each is an event once and
// not as often as strangers are turned away. The zero value is ready for use, and safe for
// concurrent use.
type notedLimits struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// isNew reports whether the limit of that key is not noted yet, and notes it until then. Where
// too many are noted it is false: the log still has a line of every refusal.
func (n *notedLimits) isNew(key string, now, until time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Before(n.until[key]) {
		return false
	}
	if len(n.until) >= maxNoted {
		for other, end := range n.until {
			if !now.Before(end) {
				delete(n.until, other)
			}
		}
	}
	if len(n.until) >= maxNoted {
		return false
	}
	if n.until == nil {
		n.until = map[string]time.Time{}
	}
	n.until[key] = until
	return true
}

// recordLimit records that a limit has been reached, once for the time in which it gives back
// all attempts. Nobody has looked whose account it is about.
func (s *Service) recordLimit(ctx context.Context, kind string, reached bucket, from domain.Client) {
	now := s.Clock.Now()
	window := reached.limit.Every * time.Duration(reached.limit.Burst)
	if s.limitsReached.isNew(reached.key, now, now.Add(window)) {
		s.record(ctx, domain.Event{Kind: kind, Outcome: domain.OutcomeFailure, Client: from})
	}
}

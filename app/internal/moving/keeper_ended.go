package moving

import (
	"context"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// endings are the kinds of events with which a session ends whose account stays as it is.
func endings() []string {
	return []string{domain.EventLogout, domain.EventSessionsEnded, domain.EventRefreshReuse}
}

// isInUse reports whether sessions of the account may have ended here since it was made here: it
// was seen, or the audit trail says so. Who logs out with what they brought along is not seen.
func (k *keeper) isInUse(ctx context.Context, id domain.UserID) (bool, error) {
	if !k.here[id] || k.inUse[id] {
		return k.inUse[id], nil
	}
	made, _, err := k.latest(ctx, domain.EventUserCreated, id)
	if err != nil {
		return false, err
	}
	for _, kind := range endings() {
		at, found, err := k.latest(ctx, kind, id)
		if err != nil {
			return false, err
		}
		if found && !at.Before(made) {
			k.inUse[id] = true
			return true, nil
		}
	}
	return false, nil
}

// latest returns when the last event of the kind was that is about the account.
func (k *keeper) latest(ctx context.Context, kind string, id domain.UserID) (at time.Time, found bool, err error) {
	events, err := k.Events.Latest(ctx, port.EventFilter{Kind: kind, User: id}, 0, 1)
	if err != nil || len(events) == 0 {
		return time.Time{}, false, err
	}
	return events[0].At, true, nil
}

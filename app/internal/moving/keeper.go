package moving

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// keeper stores what comes in, one thing at a time, after having looked at it. In a dry run it
// remembers what it would have stored instead.
type keeper struct {
	Place
	options     Options
	summary     Summary
	roles       map[domain.RoleID]bool
	permissions map[domain.PermissionID]bool
	met         map[domain.SecretHash]bool // keys that came up already
	epochs      map[domain.UserID]int64    // of the accounts that a dry run would have stored
	here        map[domain.UserID]bool     // accounts that were there already
	inUse       map[domain.UserID]bool     // those of them that were seen here later than where they come from
}

func newKeeper(ctx context.Context, p Place, o Options) (*keeper, error) {
	k := &keeper{
		Place: p, options: o, summary: Summary{},
		roles: map[domain.RoleID]bool{}, permissions: map[domain.PermissionID]bool{},
		met: map[domain.SecretHash]bool{}, epochs: map[domain.UserID]int64{}, here: map[domain.UserID]bool{}, inUse: map[domain.UserID]bool{},
	}
	roles, err := p.Repos.Roles.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		k.roles[r.ID] = true
	}
	permissions, err := p.Repos.Permissions.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range permissions {
		k.permissions[one.ID] = true
	}
	return k, nil
}

// settle counts what became of a thing, and tells of a refusal. Any other error it returns.
func (k *keeper) settle(line int, kind Kind, name string, f fate, err error) error {
	count := k.summary[kind]
	why, isRefusal := errors.AsType[refusal](err)
	end, isOver := errors.AsType[over](err)
	switch {
	case isOver:
		count.Over++
		k.options.Tell(Note{line, kind, name, string(end), true})
	case isRefusal:
		count.LeftOut++
		k.options.Tell(Note{line, kind, name, string(why), true})
	case err != nil:
		return err
	case f == present:
		count.Present++
	default:
		count.Stored++
	}
	k.summary[kind] = count
	return nil
}

// isNew reports whether the key of that kind comes up for the first time, and remembers it.
// Keys are kept hashed, since all of them are held.
func (k *keeper) isNew(kind, key string) bool {
	h := domain.HashSecret(kind + "\x00" + key)
	if k.met[h] {
		return false
	}
	k.met[h] = true
	return true
}

func (k *keeper) role(ctx context.Context, r domain.Role) (fate, error) {
	switch {
	case !isUUID(string(r.ID)):
		return 0, refusal("its ID is no UUID")
	case port.CheckRole(r) != nil:
		return 0, refusal("it holds text that cannot be kept")
	case k.roles[r.ID]:
		return present, nil
	}
	if !k.options.DryRun {
		if err := k.Repos.Roles.Create(ctx, r); errors.Is(err, port.ErrConflict) {
			return present, nil
		} else if err != nil {
			return 0, err
		}
	}
	k.roles[r.ID] = true
	return stored, nil
}

func (k *keeper) permission(ctx context.Context, p domain.Permission) (fate, error) {
	if !isUUID(string(p.ID)) {
		return 0, refusal("its ID is no UUID")
	}
	if k.permissions[p.ID] {
		return present, nil
	}
	failure, isFailure := errors.AsType[*domain.Error](domain.CheckPermission(p))
	switch {
	case isFailure:
		return 0, refusal(failure.Reason)
	case port.CheckPermission(p) != nil:
		return 0, refusal("it holds text that cannot be kept")
	case p.Role != domain.PublicRole && !k.roles[p.Role]:
		return 0, refusal("its role is not here")
	case len(k.permissions) >= domain.MaxPermissions:
		return 0, refuse("there are %d already, which is the most there may be", domain.MaxPermissions)
	}
	if !k.options.DryRun {
		if err := k.Repos.Permissions.Create(ctx, p); errors.Is(err, port.ErrConflict) {
			return present, nil
		} else if err != nil {
			return 0, err
		}
	}
	k.permissions[p.ID] = true
	return stored, nil
}

func (k *keeper) signingKey(ctx context.Context, key domain.SigningKey) (fate, error) {
	if port.CheckSigningKey(key) != nil {
		return 0, refusal("it holds text that cannot be kept")
	}
	list, err := k.SigningKeys.List(ctx)
	if err != nil {
		return 0, err
	}
	for _, one := range list {
		switch {
		case one.ID == key.ID:
			return present, nil
		case one.Algorithm == key.Algorithm && one.Number == key.Number:
			return 0, refusal("the service here has made one of its own in its place; tokens that the moved one signed are refused, and their sessions go on")
		}
	}
	if !k.Seals.OpensSigningKey(key) {
		return 0, refusal("it is sealed under another DATA_KEY; name that in DATA_KEY_PREVIOUS")
	}
	if k.options.DryRun {
		return stored, nil
	}
	return stored, k.SigningKeys.Create(ctx, key)
}

// session stores a session unless it is there. It brings none back that may have ended here since
// an earlier run.
func (k *keeper) session(ctx context.Context, s domain.Session) (fate, error) {
	now := k.Clock.Now()
	switch {
	case s.ID == "" || port.CheckSession(s) != nil:
		return 0, refusal("it holds text that cannot be kept")
	case !s.Mode.Valid() && s.Mode != domain.ModeImported:
		return 0, refusal("its mode is none")
	case s.Generation < 0:
		return 0, refusal("its generation is below zero")
	case !s.LiveAt(now):
		return 0, over("it is over")
	}
	epoch, err := k.epochOf(ctx, s.UserID)
	if err != nil {
		return 0, err
	}
	if epoch != s.Epoch {
		return 0, over("a change of its account here has ended it")
	}
	_, err = k.Sessions.Get(ctx, s.ID, now)
	switch {
	case err == nil:
		return present, nil
	case !errors.Is(err, port.ErrNotFound):
		return 0, err
	}
	if inUse, err := k.isInUse(ctx, s.UserID); err != nil {
		return 0, err
	} else if inUse {
		return 0, over("its account is in use here already, and it may have ended here")
	}
	if k.options.DryRun {
		if !k.isNew("session", string(s.ID)) {
			return present, nil
		}
		return stored, nil
	}
	if err := k.Sessions.Create(ctx, s); errors.Is(err, port.ErrConflict) {
		return present, nil
	} else if err != nil {
		return 0, err
	}
	return stored, nil
}

// epochOf returns the epoch of an account that is here, or would be after a dry run.
func (k *keeper) epochOf(ctx context.Context, id domain.UserID) (int64, error) {
	if epoch, ok := k.epochs[id]; ok {
		return epoch, nil
	}
	u, err := k.Repos.Users.ByID(ctx, id)
	if errors.Is(err, port.ErrNotFound) {
		return 0, refusal("its account is not here")
	}
	return u.Epoch, err
}

func (k *keeper) event(ctx context.Context, e domain.Event) (fate, error) {
	switch {
	case !isUUID(e.ID):
		return 0, refusal("its ID is no UUID")
	case e.At.IsZero() || e.Kind == "" || e.Outcome == "":
		return 0, refusal("it has no time, kind or outcome")
	case port.CheckEvent(e) != nil || e.Client != e.Client.Bounded():
		return 0, refusal("it holds text that cannot be kept")
	case k.options.DryRun:
		return k.pretendEvent(ctx, e.ID)
	}
	if err := k.Events.Record(ctx, e); errors.Is(err, port.ErrConflict) {
		return present, nil
	} else if err != nil {
		return 0, err
	}
	return stored, nil
}

// pretendEvent looks for the event among those whose IDs differ in the last digit at most.
func (k *keeper) pretendEvent(ctx context.Context, id string) (fate, error) {
	const digits = 16
	list, err := k.Events.List(ctx, id[:len(id)-1], digits)
	if err != nil {
		return 0, err
	}
	if slices.ContainsFunc(list, func(e domain.Event) bool { return e.ID == id }) {
		return present, nil
	}
	return stored, nil
}

// interrupted says how far a move has come that ended early.
func interrupted(what string, line int, err error) error {
	if line == 0 {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: it ended at line %d, and can be run again: %w", what, line, err)
}

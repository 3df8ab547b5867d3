package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// updateTries bounds how often a change of accounts begins anew because another change of
// one of them came first.
const updateTries = 4

// author is who changes accounts, and from where.
type author struct {
	actor domain.UserID // empty: an operator of the service
	from  domain.Client

	// kind is of the event that is recorded of each account, besides those of a new password
	// and a new address; empty: none.
	kind string
}

// accountChange is what becomes of one account.
type accountChange struct {
	seen domain.User // as it was last read

	// apply returns what the change makes of the account, as it stands when it is stored, or
	// errRemoved to remove it.
	apply func(domain.User) (domain.User, error)
}

// errRemoved is what a change says that removes the account.
var errRemoved = errors.New("the account is to be removed")

// errNothingAsked says that a change failed before anything was asked to be written.
var errNothingAsked = errors.New("nothing was written")

// accountPair is an account before and after a change. What is removed is after it as before.
type accountPair struct {
	before, after domain.User
	isRemoved     bool
}

// changeAccount changes one account: see changeAccounts.
func (s *Service) changeAccount(ctx context.Context, by author, change accountChange) (after domain.User, err error) {
	changed, err := s.changeAccounts(ctx, by, []accountChange{change})
	if err != nil {
		return domain.User{}, err
	}
	return changed[0], nil
}

// changeAccounts is the way in which accounts are changed, all of them or none: from what was
// seen of them or, where another change came first, from what is stored then. A new password
// or address, and a status that shuts out, raise the epoch, which ends every session and voids
// every reset token at this commit; owners are told of the first two. A role that
// administrates keeps an active account. It returns the accounts as stored, in the order of
// changes, which name each account once.
func (s *Service) changeAccounts(ctx context.Context, by author, changes []accountChange) ([]domain.User, error) {
	changes = slices.Clone(changes)
	for range updateTries {
		pairs, err := applied(changes)
		if err != nil {
			return nil, err
		}
		stored, at, err := s.storeAll(ctx, pairs, by.from)
		switch {
		case err == nil:
			return s.changed(ctx, by, stored), nil
		case isAnswer(err):
			return nil, domain.OfElement(err, at, len(pairs))
		case errors.Is(err, port.ErrConflict):
			users := make([]domain.User, len(pairs))
			for i, pair := range pairs {
				users[i] = pair.after
			}
			return nil, s.taken(ctx, users, at, err)
		case !errors.Is(err, port.ErrStale):
			s.recordDoubt(ctx, by, pairs, err)
			return nil, refusedChange(by, pairs[at].before.ID, err)
		}
		for i := range changes {
			seen, err := s.Repos.Users.ByID(ctx, changes[i].seen.ID)
			if err != nil {
				return nil, domain.OfElement(refusedChange(by, changes[i].seen.ID, err), i, len(changes))
			}
			changes[i].seen = seen
		}
	}
	return nil, unavailable(errors.New("change account: others keep changing it"))
}

// applied returns what the changes would make of the accounts.
func applied(changes []accountChange) ([]accountPair, error) {
	pairs := make([]accountPair, len(changes))
	for i, change := range changes {
		pairs[i] = accountPair{before: change.seen, after: change.seen}
		after, err := change.apply(change.seen)
		if errors.Is(err, errRemoved) {
			pairs[i].isRemoved = true
			continue
		}
		if err != nil {
			return nil, domain.OfElement(err, i, len(changes))
		}
		pairs[i].after = withEpoch(change.seen, after)
	}
	return pairs, nil
}

// withEpoch returns after with a raised epoch if the change is one that ends sessions.
func withEpoch(before, after domain.User) domain.User {
	isShutOut := after.Status != domain.StatusActive && after.Status != before.Status
	if after.Password != before.Password || after.Email != before.Email || isShutOut {
		after.Epoch++
	}
	return after
}

// storeAll puts each account after the change in the place of that before, and returns the
// pairs as stored. A role that an account is given is there at that moment, and one that
// administrates and that an active account leaves keeps another. On an error it returns which
// of the pairs it was at.
func (s *Service) storeAll(ctx context.Context, pairs []accountPair, from domain.Client) (stored []accountPair, at int, err error) {
	left, given := leftRoles(pairs), givenRoles(pairs)
	if len(pairs) == 1 && !pairs[0].isRemoved && len(left)+len(given) == 0 && len(s.notices(pairs[0].before, pairs[0].after, from)) == 0 {
		pair, err := s.storeIn(ctx, s.Repos, pairs[0], from) // one write needs no transaction
		return []accountPair{pair}, 0, err
	}
	order := lockingOrder(pairs)
	stored = make([]accountPair, len(pairs))
	isAsked := false
	err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		at = order[0]
		missing, err := reserveRoles(ctx, r.Roles, left, given)
		if err != nil {
			at = max(slices.IndexFunc(pairs, func(pair accountPair) bool { return pair.isGivenRole() && pair.after.Role == missing }), 0)
			return err
		}
		administrating, err := whichAdministrate(ctx, r.Roles, left)
		if err != nil {
			return err
		}
		isAsked = true
		for _, at = range order {
			var err error
			if stored[at], err = s.storeIn(ctx, r, pairs[at], from); err != nil {
				return err
			}
		}
		return keepAdministrators(ctx, r.Users, administrating)
	})
	if err != nil && !isAsked && !isAnswer(err) {
		err = fmt.Errorf("%w: %w", errNothingAsked, err)
	}
	return stored, at, err
}

// lockingOrder returns the places of the pairs by the IDs of their accounts, so that of two
// who change the same accounts neither waits for the other.
func lockingOrder(pairs []accountPair) []int {
	order := make([]int, len(pairs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return strings.Compare(string(pairs[a].before.ID), string(pairs[b].before.ID))
	})
	return order
}

// storeIn stores one account, queues the letters about that, and returns the pair as stored.
func (s *Service) storeIn(ctx context.Context, r port.Repos, pair accountPair, from domain.Client) (accountPair, error) {
	if pair.isRemoved {
		return pair, removeIn(ctx, r, pair.before)
	}
	letters := s.notices(pair.before, pair.after, from)
	var err error
	if pair.after, err = r.Users.Update(ctx, pair.after); err != nil {
		return accountPair{}, err
	}
	return pair, queue(ctx, r.MailQueue, letters)
}

// removeIn removes the account and what is linked to it, so that who it was may be linked anew.
func removeIn(ctx context.Context, r port.Repos, user domain.User) error {
	if err := r.Users.Delete(ctx, user.ID, user.Version); err != nil {
		return err
	}
	_, err := unlinkAllIn(ctx, r, user.ID)
	return err
}

// unlinkAllIn unlinks every identity of the user, and returns them.
func unlinkAllIn(ctx context.Context, r port.Repos, id domain.UserID) ([]domain.Identity, error) {
	linked, err := r.Identities.OfUser(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, i := range linked {
		if err := r.Identities.Unlink(ctx, i.Provider, i.Subject); err != nil {
			return nil, err
		}
	}
	return linked, nil
}

// changed does what follows from a change that is stored, and returns the accounts.
func (s *Service) changed(ctx context.Context, by author, pairs []accountPair) []domain.User {
	users := make([]domain.User, len(pairs))
	for i, pair := range pairs {
		users[i] = pair.after
		id := pair.before.ID
		if pair.isRemoved || pair.after.Epoch != pair.before.Epoch {
			s.endSessions(ctx, id)
		}
		if by.kind != "" {
			s.recordChange(ctx, by, by.kind, id)
		}
		for _, kind := range kindsOfChange(pair.before, pair.after) {
			s.recordChange(ctx, by, kind, id)
		}
	}
	return users
}

func (s *Service) recordChange(ctx context.Context, by author, kind string, subject domain.UserID) {
	s.record(ctx, domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess, Actor: by.actor, Subject: subject, Client: by.from})
}

// endSessions removes sessions that a raised epoch, or the end of the account, has ended
// already, so that a failure here leaves nothing open.
func (s *Service) endSessions(ctx context.Context, id domain.UserID) {
	if err := s.Sessions.DeleteUser(ctx, id, ""); err != nil {
		s.Log.WarnContext(ctx, "ended sessions were not removed", "user", id, "error", err)
	}
}

// refusedChange gives the answer to a change of the account that did not come about.
func refusedChange(by author, id domain.UserID, err error) error {
	switch {
	case errors.Is(err, errLastAdministrator):
		e := domain.NewError(domain.UnprocessableContent, err)
		e.Message = "You can't remove the last admin user from the role."
		return e
	case isNotFound(err) && by.actor == id:
		return invalidCredentials(nil) // what let the caller in is over
	case isNotFound(err):
		return forbidden(err)
	}
	return unavailable(fmt.Errorf("change account: %w", err))
}

// taken says which value of the account at that place another has, one of those that are stored
// with it or one that is there: its address, or the static token that an administrator gave to
// it, and, of several, which account that is. asker.told keeps it from who may not know.
func (s *Service) taken(ctx context.Context, users []domain.User, at int, cause error) error {
	token := users[at].StaticToken
	if token == nil {
		return domain.OfElement(notUnique("email", cause), at, len(users))
	}
	for i, other := range users {
		if i != at && other.StaticToken != nil && *other.StaticToken == *token {
			return domain.OfElement(notUnique("token", cause), at, len(users))
		}
	}
	owner, err := s.Repos.Users.ByStaticToken(ctx, *token)
	if err == nil && owner.ID != users[at].ID {
		return domain.OfElement(notUnique("token", cause), at, len(users))
	}
	return domain.OfElement(notUnique("email", cause), at, len(users))
}

func notUnique(field string, cause error) error {
	e := domain.NewError(domain.RecordNotUnique, cause)
	e.Message = fmt.Sprintf(`Value for field %q in collection "directus_users" has to be unique.`, field)
	e.Field = field
	return e
}

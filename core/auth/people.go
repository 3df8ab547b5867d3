package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxListedAccounts is how many accounts ListAccounts returns at most.
const MaxListedAccounts = 1000

// MaxChangedAccounts is how many accounts are made, changed or removed at once at most, since
// the caller waits.
const MaxChangedAccounts = 50

// MaxChangedPasswords is how many of them are given a password at once at most: each costs a
// hash, all of which have to be made before the caller gives up.
const MaxChangedPasswords = 10

// ListAccounts implements PeopleAPI.
func (s *Service) ListAccounts(ctx context.Context, p Principal, q port.UserQuery) ([]Account, error) {
	a, err := s.whoFinds(ctx, p, q.UserFilter, q.Sort)
	if err != nil {
		return nil, err
	}
	q.Limit = min(q.Limit, MaxListedAccounts)
	users, err := s.usersFor(ctx, a, q)
	if err != nil {
		return nil, refusedQuery(err)
	}
	accounts := make([]Account, len(users))
	for i, u := range users {
		if accounts[i], err = a.listedFor(u); err != nil {
			return nil, err
		}
	}
	return accounts, nil
}

// whoFinds returns who asks for accounts, if it may do so by that filter in that order.
func (s *Service) whoFinds(ctx context.Context, p Principal, f port.UserFilter, sort []port.UserOrder) (asker, error) {
	a, err := s.who(ctx, p, domain.CollectionUsers, domain.ActionRead)
	if err != nil || port.CheckUserQuery(port.UserQuery{UserFilter: f, Sort: sort}) != nil {
		return a, err // what no field can hold is refused by the store
	}
	names := askedBy(f)
	for _, by := range sort {
		names = append(names, string(by.Field))
	}
	return a, a.mayAskBy(domain.CollectionUsers, names...)
}

// CountAccounts implements PeopleAPI.
func (s *Service) CountAccounts(ctx context.Context, p Principal, f port.UserFilter) (int, error) {
	a, err := s.whoFinds(ctx, p, f, nil)
	if err != nil {
		return 0, err
	}
	n, err := s.countFor(ctx, a, f)
	if err != nil {
		return 0, refusedQuery(err)
	}
	return n, nil
}

func refusedQuery(err error) error {
	if errors.Is(err, errTooMany) {
		return domain.InvalidQueryError("Too many users would have to be looked at. Filter them further")
	}
	if errors.Is(err, port.ErrInvalid) {
		return domain.InvalidQueryError("Users are not found or sorted by that")
	}
	return unavailable(fmt.Errorf("find accounts: %w", err))
}

// ReadAccount implements PeopleAPI.
func (s *Service) ReadAccount(ctx context.Context, p Principal, id domain.UserID) (Account, error) {
	if !p.Anonymous() && id == p.User.ID {
		return OwnAccount(p.User), nil
	}
	a, err := s.who(ctx, p, domain.CollectionUsers, domain.ActionRead)
	if err != nil {
		return Account{}, err
	}
	user, err := s.findUser(ctx, id)
	if err != nil {
		return Account{}, err
	}
	return a.seenBy(user)
}

// CreateAccount implements PeopleAPI.
func (s *Service) CreateAccount(ctx context.Context, p Principal, patch AccountPatch, from domain.Client) (Account, error) {
	users, err := s.CreateAccounts(ctx, p, []AccountPatch{patch}, from)
	if err != nil {
		return Account{}, err
	}
	return users[0], nil
}

// CreateAccounts implements PeopleAPI.
func (s *Service) CreateAccounts(ctx context.Context, p Principal, patches []AccountPatch, from domain.Client) ([]Account, error) {
	a, err := s.who(ctx, p, domain.CollectionUsers, domain.ActionCreate)
	if err != nil {
		return nil, err
	}
	if err := checkCount(len(patches)); err != nil {
		return nil, err
	}
	if err := checkPasswordCount(patches); err != nil {
		return nil, err
	}
	users := make([]domain.User, len(patches))
	for i, patch := range patches {
		if err := a.mayName(domain.ActionCreate, patch); err != nil {
			return nil, err
		}
		if users[i], err = s.newAccount(ctx, a, patch); err != nil {
			return nil, domain.OfElement(err, i, len(patches))
		}
		if err := s.mayWrite(ctx, a, domain.ActionCreate, patch, nil, users[i]); err != nil {
			return nil, err
		}
	}
	if !a.access.IsAdmin() {
		if err := s.beginJoining(ctx, a, len(patches), from); err != nil {
			return nil, err
		}
	}
	for i, patch := range patches { // when all that is cheap to refuse has been
		if users[i].Password, err = s.newPassword(ctx, patch, users[i]); err != nil {
			return nil, domain.OfElement(err, i, len(patches))
		}
	}
	at, err := s.createAll(ctx, users)
	switch {
	case errors.Is(err, port.ErrConflict):
		return nil, a.told(s.taken(ctx, users, at, err))
	case isAnswer(err):
		return nil, domain.OfElement(err, at, len(users))
	case err != nil && !s.exists(ctx, users[0].ID): // with which all others are, too
		for _, user := range users {
			s.recordUnknown(ctx, domain.Event{Kind: domain.EventUserCreated, Actor: p.User.ID, Subject: user.ID, Client: from})
		}
		return nil, unavailable(fmt.Errorf("create account: %w", err))
	}
	by := author{actor: p.User.ID, from: from}
	for _, user := range users {
		s.recordChange(ctx, by, domain.EventUserCreated, user.ID)
		plain := domain.User{Email: user.Email, Password: user.Password, Status: user.Status}
		for _, kind := range kindsOfChange(plain, user) {
			s.recordChange(ctx, by, kind, user.ID)
		}
	}
	return a.afterChange(users), nil
}

// newAccount returns the account that the asker's patch describes, without a password.
func (s *Service) newAccount(ctx context.Context, a asker, patch AccountPatch) (domain.User, error) {
	if patch.Email == nil {
		return domain.User{}, domain.InvalidPayloadError("email", `"email" is required`)
	}
	now := s.Clock.Now()
	return s.patched(ctx, a, patch, domain.User{
		ID:        domain.UserID(domain.NewUUID(now)),
		Status:    domain.StatusActive,
		CreatedAt: now,
		Version:   1,
	})
}

// createAll stores the accounts, all of them or none, in roles that are there at that moment. On
// an error it returns which of them it was at.
func (s *Service) createAll(ctx context.Context, users []domain.User) (at int, err error) {
	var given []domain.RoleID
	for _, user := range users {
		if user.Role != "" {
			given = append(given, user.Role)
		}
	}
	if len(users) == 1 && len(given) == 0 {
		return 0, s.Repos.Users.Create(ctx, users[0])
	}
	err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		at = 0
		if missing, err := reserveRoles(ctx, r.Roles, nil, given); err != nil {
			at = max(slices.IndexFunc(users, func(user domain.User) bool { return missing != "" && user.Role == missing }), 0)
			return err
		}
		var user domain.User
		for at, user = range users {
			if err := r.Users.Create(ctx, user); err != nil {
				return err
			}
		}
		return nil
	})
	return at, err
}

// UpdateAccount implements PeopleAPI.
func (s *Service) UpdateAccount(ctx context.Context, p Principal, id domain.UserID, patch AccountPatch, from domain.Client) (Account, error) {
	users, err := s.UpdateAccounts(ctx, p, []AccountUpdate{{id, patch}}, from)
	if err != nil {
		return Account{}, err
	}
	return users[0], nil
}

// UpdateAccounts implements PeopleAPI.
func (s *Service) UpdateAccounts(ctx context.Context, p Principal, updates []AccountUpdate, from domain.Client) ([]Account, error) {
	a, err := s.who(ctx, p, domain.CollectionUsers, domain.ActionUpdate)
	if err != nil {
		return nil, err
	}
	ids, patches := make([]domain.UserID, len(updates)), make([]AccountPatch, len(updates))
	for i, update := range updates {
		ids[i], patches[i] = update.ID, update.Patch
		if err := a.mayName(domain.ActionUpdate, update.Patch); err != nil {
			return nil, err // before it could tell which accounts there are
		}
	}
	found, err := s.findAccounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	if err := checkPasswordCount(patches); err != nil {
		return nil, err
	}
	// Once on copies, to refuse a bad patch before a password costs a hash.
	proposed := make([]domain.User, len(updates))
	for i, update := range updates {
		if proposed[i], err = s.patched(ctx, a, update.Patch, found[i]); err != nil {
			return nil, domain.OfElement(err, i, len(updates))
		}
		if err := s.mayWrite(ctx, a, domain.ActionUpdate, update.Patch, &found[i], proposed[i]); err != nil {
			return nil, err
		}
		if err := s.mayMove(a, found[i], proposed[i]); err != nil {
			return nil, err
		}
	}
	if err := s.beginNotifiedChanges(ctx, a, found, proposed, patches, from); err != nil {
		return nil, err
	}
	changes := make([]accountChange, len(updates))
	for i, update := range updates {
		encoded, err := s.newPassword(ctx, update.Patch, proposed[i])
		if err != nil {
			return nil, domain.OfElement(err, i, len(updates))
		}
		changes[i] = accountChange{found[i], func(u domain.User) (domain.User, error) {
			if err := a.isStillIn(p, u); err != nil {
				return domain.User{}, err
			}
			changed, err := s.patched(ctx, a, update.Patch, u)
			if err != nil {
				return changed, err
			}
			if update.Patch.Password != nil {
				changed.Password = encoded
			}
			return changed, s.mayWrite(ctx, a, domain.ActionUpdate, update.Patch, &u, changed)
		}}
	}
	users, err := s.changeAccounts(ctx, author{p.User.ID, from, domain.EventUserUpdated}, changes)
	if err != nil {
		return nil, a.told(err)
	}
	return a.afterChange(users), nil
}

// newPassword returns the encoded password of the patch, or the one that the account has.
func (s *Service) newPassword(ctx context.Context, patch AccountPatch, user domain.User) (string, error) {
	if patch.Password == nil {
		return user.Password, nil
	}
	return s.hashNew(ctx, *patch.Password, user)
}

// DeleteAccount implements PeopleAPI.
func (s *Service) DeleteAccount(ctx context.Context, p Principal, id domain.UserID, from domain.Client) error {
	return s.DeleteAccounts(ctx, p, []domain.UserID{id}, from)
}

// DeleteAccounts implements PeopleAPI.
func (s *Service) DeleteAccounts(ctx context.Context, p Principal, ids []domain.UserID, from domain.Client) error {
	a, err := s.who(ctx, p, domain.CollectionUsers, domain.ActionDelete)
	if err != nil {
		return err
	}
	found, err := s.findAccounts(ctx, ids)
	if err != nil {
		return err
	}
	changes := make([]accountChange, len(found))
	for i, user := range found {
		changes[i] = accountChange{user, func(u domain.User) (domain.User, error) {
			if err := s.mayRemove(ctx, a, u); err != nil {
				return u, err
			}
			return u, errRemoved
		}}
	}
	_, err = s.changeAccounts(ctx, author{p.User.ID, from, domain.EventUserDeleted}, changes)
	return err
}

// findAccounts returns the accounts that somebody is about to change together.
func (s *Service) findAccounts(ctx context.Context, ids []domain.UserID) ([]domain.User, error) {
	if err := checkCount(len(ids)); err != nil {
		return nil, err
	}
	var found []domain.User
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return nil, domain.OfElement(domain.InvalidPayloadError("", "An account is named twice"), i, len(ids))
		}
		user, err := s.findUser(ctx, id)
		if err != nil {
			return nil, domain.OfElement(err, i, len(ids))
		}
		found = append(found, user)
	}
	return found, nil
}

func checkCount(accounts int) error {
	if accounts < 1 || accounts > MaxChangedAccounts {
		return domain.InvalidPayloadError("", fmt.Sprintf("1 to %d accounts can be changed at once", MaxChangedAccounts))
	}
	return nil
}

func checkPasswordCount(patches []AccountPatch) error {
	passwords := 0
	for _, patch := range patches {
		if patch.Password != nil {
			passwords++
		}
	}
	if passwords > MaxChangedPasswords {
		return domain.InvalidPayloadError("password", fmt.Sprintf("At most %d accounts can be given a password at once", MaxChangedPasswords))
	}
	return nil
}

// patched returns u with all fields of the asker's patch but the password.
func (s *Service) patched(ctx context.Context, a asker, patch AccountPatch, u domain.User) (domain.User, error) {
	before := u.Email.Key()
	u, err := patch.applied(u)
	if err != nil {
		return domain.User{}, err
	}
	if u.Email.Key() != before { // a form sends back what it was given
		// Administrators say whose account it is. Anybody else could wait in the account of an
		// address for its owner, whom a provider brings.
		u.EmailProven = a.access.IsAdmin()
	}
	if patch.Status != nil {
		if !slices.Contains(domain.Statuses(), *patch.Status) {
			return domain.User{}, domain.InvalidPayloadError("status", `"status" must be one of [draft, invited, unverified, active, suspended, archived]`)
		}
		u.Status = *patch.Status
	}
	if patch.Role != nil {
		if err := s.checkRole(ctx, *patch.Role); err != nil {
			return domain.User{}, err
		}
		u.Role = *patch.Role
	}
	if patch.Token != nil {
		u.StaticToken = nil
		if *patch.Token != "" {
			if !isStaticToken(*patch.Token) {
				return domain.User{}, domain.InvalidPayloadError("token", fmt.Sprintf(`"token" must be %d to %d visible characters of ASCII`, MinStaticTokenBytes, MaxStaticTokenBytes))
			}
			hash := domain.HashSecret(*patch.Token)
			u.StaticToken = &hash
		}
	}
	return u, nil
}

// checkRole refuses a role that there is not; an empty one is none.
func (s *Service) checkRole(ctx context.Context, id domain.RoleID) error {
	if id == "" {
		return nil
	}
	_, err := s.Repos.Roles.ByID(ctx, id)
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		return noSuchRole()
	case err != nil:
		return unavailable(fmt.Errorf("find role: %w", err))
	}
	return nil
}

func noSuchRole() error {
	return domain.InvalidPayloadError("role", `"role" must be the ID of a role`)
}

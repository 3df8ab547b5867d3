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

// ListAccounts implements PeopleAPI.
func (s *Service) ListAccounts(ctx context.Context, p Principal, q port.UserQuery) ([]domain.User, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return nil, err
	}
	q.Limit = min(q.Limit, MaxListedAccounts)
	users, err := s.Repos.Users.Find(ctx, q)
	if err != nil {
		return nil, refusedQuery(err)
	}
	return users, nil
}

// CountAccounts implements PeopleAPI.
func (s *Service) CountAccounts(ctx context.Context, p Principal, f port.UserFilter) (int, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return 0, err
	}
	n, err := s.Repos.Users.Count(ctx, f)
	if err != nil {
		return 0, refusedQuery(err)
	}
	return n, nil
}

func refusedQuery(err error) error {
	if errors.Is(err, port.ErrInvalid) {
		return domain.InvalidQueryError("Users are not found or sorted by that")
	}
	return unavailable(fmt.Errorf("find accounts: %w", err))
}

// ReadAccount implements PeopleAPI.
func (s *Service) ReadAccount(ctx context.Context, p Principal, id domain.UserID) (domain.User, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return domain.User{}, err
	}
	return s.findUser(ctx, id)
}

// CreateAccount implements PeopleAPI.
func (s *Service) CreateAccount(ctx context.Context, p Principal, patch AccountPatch, from domain.Client) (domain.User, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return domain.User{}, err
	}
	if patch.Email == nil {
		return domain.User{}, domain.InvalidPayloadError("email", `"email" is required`)
	}
	now := s.Clock.Now()
	user, err := s.patched(ctx, patch, domain.User{
		ID:        domain.UserID(domain.NewUUID(now)),
		Status:    domain.StatusActive,
		CreatedAt: now,
		Version:   1,
	})
	if err != nil {
		return domain.User{}, err
	}
	if user.Password, err = s.newPassword(ctx, patch, user); err != nil {
		return domain.User{}, err
	}
	err = s.Repos.Users.Create(ctx, user)
	switch {
	case errors.Is(err, port.ErrConflict):
		return domain.User{}, s.taken(ctx, user, err)
	case err != nil && !s.exists(ctx, user.ID):
		return domain.User{}, unavailable(fmt.Errorf("create account: %w", err))
	}
	s.record(ctx, administered(domain.EventUserCreated, p, user.ID, from))
	return user, nil
}

// UpdateAccount implements PeopleAPI.
func (s *Service) UpdateAccount(ctx context.Context, p Principal, id domain.UserID, patch AccountPatch, from domain.Client) (domain.User, error) {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return domain.User{}, err
	}
	seen, err := s.findUser(ctx, id)
	if err != nil {
		return domain.User{}, err
	}
	// Once on a copy, to refuse a bad patch before its password costs a hash.
	proposed, err := s.patched(ctx, patch, seen)
	if err != nil {
		return domain.User{}, err
	}
	encoded, err := s.newPassword(ctx, patch, proposed)
	if err != nil {
		return domain.User{}, err
	}
	before, after, err := s.changeAccount(ctx, seen, func(u domain.User) (domain.User, error) {
		changed, err := s.patched(ctx, patch, u)
		if patch.Password != nil {
			changed.Password = encoded
		}
		return changed, err
	})
	if err != nil {
		return domain.User{}, err
	}
	if after.Epoch != before.Epoch {
		s.endSessions(ctx, id)
	}
	s.record(ctx, administered(domain.EventUserUpdated, p, id, from))
	if after.Password != before.Password {
		s.record(ctx, administered(domain.EventPasswordChanged, p, id, from))
	}
	if after.Email != before.Email {
		s.record(ctx, administered(domain.EventEmailChanged, p, id, from))
	}
	return after, nil
}

// newPassword returns the encoded password of the patch, or the one that the account has.
func (s *Service) newPassword(ctx context.Context, patch AccountPatch, user domain.User) (string, error) {
	if patch.Password == nil {
		return user.Password, nil
	}
	return s.hashNew(ctx, *patch.Password, user.Email)
}

// changeAccount stores what change makes of the account, starting from seen and, where
// another change came first, from what is stored then. It returns the account as it was and
// as it is.
func (s *Service) changeAccount(ctx context.Context, seen domain.User, change func(domain.User) (domain.User, error)) (before, after domain.User, err error) {
	for range updateTries {
		changed, err := change(seen)
		if err != nil {
			return domain.User{}, domain.User{}, err
		}
		isShutOut := changed.Status != domain.StatusActive && changed.Status != seen.Status
		if changed.Password != seen.Password || changed.Email != seen.Email || isShutOut {
			changed.Epoch++
		}
		var stored domain.User
		err = s.sparingTheLast(ctx, seen, &changed, func(ctx context.Context, users port.Users) error {
			var err error
			stored, err = users.Update(ctx, changed)
			return err
		})
		switch {
		case err == nil:
			return seen, stored, nil
		case errors.Is(err, port.ErrConflict):
			return domain.User{}, domain.User{}, s.taken(ctx, changed, err)
		case !errors.Is(err, port.ErrStale):
			return domain.User{}, domain.User{}, refusedChange(err)
		}
		if seen, err = s.findUser(ctx, seen.ID); err != nil {
			return domain.User{}, domain.User{}, err
		}
	}
	return domain.User{}, domain.User{}, unavailable(errors.New("change account: others keep changing it"))
}

// DeleteAccount implements PeopleAPI.
func (s *Service) DeleteAccount(ctx context.Context, p Principal, id domain.UserID, from domain.Client) error {
	if err := s.RequireAdministrator(ctx, p); err != nil {
		return err
	}
	for range updateTries {
		user, err := s.findUser(ctx, id)
		if err != nil {
			return err
		}
		err = s.sparingTheLast(ctx, user, nil, func(ctx context.Context, users port.Users) error {
			return users.Delete(ctx, id, user.Version)
		})
		if errors.Is(err, port.ErrStale) {
			continue
		}
		if err != nil {
			return refusedChange(err)
		}
		s.endSessions(ctx, id)
		s.record(ctx, administered(domain.EventUserDeleted, p, id, from))
		return nil
	}
	return unavailable(errors.New("delete account: others keep changing it"))
}

func refusedChange(err error) error {
	switch {
	case errors.Is(err, errLastAdministrator):
		e := domain.NewError(domain.UnprocessableContent, err)
		e.Message = "You can't remove the last admin user from the role."
		return e
	case isNotFound(err):
		return forbidden(err)
	}
	return unavailable(fmt.Errorf("change account: %w", err))
}

// errLastAdministrator says that nobody would be left who administrates.
var errLastAdministrator = errors.New("the last active user of a role that administrates")

// sparingTheLast makes a change of the account as it was seen, unless that would take the
// last active user from a role that administrates; after is nil where the account goes. Two
// who would take the last two from it at once reserve the role one after the other, and the
// second finds that there is only one left.
func (s *Service) sparingTheLast(ctx context.Context, before domain.User, after *domain.User, change func(context.Context, port.Users) error) error {
	stays := after != nil && after.Status == domain.StatusActive && after.Role == before.Role
	if stays || before.Status != domain.StatusActive || before.Role == "" {
		return change(ctx, s.Repos.Users)
	}
	role, err := s.roleOf(ctx, before)
	if err != nil {
		return err
	}
	if !role.Admin {
		return change(ctx, s.Repos.Users)
	}
	members := port.UserFilter{Equal: map[port.UserField]string{
		port.UserFieldRole:   string(before.Role),
		port.UserFieldStatus: string(domain.StatusActive),
	}}
	return s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if err := r.Roles.Reserve(ctx, before.Role); err != nil {
			return err
		}
		n, err := r.Users.Count(ctx, members)
		if err != nil {
			return err
		}
		if n < 2 {
			return errLastAdministrator
		}
		return change(ctx, r.Users)
	})
}

// taken says which value of the account another has. Administrators see all accounts anyway.
func (s *Service) taken(ctx context.Context, user domain.User, cause error) error {
	if user.StaticToken != nil {
		owner, err := s.Repos.Users.ByStaticToken(ctx, *user.StaticToken)
		if err == nil && owner.ID != user.ID {
			e := domain.NewError(domain.RecordNotUnique, cause)
			e.Message = `Value for field "token" in collection "directus_users" has to be unique.`
			e.Field = "token"
			return e
		}
	}
	return emailTaken(cause)
}

// patched returns u with all fields of the patch but the password.
func (s *Service) patched(ctx context.Context, patch AccountPatch, u domain.User) (domain.User, error) {
	u, err := patch.applied(u)
	if err != nil {
		return domain.User{}, err
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
		return domain.InvalidPayloadError("role", `"role" must be the ID of a role`)
	case err != nil:
		return unavailable(fmt.Errorf("find role: %w", err))
	}
	return nil
}

func administered(kind string, p Principal, subject domain.UserID, from domain.Client) domain.Event {
	return domain.Event{Kind: kind, Outcome: domain.OutcomeSuccess, Actor: p.User.ID, Subject: subject, Client: from}
}

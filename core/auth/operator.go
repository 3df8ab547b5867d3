package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// EnsureAdministrator implements OperatorAPI.
func (s *Service) EnsureAdministrator(ctx context.Context, u NewUser) (bool, error) {
	users, err := s.Repos.Users.List(ctx, "", 1)
	if err != nil {
		return false, unavailable(fmt.Errorf("look for accounts: %w", err))
	}
	if len(users) > 0 {
		return false, nil
	}
	u.Admin = true
	_, err = s.createUser(ctx, u, ensureNobody)
	if errors.Is(err, errNotFirst) || errors.Is(err, port.ErrConflict) {
		return false, nil // another instance that starts beside this one was first
	}
	return err == nil, err
}

// errNotFirst says that somebody else has made an administrator meanwhile.
var errNotFirst = errors.New("another instance has made an administrator meanwhile")

// ensureNobody looks again, inside the transaction that makes the first account: another
// instance may have made one of another address since.
func ensureNobody(ctx context.Context, r port.Repos) error {
	users, err := r.Users.List(ctx, "", 1)
	if err == nil && len(users) > 0 {
		return errNotFirst
	}
	return err
}

// CreateUser implements OperatorAPI.
func (s *Service) CreateUser(ctx context.Context, u NewUser) (domain.User, error) {
	anybody := func(context.Context, port.Repos) error { return nil }
	user, err := s.createUser(ctx, u, anybody)
	if errors.Is(err, errNotFirst) {
		return s.createUser(ctx, u, anybody) // the role that both were about to make is there now
	}
	return user, err
}

// createUser makes the account unless check, which runs in the same transaction, objects.
func (s *Service) createUser(ctx context.Context, u NewUser, check func(context.Context, port.Repos) error) (domain.User, error) {
	email, err := domain.ParseEmail(u.Email)
	if err != nil {
		return domain.User{}, domain.InvalidPayloadError("email", `"email" must be a valid email`)
	}
	now := s.Clock.Now()
	user := domain.User{
		ID:        domain.UserID(domain.NewUUID(now)),
		Email:     email,
		Status:    domain.StatusActive,
		CreatedAt: now,
		Version:   1,

		EmailProven: true, // an operator says whose account it is
	}
	if user.Password, err = s.hashNew(ctx, u.Password, user); err != nil {
		return domain.User{}, err
	}
	if u.Admin {
		user.Role = domain.AdministratorRole
	}
	err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if err := check(ctx, r); err != nil {
			return err
		}
		if err := ensureRole(ctx, r.Roles, user.Role); err != nil {
			return err
		}
		return r.Users.Create(ctx, user)
	})
	if errors.Is(err, port.ErrConflict) {
		return domain.User{}, notUnique("email", err)
	}
	created := domain.Event{Kind: domain.EventUserCreated, Outcome: domain.OutcomeSuccess, Subject: user.ID}
	if err != nil && !s.exists(ctx, user.ID) {
		if !errors.Is(err, errNotFirst) {
			s.recordUnknown(ctx, created)
		}
		return domain.User{}, unavailable(fmt.Errorf("create account: %w", err))
	}
	s.record(ctx, created)
	return user, nil
}

// exists reports whether the account is known to be there. It settles what became of a
// commit whose answer was lost: nobody else makes an account of that ID.
func (s *Service) exists(ctx context.Context, id domain.UserID) bool {
	ctx, cancel := settling(ctx)
	defer cancel()
	_, err := s.Repos.Users.ByID(ctx, id)
	return err == nil
}

// ensureRole makes the administrator's role where it is asked for and missing. The role
// has the same ID everywhere, so that where two transactions cannot see each other's
// accounts, they still cannot both make it.
func ensureRole(ctx context.Context, roles port.Roles, id domain.RoleID) error {
	if id != domain.AdministratorRole {
		return nil
	}
	_, err := roles.ByID(ctx, id)
	if !isNotFound(err) {
		return err
	}
	err = roles.Create(ctx, domain.Role{ID: id, Name: "Administrator", App: true, Admin: true})
	if errors.Is(err, port.ErrConflict) {
		return errNotFirst // and not ErrConflict, which would blame the address
	}
	return err
}

// SetPassword implements OperatorAPI.
func (s *Service) SetPassword(ctx context.Context, email, password string) (domain.User, error) {
	user, err := s.findByEmail(ctx, email)
	if err != nil {
		return domain.User{}, err
	}
	encoded, err := s.hashNew(ctx, password, user)
	if err != nil {
		return domain.User{}, err
	}
	return s.changeAccount(ctx, author{}, accountChange{user, func(u domain.User) (domain.User, error) {
		u.Password = encoded
		return u, nil
	}})
}

// ListUsers implements OperatorAPI.
func (s *Service) ListUsers(ctx context.Context, after domain.UserID, limit int) ([]domain.User, error) {
	users, err := s.Repos.Users.List(ctx, after, limit)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list accounts: %w", err))
	}
	return users, nil
}

// Unlock implements OperatorAPI.
func (s *Service) Unlock(ctx context.Context, email string) error {
	user, err := s.findByEmail(ctx, email)
	if err != nil {
		return err
	}
	unlock := domain.Event{Kind: domain.EventAccountUnlocked, Outcome: domain.OutcomeSuccess, Subject: user.ID}
	for _, key := range []string{loginAccountKey(user.Email), confirmAccountKey(user.ID), tfaAccountKey(user.ID)} {
		if err := s.Limiter.Reset(ctx, key); err != nil {
			s.recordUnknown(ctx, unlock)
			return unavailable(fmt.Errorf("forget failed logins: %w", err))
		}
	}
	s.record(ctx, unlock)
	return nil
}

// UnlockAddress implements OperatorAPI.
func (s *Service) UnlockAddress(ctx context.Context, ip string) error {
	if _, err := netip.ParseAddr(ip); err != nil {
		return domain.InvalidPayloadError("ip", `"ip" must be the address of a client`)
	}
	unlock := domain.Event{Kind: domain.EventAddressUnlocked, Outcome: domain.OutcomeSuccess, Client: domain.Client{IP: ip}}
	for _, key := range addressKeys(ip) {
		if err := s.Limiter.Reset(ctx, key); err != nil {
			s.recordUnknown(ctx, unlock)
			return unavailable(fmt.Errorf("forget what has come from an address: %w", err))
		}
	}
	s.record(ctx, unlock)
	return nil
}

// FindUser implements OperatorAPI.
func (s *Service) FindUser(ctx context.Context, email string) (domain.User, error) {
	return s.findByEmail(ctx, email)
}

func (s *Service) findByEmail(ctx context.Context, text string) (domain.User, error) {
	email, err := domain.ParseEmail(text)
	if err != nil {
		return domain.User{}, domain.InvalidPayloadError("email", `"email" must be a valid email`)
	}
	user, err := s.accountOf(ctx, email)
	if isNotFound(err) {
		e := domain.NewError(domain.RecordNotFound, err)
		e.Message, e.Field = "There is no account with this e-mail.", "email"
		return domain.User{}, e
	}
	if err != nil {
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	return user, nil
}

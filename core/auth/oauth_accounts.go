package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// arrival is a login elsewhere that has come to its end.
type arrival struct {
	place OAuthPlace
	who   domain.ExternalUser
	otp   string // shown at the beginning
	from  domain.Client

	passed domain.UserID // whose second factor has been shown: no code works twice
}

// userOf returns the account of who has logged in elsewhere and may come in: the one that is
// linked, or one that is linked or made now, where the operator allows it. Beside an error, the
// account's ID is there where it was found and may not log in.
func (s *Service) userOf(ctx context.Context, a arrival) (domain.User, error) {
	user, err := s.linkedUser(ctx, &a)
	if !isNotFound(err) {
		return user, err
	}
	user, err = s.adopt(ctx, &a)
	why, _ := errors.AsType[NobodyHere](err)
	conflict := errors.Is(err, port.ErrConflict)
	if conflict || why == AddressTaken { // perhaps by the same person at the same moment, in another window
		linked, err := s.linkedUser(ctx, &a)
		if !isNotFound(err) {
			return linked, err
		}
	}
	if conflict {
		return domain.User{}, nobodyHere(AddressTaken)
	}
	return user, err
}

// admit lets somebody into the account who has been let in by the provider.
func (s *Service) admit(ctx context.Context, a *arrival, user domain.User) (domain.User, error) {
	if !mayLogIn(user) {
		return user, invalidCredentials(nil)
	}
	if user.TOTP == nil || a.passed == user.ID {
		return user, nil
	}
	role, err := s.claimedRole(ctx, user)
	if err != nil {
		return domain.User{}, err
	}
	if !a.place.RequireOTP && !role.EnforceTFA { // what a role asks for it asks for however they come
		return user, nil
	}
	user, err = s.passSecondFactor(ctx, user, a.otp, a.from)
	if err == nil {
		a.passed = user.ID
	}
	return user, err
}

// linkedUser returns the account that the identity is linked to, as admit lets them in. Its error
// is a *domain.Error, or one that matches port.ErrNotFound where nothing is linked.
func (s *Service) linkedUser(ctx context.Context, a *arrival) (domain.User, error) {
	identity, err := s.Repos.Identities.Find(ctx, a.place.Provider.Name(), a.who.Subject)
	switch {
	case isNotFound(err):
		return domain.User{}, err
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("find identity: %w", err))
	}
	user, err := s.Repos.Users.ByID(ctx, identity.UserID)
	switch {
	case isNotFound(err):
		return domain.User{}, nobodyHere(NotRegistered)
	case err != nil:
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	}
	return s.admit(ctx, a, user)
}

// adopt links who it is to the account of their address, or makes one. The error matches
// port.ErrConflict where the identity or the address is another's; beside an error, the account
// is there where it was found and may not log in.
func (s *Service) adopt(ctx context.Context, a *arrival) (domain.User, error) {
	if a.who.Email == "" {
		return domain.User{}, nobodyHere(AddressMissing)
	}
	if !a.who.EmailVerified {
		return domain.User{}, nobodyHere(AddressUnverified)
	}
	user, err := s.accountOf(ctx, a.who.Email)
	switch {
	case err == nil:
		return s.linkByEmail(ctx, a, user)
	case !isNotFound(err):
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	case !a.place.AllowRegistration:
		return domain.User{}, nobodyHere(NotRegistered)
	}
	return s.register(ctx, a.place, a.who, a.from)
}

// linkByEmail links who it is to the account of their address and lets them in. Who may not come
// in links nothing.
func (s *Service) linkByEmail(ctx context.Context, a *arrival, user domain.User) (domain.User, error) {
	// Anybody could have given their own account the address of whom they wait for.
	mayAdopt := func(user domain.User) error {
		if !a.place.LinkByEmail || !user.EmailProven || user.Email.Key() != a.who.Email.Key() {
			return nobodyHere(AddressTaken)
		}
		return nil
	}
	if err := mayAdopt(user); err != nil {
		return domain.User{ID: user.ID}, err
	}
	user, err := s.admit(ctx, a, user)
	if err != nil {
		return user, err
	}
	identity := domain.Identity{Provider: a.place.Provider.Name(), Subject: a.who.Subject, UserID: user.ID}
	return s.link(ctx, identity, a.from, func(now domain.User) error {
		if err := mayAdopt(now); err != nil {
			return err
		}
		if !sameFactor(now, user) { // what has let them in is over
			return invalidCredentials(nil)
		}
		return nil
	})
}

// errAdministratorByDefault says that everybody who comes would administrate.
var errAdministratorByDefault = errors.New("the role of new accounts is an administrator's")

// register makes an account and links it, or does neither.
func (s *Service) register(ctx context.Context, place OAuthPlace, who domain.ExternalUser, from domain.Client) (domain.User, error) {
	now := s.Clock.Now()
	user := domain.User{
		ID: domain.UserID(domain.NewUUID(now)), Email: who.Email, Status: domain.StatusActive, Role: place.DefaultRole,
		EmailProven: true, // the provider vouches for it
		FirstName:   fitting(who.FirstName), LastName: fitting(who.LastName), CreatedAt: now, Version: 1,
	}
	err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if user.Role != "" {
			if err := r.Roles.Reserve(ctx, user.Role); err != nil {
				return fmt.Errorf("reserve the role of new accounts: %w", err)
			}
			role, err := r.Roles.ByID(ctx, user.Role)
			if err != nil {
				return fmt.Errorf("find the role of new accounts: %w", err)
			}
			if role.Admin {
				return errAdministratorByDefault
			}
		}
		if err := r.Users.Create(ctx, user); err != nil {
			return err
		}
		return r.Identities.Link(ctx, domain.Identity{Provider: place.Provider.Name(), Subject: who.Subject, UserID: user.ID})
	})
	switch {
	case errors.Is(err, port.ErrConflict):
		return domain.User{}, err
	case errors.Is(err, errAdministratorByDefault):
		s.Log.ErrorContext(ctx, "nobody is registered", "provider", place.Provider.Name(), "error", err)
		return domain.User{}, nobodyHere(NotRegistered)
	case err != nil && !s.exists(ctx, user.ID):
		s.recordUnknown(ctx, domain.Event{Kind: domain.EventUserCreated, Subject: user.ID, Client: from})
		return domain.User{}, unavailable(fmt.Errorf("make an account: %w", err))
	}
	by := author{actor: user.ID, from: from}
	s.recordChange(ctx, by, domain.EventUserCreated, user.ID)
	s.recordChange(ctx, by, domain.EventIdentityLinked, user.ID)
	return user, nil
}

// fitting leaves out a name that an account cannot have.
func fitting(name string) string {
	if checkText("first_name", name, MaxNameRunes) != nil {
		return ""
	}
	return name
}

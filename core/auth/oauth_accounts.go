package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// userOf returns the account of who has logged in elsewhere: the one that is linked, or one
// that is linked or made now, where the operator allows it.
func (s *Service) userOf(ctx context.Context, place OAuthPlace, who domain.ExternalUser, from domain.Client) (domain.User, error) {
	user, err := s.linkedUser(ctx, place, who)
	if !isNotFound(err) {
		return user, err
	}
	user, err = s.adopt(ctx, place, who, from)
	why, _ := errors.AsType[NobodyHere](err)
	conflict := errors.Is(err, port.ErrConflict)
	if conflict || why == AddressTaken { // perhaps by the same person at the same moment, in another window
		linked, err := s.linkedUser(ctx, place, who)
		if !isNotFound(err) {
			return linked, err
		}
	}
	if conflict {
		return domain.User{}, nobodyHere(AddressTaken)
	}
	return user, err
}

// linkedUser returns the account that the identity is linked to. Its error is a *domain.Error,
// or one that matches port.ErrNotFound where nothing is linked.
func (s *Service) linkedUser(ctx context.Context, place OAuthPlace, who domain.ExternalUser) (domain.User, error) {
	identity, err := s.Repos.Identities.Find(ctx, place.Provider.Name(), who.Subject)
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
	return user, nil
}

// adopt links who to the account of their address, or makes one. The error matches
// port.ErrConflict where the identity or the address is another's.
func (s *Service) adopt(ctx context.Context, place OAuthPlace, who domain.ExternalUser, from domain.Client) (domain.User, error) {
	if who.Email == "" {
		return domain.User{}, nobodyHere(AddressMissing)
	}
	if !who.EmailVerified {
		return domain.User{}, nobodyHere(AddressUnverified)
	}
	user, err := s.accountOf(ctx, who.Email)
	switch {
	case err == nil && place.LinkByEmail:
		return s.link(ctx, place.Provider.Name(), who.Subject, user, from)
	case err == nil:
		return domain.User{}, nobodyHere(AddressTaken)
	case !isNotFound(err):
		return domain.User{}, unavailable(fmt.Errorf("find account: %w", err))
	case !place.AllowRegistration:
		return domain.User{}, nobodyHere(NotRegistered)
	}
	return s.register(ctx, place, who, from)
}

// register makes an account and links it, or does neither.
func (s *Service) register(ctx context.Context, place OAuthPlace, who domain.ExternalUser, from domain.Client) (domain.User, error) {
	now := s.Clock.Now()
	user := domain.User{
		ID: domain.UserID(domain.NewUUID(now)), Email: who.Email, Status: domain.StatusActive, Role: place.DefaultRole,
		FirstName: fitting(who.FirstName), LastName: fitting(who.LastName), CreatedAt: now, Version: 1,
	}
	err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if user.Role != "" {
			if _, err := r.Roles.ByID(ctx, user.Role); err != nil {
				return fmt.Errorf("find the role of new accounts: %w", err)
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

// link gives the account another way in. Its Version makes that come before or after whatever
// else happens to the account, its end included.
func (s *Service) link(ctx context.Context, provider, subject string, user domain.User, from domain.Client) (domain.User, error) {
	var stored domain.User
	err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) (err error) {
		if stored, err = r.Users.Update(ctx, user); err != nil {
			return err
		}
		return r.Identities.Link(ctx, domain.Identity{Provider: provider, Subject: subject, UserID: user.ID})
	})
	switch {
	case errors.Is(err, port.ErrConflict):
		return domain.User{}, err
	case err != nil:
		s.recordUnknown(ctx, domain.Event{Kind: domain.EventIdentityLinked, Actor: user.ID, Subject: user.ID, Client: from})
		return domain.User{}, unavailable(fmt.Errorf("link identity: %w", err))
	}
	s.recordChange(ctx, author{actor: user.ID, from: from}, domain.EventIdentityLinked, user.ID)
	return stored, nil
}

// finishLink links who to the account that began, if it stands as it did then.
func (s *Service) finishLink(ctx context.Context, state oauthState, who domain.ExternalUser, from domain.Client) (OAuthFinished, error) {
	user, err := s.Repos.Users.ByID(ctx, state.Link)
	switch {
	case isNotFound(err):
		return OAuthFinished{}, invalidCredentials(err)
	case err != nil:
		return OAuthFinished{}, unavailable(fmt.Errorf("find account: %w", err))
	case user.Status != domain.StatusActive || user.Epoch != state.Epoch:
		return OAuthFinished{}, invalidCredentials(errors.New("account was closed, or its sessions ended, since the link was begun"))
	}
	_, err = s.link(ctx, state.Provider, who.Subject, user, from)
	if errors.Is(err, port.ErrConflict) {
		known, err := s.Repos.Identities.Find(ctx, state.Provider, who.Subject)
		if err == nil && known.UserID == user.ID {
			return OAuthFinished{Linked: true}, nil
		}
		return OAuthFinished{}, notUnique("provider", port.ErrConflict)
	}
	return OAuthFinished{Linked: err == nil}, err
}

// ListIdentities implements OAuthAPI.
func (s *Service) ListIdentities(ctx context.Context, p Principal) ([]domain.Identity, error) {
	if p.Anonymous() {
		return nil, invalidCredentials(nil)
	}
	list, err := s.Repos.Identities.OfUser(ctx, p.User.ID)
	if err != nil {
		return nil, unavailable(fmt.Errorf("list identities: %w", err))
	}
	return list, nil
}

// errLastWayIn says that nobody could log in to the account any more.
var errLastWayIn = errors.New("the last way into the account")

// UnlinkIdentity implements OAuthAPI.
func (s *Service) UnlinkIdentity(ctx context.Context, p Principal, provider string, from domain.Client) error {
	if p.Anonymous() {
		return invalidCredentials(nil)
	}
	var err error
	for range updateTries {
		if err = s.unlink(ctx, p.User.ID, provider); !errors.Is(err, port.ErrStale) {
			break
		}
	}
	switch {
	case err == nil:
		s.recordChange(ctx, author{actor: p.User.ID, from: from}, domain.EventIdentityUnlinked, p.User.ID)
		return nil
	case isNotFound(err):
		return forbidden(err)
	case errors.Is(err, errLastWayIn):
		refusal := domain.NewError(domain.UnprocessableContent, err)
		refusal.Reason = "This is the last way into the account: set a password first"
		return refusal
	}
	s.recordUnknown(ctx, domain.Event{Kind: domain.EventIdentityUnlinked, Actor: p.User.ID, Subject: p.User.ID, Client: from})
	return unavailable(fmt.Errorf("unlink identity: %w", err))
}

// unlink removes the user's identities at the provider. Of two that do so at once for two
// providers, one finds another Version and looks again.
func (s *Service) unlink(ctx context.Context, id domain.UserID, provider string) error {
	return s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		user, err := r.Users.ByID(ctx, id)
		if err != nil {
			return err
		}
		list, err := r.Identities.OfUser(ctx, id)
		if err != nil {
			return err
		}
		left, gone := 0, 0
		for _, identity := range list {
			place, err := s.placeNamed(provider)
			if err == nil && identity.Provider == place.Provider.Name() || identity.Provider == provider {
				gone++
				if err := r.Identities.Unlink(ctx, identity.Provider, identity.Subject); err != nil {
					return err
				}
			} else if _, err := s.placeNamed(identity.Provider); err == nil {
				left++ // one of a provider that is configured no more lets nobody in
			}
		}
		switch {
		case gone == 0:
			return port.ErrNotFound
		case left == 0 && (user.Password == "" || s.settings.DisableDefault):
			return errLastWayIn
		}
		_, err = r.Users.Update(ctx, user)
		return err
	})
}

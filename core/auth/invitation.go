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

// Invite implements InvitationAPI.
func (s *Service) Invite(ctx context.Context, p Principal, in Invitation) error {
	a, err := s.who(ctx, p, domain.CollectionUsers, domain.ActionCreate)
	if err != nil {
		return err
	}
	return s.invite(ctx, a, in)
}

// LookAtInvitation implements InvitationAPI.
func (s *Service) LookAtInvitation(ctx context.Context, token string) error {
	return s.lookAt(ctx, acceptInvitation(), token)
}

// AcceptInvitation implements InvitationAPI.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string, from domain.Client) error {
	return s.follow(ctx, acceptInvitation(), token, password, from)
}

// invited is one who is asked: the account as it is to be, and as it was, if it was there.
type invited struct {
	user   domain.User
	before *domain.User
}

// invite is Invite for who may create accounts.
func (s *Service) invite(ctx context.Context, a asker, in Invitation) error {
	page, err := s.pageFor(ctx, s.linkUseOf(domain.LetterInvitation), in.URL)
	if err != nil {
		return err
	}
	if in.Role == "" {
		return domain.InvalidPayloadError("role", `"role" is required`)
	}
	asked, err := s.askedToJoin(ctx, a, in)
	if err != nil {
		return err
	}
	if !a.isOperator() {
		if err := s.beginJoining(ctx, a, len(asked), in.Client); err != nil {
			return err
		}
	}
	for range updateTries {
		people, err := s.toInvite(ctx, a, asked)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return nil
		}
		err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
			return s.inviteIn(ctx, r, people, page, in)
		})
		switch {
		case err == nil:
			s.recordInvitations(ctx, a, people, in.Client)
			return nil
		case errors.Is(err, port.ErrConflict), errors.Is(err, port.ErrStale):
			continue // somebody else has made or changed one of the accounts meanwhile
		case isAnswer(err):
			return err
		}
		for _, one := range people {
			s.recordUnknown(ctx, domain.Event{Kind: domain.EventUserInvited, Actor: a.User, Subject: one.user.ID, Client: in.Client})
		}
		return unavailable(fmt.Errorf("invite: %w", err))
	}
	return unavailable(errors.New("invite: others keep changing the accounts"))
}

// askedToJoin returns the accounts that the asker may have made for the addresses.
func (s *Service) askedToJoin(ctx context.Context, a asker, in Invitation) ([]domain.User, error) {
	if len(in.Emails) < 1 || len(in.Emails) > MaxChangedAccounts {
		return nil, domain.InvalidPayloadError("email", fmt.Sprintf(`"email" must hold 1 to %d addresses`, MaxChangedAccounts))
	}
	var asked []domain.User
	for _, text := range in.Emails {
		patch := AccountPatch{ProfilePatch: ProfilePatch{Email: &text}, Role: &in.Role}
		if err := a.mayName(domain.ActionCreate, patch); err != nil {
			return nil, err
		}
		user, err := s.newAccount(ctx, a, patch)
		if err != nil {
			return nil, err
		}
		user.Status, user.EmailProven = domain.StatusInvited, false // until the invitation is accepted
		if err := s.mayWrite(ctx, a, domain.ActionCreate, patch, nil, user); err != nil {
			return nil, err
		}
		isSame := func(other domain.User) bool { return other.Email.Key() == user.Email.Key() }
		if !slices.ContainsFunc(asked, isSame) {
			asked = append(asked, user)
		}
	}
	return asked, nil
}

// toInvite returns those of the asked who get a letter. Who has an account of another status gets
// none; nor does who is invited already, but to something that the asker does not hand out.
func (s *Service) toInvite(ctx context.Context, a asker, asked []domain.User) ([]invited, error) {
	var people []invited
	for _, user := range asked {
		before, err := s.accountOf(ctx, user.Email)
		switch {
		case isNotFound(err):
			people = append(people, invited{user: user})
			continue
		case err != nil:
			return nil, unavailable(fmt.Errorf("find account: %w", err))
		case before.Status != domain.StatusInvited:
			continue
		}
		after := before
		if a.access.IsAdmin() {
			after.Role = user.Role
		} else if _, err := a.may(domain.CollectionUsers, domain.ActionCreate, userRecord(before)); err != nil || before.Role != user.Role {
			continue
		}
		people = append(people, invited{after, &before})
	}
	return people, nil
}

// inviteIn is the body of invite's transaction.
func (s *Service) inviteIn(ctx context.Context, r port.Repos, people []invited, page string, in Invitation) error {
	slices.SortFunc(people, func(a, b invited) int { return strings.Compare(string(a.user.ID), string(b.user.ID)) }) // as every change locks them
	if _, err := reserveRoles(ctx, r.Roles, nil, []domain.RoleID{in.Role}); err != nil {
		return err
	}
	for _, one := range people {
		if one.before == nil {
			if err := r.Users.Create(ctx, one.user); err != nil {
				return err
			}
		} else if one.before.Role != one.user.Role {
			if _, err := r.Users.Update(ctx, one.user); err != nil {
				return err
			}
		}
		letter := s.newLetter(domain.LetterInvitation, one.user.Email, page, in.Language, in.Client)
		if err := r.MailQueue.Put(ctx, letter); err != nil {
			return fmt.Errorf("queue invitation: %w", err)
		}
	}
	return nil
}

func (s *Service) recordInvitations(ctx context.Context, a asker, people []invited, from domain.Client) {
	by := author{actor: a.User, from: from}
	for _, one := range people {
		switch {
		case one.before == nil:
			s.recordChange(ctx, by, domain.EventUserCreated, one.user.ID)
			s.recordChange(ctx, by, domain.EventRoleChanged, one.user.ID)
		case one.before.Role != one.user.Role:
			s.recordChange(ctx, by, domain.EventRoleChanged, one.user.ID)
		}
		s.recordChange(ctx, by, domain.EventUserInvited, one.user.ID)
	}
}

// beginJoining counts accounts before they are made, or asked to join by a letter: of who has a
// token by their account, and of anybody else, as registrations, by the client address.
func (s *Service) beginJoining(ctx context.Context, a asker, accounts int, from domain.Client) error {
	counts := bucket{"account", "invite-account:" + string(a.User), s.settings.InviteAccount}
	if a.User == "" {
		counts = bucket{"address", registerAddressKey(from.IP), s.settings.Registration.Address}
	}
	counted := attempt{service: s}
	for range accounts {
		taken, wait, err := s.takeOne(ctx, []bucket{counts})
		if err != nil {
			counted.forgive(ctx)
			return unavailable(fmt.Errorf("count accounts: %w", err))
		}
		if wait > 0 {
			counted.forgive(ctx)
			s.Log.InfoContext(ctx, "new accounts were turned away", "limit", counts.of, "user", a.User, "ip", from.Bounded().IP)
			return tooMany(wait)
		}
		counted.taken = append(counted.taken, taken...)
	}
	return nil
}

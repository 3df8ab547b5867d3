package auth

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// OperatorPeopleAPI is what the command line does with the people who have accounts.
type OperatorPeopleAPI interface {
	// InviteUser is InvitationAPI.Invite without a caller, for one address. Its letters are not
	// counted.
	InviteUser(ctx context.Context, email string, role domain.RoleID) error

	// SetStatus gives the account another status. One in which nobody logs in ends its sessions.
	// UNPROCESSABLE_CONTENT for the last active account of a role that administrates.
	SetStatus(ctx context.Context, email string, status domain.Status) (domain.User, error)

	// MakeStaticToken gives the account a new static token in place of the one that it may have,
	// and returns it. Nobody can read it again.
	MakeStaticToken(ctx context.Context, email string) (domain.User, string, error)

	// RemoveStaticToken takes the account's static token away, if it has one.
	RemoveStaticToken(ctx context.Context, email string) (domain.User, error)
}

// InviteUser implements OperatorPeopleAPI.
func (s *Service) InviteUser(ctx context.Context, email string, role domain.RoleID) error {
	return s.invite(ctx, operator(), Invitation{Emails: []string{email}, Role: role})
}

// SetStatus implements OperatorPeopleAPI.
func (s *Service) SetStatus(ctx context.Context, email string, status domain.Status) (domain.User, error) {
	if !slices.Contains(domain.Statuses(), status) {
		return domain.User{}, domain.InvalidPayloadError("status", "There is no such status")
	}
	return s.operate(ctx, email, func(u domain.User) domain.User {
		u.Status = status
		return u
	})
}

// MakeStaticToken implements OperatorPeopleAPI.
func (s *Service) MakeStaticToken(ctx context.Context, email string) (domain.User, string, error) {
	token := rand.Text() + rand.Text() // 260 bits: it has no end
	hash := domain.HashSecret(token)
	user, err := s.operate(ctx, email, func(u domain.User) domain.User {
		u.StaticToken = &hash
		return u
	})
	if err != nil {
		return domain.User{}, "", err
	}
	return user, token, nil
}

// RemoveStaticToken implements OperatorPeopleAPI.
func (s *Service) RemoveStaticToken(ctx context.Context, email string) (domain.User, error) {
	return s.operate(ctx, email, func(u domain.User) domain.User {
		u.StaticToken = nil
		return u
	})
}

// operate changes the account of that address for an operator.
func (s *Service) operate(ctx context.Context, email string, change func(domain.User) domain.User) (domain.User, error) {
	user, err := s.findByEmail(ctx, email)
	if err != nil {
		return domain.User{}, err
	}
	return s.changeAccount(ctx, author{kind: domain.EventUserUpdated}, accountChange{user, func(u domain.User) (domain.User, error) {
		return change(u), nil
	}})
}

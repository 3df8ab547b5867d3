package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// pendingAccount is what a registration says of the account, kept with its token until the link
// is followed: of several registrations for one address, that of the link counts.
type pendingAccount struct {
	Email     domain.Email `json:"email"`
	Password  string       `json:"password"` // encoded hash
	FirstName string       `json:"first_name,omitempty"`
	LastName  string       `json:"last_name,omitempty"`
}

// Register implements RegistrationAPI.
func (s *Service) Register(ctx context.Context, in Registration) error {
	rules := s.settings.Registration
	if !rules.Open || s.settings.DisableDefault {
		return forbidden(nil)
	}
	page, err := s.pageFor(ctx, s.linkUseOf(domain.LetterRegistration), in.URL)
	if err != nil {
		return err
	}
	if err := checkPassword(in.Password); err != nil {
		return err
	}
	patch := ProfilePatch{Email: &in.Email, FirstName: &in.FirstName, LastName: &in.LastName}
	user, err := patch.applied(s.newcomer())
	if err != nil {
		return err
	}
	if !inDomains(user.Email, rules.Domains) {
		return forbidden(nil)
	}
	if rules.Verify {
		if err := s.wantRoomForMail(ctx, domain.LetterRegistration); err != nil {
			return err
		}
	}
	if err := s.beginRegistration(ctx, "address", registerAddressKey(in.Client.IP), rules.Address, in.Client); err != nil {
		return err
	}
	if err := s.checkNewPassword(ctx, in.Password, user); err != nil {
		return err
	}
	if err := s.beginRegistration(ctx, "account", accountKey("register-account:", user.Email), rules.Account, in.Client); err != nil {
		return err
	}
	if user.Password, err = s.hash(ctx, in.Password); err != nil {
		return err
	}
	if rules.Verify {
		err = s.queueRegistration(ctx, user, page, in)
	} else {
		err = s.registerAtOnce(ctx, user, in.Client)
	}
	if err != nil {
		return err
	}
	s.record(ctx, domain.Event{Kind: domain.EventRegistrationRequested, Outcome: domain.OutcomeSuccess, Client: in.Client})
	return nil
}

// newcomer returns an account that is nobody's yet.
func (s *Service) newcomer() domain.User {
	now := s.Clock.Now()
	return domain.User{ID: domain.UserID(domain.NewUUID(now)), Status: domain.StatusUnverified, CreatedAt: now, Version: 1}
}

// beginRegistration counts a registration for a client address or for an account. The first is
// counted before a password is looked at, and the second after it: whoever tries weak passwords
// keeps nobody from the account.
func (s *Service) beginRegistration(ctx context.Context, of, key string, limit port.Limit, from domain.Client) error {
	_, err := s.begin(ctx, "a registration", domain.EventRegistrationLimited, from, []bucket{{of, key, limit}})
	return err
}

// queueRegistration never looks the account up: the worker does.
func (s *Service) queueRegistration(ctx context.Context, user domain.User, page string, in Registration) error {
	payload, err := json.Marshal(pendingAccount{user.Email, user.Password, user.FirstName, user.LastName})
	if err != nil {
		return unavailable(fmt.Errorf("write registration: %w", err))
	}
	return s.queueWithToken(ctx, s.newLetter(domain.LetterRegistration, user.Email, page, in.Language, in.Client), "", payload)
}

// registerAtOnce makes an active account, or leaves the one that there is.
func (s *Service) registerAtOnce(ctx context.Context, user domain.User, from domain.Client) error {
	user.Status = domain.StatusActive
	made, err := s.makeNewcomer(ctx, user, from)
	if errors.Is(err, port.ErrConflict) {
		return nil
	}
	if err != nil && !s.exists(ctx, made.ID) {
		s.recordUnknown(ctx, domain.Event{Kind: domain.EventUserCreated, Subject: made.ID, Client: from})
		return unavailable(err)
	}
	return nil
}

// makeNewcomer stores the account with the role of newcomers.
func (s *Service) makeNewcomer(ctx context.Context, user domain.User, from domain.Client) (domain.User, error) {
	create := func(ctx context.Context, r port.Repos) (err error) {
		if user.Role, err = s.newcomersRole(ctx, r.Roles); err != nil {
			return err
		}
		return r.Users.Create(ctx, user)
	}
	var err error
	if s.settings.Registration.Role == "" {
		err = create(ctx, s.Repos) // one write needs no transaction
	} else {
		err = s.Work.Do(ctx, create)
	}
	if err != nil {
		return user, fmt.Errorf("create account: %w", err)
	}
	s.recordChange(ctx, author{from: from}, domain.EventUserCreated, user.ID)
	return user, nil
}

// newcomersRole reserves the role that the settings name and returns it. One that is missing, or administrates,
// is given to nobody: whoever registers is a stranger.
func (s *Service) newcomersRole(ctx context.Context, roles port.Roles) (domain.RoleID, error) {
	id := s.settings.Registration.Role
	if id == "" {
		return "", nil
	}
	var role domain.Role
	err := roles.Reserve(ctx, id)
	if err == nil {
		role, err = roles.ByID(ctx, id)
	}
	switch {
	case isNotFound(err), errors.Is(err, port.ErrInvalid):
		s.Log.ErrorContext(ctx, "the role of those who register does not exist: they get none", "role", id)
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find role: %w", err)
	case role.Admin:
		s.Log.ErrorContext(ctx, "the role of those who register administrates: they get none", "role", id)
		return "", nil
	}
	return role.ID, nil
}

// deliverRegistration writes to who has registered: a link, or, to who has an account, that.
func (s *Service) deliverRegistration(ctx context.Context, letter domain.Letter) (sent bool, err error) {
	now := s.Clock.Now()
	token, secret, err := s.queuedToken(ctx, letter, now)
	if err != nil {
		return false, err
	}
	user, err := s.Repos.Users.ByEmail(ctx, letter.To)
	if isNotFound(err) {
		user, err = s.makeUnverified(ctx, token, letter.Client)
	}
	if err != nil {
		return false, fmt.Errorf("find or make account: %w", err)
	}
	if user.Status == domain.StatusActive {
		return true, s.send(ctx, letter.ID, user.Email, port.MailContent{
			Kind:      domain.LetterRegisteredTwice,
			Language:  preferred(user.Language, letter.Language),
			FirstName: greeted(user),
			Link:      s.settings.NoticePage,
			Client:    letter.Client,
		})
	}
	if err := s.mayVerify(ctx, s.Repos, user); err != nil {
		if isUnavailable(err) {
			return false, err
		}
		return false, nil // who is invited, suspended and so on is nobody who registers
	}
	link, err := s.linkTo(ctx, s.linkUseOf(letter.Kind), letter, secret)
	if err != nil {
		return false, err
	}
	// Without the name, which a stranger may have chosen.
	return true, s.send(ctx, letter.ID, user.Email, port.MailContent{
		Kind:      letter.Kind,
		Language:  letter.Language,
		Link:      link,
		ExpiresIn: token.ExpiresAt.Sub(now),
		Client:    letter.Client,
	})
}

// makeUnverified makes the account of a registration. It has no password before the link is
// followed.
func (s *Service) makeUnverified(ctx context.Context, token domain.OneTimeToken, from domain.Client) (domain.User, error) {
	pending, err := readPending(token)
	if err != nil {
		return domain.User{}, err
	}
	user := s.newcomer()
	user.Email, user.FirstName, user.LastName = pending.Email, pending.FirstName, pending.LastName
	return s.makeNewcomer(ctx, user, from)
}

func readPending(token domain.OneTimeToken) (pendingAccount, error) {
	var pending pendingAccount
	if err := json.Unmarshal(token.Payload, &pending); err != nil {
		return pendingAccount{}, fmt.Errorf("read registration: %w", err)
	}
	return pending, nil
}

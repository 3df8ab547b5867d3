package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// MaxIdentities is how many identities at one provider an account is linked to at most.
const MaxIdentities = 10

// errTooManyIdentities says that the account has MaxIdentities at the provider.
var errTooManyIdentities = errors.New("the account has too many identities at the provider")

// link gives the account another way in, if it passes check as it stands then, and tells its
// owner. The error matches port.ErrConflict where the identity is linked already.
func (s *Service) link(ctx context.Context, identity domain.Identity, from domain.Client, check func(domain.User) error) (domain.User, error) {
	counted, err := s.beginNotifiedChange(ctx, identity.UserID, from)
	if err != nil {
		return domain.User{}, err
	}
	var stored domain.User
	for range updateTries {
		err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) (err error) {
			stored, err = s.linkIn(ctx, r, identity, from, check)
			return err
		})
		if !errors.Is(err, port.ErrStale) {
			break
		}
	}
	linked := domain.Event{Kind: domain.EventIdentityLinked, Outcome: domain.OutcomeSuccess, Actor: identity.UserID, Subject: identity.UserID, Client: from}
	switch refusal, isRefusal := errors.AsType[*domain.Error](err); {
	case err == nil:
		s.record(ctx, linked)
		return stored, nil
	case isRefusal:
		counted.forgive(ctx)
		return domain.User{ID: identity.UserID}, refusal // of check; a failed commit would have another error
	case errors.Is(err, port.ErrConflict):
		counted.forgive(ctx)
		return domain.User{}, err
	case errors.Is(err, errTooManyIdentities):
		counted.forgive(ctx)
		refusal := domain.NewError(domain.Forbidden, err)
		refusal.Reason = fmt.Sprintf("The account is linked to %d logins at this provider already: unlink them first", MaxIdentities)
		return domain.User{ID: identity.UserID}, refusal
	case isNotFound(err):
		return domain.User{}, invalidCredentials(err) // the account has ended meanwhile
	case !errors.Is(err, port.ErrStale):
		s.recordUnknown(ctx, linked)
	}
	return domain.User{}, unavailable(fmt.Errorf("link identity: %w", err))
}

// linkIn is the body of link's transaction. It changes the user first, whose Version makes that
// come before or after whatever else happens to the account, its end included.
func (s *Service) linkIn(ctx context.Context, r port.Repos, identity domain.Identity, from domain.Client, check func(domain.User) error) (domain.User, error) {
	user, err := r.Users.ByID(ctx, identity.UserID)
	if err != nil {
		return domain.User{}, err
	}
	if err := check(user); err != nil {
		return domain.User{}, err
	}
	stored, err := r.Users.Update(ctx, user)
	if err != nil {
		return domain.User{}, err
	}
	if err := r.Identities.Link(ctx, identity); err != nil {
		return domain.User{}, err
	}
	list, err := r.Identities.OfUser(ctx, user.ID)
	if err != nil {
		return domain.User{}, err
	}
	there := 0
	for _, other := range list {
		if other.Provider == identity.Provider {
			there++
		}
	}
	if there > MaxIdentities {
		return domain.User{}, errTooManyIdentities
	}
	return stored, queue(ctx, r.MailQueue, []domain.Letter{s.notice(domain.LetterIdentityLinked, user.Email, user.Language, from)})
}

// finishLink links who to the account that began, if the session in which it did is there still
// and the browser is not in another's by now.
func (s *Service) finishLink(ctx context.Context, state oauthState, who domain.ExternalUser, in OAuthCallback) error {
	session, user, err := s.sessionAndUser(ctx, state.Session)
	switch {
	case err != nil:
		return err
	case session.UserID != state.Link:
		return invalidCredentials(errors.New("link of another user than the session's"))
	}
	if err := s.checkStillThere(ctx, user, in.Session); err != nil {
		return err
	}
	identity := domain.Identity{Provider: state.Provider, Subject: who.Subject, UserID: user.ID}
	known, err := s.Repos.Identities.Find(ctx, identity.Provider, identity.Subject)
	switch {
	case err == nil && known.UserID == user.ID:
		return nil
	case err == nil:
		return notUnique("provider", port.ErrConflict)
	case !isNotFound(err):
		return unavailable(fmt.Errorf("find identity: %w", err))
	}
	_, err = s.link(ctx, identity, in.Client, func(u domain.User) error {
		if u.Status != domain.StatusActive || u.Epoch != session.Epoch {
			return invalidCredentials(errors.New("account was closed, or its sessions ended, since the link was begun"))
		}
		return nil
	})
	if errors.Is(err, port.ErrConflict) { // in another window, at this very moment
		known, findErr := s.Repos.Identities.Find(ctx, identity.Provider, identity.Subject)
		if findErr == nil && known.UserID == user.ID {
			return nil
		}
		return notUnique("provider", err)
	}
	return err
}

// checkStillThere refuses a browser whose session cookie is another user's. One that is over, or
// none of ours, is nobody's.
func (s *Service) checkStillThere(ctx context.Context, user domain.User, cookie string) error {
	p, err := s.Authenticate(ctx, Credential{Cookie: cookie})
	switch {
	case isUnavailable(err):
		return err
	case err == nil && !p.Anonymous() && p.User.ID != user.ID:
		return invalidCredentials(errors.New("somebody else is in the browser by now"))
	}
	return nil
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
	// Looked at before it is counted, so that what is refused anyhow says why however often it is asked.
	if _, _, err := s.leaving(ctx, s.Repos, p.User.ID, provider); err != nil {
		return notUnlinked(err)
	}
	counted, err := s.beginNotifiedChange(ctx, p.User.ID, from)
	if err != nil {
		return err
	}
	for range updateTries {
		err = s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
			return s.unlinkIn(ctx, r, p.User.ID, provider, from)
		})
		if !errors.Is(err, port.ErrStale) {
			break
		}
	}
	switch {
	case err == nil:
		s.recordChange(ctx, author{actor: p.User.ID, from: from}, domain.EventIdentityUnlinked, p.User.ID)
		return nil
	case isNotFound(err), errors.Is(err, errLastWayIn): // by what another has done meanwhile
		counted.forgive(ctx)
	default:
		s.recordUnknown(ctx, domain.Event{Kind: domain.EventIdentityUnlinked, Actor: p.User.ID, Subject: p.User.ID, Client: from})
	}
	return notUnlinked(err)
}

// notUnlinked says why nothing was taken away.
func notUnlinked(err error) error {
	switch {
	case isNotFound(err):
		return forbidden(err)
	case errors.Is(err, errLastWayIn):
		refusal := domain.NewError(domain.UnprocessableContent, err)
		refusal.Reason = "This is the last way into the account: set a password first"
		return refusal
	}
	return unavailable(fmt.Errorf("unlink identity: %w", err))
}

// unlinkIn is the body of UnlinkIdentity's transaction. Of two that do so at once for two
// providers, one finds another Version and looks again.
func (s *Service) unlinkIn(ctx context.Context, r port.Repos, id domain.UserID, provider string, from domain.Client) error {
	user, gone, err := s.leaving(ctx, r, id, provider)
	if err != nil {
		return err
	}
	if _, err := r.Users.Update(ctx, user); err != nil { // first, as everybody does who changes both
		return err
	}
	for _, identity := range gone {
		if err := r.Identities.Unlink(ctx, identity.Provider, identity.Subject); err != nil {
			return err
		}
	}
	return queue(ctx, r.MailQueue, []domain.Letter{s.notice(domain.LetterIdentityUnlinked, user.Email, user.Language, from)})
}

// leaving returns the user and what would be unlinked. The error is port.ErrNotFound where there
// is nothing of that, and errLastWayIn where nothing would be left.
func (s *Service) leaving(ctx context.Context, r port.Repos, id domain.UserID, provider string) (domain.User, []domain.Identity, error) {
	user, err := r.Users.ByID(ctx, id)
	if err != nil {
		return domain.User{}, nil, err
	}
	list, err := r.Identities.OfUser(ctx, id)
	if err != nil {
		return domain.User{}, nil, err
	}
	var gone, left []domain.Identity
	for _, identity := range list {
		if s.isAt(identity, provider) {
			gone = append(gone, identity)
		} else {
			left = append(left, identity)
		}
	}
	switch {
	case len(gone) == 0:
		return domain.User{}, nil, port.ErrNotFound
	case !s.hasWayIn(user, left):
		return domain.User{}, nil, errLastWayIn
	}
	return user, gone, nil
}

// isAt reports whether the identity is at the provider of that name, which may be one that is
// configured no more.
func (s *Service) isAt(identity domain.Identity, provider string) bool {
	if place, err := s.placeNamed(provider); err == nil && identity.Provider == place.Provider.Name() {
		return true
	}
	return identity.Provider == provider
}

// hasWayIn reports whether the user could log in with their password or one of the identities; a
// second factor that is asked for is theirs to show. One of a provider that is configured no more
// lets nobody in.
func (s *Service) hasWayIn(user domain.User, identities []domain.Identity) bool {
	if user.Password != "" && !s.settings.DisableDefault {
		return true
	}
	return slices.ContainsFunc(identities, func(identity domain.Identity) bool {
		place, err := s.placeNamed(identity.Provider)
		return err == nil && place.Provider.Name() == identity.Provider
	})
}

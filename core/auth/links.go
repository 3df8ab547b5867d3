package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// linkUse is what all links of one kind of letter have in common.
type linkUse struct {
	purpose domain.Purpose
	ttl     time.Duration // of the token, and of the letter
	page    string        // of the service itself
	urls    []string      // that a request may name in its place
	field   string        // in which it does so; empty: none can
	verb    string        // what such a page is for
}

// linkUseOf returns that of a kind of letter that brings a link.
func (s *Service) linkUseOf(kind domain.LetterKind) linkUse {
	set := s.settings
	switch kind {
	case domain.LetterInvitation:
		return linkUse{domain.PurposeInvitation, set.InviteTTL, set.InvitePage, set.InviteURLs, "invite_url", "accept invitations"}
	case domain.LetterRegistration:
		return linkUse{domain.PurposeRegistration, set.Registration.TTL, set.Registration.Page, set.Registration.URLs, "verification_url", "verify addresses"}
	case domain.LetterEmailConfirm:
		return linkUse{purpose: domain.PurposeEmailChange, ttl: set.EmailTTL, page: set.EmailPage}
	}
	return linkUse{domain.PurposePasswordReset, set.ResetTTL, set.ResetPage, set.ResetURLs, "reset_url", "reset passwords"}
}

// allowedPage returns the page that a letter keeps: the one that the request names, if it is on
// the allow list, or "" for that of the service itself, which is looked up when the mail is
// written.
func (use linkUse) allowedPage(requested string) (string, error) {
	if requested == "" {
		return "", nil
	}
	page, ok := parseResetURL(requested)
	if !ok {
		return "", use.refuseURL("is no absolute URL, or one that two readers may take for different places")
	}
	for _, text := range use.urls {
		if allowed, ok := parseResetURL(text); ok && samePlace(page, allowed) {
			return page.String(), nil
		}
	}
	reason := "is not on the allow list"
	if len(use.urls) == 0 {
		reason = "is refused, as all are while the allow list is empty"
	}
	return "", use.refuseURL(placeOf(page) + " " + reason)
}

// refuseURL tells the caller nothing of the allow list; the cause is for the operator.
func (use linkUse) refuseURL(cause string) error {
	refusal := domain.InvalidPayloadError(use.field, "The URL can't be used to "+use.verb)
	refusal.Err = errors.New(use.field + " " + cause)
	return refusal
}

// pageFor is allowedPage for a request, whose refusal the log tells.
func (s *Service) pageFor(ctx context.Context, use linkUse, requested string) (string, error) {
	page, err := use.allowedPage(requested)
	if err != nil {
		s.Log.InfoContext(ctx, "a page for the link of a mail was refused", "reason", errors.Unwrap(err))
	}
	return page, err
}

// linkTo returns the link of a letter that brings the secret. The configuration may have changed
// since the letter was queued, and a page that has left the allow list gets no token: the page
// of the service itself, which every token is good for, takes its place.
func (s *Service) linkTo(ctx context.Context, use linkUse, letter domain.Letter, secret string) (string, error) {
	page, replaced := use.allowedPage(letter.URL)
	if replaced != nil {
		s.Log.WarnContext(ctx, "a link leads to the page of the service itself, since the one that was asked for is allowed no more", "letter", letter.ID)
	}
	if page == "" {
		page = use.page
	}
	link, err := withToken(page, secret)
	if err != nil {
		return "", fmt.Errorf("make link: %w", err)
	}
	return link, nil
}

// newLetter returns a letter of that kind that brings a link, due at once.
func (s *Service) newLetter(kind domain.LetterKind, to domain.Email, page, language string, from domain.Client) domain.Letter {
	now := s.Clock.Now()
	return domain.Letter{
		ID:        domain.NewUUID(now),
		Kind:      kind,
		To:        to,
		URL:       page,
		Language:  language,
		Client:    from.Bounded(),
		Due:       now,
		ExpiresAt: now.Add(s.linkUseOf(kind).ttl),
	}
}

// queueWithToken queues a letter together with its token, for what a letter has no place for. It
// is everything or nothing. The secret is told to nobody: the worker derives it anew.
func (s *Service) queueWithToken(ctx context.Context, letter domain.Letter, user domain.UserID, payload []byte) error {
	use := s.linkUseOf(letter.Kind)
	token := domain.OneTimeToken{
		Hash:      domain.HashSecret(s.keys.linkSecrets(use.purpose, letter.ID)[0]),
		Purpose:   use.purpose,
		UserID:    user,
		Payload:   payload,
		ExpiresAt: letter.ExpiresAt,
	}
	err := s.Work.Do(ctx, func(ctx context.Context, r port.Repos) error {
		if err := r.OneTimeTokens.Put(ctx, token); err != nil {
			return err
		}
		return r.MailQueue.Put(ctx, letter)
	})
	if err != nil {
		return unavailable(fmt.Errorf("queue letter: %w", err))
	}
	return nil
}

// queuedToken returns the token that queueWithToken has put beside the letter, and its secret,
// also where the data key was changed since. port.ErrInvalid where it is spent, over or gone: the
// letter has nothing to bring any more.
func (s *Service) queuedToken(ctx context.Context, letter domain.Letter, now time.Time) (domain.OneTimeToken, string, error) {
	purpose := s.linkUseOf(letter.Kind).purpose
	for _, secret := range s.keys.linkSecrets(purpose, letter.ID) {
		token, err := s.Repos.OneTimeTokens.Get(ctx, purpose, domain.HashSecret(secret), now)
		switch {
		case err == nil:
			return token, secret, nil
		case isNotFound(err):
			continue
		case isRefusedToken(err):
			return domain.OneTimeToken{}, "", fmt.Errorf("token of the letter: %w: %w", port.ErrInvalid, err)
		}
		return domain.OneTimeToken{}, "", fmt.Errorf("find token of the letter: %w", err)
	}
	return domain.OneTimeToken{}, "", fmt.Errorf("token of the letter is gone: %w", port.ErrInvalid)
}

// spendLink runs spend in a unit of work until no other change of the account comes in between.
// A *domain.Error of spend is the answer to the caller. Where the answer to the commit is lost,
// isDone finds out.
func (s *Service) spendLink(ctx context.Context, what string, spend func(context.Context, port.Repos) error, isDone func() bool) error {
	for range updateTries {
		err := s.Work.Do(ctx, spend)
		if err == nil {
			return nil
		}
		if refusal, ok := errors.AsType[*domain.Error](err); ok {
			return refusal // the callback's own; a failed commit would have another error
		}
		if !errors.Is(err, port.ErrStale) {
			if isDone() {
				return nil
			}
			return unavailable(fmt.Errorf("%s: %w", what, err))
		}
		// The account was changed between its read and its write. The token is unspent.
	}
	return unavailable(errors.New(what + ": others keep changing the account"))
}

// refusedLink gives each answer of a store about a token its code; spent is that of one that was
// good once.
func refusedLink(err error, spent *domain.Error) error {
	switch {
	case errors.Is(err, port.ErrNotFound):
		return domain.NewError(domain.InvalidToken, err)
	case errors.Is(err, port.ErrExpired):
		return domain.NewError(domain.TokenExpired, err)
	case errors.Is(err, port.ErrStale):
		refusal := *spent
		refusal.Err = err
		return &refusal
	}
	return unavailable(fmt.Errorf("look at token: %w", err))
}

// checkLinkToken refuses what is the token of no link, as one that nobody knows.
func checkLinkToken(token string) error {
	if token == "" || !utf8.ValidString(token) {
		return domain.NewError(domain.InvalidToken, nil)
	}
	return nil
}

// recordRefusedLink records the use of a token that was good once. What was never a token is
// not worth a line in the trail, which anybody could fill with it.
func (s *Service) recordRefusedLink(ctx context.Context, kind string, user domain.UserID, refusal error, from domain.Client) {
	failure, ok := errors.AsType[*domain.Error](refusal)
	if !ok || failure.Code == domain.InvalidToken || failure.Code == domain.ServiceUnavailable {
		return
	}
	s.record(ctx, domain.Event{Kind: kind, Outcome: domain.OutcomeFailure, Subject: user, Client: from})
}

// inDomains reports whether the address is of one of the domains, in which the case of A to Z
// makes no difference, or whether there are none.
func inDomains(email domain.Email, domains []string) bool {
	if len(domains) == 0 {
		return true
	}
	key := email.Key()
	place := key[strings.LastIndexByte(key, '@')+1:]
	return slices.ContainsFunc(domains, func(name string) bool { return domain.Email(name).Key() == place })
}

// withToken returns the page with the token as a parameter of its query; others stay.
func withToken(page, token string) (string, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set("token", token)
	u.RawQuery = query.Encode()
	return u.String(), nil
}
